"""The work of ``gotrdns check``: targets in, reports out in the same order.

Owns how many targets are under way at once, and what is printed where.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from gotrdns.checking import check_address
from gotrdns.checking.helo import ask_about_helo
from gotrdns.checking.targets import Expansion, Place, Remark, expand_domain, expand_host
from gotrdns.cli.colour import choose_paint
from gotrdns.cli.ordered import work_in_order
from gotrdns.cli.output import write, write_octets
from gotrdns.cli.reporting import Outcomes, origin_of, read_targets
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.findings import Finding
from gotrdns.diagnosis.helo import Helo, MalformedHelo
from gotrdns.lookup import Resolver
from gotrdns.names import HostName
from gotrdns.reports.text import compose
from gotrdns.reports.verdict_json import encode_verdict
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Verdict

# Targets under way, and addresses: plenty for a person, little for a resolver.
_AT_ONCE: Final = 100
# Targets finished or under way that may wait for an earlier one: memory, some kilobytes each.
_KEPT: Final = 10_000


class _Checked(msgspec.Struct, frozen=True):
    """One address of a target, with all there is to say about it. ``elapsed`` is seconds."""

    place: Place
    verdict: Verdict
    findings: Sequence[Finding]
    elapsed: float


class _CheckedTarget(msgspec.Struct, frozen=True):
    remarks: Sequence[Remark]
    addresses: Sequence[_Checked]


class _Checker:
    """Checks targets with one resolver, a bounded number of addresses at once.

    Made in a running event loop: the questions about a HELO name are asked beside the others.
    """

    def __init__(
        self, resolver: Resolver, helo: HostName | MalformedHelo | None, *, exchanges: bool
    ) -> None:
        self._resolver = resolver
        self._expand = expand_domain if exchanges else expand_host
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._helo_name = None if isinstance(helo, MalformedHelo) else helo
        self._helo: Helo | None = None
        self._asking_about_helo: asyncio.Task[Helo] | None = None
        if isinstance(helo, MalformedHelo):
            self._helo = helo
        elif helo is not None:
            self._asking_about_helo = asyncio.create_task(ask_about_helo(resolver, helo))

    async def check(self, target: str) -> _CheckedTarget:
        expansion: Expansion = await self._expand(self._resolver, target)
        places = expansion.places
        if len(places) == 1:  # nearly always, in bulk: no task for it
            return _CheckedTarget(expansion.remarks, (await self._check_place(places[0]),))
        checked = await asyncio.gather(*map(self._check_place, places))
        return _CheckedTarget(expansion.remarks, checked)

    async def _check_place(self, place: Place) -> _Checked:
        async with self._slots:
            started = time.perf_counter()
            verdict = await check_address(self._resolver, place.address, helo=self._helo_name)
            elapsed = time.perf_counter() - started
        helo = await self._asking_about_helo if self._asking_about_helo else self._helo
        return _Checked(place, verdict, diagnose(verdict, helo=helo), elapsed)


class _Printer:
    """Prints what was checked, in order."""

    def __init__(self, servers: Sequence[str], *, as_json: bool) -> None:
        self._servers = servers
        self._as_json = as_json
        self._paint = choose_paint()
        self._separator = ""
        self.outcomes = Outcomes(servers)

    def print_target(self, checked: _CheckedTarget) -> None:
        self.outcomes.note_remarks(checked.remarks)
        for each in checked.addresses:
            self.outcomes.note_result(each.verdict.result)
            self._print_address(each)

    def _print_address(self, checked: _Checked) -> None:
        if self._as_json:
            line = encode_verdict(checked.verdict, checked.findings, checked.elapsed)
            write_octets(line + b"\n")
            return
        text = compose(
            checked.verdict,
            checked.findings,
            origin=origin_of(checked.place),
            servers=self._servers,
            paint=self._paint,
        )
        write(self._separator + text)
        self._separator = "\n"


async def check_targets(
    settings: ResolverSettings,
    targets: Sequence[str],
    *,
    helo: HostName | MalformedHelo | None,
    exchanges: bool,
    as_json: bool,
) -> int:
    """Check and print everything; returns the exit status.

    Raises InvalidServer and NoServers for the resolver, UnreadableInput for standard input.
    """
    client = open_client(settings)
    try:
        printer = _Printer(client.servers, as_json=as_json)
        checker = _Checker(client, helo, exchanges=exchanges)
        await work_in_order(
            read_targets(targets),
            checker.check,
            printer.print_target,
            at_once=_AT_ONCE,
            kept=_KEPT,
        )
    finally:
        client.close()
    return printer.outcomes.status
