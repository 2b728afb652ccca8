"""The work of ``gotrdns logs``: logs are read and added up, and the report is printed.

Owns what is printed where, and the exit status.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.log_pages import write_page
from gotrdns.cli.log_reading import Logs
from gotrdns.cli.output import terminal_width, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.mail_logs.clients.accounts import Ledger
from gotrdns.mail_logs.clients.summing import sum_up
from gotrdns.mail_logs.reading import Reading
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.json import encode_log_report, senders_csv
from gotrdns.reports.logs.report import LogReport
from gotrdns.reports.logs.text import compose_log_report

_NOBODY_LEGITIMATE: Final = 0
_SOMEBODY_LEGITIMATE: Final = 1
_TOP: Final = 20


def report_on_logs(options: Mapping[str, Any]) -> int:
    """Print what the options, by their parameters' names, ask for; the exit status."""
    progress = Progress()
    ledger = Ledger(keeps_envelopes=options["envelope"])
    with Logs(options, progress) as logs:
        reading = logs.read(ledger, lambda: len(ledger.accounts))
        names = logs.names
    return conclude(ledger, reading, names, options, progress)


def conclude(
    ledger: Ledger,
    reading: Reading,
    names: Sequence[str],
    options: Mapping[str, Any],
    progress: Progress,
) -> int:
    """Print the report on what was read of these logs; the exit status."""
    progress.show(words.SUMMING.of(len(ledger.accounts)))
    try:
        report = sum_up(ledger, reading, names)
    finally:
        progress.clear()
    _print(report, options)
    return _SOMEBODY_LEGITIMATE if report.likely else _NOBODY_LEGITIMATE


def _print(report: LogReport, options: Mapping[str, Any]) -> None:
    top = options["top"]
    if options["as_json"]:
        write_octets(encode_log_report(report, top=top) + b"\n")
    elif options["as_csv"]:
        write_octets(senders_csv(report, top=top).encode())
    elif options["as_html"]:
        from gotrdns.reports.logs.html import compose_log_report_page  # noqa: PLC0415 - few ask

        write_page(partial(compose_log_report_page, report), options)
    else:
        write(
            compose_log_report(
                report, top=top or _TOP, width=terminal_width(), paint=choose_paint()
            )
        )
