"""Facts for tests: those of one client, unless told otherwise."""

from collections.abc import Iterable
from typing import Any

from gotrdns.mail_logs.clients.accounts import Ledger
from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Flaw,
    Queued,
    Rejection,
)
from gotrdns.mail_logs.sessions import Sessions

CLIENT = b"203.0.113.25"
PROCESS = b"mx smtpd 1"
NO_NAME = b"Client host rejected: cannot find your hostname, [203.0.113.25]"
NOON = 1_795_608_000.0


def arrival(at: float = NOON, **others: Any) -> Arrival:
    return Arrival(**{"at": at, "process": PROCESS, "client": CLIENT, "name": None, **others})


def departure(at: float = NOON, **others: Any) -> Departure:
    return Departure(**{"at": at, "process": PROCESS, "client": CLIENT, "name": None, **others})


def doubt(flaw: Flaw = Flaw.NODATA, at: float = NOON, **others: Any) -> Doubt:
    known = {"at": at, "process": PROCESS, "client": CLIENT, "name": None}
    return Doubt(**{**known, "claimed": b"mail.business.example.net", "flaw": flaw, **others})


def acceptance(queue_id: bytes, at: float = NOON, **others: Any) -> Acceptance:
    known = {"at": at, "process": PROCESS, "client": CLIENT, "name": None}
    return Acceptance(**{**known, "queue_id": queue_id, **others})


def rejection(text: bytes = NO_NAME, at: float = NOON, **others: Any) -> Rejection:
    known: dict[str, Any] = {
        "at": at,
        "process": PROCESS,
        "client": CLIENT,
        "name": None,
        "fate": Fate.DEFERRED,
        "stage": b"RCPT",
        "code": b"450",
        "enhanced": b"4.7.25",
        "text": text,
        "helo": b"mail.business.example.net",
        "sender": b"someone@business.example.net",
        "recipient": b"us@our.example",
        "queue_id": b"",
    }
    return Rejection(**{**known, **others})


def queued(queue_id: bytes, sender: bytes, at: float = NOON) -> Queued:
    return Queued(at, b"mx qmgr 2", b"", None, queue_id, sender)


def ledger_from(facts: Iterable[Iterable[Fact]], *, keeps_envelopes: bool = False) -> Ledger:
    ledger = Ledger(keeps_envelopes=keeps_envelopes)
    sessions = Sessions(ledger)
    for each in facts:
        sessions.enter(each)
    sessions.close()
    return ledger
