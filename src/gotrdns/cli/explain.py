"""``gotrdns explain``: why, with evidence from the authoritative servers, and what to do.

Owns the verb's options. What it needs is imported when it runs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gotrdns.cli.options import (
    LONGEST_TIMEOUT,
    parse_seconds,
    require_targets,
    resolver_option,
    targets_argument,
    timeout_option,
)


@click.command(
    epilog="""\b
Examples:
  gotrdns explain 85.105.64.87
  gotrdns explain --helo mail.example.org 192.0.2.25
  gotrdns explain --letter --name mail.example.org 192.0.2.25

\b
Exit status:
  0  every address passes
  1  some address fails: no name, or a name that does not lead back
  2  some target cannot be explained, or something is wrong here: the
     command line, standard input, or where the results go
  3  no address fails, but for some DNS did not answer
  130, 141  interrupted; whoever read the results went away
"""
)
@targets_argument
@click.option("--helo", metavar="NAME", help="The name the client gave in HELO or EHLO.")
@click.option(
    "--name",
    metavar="NAME",
    help="The name that the host is to have; else one is proposed.",
)
@click.option("--letter", "letters", is_flag=True, help="Write the letters to send, not a report.")
@click.option(
    "--lang", "language", metavar="LANGUAGE", default="en", help="The letters' language: en."
)
@click.option("--rdap", is_flag=True, help="Ask RDAP who holds the address block.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--mx", "exchanges", is_flag=True, help="TARGETs are domains: their MX hosts.")
@resolver_option
@click.option(
    "--root-hints",
    "hints",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Begin at the root servers named here, in zone-file form.",
)
@click.option(
    "--private-servers",
    is_flag=True,
    help="Also ask name servers at private addresses: for intranets.",
)
@timeout_option
@click.option(
    "--deadline",
    metavar="SECONDS",
    default="20",
    show_default=True,
    callback=parse_seconds,
    help=f"How long to ask the servers outside about an address; at most {LONGEST_TIMEOUT}.",
)
def explain(targets: Sequence[str], **options: Any) -> None:
    """Explain why an address passes or fails, who can change it, and what to publish.

    Asks the resolver as "gotrdns check" does and, from the root down, the authoritative servers
    themselves. A TARGET is an address, a host name (all its addresses are explained) or, with --mx,
    a domain. "-" reads targets from standard input, one a line.
    """
    require_targets(targets)
    if options["as_json"] and options["letters"]:
        raise click.UsageError("--json and --letter cannot go together")

    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns.cli.explanations import InvalidInquiry, explain_targets, read_inquiry  # noqa: PLC0415
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
