"""Our resolvers, each by itself: whether they answer, resolve, tell the truth, and how fast.

Owns the control questions and what an answer to them says about a resolver. How the daemon lives
with one that is wanting is not known here.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.doctor.circumstances import Circumstances
from gotrdns.doctor.host import Host
from gotrdns.lookup import CONTROL_QUESTION, Outcome, Question, RecordType
from gotrdns.names import ROOT, DomainName
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.resolution.inspecting import Heard
from gotrdns.resolution.servers import (
    InvalidServer,
    NoServers,
    ServerAddress,
)

Draw = Callable[[], str]

# It exists, and has no address: a NODATA that is known.
_NODATA: Final = Question(DomainName.parse("arpa"), RecordType.A)
# Signed since 2010, whatever else is not.
_SIGNED: Final = Question(ROOT, RecordType.SOA)
_AGAIN: Final = 3
_SLOW_CACHED: Final = 0.05  # seconds: from loopback it takes less than one thousandth
_SLOW_UNCACHED: Final = 2.0
_FURTHER: Final = (
    Check.RESOLVER_RECURSIVE,
    Check.RESOLVER_HONEST,
    Check.RESOLVER_FAST,
    Check.RESOLVER_SOA,
    Check.RESOLVER_DNSSEC,
)


class _Answers(msgspec.Struct, frozen=True):
    """What one resolver said; all but ``control`` only where that was answered.

    ``cached`` is the quickest of the answers that it had already, in seconds.
    """

    server: ServerAddress
    control: Heard
    fresh: Heard
    nodata: Heard
    signed: Heard
    cached: float


async def examine_resolvers(
    host: Host, around: Circumstances, draw: Draw = lambda: secrets.token_hex(6)
) -> AsyncIterator[Finding]:
    """``draw`` gives text that nobody has asked about before."""
    try:
        servers = host.servers(around.resolvers)
    except (InvalidServer, NoServers) as error:
        yield Wrong(Fault.RESOLVER_NONE, {"reason": str(error)})
        return
    for each in _list(servers):
        yield each
    heard = await asyncio.gather(*(_ask(host, each, draw()) for each in dict.fromkeys(servers)))
    for found in _answering(heard):
        yield found
    for each_heard in heard:
        for found in _about(host, each_heard):
            yield found


async def _ask(host: Host, server: ServerAddress, unheard: str) -> _Answers:
    control = await host.inspect(server, CONTROL_QUESTION)
    if not control.came:
        return _Answers(server, control, control, control, control, 0.0)
    fresh = Question(DomainName.parse(f"gotrdns-{unheard}.arpa"), RecordType.A)
    new, nodata, signed = await asyncio.gather(
        *(host.inspect(server, each) for each in (fresh, _NODATA, _SIGNED))
    )
    again = [await host.inspect(server, CONTROL_QUESTION) for _ in range(_AGAIN)]
    cached = min((each.seconds for each in again if each.came), default=0.0)
    return _Answers(server, control, new, nodata, signed, cached)


def _list(servers: Sequence[ServerAddress]) -> Iterator[Finding]:
    texts = [each.text for each in servers]
    repeated = {each for each in texts if texts.count(each) > 1}
    for server in sorted(repeated):
        yield Wrong(Fault.RESOLVER_LISTED_TWICE, {"server": server})
    if not repeated:
        yield Well(Check.RESOLVER_LISTED, {"servers": ", ".join(texts)})


def _answering(heard: list[_Answers]) -> Iterator[Finding]:
    alive = [each for each in heard if each.control.came]
    for position, each in enumerate(heard):
        details = {"server": each.server.text, "others": _texts(alive)}
        if each.control.outcome is Outcome.REFUSED:
            yield Wrong(Fault.RESOLVER_REFUSES, details)
        elif each.control.came:
            yield Well(Check.RESOLVER_ANSWERS, details)
        elif not alive:
            yield Wrong(Fault.RESOLVER_SILENT, details)
        else:
            first = position == 0
            yield Wrong(
                Fault.RESOLVER_FIRST_SILENT if first else Fault.RESOLVER_OTHER_SILENT, details
            )


def _texts(answers: list[_Answers]) -> str:
    return ", ".join(each.server.text for each in answers)


def _about(host: Host, heard: _Answers) -> Iterator[Finding]:
    server = {"server": heard.server.text}
    if heard.control.outcome is Outcome.REFUSED or not heard.control.came:
        for check in _FURTHER:
            yield Unmade(check, Obstacle.RESOLVER_DOWN, server)
    elif not heard.control.recursive:
        yield Wrong(Fault.RESOLVER_NOT_RECURSIVE, server)
        for check in _FURTHER[1:]:
            yield Unmade(check, Obstacle.NO_RECURSION, server)
    else:
        yield _recursive(heard, server)
        yield _honest(heard, server)
        yield _fast(heard, server)
        yield _soa(heard, server)
        yield _dnssec(heard, server)
    yield _local(host, heard, server)


def _recursive(heard: _Answers, server: dict[str, str]) -> Finding:
    if not heard.fresh.came or heard.fresh.outcome in {Outcome.SERVFAIL, Outcome.REFUSED}:
        outcome = {"outcome": heard.fresh.outcome.value}
        return Wrong(Fault.RESOLVER_DOES_NOT_RESOLVE, server | outcome)
    return Well(Check.RESOLVER_RECURSIVE, server)


def _honest(heard: _Answers, server: dict[str, str]) -> Finding:
    if heard.fresh.outcome is Outcome.FOUND:
        return Wrong(Fault.RESOLVER_INVENTS, server)
    if heard.fresh.outcome in {Outcome.NXDOMAIN, Outcome.NODATA, Outcome.UNPROVEN}:
        return Well(Check.RESOLVER_HONEST, server)
    return _undetermined(Check.RESOLVER_HONEST, heard.fresh, server)


def _fast(heard: _Answers, server: dict[str, str]) -> Finding:
    if not heard.fresh.came:
        return _undetermined(Check.RESOLVER_FAST, heard.fresh, server)
    fresh = heard.fresh.seconds
    times = {"cached": f"{heard.cached * 1000:.3g}", "fresh": f"{fresh * 1000:.3g}"}
    if heard.cached > _SLOW_CACHED or fresh > _SLOW_UNCACHED:
        return Wrong(Fault.RESOLVER_SLOW, server | times)
    return Well(Check.RESOLVER_FAST, server | times)


def _soa(heard: _Answers, server: dict[str, str]) -> Finding:
    if heard.nodata.outcome is Outcome.UNPROVEN:
        return Wrong(Fault.RESOLVER_STRIPS_SOA, server)
    if heard.nodata.outcome is Outcome.NODATA:
        return Well(Check.RESOLVER_SOA, server)
    return _undetermined(Check.RESOLVER_SOA, heard.nodata, server)


def _dnssec(heard: _Answers, server: dict[str, str]) -> Finding:
    if heard.signed.outcome is not Outcome.FOUND:
        return _undetermined(Check.RESOLVER_DNSSEC, heard.signed, server)
    if heard.signed.authenticated:
        return Well(Check.RESOLVER_DNSSEC, server)
    if heard.signed.signed:
        return Wrong(Fault.RESOLVER_DOES_NOT_VALIDATE, server)
    return Wrong(Fault.RESOLVER_STRIPS_DNSSEC, server)


def _local(host: Host, heard: _Answers, server: dict[str, str]) -> Finding:
    if heard.server.is_loopback or host.has_address(heard.server.address):
        return Well(Check.RESOLVER_LOCAL, server)
    return Wrong(Fault.RESOLVER_REMOTE, server | {"cached": f"{heard.cached * 1000:.3g}"})


def _undetermined(check: Check, heard: Heard, server: dict[str, str]) -> Finding:
    details = {"subject": server["server"], "outcome": heard.outcome.value}
    return Unmade(check, Obstacle.UNDETERMINED, details)
