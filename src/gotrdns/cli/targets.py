"""From what a person names to the addresses to check.

Owns the look-ups between a target (an address, a host name, a domain with its MX hosts) and its
addresses. What went wrong on the way is a remark with a code; wording and exit statuses are others'
business.
"""

import asyncio
import enum
from collections.abc import Iterable

import msgspec

from gotrdns.lookup import (
    TEMPORARY,
    Answer,
    MailExchange,
    Outcome,
    Question,
    RecordType,
    Resolver,
    ask_and_wait,
)
from gotrdns.names import (
    ROOT,
    Address,
    DomainName,
    HostName,
    InvalidAddress,
    InvalidName,
    is_host_name,
)


class Weight(enum.Enum):
    """What a remark means for the outcome of the whole."""

    NOTE = "note"
    UNDETERMINED = "undetermined"  # DNS did not answer
    IMPOSSIBLE = "impossible"  # there is nothing to check


class Remark(msgspec.Struct, frozen=True):
    """Something to say about a target besides its addresses' verdicts."""

    code: str
    weight: Weight
    target: str
    record_type: str = ""


class Place(msgspec.Struct, frozen=True):
    """An address to check; ``host`` and ``exchange_of`` say how it was come by."""

    address: Address
    host: DomainName | None = None
    exchange_of: DomainName | None = None
    preference: int = 0


class Expansion(msgspec.Struct, frozen=True):
    """All that a target stands for."""

    places: tuple[Place, ...] = ()
    remarks: tuple[Remark, ...] = ()


async def expand_host(resolver: Resolver, target: str) -> Expansion:
    """An address, or a host name's addresses."""
    try:
        return Expansion((Place(Address.parse(target)),))
    except InvalidAddress:
        pass
    host = parse_host(target)
    if host is None:
        return Expansion(remarks=(Remark("not-a-target", Weight.IMPOSSIBLE, target),))
    return await _addresses_of(resolver, host)


async def expand_domain(resolver: Resolver, target: str) -> Expansion:
    """The addresses of a domain's MX hosts, or its own where it has none (RFC 5321 section 5.1)."""
    domain = parse_host(target)
    if domain is None:
        return Expansion(remarks=(Remark("not-a-domain", Weight.IMPOSSIBLE, target),))
    answer = await ask_and_wait(resolver, Question(domain, RecordType.MX))
    if answer.outcome is Outcome.FOUND:
        return await _addresses_of_exchanges(resolver, domain, answer.exchanges)
    if answer.outcome is not Outcome.NODATA:
        return Expansion(remarks=(_lack(domain, answer, RecordType.MX),))
    own = await _addresses_of(resolver, domain)
    note = Remark("no-mail-exchange", Weight.NOTE, domain.text)
    return Expansion(own.places, (note, *own.remarks))


async def _addresses_of_exchanges(
    resolver: Resolver, domain: DomainName, exchanges: Iterable[MailExchange]
) -> Expansion:
    hosts = sorted({each for each in exchanges if each.name != ROOT})
    if not hosts:
        return Expansion(remarks=(Remark("accepts-no-mail", Weight.IMPOSSIBLE, domain.text),))
    expansions = await asyncio.gather(*(_addresses_of(resolver, each.name) for each in hosts))
    places: dict[Address, Place] = {}
    for exchange, expansion in zip(hosts, expansions, strict=True):
        for each in expansion.places:
            place = Place(each.address, exchange.name, domain, exchange.preference)
            places.setdefault(each.address, place)
    remarks = (remark for expansion in expansions for remark in expansion.remarks)
    return Expansion(tuple(places.values()), tuple(remarks))


async def _addresses_of(resolver: Resolver, host: DomainName) -> Expansion:
    questions = [Question(host, each) for each in (RecordType.A, RecordType.AAAA)]
    answers = await asyncio.gather(*(ask_and_wait(resolver, each) for each in questions))
    # Through its text, because an AAAA record may hold an IPv4-mapped address.
    found = [Address.parse(each.text) for answer in answers for each in sorted(answer.addresses)]
    places = tuple(Place(address, host) for address in dict.fromkeys(found))
    remarks = tuple(
        _lack(host, answer, question.type)
        for question, answer in zip(questions, answers, strict=True)
        if answer.outcome in TEMPORARY
    )
    if not places and not remarks:
        remarks = (_lack(host, answers[0], RecordType.A),)
    return Expansion(places, remarks)


def _lack(name: DomainName, answer: Answer, record_type: RecordType) -> Remark:
    """Why a question brought nothing to check."""
    match answer.outcome:
        case Outcome.NXDOMAIN:
            return Remark("no-such-name", Weight.IMPOSSIBLE, name.text)
        case Outcome.FOUND | Outcome.NODATA:
            return Remark("no-address", Weight.IMPOSSIBLE, name.text)
        case (
            Outcome.UNPROVEN
            | Outcome.SERVFAIL
            | Outcome.REFUSED
            | Outcome.TIMEOUT
            | Outcome.UNREACHABLE
        ):
            return Remark(answer.outcome.value, Weight.UNDETERMINED, name.text, record_type.name)


def parse_host(text: str) -> HostName | None:
    """The host name that a person wrote, or None if it cannot be one."""
    try:
        name = DomainName.parse(text)
    except InvalidName:
        return None
    return name if is_host_name(name) else None
