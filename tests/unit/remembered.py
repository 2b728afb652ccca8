"""What tests of remembered decisions share: some of them, in a store that was filled as always."""

from pathlib import Path

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule, Transaction, Vouched, Voucher
from gotrdns.policy.history import DAY, HOUR
from gotrdns.store.settings import sqlite_path
from gotrdns.verification import Verdict, Verification
from tests.unit.stores import NOW, deferral, failing, remembering, transaction

BUSINESS = Address.parse("81.20.30.10")
BUSINESS_NAME = DomainName.parse("host10.provider.example")
SITE = Address.parse("2001:470:1f0b:10::25")
ZOMBIE = Address.parse("203.0.113.77")
HOSTILE = "\x1b[31mevil\x07\r\n\u202e\ud800\0"
VOUCHED = Vouched((Voucher.MX, Voucher.SPF), (DomainName.parse("business.example"),))


def nameless(client: Address) -> Verdict:
    verification = Verification(client)
    verification.reverse_heard(
        Answer(Outcome.NXDOMAIN, ttl=900, zone=DomainName.parse("113.0.203.in-addr.arpa"))
    )
    return verification.verdict()


def hostile_name(client: Address) -> Verdict:
    """Of a client whose PTR record holds an attack on terminals."""
    verification = Verification(client)
    name = DomainName.parse("\\027[31m\\007\\013.example")
    verification.reverse_heard(Answer(Outcome.FOUND, names=(name,), ttl=60))
    return verification.verdict()


EVERYTHING: dict[str, tuple[Transaction, Decision, float]] = {
    "deferred": (transaction(), deferral(), NOW),
    "refused": (
        transaction(sender="anna@business.example"),
        Decision(Action.REFUSE, Rule.UNVOUCHED, failing()),
        NOW + 2 * HOUR,
    ),
    "business": (
        transaction(BUSINESS, helo="mail.business.example", sender="owner@business.example"),
        Decision(
            Action.PASS,
            Rule.VOUCHED,
            failing(BUSINESS, BUSINESS_NAME),
            marked=True,
            vouched=VOUCHED,
        ),
        NOW + 3 * HOUR,
    ),
    "observed": (
        transaction(SITE),
        Decision(Action.PASS, Rule.OBSERVE, failing(SITE), withheld=Action.REFUSE),
        NOW + 4 * HOUR,
    ),
    "nameless": (transaction(ZOMBIE, helo="[10.0.0.1]"), deferral(nameless(ZOMBIE)), NOW + DAY),
    "hostile": (
        Transaction(ZOMBIE, HOSTILE, sender=f"{HOSTILE}@{HOSTILE}", recipient=HOSTILE),
        deferral(hostile_name(ZOMBIE)),
        NOW + 2 * DAY,
    ),
    "unknown": (
        transaction(None),
        Decision(Action.PASS, Rule.UNKNOWN_CLIENT),
        NOW + 3 * DAY,
    ),
    "excepted": (
        transaction(sender="excepted@elsewhere.example"),
        Decision(Action.PASS, Rule.ALLOWED, failing(), marked=True, allowance=1),
        NOW + 4 * DAY,
    ),
}


class Remembered:
    """A store with everything, and the incidents' ids by what they are about."""

    def __init__(self, url: str) -> None:
        self.url = url
        with remembering(url) as memory:
            self.ids = {
                name: memory.remember(transaction, decision, at)
                for name, (transaction, decision, at) in EVERYTHING.items()
            }
            for later in (600, 1200):
                memory.remember(*EVERYTHING["deferred"][:2], NOW + later)

    @property
    def path(self) -> Path:
        """Of SQLite's file."""
        found = sqlite_path(self.url)
        assert found is not None
        return found
