"""What visitors may not have us look at: addresses and names that are not the Internet's.

Owns which those are. A visitor could map a private network otherwise, with our eyes.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from gotrdns.checking.targets import Expansion, Remark, Weight, parse_host
from gotrdns.diagnosis.findings import Finding
from gotrdns.evidence import Record, Walk
from gotrdns.explaining.expert import Asked, Expand
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Resolver
from gotrdns.names import (
    Address,
    DomainName,
    HostName,
    InvalidAddress,
    SpecialUse,
    is_public,
    special_use,
)
from gotrdns.verification import Verdict

# The IANA registry of special-use names (RFC 6761), .internal, and what networks use without right;
# the root has none of them. (.example is nobody's: it may be asked for.)
_SPECIAL_NAMES: Final = tuple(
    DomainName.parse(each)
    for each in (
        *("localhost", "local", "internal", "onion", "alt", "test", "invalid", "home.arpa"),
        *("resolver.arpa", "service.arpa", "ipv4only.arpa", "in-addr.arpa", "ip6.arpa"),
        *("localdomain", "lan", "home", "corp", "mail", "intranet", "private", "workgroup"),
    )
)

_REVERSE_ZONES: Final = tuple(map(DomainName.parse, ("in-addr.arpa", "ip6.arpa")))


class PrivateTarget(Exception):
    """The target is not the Internet's; it is not repeated here, for it may be a secret."""


def require_public(address: Address) -> None:
    """Raises PrivateTarget."""
    if not is_public(address):
        raise PrivateTarget


def require_public_name(name: DomainName) -> None:
    """Raises PrivateTarget for names that only a private network has, before they are asked for."""
    if not is_public_name(name):
        raise PrivateTarget


def is_public_name(name: DomainName) -> bool:
    return len(name.labels) > 1 and not any(name.is_under(each) for each in _SPECIAL_NAMES)


def only_public_subject(address: Address, asked: Asked) -> Asked:
    """What may be asked along with the address; a HELO name of a private network is left out.

    Many a mail host gives one. Raises PrivateTarget for the address, and for the name it is to get.
    """
    require_public(address)
    if asked.name is not None:
        require_public_name(asked.name)
    if isinstance(asked.helo, HostName) and not is_public_name(asked.helo):
        return msgspec.structs.replace(asked, helo=None)
    return asked


def require_public_answers(explanation: Explanation) -> None:
    """Raises PrivateTarget where our resolver knew of a private network what nobody outside gave.

    To whom its names lead is nobody's business: a visitor may have any name in a PTR record. Nor is
    what it calls our own public addresses.
    """
    records = _heard_outside(explanation.walk)
    addresses = _addresses_in(explanation) - {each.address for each in records}
    names = _names_in(explanation.verdict) - {each.target for each in records}
    if any(map(_is_secret, addresses)) or not all(map(is_public_name, names)):
        raise PrivateTarget


def _is_secret(address: Address) -> bool:
    return special_use(address) not in {None, SpecialUse.DOCUMENTATION}


def _addresses_in(explanation: Explanation) -> set[Address]:
    answers = (each.answer for each in explanation.verdict.names if each.answer is not None)
    found = {address for answer in answers for address in answer.addresses}
    return found.union(*map(_addresses_of, explanation.findings))


def _names_in(verdict: Verdict) -> set[DomainName]:
    answers = (verdict.reverse, *(each.answer for each in verdict.names))
    known = [name for each in answers if each is not None for name in (*each.names, *each.aliases)]
    # The address itself leads there by its delegation (RFC 2317).
    return {each for each in known if not any(each.is_under(zone) for zone in _REVERSE_ZONES)}


def _addresses_of(finding: Finding) -> set[Address]:
    texts = finding.details.get("addresses", ())
    found = texts if isinstance(texts, Sequence) else ()
    return {Address.parse(each) for each in found if isinstance(each, str)}


def _heard_outside(walk: Walk | None) -> list[Record]:
    if walk is None:
        return []
    legs = (leg for path in (walk.reverse, *walk.forward) for leg in path.legs)
    in_zones = (reply for leg in legs for zone in leg.zones for reply in zone.replies)
    replies = (*in_zones, *(each.reply for each in walk.probes))
    return [record for reply in replies for record in reply.records]


def only_public(expand: Expand) -> Expand:
    """Expands public targets only; of others the expansion says that they are none, no more."""

    async def expand_public(resolver: Resolver, target: str) -> Expansion:
        try:
            _require_public_text(target)
        except PrivateTarget:
            return Expansion(remarks=(_refusal(target),))
        expansion = await expand(resolver, target)
        places = tuple(each for each in expansion.places if is_public(each.address))
        if len(places) == len(expansion.places):
            return expansion
        return Expansion(places, (*expansion.remarks, _refusal(target)))

    return expand_public


def _require_public_text(target: str) -> None:
    try:
        require_public(Address.parse_literal(target))
    except InvalidAddress:
        host = parse_host(target)
        if host is not None:
            require_public_name(host)


def _refusal(target: str) -> Remark:
    return Remark("private-target", Weight.IMPOSSIBLE, target)
