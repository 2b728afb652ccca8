"""``gotrdns doctor``: what is wrong with this host, and what mends it.

Owns the verb's options and exit statuses. What it needs is imported when it runs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gotrdns.cli.options import resolver_option, settings_option

if TYPE_CHECKING:
    from gotrdns.names import Address
    from gotrdns.reports.examination import Check

_WRONG: Final = 1


@click.command(
    epilog="""\b
Examples:
  gotrdns doctor
  gotrdns doctor --address 192.0.2.25 --address 2001:db8::25
  gotrdns doctor --json | jq -r '.checks[] | select(.fault) | .fault'
  gotrdns doctor --only resolver-answers --only resolver-fast

\b
Exit status:
  0  nothing is wrong, of what could be checked
  1  something is wrong: there is an error or a warning
  2  the command line is wrong, or the results cannot be written
  130, 141  interrupted; whoever read the results went away
"""
)
@settings_option("settings", "The daemon's settings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@resolver_option
@click.option(
    "--address",
    "addresses",
    metavar="ADDRESS",
    multiple=True,
    help="An address that this host's mail comes from, as others see it. May be repeated.",
)
@click.option(
    "--mail-log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Postfix's log, in which to count clients.  [default: as Postfix has it, or "
    "/var/log/mail.log]",
)
@click.option(
    "--postfix-config",
    "postfix",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Postfix's configuration, if it is not where Postfix has it.",
)
@click.option("--only", metavar="CODE", multiple=True, help="Make this check. May be repeated.")
@click.option(
    "--skip", metavar="CODE", multiple=True, help="Leave this check out. May be repeated."
)
def doctor(**options: Any) -> None:
    """Look at this host, and say what is wrong and what mends it.

    Looks at the settings, the daemon, Postfix, the resolver, the clients' and this host's own
    addresses, the store, the clock and the disk, for at most some 15 seconds. Changes nothing; as
    root it sees more.
    """
    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns import __version__  # noqa: PLC0415
    from gotrdns.cli.colour import choose_paint  # noqa: PLC0415
    from gotrdns.cli.output import write, write_octets  # noqa: PLC0415
    from gotrdns.doctor import Wishes, examine  # noqa: PLC0415
    from gotrdns.doctor.machine import Machine  # noqa: PLC0415
    from gotrdns.reports.examination import is_wrong  # noqa: PLC0415
    from gotrdns.reports.examination_json import encode_examination  # noqa: PLC0415
    from gotrdns.reports.examination_text import compose_examination  # noqa: PLC0415

    wishes = Wishes(
        settings=options["settings"],
        resolvers=_require_resolvers(options["resolvers"]),
        addresses=tuple(map(_read_address, options["addresses"])),
        mail_log=options["mail_log"],
        postfix=options["postfix"],
    )
    wanted = _choose(options["only"], options["skip"])
    findings = asyncio.run(examine(Machine(), wishes, wanted))
    if options["as_json"]:
        write_octets(encode_examination(findings, __version__) + b"\n")
    else:
        write(compose_examination(findings, choose_paint()))
    raise click.exceptions.Exit(_WRONG if any(map(is_wrong, findings)) else 0)


def _read_address(text: str) -> "Address":
    from gotrdns.names import Address, InvalidAddress  # noqa: PLC0415 - see the module

    try:
        return Address.parse_literal(text)
    except InvalidAddress as error:
        raise click.UsageError(f"--address: {error}") from None


def _require_resolvers(texts: tuple[str, ...]) -> tuple[str, ...]:
    from gotrdns.resolution.servers import InvalidServer, parse_server  # noqa: PLC0415

    for text in texts:
        try:
            parse_server(text)
        except InvalidServer as error:
            raise click.UsageError(f"--resolver: {error}") from None
    return texts


def _choose(only: tuple[str, ...], skip: tuple[str, ...]) -> "list[Check]":
    """By checks' codes, by their faults', and by what they are about."""
    from gotrdns.reports.examination import Check, Fault  # noqa: PLC0415 - see the module

    codes: dict[str, set[Check]] = {}
    for check in Check:
        for code in (check.value, check.subject.value):
            codes.setdefault(code, set()).add(check)
    for fault in Fault:
        codes[fault.value] = {fault.check}

    def named(given: tuple[str, ...], option: str) -> set[Check]:
        for code in given:
            if code not in codes:
                raise click.UsageError(f"{option}: there is no check {code!r}")
        return {check for code in given for check in codes[code]}

    chosen, left_out = named(only, "--only"), named(skip, "--skip")
    return [each for each in Check if (not only or each in chosen) and each not in left_out]
