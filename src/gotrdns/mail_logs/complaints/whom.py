"""Whom a complaint is about, and whether a line of a log is about them.

Owns recognising them in facts, by every name that a client goes by. Texts are octets as they stand
in the log.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Acceptance, Fact, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in
from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.subjects import (
    Below,
    Incident,
    SenderDomain,
    Subject,
    UnknownSubject,
    read_subject,
)
from gotrdns.reports.logs.complaint import By, Meant

# As mail programs write it, and people paste it.
_BRACKETED: Final = re.compile(r".*<(?:mailto:)?([^<>]+)>\s*", re.DOTALL)


class Found(NamedTuple):
    """By what a fact is about whom the complaint is about, and what it says there."""

    by: By
    text: bytes


class Whom(Protocol):
    """``text`` is its one spelling; ``near`` is what may be misheard or mistyped in it."""

    text: str
    meant: Meant
    near: Address | str

    def in_fact(self, fact: Fact, noted: Noted, /) -> Iterator[Found]:
        """All by which the fact is about them."""


class Clients:
    """One address, or all of a network."""

    def __init__(self, clients: Address | Network) -> None:
        self.text = clients.text
        self.near: Address | str = Address.parse(clients.text.partition("/")[0])
        self.meant = Meant.NETWORK if isinstance(clients, Network) else Meant.ADDRESS
        self._clients = clients

    def in_fact(self, fact: Fact, _noted: Noted) -> Iterator[Found]:
        if self.has(fact.client):
            yield Found(By.ADDRESS if self.meant is Meant.ADDRESS else By.NETWORK, b"")

    def has(self, client: bytes) -> bool:
        address = address_in(client)
        if isinstance(self._clients, Address):
            return address == self._clients
        return address is not None and address in self._clients


class Named:
    """Senders of a domain and of all below it; of a bare name, hosts of that name, too."""

    def __init__(self, text: str, domain: str, meant: Meant) -> None:
        self.text = text
        self.meant = meant
        self.near: Address | str = domain
        self._name = domain.encode()
        self._ending = b"." + self._name

    def in_fact(self, fact: Fact, noted: Noted) -> Iterator[Found]:
        if self.meant is Meant.NAME:
            for by, name in self._names_of(fact, noted):
                if self._is_meant(name.lower()):
                    yield Found(by, name.lower())
        domain = sender_of(fact).rpartition(b"@")[2].lower()
        if self._is_meant(domain):
            yield Found(By.SENDER_DOMAIN, domain)

    def _names_of(self, fact: Fact, noted: Noted) -> Iterator[tuple[By, bytes]]:
        if fact.name is not None:
            yield By.NAME, fact.name
        if isinstance(fact, Rejection):
            yield By.PTR_NAME, claimed_name(fact, noted.doubt)
        elif noted.doubt is not None:
            yield By.PTR_NAME, noted.doubt.claimed
        if isinstance(fact, Rejection | Acceptance):
            yield By.HELO, fact.helo

    def _is_meant(self, name: bytes) -> bool:
        return name == self._name or name.endswith(self._ending)


class Mailbox:
    """One person, who sends or is written to."""

    def __init__(self, mailbox: str) -> None:
        self.text = mailbox
        self.meant = Meant.MAILBOX
        self.near: Address | str = mailbox.rpartition("@")[2]
        self._octets = mailbox.lower().encode("utf-8", "surrogateescape")

    def in_fact(self, fact: Fact, _noted: Noted) -> Iterator[Found]:
        # Two of them only differ by case where somebody wants to vex people.
        if sender_of(fact).lower() == self._octets:
            yield Found(By.SENDER, b"")
        if isinstance(fact, Rejection) and fact.recipient.lower() == self._octets:
            yield Found(By.RECIPIENT, b"")


def read_whom(text: str) -> Whom:
    """Raises UnknownSubject."""
    bracketed = _BRACKETED.fullmatch(text)
    text = (bracketed[1] if bracketed else text).strip()
    return _whom(text, read_subject(text))


def _whom(text: str, subject: Subject) -> Whom:
    match subject:
        case Incident():
            raise UnknownSubject(
                f"{subject.id} is an incident, which a log does not tell of: gotrdns why "
                f"{subject.id} does"
            )
        case Address() | Network():
            return Clients(subject)
        case Below():
            name = subject.name.text
            return Named(f".{name}", name, Meant.NAME)
        case SenderDomain() if local := text.rpartition("@")[0]:
            return Mailbox(f"{local}@{subject.name}")
        case SenderDomain():
            return Named(f"@{subject.name}", subject.name, Meant.SENDER_DOMAIN)
        case DomainName():
            return Named(subject.text, subject.text, Meant.NAME)


def sender_of(fact: Fact) -> bytes:
    return fact.sender if isinstance(fact, Rejection | Acceptance) else b""
