"""The whole of an explanation: the resolver's verdict, the walk beside it, and what follows.

Owns which step waits for which. What may be said is decided in ``diagnosis``, what to publish in
``publishing``; nothing here is wording.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final, Protocol

import msgspec

from gotrdns.checking import check_address
from gotrdns.contacts.holder import Holder, NoRdap
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.findings import Finding
from gotrdns.diagnosis.helo import Helo, HeloEvidence
from gotrdns.diagnosis.walked import WalkEvidence, diagnose_walk
from gotrdns.evidence import Path, Probe, Purpose, Reply, Walk, Zone
from gotrdns.explaining.explanation import Choice, Explanation, HostName
from gotrdns.explaining.foreseeing import foresee
from gotrdns.explaining.naming import choose_host, meant_names, names_a_host_of_its_own
from gotrdns.explaining.probing import probe_other_family, probe_reverse
from gotrdns.explaining.publishing import find_responsible, path_of, records_to_publish
from gotrdns.lookup import TEMPORARY, Outcome, Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.verification import NAMES_EVALUATED, Cause, NameState, Verdict

_ASKED_UNVALIDATED: Final = 2  # times, before the resolver's validation is blamed


class Walker(Protocol):
    """What of ``resolution.walk`` is needed here."""

    @property
    def egress(self) -> bool: ...
    @property
    def cut_short(self) -> bool: ...
    @property
    def questions(self) -> int: ...
    @property
    def elapsed(self) -> float: ...
    async def walk(self, question: Question, /) -> Path: ...
    async def ask_zone(self, zone: Zone, question: Question, /) -> tuple[Reply, ...]: ...


class Means(msgspec.Struct, frozen=True):
    """Whom an explanation asks.

    ``ask_unvalidated`` asks our resolver with CD set; ``find_holder`` asks RDAP, None leaves that
    out. ``servers`` are the resolvers' addresses in words.
    """

    resolver: Resolver
    walker: Walker
    ask_unvalidated: Callable[[Question], Awaitable[Outcome]]
    find_holder: Callable[[Address], Awaitable[Holder]] | None = None
    servers: tuple[str, ...] = ()


async def explain(
    means: Means, client: Address, *, helo: Helo | None = None, given: DomainName | None = None
) -> Explanation:
    """Explain one address; ``given`` is the name its host is to have, where the asker knows it.

    Ends by the walker's deadline and the resolver's. Raises nothing for DNS trouble.
    """
    started = time.monotonic()
    holder_task = asyncio.ensure_future(_find_holder(means, client))
    helo_name = helo.name if isinstance(helo, HeloEvidence) else None
    try:
        verdict, reverse = await asyncio.gather(
            check_address(means.resolver, client, helo=helo_name),
            means.walker.walk(Question(client.reverse_name, RecordType.PTR)),
        )
        walk, host, findings = await _look_closer(means, verdict, reverse, helo, given)
        resolves, predictions = await asyncio.gather(
            _resolves(means.resolver, client, host.name),
            foresee(means.resolver, verdict, walk, findings),
        )
        holder, no_rdap = await holder_task
    finally:
        holder_task.cancel()
    records = records_to_publish(verdict, findings, walk, host, host_resolves=resolves is True)
    return Explanation(
        verdict=verdict,
        findings=findings,
        walk=walk,
        host=host,
        records=records,
        responsible=find_responsible(findings, records, walk, holder),
        resolvers=means.servers,
        elapsed=time.monotonic() - started,
        no_rdap=no_rdap,
        predictions=predictions,
    )


async def _look_closer(
    means: Means,
    verdict: Verdict,
    reverse: Path,
    helo: Helo | None,
    given: DomainName | None,
) -> tuple[Walk | None, HostName, tuple[Finding, ...]]:
    """The walks and questions that the first answers call for, and the findings from them all."""
    client = verdict.address
    names = _names_to_walk(verdict, reverse)
    forward, probes, helo_path, unvalidated = await asyncio.gather(
        asyncio.gather(*(_walk_forward(means.walker, client, each) for each in names)),
        probe_reverse(means.walker, client, reverse),
        _walk_helo(means.walker, client, helo),
        _ask_unvalidated(means, verdict),
    )
    at_first = diagnose(verdict, helo=helo)
    leads = (*meant_names(at_first), *_misplaced_targets(probes))
    host = choose_host(
        verdict,
        meant=leads,
        pointed_to=names,
        given=given,
        helo=helo,
        helo_domain=helo_path.last.zone.name if helo_path else None,
    )
    paths = [path for path, _ in forward]
    if host.choice is not Choice.EXAMPLE and host.name not in names:
        paths.append(await means.walker.walk(_forward_question(client, host.name)))
    walk = Walk(
        reverse,
        tuple(paths),
        (*probes, *(probe for _, found in forward for probe in found)),
        egress=means.walker.egress,
        cut_short=means.walker.cut_short,
        questions=means.walker.questions,
        elapsed=means.walker.elapsed,
    )
    if not walk.egress:
        return None, host, at_first
    resolves = await _which_resolve(means.resolver, client, leads)
    evidence = WalkEvidence(
        _without_the_proposal(walk, names),
        checking_disabled=unvalidated,
        resolves_to_client=resolves,
    )
    return walk, host, diagnose_walk(verdict, evidence, helo=helo)


def _without_the_proposal(walk: Walk, names: Iterable[DomainName]) -> Walk:
    """Only the paths of names that the PTR records hold: a proposal is no evidence."""
    held = [path for name in names if (path := path_of(walk, name))]
    return msgspec.structs.replace(walk, forward=tuple(held))


def _names_to_walk(verdict: Verdict, reverse: Path) -> tuple[DomainName, ...]:
    """The PTR names that the servers gave, and those that the resolver still holds."""
    from_walk = (
        record.target
        for reply in reverse.last.zone.replies
        for record in reply.answers
        if record.target is not None
    )
    names = dict.fromkeys((*(each.name for each in verdict.names), *from_walk))
    return tuple(name for name in names if is_host_name(name))[:NAMES_EVALUATED]


def _forward_question(client: Address, name: DomainName) -> Question:
    return Question(name, RecordType.AAAA if client.is_ipv6 else RecordType.A)


async def _walk_forward(
    walker: Walker, client: Address, name: DomainName
) -> tuple[Path, tuple[Probe, ...]]:
    path = await walker.walk(_forward_question(client, name))
    return path, await probe_other_family(walker, path)


async def _walk_helo(walker: Walker, client: Address, helo: Helo | None) -> Path | None:
    """For the domain of a HELO name that leads elsewhere: the host's name may belong into it."""
    if not isinstance(helo, HeloEvidence) or client in helo.addresses:
        return None
    if not names_a_host_of_its_own(client, helo.name):
        return None
    return await walker.walk(_forward_question(client, helo.name))


