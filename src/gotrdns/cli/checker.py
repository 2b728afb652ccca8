"""The work of ``gotrdns check``: targets in, reports out in the same order.

Owns how many targets are under way at once, what is printed where, and the exit status.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import click
import msgspec

from gotrdns.checking import check_address
from gotrdns.cli.output import choose_paint, write
from gotrdns.cli.standard_input import read_lines
from gotrdns.cli.targets import Expansion, Place, Remark, Weight, expand_domain, expand_host
from gotrdns.diagnosis import Finding, HeloEvidence, diagnose
from gotrdns.lookup import Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import DomainName
from gotrdns.reports import english as words
from gotrdns.reports.text import compose
from gotrdns.reports.verdict_json import encode_verdict
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Result, Verdict

# Targets under way, and addresses: plenty for a person, little for a resolver.
_AT_ONCE: Final = 100
_LONGEST_TARGET_SHOWN: Final = 80

_STATUS_OF_RESULT: Final = {
    Result.PASS: 0,
    Result.FAIL: 1,
    Result.PERMERROR: 1,
    Result.TEMPERROR: 3,
}
_STATUS_OF_WEIGHT: Final = {Weight.NOTE: 0, Weight.UNDETERMINED: 3, Weight.IMPOSSIBLE: 2}
_GRAVEST_FIRST: Final = (2, 1, 3, 0)


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
    """Checks targets with one resolver, a bounded number of addresses at once."""

    def __init__(self, resolver: Resolver, helo: HeloEvidence | None, *, exchanges: bool) -> None:
        self._resolver = resolver
        self._helo = helo
        self._expand = expand_domain if exchanges else expand_host
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def check(self, target: str) -> _CheckedTarget:
        expansion: Expansion = await self._expand(self._resolver, target)
        checked = await asyncio.gather(*map(self._check_place, expansion.places))
        return _CheckedTarget(expansion.remarks, checked)

    async def _check_place(self, place: Place) -> _Checked:
        async with self._slots:
            started = time.perf_counter()
            name = self._helo.name if self._helo else None
            verdict = await check_address(self._resolver, place.address, helo=name)
            elapsed = time.perf_counter() - started
        return _Checked(place, verdict, diagnose(verdict, helo=self._helo), elapsed)


class _Printer:
    """Prints what was checked, in order, and remembers the gravest outcome."""

    def __init__(self, servers: Sequence[str], *, as_json: bool) -> None:
        self._servers = servers
        self._as_json = as_json
        self._paint = choose_paint()
        self._statuses = {0}
        self._separator = ""

    @property
    def status(self) -> int:
        return next(each for each in _GRAVEST_FIRST if each in self._statuses)

    def print_target(self, checked: _CheckedTarget) -> None:
        for remark in checked.remarks:
            self._statuses.add(_STATUS_OF_WEIGHT[remark.weight])
            click.echo(f"gotrdns: {self._remark_text(remark)}", err=True)
        for each in checked.addresses:
            self._statuses.add(_STATUS_OF_RESULT[each.verdict.result])
            self._print_address(each)

    def _remark_text(self, remark: Remark) -> str:
        target = remark.target
        if not target.isprintable() or len(target) > _LONGEST_TARGET_SHOWN:
            target = repr(target[:_LONGEST_TARGET_SHOWN])
        return words.TARGETS[remark.code].format(
            target=target, type=remark.record_type, servers=", ".join(self._servers)
        )

    def _print_address(self, checked: _Checked) -> None:
        if self._as_json:
            line = encode_verdict(checked.verdict, checked.findings, checked.elapsed)
            write(line.decode() + "\n")
            return
        text = compose(
            checked.verdict,
            checked.findings,
            origin=_origin(checked.place),
            servers=self._servers,
            paint=self._paint,
        )
        write(self._separator + text)
        self._separator = "\n"


def _origin(place: Place) -> str | None:
    if place.exchange_of is not None:
        return words.ORIGIN_EXCHANGE.format(
            host=place.host, preference=place.preference, domain=place.exchange_of
        )
    return str(place.host) if place.host is not None else None


async def _read_targets(arguments: Sequence[str]) -> AsyncIterator[str]:
    for argument in arguments:
        if argument != "-":
            yield argument
            continue
        async for line in read_lines():
            target = line.partition("#")[0].strip()
            if target:
                yield target


async def _check_in_order(
    targets: AsyncIterator[str], checker: _Checker, printer: _Printer
) -> None:
    """Many targets at once, printed in the order given, each as soon as those before it are.

    Raises what reading the targets raised, once those that were read are printed.
    """
    under_way: deque[asyncio.Task[_CheckedTarget]] = deque()
    reading: asyncio.Future[str | None] | None = asyncio.ensure_future(anext(targets, None))
    unreadable: BaseException | None = None
    try:
        while reading or under_way:
            awaited: list[asyncio.Future[Any]] = [under_way[0]] if under_way else []
            if reading and len(under_way) < _AT_ONCE:
                awaited.append(reading)
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if under_way and under_way[0].done():
                printer.print_target(under_way.popleft().result())
            if reading and reading.done() and len(under_way) < _AT_ONCE:
                unreadable = reading.exception()
                target = None if unreadable else reading.result()
                reading = None
                if target is not None:
                    under_way.append(asyncio.create_task(checker.check(target)))
                    reading = asyncio.ensure_future(anext(targets, None))
    finally:
        if reading:
            reading.cancel()
        for task in under_way:
            task.cancel()
    if unreadable is not None:
        raise unreadable


async def _ask_about_helo(resolver: Resolver, helo: DomainName) -> HeloEvidence:
    questions = [Question(helo, each) for each in (RecordType.A, RecordType.AAAA)]
    answers = await asyncio.gather(*(ask_and_wait(resolver, each) for each in questions))
    return HeloEvidence(helo, tuple(answers))


async def check_targets(
    settings: ResolverSettings,
    targets: Sequence[str],
    *,
    helo: DomainName | None,
    exchanges: bool,
    as_json: bool,
) -> int:
    """Check and print everything; returns the exit status.

    Raises InvalidServer and NoServers for the resolver, UnreadableInput for standard input.
    """
    client = open_client(settings)
    try:
        evidence = await _ask_about_helo(client, helo) if helo is not None else None
        printer = _Printer(client.servers, as_json=as_json)
        checker = _Checker(client, evidence, exchanges=exchanges)
        await _check_in_order(_read_targets(targets), checker, printer)
    finally:
        client.close()
    return printer.status
