"""The work of ``gotrdns logs``: logs are read and added up, and the report is printed.

Owns which sources there are, what is printed where, and the exit status.
"""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.output import Failure, complain, terminal_width, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.mail_logs.accounts import Ledger
from gotrdns.mail_logs.compression import NoZstandard
from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.ordering import in_order
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sessions import Sessions
from gotrdns.mail_logs.sources import File, Source, Stream
from gotrdns.mail_logs.summing import sum_up
from gotrdns.reports import english_logs as words
from gotrdns.reports.logs_json import encode_log_report, senders_csv
from gotrdns.reports.logs_text import compose_log_report
from gotrdns.reports.mail_log import LogReport
from gotrdns.reports.moments import said_in_utc
from gotrdns.reports.sentences import legible

_NOBODY_LEGITIMATE: Final = 0
_SOMEBODY_LEGITIMATE: Final = 1
_TOP: Final = 20
_TOP_OF_PAGE: Final = 100
_STANDARD_INPUT: Final = "-"


def report_on_logs(options: Mapping[str, Any]) -> int:
    """Print what the options, by their parameters' names, ask for; the exit status."""
    progress = Progress()
    reading = Reading()
    ledger = Ledger(keeps_envelopes=options["envelope"])
    try:
        sources = _open(options["files"])
        within = _Span(options["since"], options["until"])
        sessions = Sessions(ledger)
        for facts in read_facts(sources, reading):
            sessions.enter(within.only(facts))
            _show(progress, reading, ledger)
        sessions.close()
        progress.show(words.SUMMING.format(clients=len(ledger.accounts)))
        report = sum_up(ledger, reading, [_encodable(each.name) for each in sources])
    except NoZstandard as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from None
    finally:
        progress.clear()
    for each in reading.damages:
        template = words.DAMAGES[each.harm.value]
        complain(template.format(log=legible(each.source), text=each.text))
    _print(report, options)
    return _SOMEBODY_LEGITIMATE if report.likely else _NOBODY_LEGITIMATE


class _Span:
    """The time that is of interest; it has no beginning or no end where None is given."""

    def __init__(self, since: float | None, until: float | None) -> None:
        self._since = float("-inf") if since is None else since
        self._until = float("inf") if until is None else until
        self._is_all = since is None and until is None

    def only(self, facts: Sequence[Fact]) -> Iterable[Fact]:
        if self._is_all:
            return facts
        return (each for each in facts if self._since <= each.at < self._until)


def _open(names: Sequence[str]) -> list[Source]:
    """The files in the order of time, standard input last. Raises OSError and NoZstandard."""
    files: list[Source] = [*in_order(File(Path(each)) for each in names if each != _STANDARD_INPUT)]
    if _STANDARD_INPUT in names:
        if sys.stdin is None:
            raise Failure("standard input is closed")
        files.append(Stream(words.STANDARD_INPUT, sys.stdin.buffer, time.time()))
    return files


def _show(progress: Progress, reading: Reading, ledger: Ledger) -> None:
    source = reading.source
    if source is None:
        return
    progress.show_if_due(
        words.READING if source.size else words.READING_STREAM,
        log=legible(source.name),
        share=source.octets / source.size if source.size else 0,
        lines=reading.lines,
        clients=len(ledger.accounts),
    )


def _print(report: LogReport, options: Mapping[str, Any]) -> None:
    top = options["top"]
    if options["as_json"]:
        write_octets(encode_log_report(report, top=top) + b"\n")
    elif options["as_csv"]:
        write_octets(senders_csv(report, top=top).encode())
    elif options["as_html"]:
        write_octets(_page(report, top or _TOP_OF_PAGE))
    else:
        write(
            compose_log_report(
                report, top=top or _TOP, width=terminal_width(), paint=choose_paint()
            )
        )


def _page(report: LogReport, top: int) -> bytes:
    from gotrdns.reports.logs_html import compose_log_report_page  # noqa: PLC0415 - few ask for it

    page = compose_log_report_page(report, top=top, generated=said_in_utc(time.time()))
    return page.encode("utf-8", "backslashreplace")


def _encodable(name: str) -> str:
    """A file's name whole; octets of it that the locale could not decode are escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
