"""Whom a person means, by what they write or paste: an incident, an address, a name, a sender.

Owns recognising it, in one way for every verb that looks into the store.
"""

import re
from typing import Final

import msgspec

from gotrdns.names import (
    Address,
    DomainName,
    InvalidAddress,
    InvalidName,
    Network,
    network_around,
)
from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.targets import read_target

_INCIDENT: Final = re.compile(r"(?:https?://\S*/i/|incident=)?([a-z2-7]{16})/?", re.IGNORECASE)


class UnknownSubject(ValueError):
    """The text is nothing that could be looked up."""


class Incident(msgspec.Struct, frozen=True):
    """One decision, by its id."""

    id: str


class Below(msgspec.Struct, frozen=True):
    """A name and all below it."""

    name: DomainName


class SenderDomain(msgspec.Struct, frozen=True):
    """The domain of envelope senders."""

    name: str


# A bare domain name is a host's or a sender's: who asks tells which.
Subject = Incident | Address | Network | Below | SenderDomain | DomainName


def read_subject(text: str) -> Subject:
    """Raises UnknownSubject."""
    text = text.strip()
    if found := _INCIDENT.fullmatch(text):
        return Incident(found[1].lower())
    try:
        return Address.parse_literal(text)
    except InvalidAddress:
        pass
    if "/" in text:
        return _network(text)
    try:
        if "@" in text:
            return SenderDomain(_domain(text.rpartition("@")[2]).text)
        if text.startswith("."):
            return Below(_domain(text[1:]))
        return _domain(text)
    except InvalidName as error:
        raise UnknownSubject(str(error)) from None


def _domain(text: str) -> DomainName:
    name = DomainName.parse(text)
    if not name.labels:
        raise InvalidName(text, "it is empty")
    if name.labels[-1].isdigit():
        raise InvalidName(text, "it looks like an address, but is none")
    return name


def _network(text: str) -> Network | Address:
    base, _, prefix = text.partition("/")
    try:
        network = Network(text)
    except InvalidAddress:
        raise UnknownSubject(_no_network(text)) from None
    address = Address.parse(base)
    return address if int(prefix) == 8 * len(address) else network


def _no_network(text: str) -> str:
    """Why it is none, and what was meant if only the octets after the prefix are wrong."""
    base, _, prefix = text.partition("/")
    try:
        address = Address.parse(base)
    except InvalidAddress:
        address = None
    width = 8 * len(address or b"")
    if address is None or not (prefix.isdecimal() and int(prefix) <= width):
        return f"{text!r} is not a network: write 192.0.2.0/24 or 2001:db8::/32"
    network = network_around(address, int(prefix))
    return f"{text!r} has bits set after its prefix: the network is {network.text}"


def exception_target(subject: Subject) -> tuple[AllowanceKind, str]:
    """The kind of exception that is meant, and its target. Raises UnknownSubject."""
    match subject:
        case Incident():
            raise UnknownSubject("an incident is no client: gotrdns why tells whose it is")
        case Address():
            return AllowanceKind.ADDRESS, subject.text
        case Network():
            return AllowanceKind.NETWORK, subject.text
        case SenderDomain():
            return AllowanceKind.SENDER_DOMAIN, subject.name
        case Below():
            return AllowanceKind.NAME, subject.name.text
        case DomainName():
            return AllowanceKind.NAME, subject.text


def read_exception_target(text: str, kind: AllowanceKind | None) -> tuple[AllowanceKind, str]:
    """The kind, as given or as the spelling tells, and the one spelling of the target.

    Raises UnknownSubject and InvalidAllowance.
    """
    if kind is None:
        kind, target = exception_target(read_subject(text))
    else:
        target = text.rpartition("@")[2]
    return kind, read_target(kind, target)
