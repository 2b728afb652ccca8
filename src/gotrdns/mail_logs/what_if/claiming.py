"""Who has to be asked about before a log can be replayed, and what they claim of themselves.

Owns how many claims of one client are kept, what stands in for a HELO name that Postfix does not
log, and what is known of a claim that was not asked about.
"""

from collections.abc import Callable, Iterator
from typing import Final

from gotrdns.mail_logs.clients.accounts import Account, Ledger
from gotrdns.mail_logs.facts import Acceptance, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in
from gotrdns.mail_logs.today.enquiries import Claim, Enquiry, Today
from gotrdns.mail_logs.what_if.hindsight import Gap, Seen, see
from gotrdns.names import Address
from gotrdns.policy import NOBODY, Vouched, Voucher
from gotrdns.reports.logs.report import Ground
from gotrdns.verification import Cause

# Of one client. Each takes some questions, and zombies have a new sender every time.
MOST_CLAIMS: Final = 8
_LONGEST: Final = 255  # octets of a name; what is longer can be none, and vouches for nobody
_OF_HELO: Final = frozenset({Voucher.HELO})
_OF_SENDER: Final = frozenset({Voucher.MX, Voucher.SPF})

# Whether more than what the log shows of a client matters for what would become of it.
Matters = Callable[[Address, Seen], bool]


class Census(Ledger):
    """Listens to a log's sessions, adds up its clients, and finds those about whom to ask DNS.

    ``looks_up`` says that the mail server looks clients up at all; ``doubtful`` has the claims of
    those to ask about, by address as it stands in the log, in the order in which they first came.
    """

    def __init__(self, matters: Matters) -> None:
        super().__init__()
        self.looks_up = False
        self.doubtful: dict[bytes, tuple[Claim, ...]] = {}
        self._wrong: set[bytes] = set()
        self._matters = matters

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        super().rejected(rejection, ground, noted)
        self._look_at(rejection, ground, noted)

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        super().taken_in(acceptance, noted)
        account = self.accounts[acceptance.client]
        account.note_claims(acceptance)
        if noted.doubt is not None:
            account.note_claimed(noted.doubt.claimed)
        self._look_at(acceptance, None, noted)

    def enquiries(self, *, with_vouchers: bool) -> Iterator[Enquiry]:
        """Each client about whom to ask, once, with what vouchers are to be asked about."""
        told: dict[Address, list[bytes]] = {}
        for text in self.doubtful:
            client = address_in(text)
            if client is not None:
                told.setdefault(client, []).append(text)  # as which it may be spelt in several ways
        for client, texts in told.items():
            claims = dict.fromkeys(
                _with_helo(claim, self.accounts[text])
                for text in texts
                for claim in self.doubtful[text]
            )
            yield Enquiry(
                client,
                tuple(each for each in claims if any(each)) if with_vouchers else (),
                was_wrong=not self._wrong.isdisjoint(texts),
            )

    def forget_claims(self) -> None:
        """Whom to ask about is known by now, or nobody is asked."""
        self.doubtful.clear()
        self._wrong.clear()

    def _look_at(self, fact: Acceptance | Rejection, ground: Ground | None, noted: Noted) -> None:
        self.looks_up = self.looks_up or not (
            fact.name is None and ground is None and noted.doubt is None
        )
        client = address_in(fact.client)
        if client is None:
            return
        # Whether the mail server looks anybody up is known at the end; a client without a name is
        # doubtful in either case.
        seen = see(fact, ground, noted, looks_up=True)
        if not self._matters(client, seen):
            return
        if seen.said not in {Cause.CONFIRMED, Gap.NOTHING}:
            self._wrong.add(fact.client)
        claims = self.doubtful.setdefault(fact.client, ())
        claim = _claim(fact)
        if claim not in claims and len(claims) < MOST_CLAIMS:
            self.doubtful[fact.client] = (*claims, claim)


def claim_of(fact: Acceptance | Rejection, account: Account) -> Claim:
    """What an attempt claims; of a client that gives one HELO name alone, always that."""
    return _with_helo(_claim(fact), account)


def vouched_today(claim: Claim, today: Today) -> Vouched:
    """Who vouches; for a claim that was not asked about, who does so for either part of it."""
    found = today.vouched.get(claim)
    if found is not None:
        return found
    by_helo = by_sender = NOBODY
    for asked, vouched in today.vouched.items():
        if claim.helo and asked.helo == claim.helo:
            by_helo = vouched
        if claim.sender and asked.sender == claim.sender:
            by_sender = vouched
    by = (
        *(each for each in by_helo.by if each in _OF_HELO),
        *(each for each in by_sender.by if each in _OF_SENDER),
    )
    return Vouched(
        by=by,
        domains=tuple(dict.fromkeys((*by_helo.domains, *by_sender.domains))) if by else (),
        undetermined=by_helo.undetermined or by_sender.undetermined,
        helo_resolves=by_helo.helo_resolves,
        sender_covers=by_sender.sender_covers,
    )


def _claim(fact: Acceptance | Rejection) -> Claim:
    return Claim(_name(fact.helo), _name(fact.sender.rpartition(b"@")[2]))


def _with_helo(claim: Claim, account: Account) -> Claim:
    if claim.helo or not isinstance(account.helos, bytes):
        return claim
    return claim._replace(helo=_name(account.helos))


def _name(octets: bytes) -> str:
    if len(octets) > _LONGEST:
        return ""
    return octets.lower().decode("utf-8", "replace")
