"""A question, its possible outcomes, and what a resolver is.

Owns the vocabulary between the rules, which decide what to ask, and the rooms that do the asking.
Knows nothing of messages, sockets or verdicts.
"""

import enum
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from gotrdns.names import ROOT, Address, DomainName


class RecordType(enum.IntEnum):
    """The record types gotrdns asks for (RFC 1035 section 3.2.2, RFC 3596)."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28
    DS = 43


class Question(msgspec.Struct, frozen=True, gc=False):
    """A name and the type of record wanted; the class is always IN."""

    name: DomainName
    type: RecordType


# Every resolver that works answers this, so a resolver that does not is itself the trouble.
CONTROL_QUESTION: Final = Question(ROOT, RecordType.NS)


class Outcome(enum.Enum):
    """How a question ended. The last five say nothing about the record: they are trouble."""

    # Singletons that are equal to nothing else. Enum would hash the name, in Python, every time.
    __hash__ = object.__hash__

    FOUND = "found"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    UNPROVEN = "unproven"  # NOERROR, no answer, and no SOA that would prove there is none
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # the resolver does not answer the control question either


TEMPORARY: Final = frozenset(
    {
        Outcome.UNPROVEN,
        Outcome.SERVFAIL,
        Outcome.REFUSED,
        Outcome.TIMEOUT,
        Outcome.UNREACHABLE,
    }
)


class MailExchange(msgspec.Struct, frozen=True, gc=False, order=True):
    """One MX record: the lowest preference is tried first (RFC 5321 section 5.1)."""

    preference: int
    name: DomainName


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a question brought. ``ttl`` is seconds: of the records, or of the negative answer.

    ``aliases`` are the CNAME targets that were followed, in order. ``zone`` is the owner of the SOA
    that came with a negative answer. ``authenticated`` is the AD bit of a resolver we trust for it.
    """

    outcome: Outcome
    names: tuple[DomainName, ...] = ()
    addresses: tuple[Address, ...] = ()
    ttl: int = 0
    authenticated: bool = False
    aliases: tuple[DomainName, ...] = ()
    zone: DomainName | None = None
    exchanges: tuple[MailExchange, ...] = ()
    texts: tuple[bytes, ...] = ()


# Called once with the token given to ask and the answer.
Listener = Callable[[int, Answer], None]


class Resolver(Protocol):
    """Something that answers questions: over the network, from a script, through a cache.

    ``ask`` returns an answer it has at once, and never calls back for that one; otherwise it
    returns None and calls ``listener(token, answer)`` later, exactly once, unless ``forget`` is
    called first. Every question ends, with TIMEOUT at the latest.
    """

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None: ...

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        """Withdraw one ``ask``; unknown ones are ignored."""

    @property
    def reachable(self) -> bool:
        """False while control questions fail: the trouble is the resolver's, not the sender's."""


async def ask_and_wait(resolver: Resolver, question: Question) -> Answer:
    """Ask one question from a coroutine; cancelling it withdraws the question."""
    import asyncio  # noqa: PLC0415 - the rooms that never wait need not pay for it

    heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def listen(_token: int, answer: Answer) -> None:
        if not heard.done():
            heard.set_result(answer)

    at_once = resolver.ask(question, listen, 0)
    if at_once is not None:
        return at_once
    try:
        return await heard
    finally:
        resolver.forget(question, listen, 0)
