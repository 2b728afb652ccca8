"""A log's facts replayed, for tests: what DNS says today is made up, and nobody is asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from gotrdns.mail_logs.facts import Fact
from gotrdns.mail_logs.reading import Reading
from gotrdns.mail_logs.sessions import Sessions
from gotrdns.mail_logs.today.enquiries import Claim, Enquiry, Today
from gotrdns.mail_logs.what_if.changes import conclude
from gotrdns.mail_logs.what_if.claiming import Census
from gotrdns.mail_logs.what_if.replaying import Replay, Rulebook
from gotrdns.names import Address, DomainName
from gotrdns.policy import Mode, Policy, PolicySettings, Vouched, Voucher
from gotrdns.policy.allowances import Allowances
from gotrdns.reports.logs.what_if import Setting, Was, WhatIf, Would
from gotrdns.verification import Cause, CheckedName, NameState, Verdict
from tests.unit.mail_logs.facts_made import CLIENT

TEXT = CLIENT.decode()
ADDRESS = Address.parse(TEXT)
NAME = "mail.business.example.net"
DYNAMIC = "203-0-113-25.dyn.provider.example"
SOMEBODY = Vouched((Voucher.SPF,), (DomainName.parse("business.example.net"),))
CLAIM = Claim("mail.business.example.net", "business.example.net")


def today(
    client: str,
    cause: Cause,
    vouched: Mapping[Claim, Vouched] | None = None,
    name: str = "mail.business.example.net",
) -> dict[Address, Today]:
    address = Address.parse(client)
    names = (CheckedName(DomainName.parse(name), NameState.CONFIRMED),)
    confirmed = names if cause is Cause.CONFIRMED else ()
    verdict = Verdict(address, cause, confirmed, reverse=None, secure=False)
    return {address: Today(verdict, vouched or {})}


class Replays:
    """One log under one set of settings."""

    def __init__(
        self,
        facts: Iterable[Fact],
        mode: Mode = Mode.PROTECT,
        *,
        says: Mapping[Address, Today] | None = None,
        allowances: Allowances | None = None,
        keeps_mailboxes: bool = False,
        **settings: Any,
    ) -> None:
        facts = list(facts)
        policy = Policy(PolicySettings(mode=mode, refuse_non_public=True, **settings))
        self.rulebook = Rulebook(policy, allowances or Allowances())
        self.census = Census(self.rulebook.matters)
        _hear(facts, self.census)
        self.today = says
        self.mode = mode
        self.replay = Replay(self.rulebook, self.census, says, keeps_mailboxes=keeps_mailboxes)
        _hear(facts, self.replay)

    @property
    def enquiries(self) -> list[Enquiry]:
        return list(self.census.enquiries(with_vouchers=self.rulebook.asks_vouchers))

    def report(self, **setting: Any) -> WhatIf:
        known = {"mode": self.mode, "offline": self.today is None}
        known["asks_vouchers"] = self.rulebook.asks_vouchers
        return conclude(
            self.replay,
            self.census,
            self.today,
            setting=Setting(**{**known, **setting}),
            reading=Reading(),
            logs=["mail.log"],
        )

    def outcomes(self) -> dict[tuple[Was, Would], int]:
        return {key: count.attempts for key, count in self.report().outcomes.items()}


def _hear(facts: Iterable[Fact], listener: Census | Replay) -> None:
    sessions = Sessions(listener)
    for fact in facts:  # one by one, as it may be anywhere that a piece of a log ends
        sessions.enter([fact])
    sessions.close()
