"""``gotrdns logs``: what mail logs say about clients and their reverse DNS.

Owns the verb's options. What it needs is imported when it runs.
"""

from typing import Any

import click

from gotrdns.cli.log_options import (
    complaint_options,
    given_options,
    require_compatible,
    what_if_options,
)
from gotrdns.cli.times import parse_moment


@click.command(
    epilog="""\b
Examples:
  gotrdns logs /var/log/mail.log
  gotrdns logs /var/log/mail.log*
  gotrdns logs --since 2d --top 50 /var/log/exim4/mainlog
  gotrdns logs --html /var/log/mail.log* > mail-logs.html
  gotrdns logs --follow /var/log/mail.log
  journalctl --output=json --unit=postfix* | gotrdns logs --json -
  gotrdns logs --what-if protect /var/log/mail.log*
  gotrdns logs --what-if protect --html /var/log/mail.log > what-if.html
  gotrdns logs --what-if /etc/gotrdns/gotrdns.toml --offline mail.log
  gotrdns logs --complaint customer.example /var/log/mail.log*
  gotrdns logs --complaint orders@shop.example --envelope mail.log

\b
Exit status:
  0  nobody who looks legitimate was turned away for reverse DNS; with
     --complaint, nothing was, or it is repaired; with --what-if, nothing that
     was taken in would be turned away
  1  somebody was; with --complaint, it is not repaired; with --what-if,
     something would be
  2  the command line is wrong, a log cannot be opened, or the results cannot
     be written; with --what-if, the settings are wrong, or the store or the
     resolver cannot be used
  3  with --complaint: nobody was found, or whether it is repaired cannot be
     told, since DNS did not answer or was not to be asked; with --what-if:
     nothing would be turned away for certain, but something that was taken
     in is undecided
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
    help="Show so many senders.  [default: 20 as text, 100 with --html, all with --json and "
    "--csv; 4 clients with --complaint]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the senders, one a line.")
@click.option("--html", "as_html", is_flag=True, help="Print one page of HTML, with charts.")
@click.option(
    "--envelope",
    is_flag=True,
    help="Show senders' and recipients' mailboxes, too, of the mail that was turned away.",
)
@click.option(
    "--processes",
    metavar="N",
    type=click.IntRange(min=1, max=64),
    help="Read in so many processes, which is faster where as many cores are free.  [default: 1]",
)
@click.option(
    "--follow",
    is_flag=True,
    help="Read on while the log is written, through its rotation, and show each reply that turns "
    "a client away for reverse DNS; the report comes at Ctrl-C, at SIGTERM or with --until.",
)
@what_if_options
@complaint_options
def logs(**options: Any) -> None:
    """Tell from mail logs who was turned away for reverse DNS, and who of them looks legitimate.

    Reads logs of Postfix and Exim, also those compressed or rotated, in whatever order; "-" is
    standard input. Nothing is changed and no settings are needed; without --what-if or --complaint
    nothing is looked up or sent anywhere either. Time stamps without a time zone are taken for
    local time.

    With --what-if the log is replayed under other settings, and it is told what would become of its
    mail: before they are used. DNS is asked about the clients that the log does not show as
    confirmed, and who vouches for them.

    With --complaint the story of one sender is told: what happened to the mail, why, whether it is
    repaired since, for which DNS is asked as "gotrdns explain" does, and the letter to send if not.
    WHO is an address, a network, a name (a host's or a sender's, with all below it), or a sender
    (user@domain or @domain).
    """
    if not options["files"]:
        raise click.UsageError('no log: write the names of files, or "-" for standard input')
    require_compatible(given_options())
    if options["complaint"] is not None:
        from gotrdns.cli.log_complaints import answer_complaint  # noqa: PLC0415 - see the module

        raise click.exceptions.Exit(answer_complaint(options))
    if options["what_if"] is not None:
        from gotrdns.cli.log_what_if import tell_what_if  # noqa: PLC0415 - see the module

        raise click.exceptions.Exit(tell_what_if(options))
    if options["follow"]:
        from gotrdns.cli.log_following import follow_log  # noqa: PLC0415 - see the module

        raise click.exceptions.Exit(follow_log(options))

    from gotrdns.cli.log_reports import report_on_logs  # noqa: PLC0415 - see the module

    raise click.exceptions.Exit(report_on_logs(options))
