"""``gotrdns logs``: what mail logs say about clients and their reverse DNS.

Owns the verb's options. What it needs is imported when it runs.
"""

from typing import Any

import click
from click.core import ParameterSource

from gotrdns.cli.asking_options import asking_options
from gotrdns.cli.times import parse_moment

_ONLY_WHERE_DNS_IS_ASKED = ("offline", "rate", "resolvers", "timeout")


@click.command(
    epilog="""\b
Examples:
  gotrdns logs /var/log/mail.log
  gotrdns logs /var/log/mail.log*
  gotrdns logs --since 2d --top 50 /var/log/exim4/mainlog
  gotrdns logs --what-if protect /var/log/mail.log*
  gotrdns logs --what-if /etc/gotrdns/gotrdns.toml --offline mail.log
  journalctl --output=json --unit=postfix* | gotrdns logs --json -

\b
Exit status:
  0  nobody who looks legitimate was turned away for reverse DNS
  1  somebody was
  2  the command line is wrong, a log cannot be opened, or the results cannot
     be written
  With --what-if:
  0  nothing that was taken in would be turned away
  1  something would be
  2  as above, or the settings are wrong, or the resolver cannot be used
  3  nothing would be for certain, but something is undecided
  130, 141  interrupted; whoever read the results went away
"""
)
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--since",
    metavar="TIME",
    callback=parse_moment(),
    help='Only what was logged since then: "2026-05-31", "2026-05-31T14:30", or "2d" for two days '
    "ago.",
)
@click.option(
    "--until",
    metavar="TIME",
    callback=parse_moment(end_of_day=True),
    help="Only what was logged before then; of a date, the day is part.",
)
@click.option(
    "--top",
    metavar="N",
    type=click.IntRange(min=1),
    help="Show so many senders.  [default: 20 as text, all with --json and --csv]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the senders, one a line.")
@click.option(
    "--envelope",
    is_flag=True,
    help="Show senders' and recipients' mailboxes, too, of the mail that was turned away.",
)
@click.option(
    "--what-if",
    "what_if",
    metavar="MODE|SETTINGS",
    help="Replay the log under a mode (observe, strict, protect) or the daemon's settings in a "
    "file, and tell what would change.",
)
@click.option(
    "--offline", is_flag=True, help="With --what-if: conclude from the log alone, and ask no DNS."
)
@asking_options
def logs(**options: Any) -> None:
    """Tell from mail logs who was turned away for reverse DNS, and who of them looks legitimate.

    Reads logs of Postfix and Exim, also those compressed or rotated, in whatever order; "-" is
    standard input. Nothing is looked up, changed or sent anywhere, and no settings are needed. Time
    stamps without a time zone are taken for local time.

    With --what-if it tells what would become of the mail under other settings, before they are
    used. Then DNS is asked about the clients that the log does not show as confirmed.
    """
    if not options["files"]:
        raise click.UsageError('no log: write the names of files, or "-" for standard input')
    if options["as_json"] and options["as_csv"]:
        raise click.UsageError("--json and --csv cannot both be printed")
    if options["envelope"] and options["as_csv"]:
        raise click.UsageError("--envelope: the CSV has no column for mailboxes")

    if options["what_if"] is not None:
        from gotrdns.cli.log_what_if import tell_what_if  # noqa: PLC0415 - see the module

        raise click.exceptions.Exit(tell_what_if(options))
    _require_no_dns()

    from gotrdns.cli.log_reports import report_on_logs  # noqa: PLC0415 - see the module

    raise click.exceptions.Exit(report_on_logs(options))


def _require_no_dns() -> None:
    """Raises UsageError for options about asking DNS, where none is asked."""
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        is_given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if name in _ONLY_WHERE_DNS_IS_ASKED and is_given:
            raise click.UsageError(f"{parameter.opts[0]} goes with --what-if")
