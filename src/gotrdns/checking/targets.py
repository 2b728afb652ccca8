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
    AmbiguousName,
    DomainName,
    Flaw,
    HostName,
    InvalidAddress,
    InvalidName,
    host_name_flaw,
    read_host_name,
)


class Weight(enum.Enum):
    """What a remark means for the outcome of the whole."""

    NOTE = "note"
    UNDETERMINED = "undetermined"  # DNS did not answer
    IMPOSSIBLE = "impossible"  # there is nothing to check


class Remark(msgspec.Struct, frozen=True):
    """Something to say about a target besides its addresses' verdicts.

    ``target`` is an MX host of ``exchange_of`` where that is set.
    """

    code: str
    weight: Weight
    target: str
    record_type: str = ""
    exchange_of: DomainName | None = None
    preference: int = 0


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
    """An address, perhaps in brackets, or a host name's addresses."""
    try:
        return Expansion((Place(Address.parse_literal(target)),))
    except InvalidAddress:
        pass
    host = parse_host(target)
    if host is None:
        return _nothing(_refusal("not-a-target", target))
    return await _addresses_of(resolver, host)


async def expand_domain(resolver: Resolver, target: str) -> Expansion:
    """The addresses of a domain's MX hosts, or its own where it has none (RFC 5321 section 5.1)."""
    domain = parse_host(target)
    if domain is None:
        return _nothing(_refusal("not-a-domain", target))
    answer = await ask_and_wait(resolver, Question(domain, RecordType.MX))
    if answer.outcome is Outcome.FOUND:
        return await _addresses_of_exchanges(resolver, domain, answer.exchanges)
    if answer.outcome is not Outcome.NODATA:
        return _nothing(_lack(domain, answer, RecordType.MX))
    own = await _addresses_of(resolver, domain)
    if not own.places and all(each.weight is Weight.IMPOSSIBLE for each in own.remarks):
        return _nothing(Remark("no-mail-host", Weight.IMPOSSIBLE, domain.text))
    note = Remark("no-mail-exchange", Weight.NOTE, domain.text)
    return Expansion(own.places, (note, *own.remarks))


def _nothing(remark: Remark) -> Expansion:
    return Expansion(remarks=(remark,))


def _refusal(code: str, target: str) -> Remark:
    """Why the text is no target; ``code`` where there is no better reason."""
    if not target:
        code = "empty-target"
    try:
        DomainName.parse(target)
    except AmbiguousName:
        code = "ambiguous-name"
    except InvalidName:
        pass
    return Remark(code, Weight.IMPOSSIBLE, target)


async def _addresses_of_exchanges(
    resolver: Resolver, domain: DomainName, exchanges: Iterable[MailExchange]
) -> Expansion:
    hosts = sorted({each for each in exchanges if each.name != ROOT})
    if not hosts:
        return _nothing(Remark("accepts-no-mail", Weight.IMPOSSIBLE, domain.text))
    expansions = await asyncio.gather(*(_addresses_of_exchange(resolver, each) for each in hosts))
    places: dict[Address, Place] = {}
    remarks: list[Remark] = []
    for exchange, expansion in zip(hosts, expansions, strict=True):
        found_by = {"exchange_of": domain, "preference": exchange.preference}
        for place in expansion.places:
            places.setdefault(place.address, msgspec.structs.replace(place, **found_by))
        remarks += [msgspec.structs.replace(each, **found_by) for each in expansion.remarks]
    return Expansion(tuple(places.values()), tuple(remarks))


async def _addresses_of_exchange(resolver: Resolver, exchange: MailExchange) -> Expansion:
    flaw = host_name_flaw(exchange.name)
    if flaw is None:
        return await _addresses_of(resolver, exchange.name)
    code = "exchange-is-address" if flaw is Flaw.ADDRESS_LITERAL else "exchange-is-no-host"
    return _nothing(Remark(code, Weight.IMPOSSIBLE, exchange.name.text))


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
        return read_host_name(DomainName.parse(text))
    except InvalidName:
        return None


def parse_mail_host(text: str) -> HostName | None:
    """The name that a mail server is to have; None if receivers would not take it.

    RFC 1123 section 2.1: some receivers refuse a hyphen at a label's edge.
    """
    name = parse_host(text)
    if name is None or len(name.labels) < 2:
        return None
    hyphens = (label.startswith(b"-") or label.endswith(b"-") for label in name.labels)
    return None if any(hyphens) else name
