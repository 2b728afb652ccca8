"""Visits to a mail server, and what a report on its log must say of them.

Owns saying several messages in a session, many sessions at once, and counting what was answered.
Knows no log: what is expected comes from what was said, what was answered and what is true of the
clients.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from tests.live.clients import Client
from tests.live.logins import NAME, PASSWORD
from tests.live.smtp import Reply, Session

READER: Final = "reader@recipient.example"
OTHER: Final = "other@recipient.example"
STRANGER: Final = "nobody@nowhere.example"
"""Whom no mail server here takes mail for."""

Fate: TypeAlias = Literal["refused", "deferred", "warned"]
End: TypeAlias = Literal["sent", "taken back", "broken off"]
_AT_ONCE: Final = 30


@dataclass(frozen=True, slots=True)
class Message:
    """What of it is said after DATA only if it is ``sent``, or begun where it is broken off."""

    recipients: tuple[str, ...] = (READER,)
    header: str = "Subject: A test"
    body: str = "A message."
    end: End = "sent"


@dataclass(frozen=True, slots=True)
class Visit:
    """One session. A message that is broken off is its last."""

    client: Client
    port: int
    messages: tuple[Message, ...] = (Message(),)
    logs_in: bool = False
    over_tls: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """To one message: each recipient's, and the last one, if it came to that."""

    recipients: tuple[tuple[str, Reply], ...]
    end: Reply | None


# Why reverse DNS has a visitor turned away who writes to that recipient, if it does.
Causes: TypeAlias = Callable[[Visit, str, Fate], str | None]


@dataclass(slots=True)
class Account:
    """What a log must tell of one client."""

    connections: int = 0
    deliveries: int = 0
    submissions: int = 0
    reverse_dns: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    otherwise: Counter[Fate] = field(default_factory=Counter)


def make(visits: Sequence[Visit]) -> list[tuple[Visit, list[Answers]]]:
    """Makes all of them, many at once and in no order."""
    shuffled = list(visits)
    random.Random(1).shuffle(shuffled)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(zip(shuffled, pool.map(_make, shuffled), strict=True))


def _make(visit: Visit) -> list[Answers]:
    with Session(visit.client.address, visit.port) as session:
        session.say(f"EHLO {visit.client.helo}")
        if visit.over_tls:
            assert session.start_tls("mx.recipient.example").positive
            session.say(f"EHLO {visit.client.helo}")
        if visit.logs_in:
            assert session.log_in(NAME, PASSWORD).positive
        answers = [_send(session, message) for message in visit.messages]
        if visit.messages[-1].end != "broken off":
            with contextlib.suppress(OSError):
                session.say("QUIT")
        return answers


def _send(session: Session, message: Message) -> Answers:
    session.say("MAIL FROM:<someone@business.example>")
    recipients = tuple((each, session.say(f"RCPT TO:<{each}>")) for each in message.recipients)
    end = None
    if message.end == "taken back" or not any(reply.positive for _, reply in recipients):
        session.say("RSET")
    else:
        assert session.say("DATA").code == 354
        if message.end == "broken off":
            session.begin(f"{message.header}\r\n")
        else:
            end = session.say(f"{message.header}\r\n\r\n{message.body}\r\n.")
    return Answers(recipients, end)


def cause_by_gotrdns(client: Client) -> str | None:
    """The cause as a log tells it, in the mode strict."""
    if client.result == "pass":
        return None
    if client.result == "temperror":
        return f"{client.cause.partition('-')[0]}-failed"
    return client.cause


def fate_of(reply: Reply) -> Fate:
    return "refused" if reply.code >= 500 else "deferred"


def accounts_of(
    made: Iterable[tuple[Visit, Sequence[Answers]]], causes: Causes, *, warning: int | None = None
) -> dict[str, Account]:
    """By address. At the port ``warning`` nobody is turned away who could be."""
    accounts: dict[str, Account] = {}
    for visit, answers in made:
        account = accounts.setdefault(str(visit.client.address), Account())
        account.connections += 1
        for each in answers:
            for recipient, reply in each.recipients:
                if visit.port == warning and (cause := causes(visit, recipient, "warned")):
                    account.reverse_dns[cause, "warned"] += 1
                if not reply.positive:
                    _turn_away(account, visit, recipient, reply, causes, visit.port == warning)
            if each.end is not None:
                _end(account, visit, each.end)
    return accounts


def _turn_away(
    account: Account, visit: Visit, recipient: str, reply: Reply, causes: Causes, warns: bool
) -> None:
    fate = fate_of(reply)
    cause = None if warns else causes(visit, recipient, fate)
    if cause is None:
        account.otherwise[fate] += 1
    else:
        account.reverse_dns[cause, fate] += 1


def _end(account: Account, visit: Visit, reply: Reply) -> None:
    if not reply.positive:
        account.otherwise[fate_of(reply)] += 1
    elif visit.logs_in:
        account.submissions += 1
    else:
        account.deliveries += 1


def report_on(accounts: Mapping[str, Account]) -> dict[str, Any]:
    """The counts that ``gotrdns logs --json`` must print, under its keys."""
    everyone = accounts.values()
    causes = {cause for each in everyone for cause, _ in each.reverse_dns}
    return {
        "clients": len(accounts),
        "connections": sum(each.connections for each in everyone),
        "deliveries": sum(each.deliveries for each in everyone),
        "submissions": sum(each.submissions for each in everyone),
        "reverse_dns": _amount(_fates(each.reverse_dns) for each in everyone),
        "causes": {
            cause: _amount(_fates(each.reverse_dns, cause) for each in everyone) for cause in causes
        },
        "otherwise": _amount(each.otherwise for each in everyone),
    }


def amount_of(accounts: Iterable[Account]) -> dict[str, int]:
    """For reverse DNS."""
    return _amount(_fates(each.reverse_dns) for each in accounts)


def causes_of(accounts: Iterable[Account]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for each in accounts:
        for (cause, _), times in each.reverse_dns.items():
            counts[cause] += times
    return dict(counts)


def _fates(counts: Counter[tuple[str, Fate]], only: str | None = None) -> Counter[Fate]:
    fates: Counter[Fate] = Counter()
    for (cause, fate), times in counts.items():
        if only in {None, cause}:
            fates[fate] += times
    return fates


def _amount(each_clients: Iterable[Counter[Fate]]) -> dict[str, int]:
    met = [each for each in each_clients if each.total()]
    total = sum(met, Counter[Fate]())
    return {
        "clients": len(met),
        "refused": total["refused"],
        "deferred": total["deferred"],
        "warned": total["warned"],
    }
