"""``gotrdns check``: the fast verdict, through the resolver alone.

Owns the verb's options. What it needs is imported when it runs.
"""

from collections.abc import Sequence

import click

from gotrdns.cli.options import require_targets, resolver_option, targets_argument, timeout_option


@click.command(
    epilog="""\b
Examples:
  gotrdns check 85.105.64.87
  gotrdns check --mx example.com
  gotrdns check --json - < addresses.txt

\b
Exit status:
  0  every address passes
  1  some address fails: no name, or a name that does not lead back
  2  some target cannot be checked, or something is wrong here: the command
     line, standard input, or where the results go
  3  no address fails, but for some DNS did not answer
  130, 141  interrupted; whoever read the results went away
"""
)
@targets_argument
@resolver_option
@timeout_option
@click.option(
    "--helo",
    metavar="NAME",
    help="The name the client gave in HELO or EHLO; compared, and evaluated first.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line, an address each."
)
@click.option("--mx", "exchanges", is_flag=True, help="TARGETs are domains: check their MX hosts.")
def check(
    targets: Sequence[str],
    resolvers: Sequence[str],
    timeout: float,
    helo: str | None,
    as_json: bool,
    exchanges: bool,
) -> None:
    """Check whether addresses have confirmed reverse DNS.

    A TARGET is an address, a host name (all its addresses are checked) or, with --mx, a domain
    (all its MX hosts are). "-" reads targets from standard input, one a line.
    """
    require_targets(targets)

    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns.checking.helo import read_helo  # noqa: PLC0415
    from gotrdns.cli.checker import check_targets  # noqa: PLC0415
    from gotrdns.cli.output import Failure  # noqa: PLC0415
    from gotrdns.cli.standard_input import UnreadableInput  # noqa: PLC0415
    from gotrdns.resolution.servers import InvalidServer, NoServers  # noqa: PLC0415
    from gotrdns.resolution.settings import ResolverSettings  # noqa: PLC0415

    settings = ResolverSettings(servers=tuple(resolvers), timeout=timeout)
    said = None if helo is None else read_helo(helo)
    work = check_targets(settings, targets, helo=said, exchanges=exchanges, as_json=as_json)
    try:
        status = asyncio.run(work)
    except (InvalidServer, NoServers, UnreadableInput) as error:
        raise Failure(str(error)) from None
    raise click.exceptions.Exit(status)