async def _ask_unvalidated(
    means: Means, verdict: Verdict
) -> Mapping[Question, tuple[Outcome, ...]]:
    """What our resolver says without validation, where with it there was only SERVFAIL."""
    client = verdict.address
    questions = []
    if verdict.cause is Cause.REVERSE_SERVFAIL:
        questions = [Question(client.reverse_name, RecordType.PTR)]
    elif verdict.cause is Cause.FORWARD_SERVFAIL:
        failing = (each.name for each in verdict.names if each.state is NameState.SERVFAIL)
        questions = [_forward_question(client, each) for each in failing]

    async def ask_often(question: Question) -> tuple[Outcome, ...]:
        return tuple([await means.ask_unvalidated(question) for _ in range(_ASKED_UNVALIDATED)])

    outcomes = await asyncio.gather(*map(ask_often, questions))
    return dict(zip(questions, outcomes, strict=True))


def _misplaced_targets(probes: Iterable[Probe]) -> Iterable[DomainName]:
    return (
        record.target
        for probe in probes
        if probe.purpose is not Purpose.BETWEEN and not (probe.beside and probe.beside.answers)
        for record in probe.reply.answers
        if record.target is not None and is_host_name(record.target)
    )


async def _which_resolve(
    resolver: Resolver, client: Address, names: Iterable[DomainName]
) -> Mapping[DomainName, bool | None]:
    distinct = tuple(dict.fromkeys(names))[:NAMES_EVALUATED]
    known = await asyncio.gather(*(_resolves(resolver, client, each) for each in distinct))
    return dict(zip(distinct, known, strict=True))


async def _resolves(resolver: Resolver, client: Address, name: DomainName) -> bool | None:
    """Whether a name leads to the client; None where DNS did not answer."""
    answer = await ask_and_wait(resolver, _forward_question(client, name))
    if answer.outcome in TEMPORARY:
        return None
    return client in answer.addresses


async def _find_holder(means: Means, client: Address) -> tuple[Holder | None, str | None]:
    if means.find_holder is None:
        return None, None
    try:
        return await means.find_holder(client), None
    except NoRdap as problem:
        return None, problem.reason
