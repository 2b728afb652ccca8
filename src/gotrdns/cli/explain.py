"""``gotrdns explain``: why, with evidence from the authoritative servers, and what to do.

Owns what the verb says of itself; its options are in ``explain_options``. What it needs is imported
when it runs.
"""

from collections.abc import Sequence
from typing import Any

import click

from gotrdns.cli.explain_options import (
    asking_options,
    choose_format,
    format_options,
    read_waiting,
    registry_options,
    subject_options,
    wait_options,
)
from gotrdns.cli.options import require_targets, targets_argument


@click.command(
    epilog="""\b
Examples:
  gotrdns explain 85.105.64.87
  gotrdns explain --helo mail.example.org 192.0.2.25
  gotrdns explain --letter --name mail.example.org 192.0.2.25
  gotrdns explain --html 192.0.2.25 > report.html
  gotrdns explain --wait --name mail.example.org 192.0.2.25

\b
Exit status:
  0  every address passes; with --wait, at every name server that answers,
     even if the resolver here still remembers what was
  1  some address fails: no name, or a name that does not lead back
  2  some target cannot be explained, or something is wrong here: the
     command line, standard input, or where the results go
  3  no address fails, but for some DNS did not answer
  130, 141  interrupted; whoever read the results went away
"""
)
@targets_argument
@subject_options
@format_options
@wait_options
@registry_options
@asking_options
def explain(targets: Sequence[str], **options: Any) -> None:
    """Explain why an address passes or fails, who can change it, and what to publish.

    Asks the resolver as "gotrdns check" does and, from the root down, the authoritative servers
    themselves. A TARGET is an address, a host name (all its addresses are explained) or, with --mx,
    a domain. "-" reads targets from standard input, one a line.

    With --wait nothing but the name servers of the zones in question is asked over and over. Which
    of them have the change is said on the way: on standard output with a report, on standard error
    with --markdown, --html or --letter, and with --json as an object a look ("look"), before that
    of the explanation ("wait").
    """
    require_targets(targets)
    options["format"] = choose_format(options)
    options["waiting"] = read_waiting(options)

    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns.cli.explanations import explain_targets  # noqa: PLC0415
    from gotrdns.cli.inquiry import InvalidInquiry, read_inquiry  # noqa: PLC0415
    from gotrdns.cli.output import Failure  # noqa: PLC0415
    from gotrdns.cli.standard_input import UnreadableInput  # noqa: PLC0415
    from gotrdns.reports.letters import InvalidLanguage  # noqa: PLC0415
    from gotrdns.resolution.servers import InvalidServer, NoServers  # noqa: PLC0415
    from gotrdns.resolution.walk import InvalidHints  # noqa: PLC0415

    try:
        status = asyncio.run(explain_targets(read_inquiry(options), targets))
    except (
        InvalidServer,
        NoServers,
        UnreadableInput,
        InvalidHints,
        InvalidLanguage,
        InvalidInquiry,
    ) as error:
        raise Failure(str(error)) from None
    raise click.exceptions.Exit(status)
