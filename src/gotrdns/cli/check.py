"""``gotrdns check``: the fast verdict, through the resolver alone.

Owns the verb's options. What it needs is imported when it runs.
"""

import math
from collections.abc import Sequence

import click


def _parse_timeout(_context: click.Context, _parameter: click.Parameter, seconds: float) -> float:
    if math.isnan(seconds):
        raise click.BadParameter("'nan' is not a number of seconds.")
    return seconds


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
  2  some target cannot be checked, or the command line is wrong
  3  no address fails, but for some DNS did not answer
"""
)
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option(
    "--resolver",
    "resolvers",
    metavar="ADDRESS[:PORT]",
    multiple=True,
    help="Ask this resolver, not those of /etc/resolv.conf. May be repeated.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, 30, min_open=True),
    default=5.0,
    show_default=True,
    callback=_parse_timeout,
    help="How long one question may take, retries included.",
)
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
    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns.cli.checker import check_targets  # noqa: PLC0415
    from gotrdns.cli.output import Failure  # noqa: PLC0415
    from gotrdns.cli.standard_input import UnreadableInput  # noqa: PLC0415
    from gotrdns.cli.targets import parse_host  # noqa: PLC0415
    from gotrdns.resolution.servers import InvalidServer, NoServers  # noqa: PLC0415
    from gotrdns.resolution.settings import ResolverSettings  # noqa: PLC0415

    helo_name = None if helo is None else parse_host(helo)
    if helo is not None and helo_name is None:
        raise Failure(f"--helo: {helo!r} is not a host name")
    settings = ResolverSettings(servers=tuple(resolvers), timeout=timeout)
    work = check_targets(settings, targets, helo=helo_name, exchanges=exchanges, as_json=as_json)
    try:
        status = asyncio.run(work)
    except (InvalidServer, NoServers, UnreadableInput) as error:
        raise Failure(str(error)) from None
    raise click.exceptions.Exit(status)
