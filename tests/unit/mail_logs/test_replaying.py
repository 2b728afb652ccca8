"""A log replayed: what becomes of each attempt is what the daemon would have done."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.deciding.counsel import Counsel
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.mail_logs.facts import Fact, Fate, Flaw
from gotrdns.mail_logs.sessions import Sessions
from gotrdns.mail_logs.today.enquiries import Claim, Today
from gotrdns.mail_logs.what_if.claiming import MOST_CLAIMS
from gotrdns.names import Address, DomainName
from gotrdns.policy import (
    NOBODY,
    Action,
    Decision,
    Mode,
    Policy,
    PolicySettings,
    Rehearsal,
    Rule,
    Transaction,
    Vouched,
    Voucher,
    strict_action,
)
from gotrdns.policy.allowances import Allowance, AllowanceKind, Allowances
from gotrdns.policy.history import DAY, HOUR, client_key
from gotrdns.reports.logs.what_if import Basis, Turn, Was, Would
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import Cause, Result, Verdict
from tests.unit.mail_logs.facts_made import (
    CLIENT,
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    queued,
    rejection,
)
from tests.unit.mail_logs.replays import Replays, today
from tests.unit.sites import Clock, Remembering, Speaking, never

TEXT = CLIENT.decode()
ADDRESS = Address.parse(TEXT)
REVERSE = f"{ADDRESS.reverse_name.text}. PTR"
NAME = "mail.business.example.net"
DYNAMIC = "203-0-113-25.dyn.provider.example"
SOMEBODY = Vouched((Voucher.SPF,), (DomainName.parse("business.example.net"),))
CLAIM = Claim("mail.business.example.net", "business.example.net")
WOULD = {
    Action.PASS: Would.LET_IN,
    Action.DEFER: Would.DEFERRED,
    Action.REFUSE: Would.REFUSED,
}


class Kind(NamedTuple):
    """A state of a client's DNS: what a log shows of it, and the records that lead to it."""

    cause: Cause
    flaw: Flaw | None
    name: str | None
    records: str


KINDS = (
    Kind(Cause.CONFIRMED, None, NAME, f"{REVERSE} {NAME}.\n{NAME}. A {TEXT}"),
    Kind(Cause.CONFIRMED, None, DYNAMIC, f"{REVERSE} {DYNAMIC}.\n{DYNAMIC}. A {TEXT}"),
    Kind(Cause.NO_PTR, Flaw.NO_NAME, None, ""),
    Kind(Cause.FORWARD_MISMATCH, Flaw.MISMATCH, None, f"{REVERSE} {NAME}.\n{NAME}. A 203.0.113.1"),
    Kind(Cause.FORWARD_NODATA, Flaw.NODATA, None, f'{REVERSE} {NAME}.\n{NAME}. TXT "exists"'),
    Kind(Cause.FORWARD_NXDOMAIN, Flaw.NXDOMAIN, None, f"{REVERSE} gone.example.net."),
    Kind(Cause.PTR_UNUSABLE, Flaw.UNUSABLE, None, f"{REVERSE} 203.0.113.25."),
    Kind(Cause.FORWARD_SERVFAIL, Flaw.TEMPORARY, None, f"{REVERSE} {NAME}.\n{NAME}. servfail"),
)
CLAIMS = (CLAIM, Claim("user-pc", "bank.example"), Claim("mail.business.example.net", ""))
VOUCHED = {CLAIMS[0]: SOMEBODY, CLAIMS[1]: NOBODY, CLAIMS[2]: NOBODY}


class Attempt(NamedTuple):
    after: float
    kind: Kind
    claim: Claim
    was: Was
    recipient: str = "us@our.example"


def _runs(kinds: list[Kind], claims: list[Claim]) -> st.SearchStrategy[list[Attempt]]:
    return st.lists(
        st.builds(
            Attempt,
            after=st.sampled_from((5.0, 300.0, 700.0, HOUR, 7 * HOUR, DAY, 3 * DAY, 31 * DAY)),
            kind=st.sampled_from(kinds),
            claim=st.sampled_from(claims),
            was=st.sampled_from(Was),
            recipient=st.sampled_from(("us@our.example", "us@our.example", "abuse@our.example")),
        ),
        max_size=12,
    )


# A client's DNS has few states, and few claims are made: or nothing would ever last.
runs = st.builds(
    _runs,
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
    st.lists(st.sampled_from(CLAIMS), min_size=1, max_size=2),
).flatmap(lambda each: each)


def facts_of(made: list[Attempt]) -> Iterator[Fact]:
    """Each attempt in a session of its own, as Exim tells of it: with all that was claimed."""
    now = NOON
    for number, each in enumerate(made):
        now += each.after
        name = None if each.kind.name is None else each.kind.name.encode()
        if each.kind.flaw is not None:
            yield doubt(each.kind.flaw, now)
        yield arrival(now, name=name)
        said = {
            "helo": each.claim.helo.encode(),
            "sender": b"me@" + each.claim.sender.encode() if each.claim.sender else b"",
        }
        if each.was is Was.TAKEN_IN:
            yield acceptance(b"A%d" % number, now, name=name, is_final=True, **said)
        else:
            otherwise = each.was is Was.OTHERWISE
            yield rejection(
                b"User unknown" if otherwise else b"reverse DNS check failed",
                now,
                fate=Fate.REFUSED if each.was is Was.REFUSED else Fate.DEFERRED,
                enhanced=b"5.1.1" if otherwise else b"4.7.25",
                name=name,
                recipient=each.recipient.encode(),
                **said,
            )
        yield departure(now)


class Storing(Remembering):
    """As a store does, it takes a pass for a sighting."""

    def note_pass(self, client: Address, now: float) -> None:
        self.note_sighting(client_key(client), Result.PASS, now, dynamic=False)


def decided_by_the_daemon(made: list[Attempt], under: PolicySettings) -> list[tuple[Would, Rule]]:
    """The same attempts one after another, with a clock that is moved on."""
    clock, memory = Clock(), Storing()
    clock.now = NOON
    decided = []
    for each in made:
        clock.now += each.after
        vouching = Speaking()
        vouching.word = VOUCHED[each.claim]
        resolver = ScriptedResolver(World.parse(f". NS a.root.example.\n{each.kind.records}"))
        counsel = Counsel(memory, vouching, Sentinel(resolver, clock), clock)
        decider = Decider(Policy(under), resolver, VerificationSettings(), never, counsel)
        sender = f"me@{each.claim.sender}" if each.claim.sender else ""
        recipient = "" if each.was is Was.TAKEN_IN else each.recipient
        transaction = Transaction(ADDRESS, helo=each.claim.helo, sender=sender, recipient=recipient)
        decision = asyncio.run(_decide(decider, transaction))
        decided.append((WOULD[decision.withheld or decision.action], decision.rule))
    return decided


async def _decide(decider: Decider, transaction: Transaction) -> Decision:
    done: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
    decision = decider.recall(transaction) or decider.look_up(transaction, done.set_result)
    return decision or await done


def turns_of(replays: Replays) -> Counter[Turn]:
    client = replays.replay.clients.get(CLIENT)
    return Counter(dict(client.turns)) if client is not None else Counter()


def asked() -> dict[Address, Today]:
    verdict = Verdict(ADDRESS, Cause.NO_PTR, (), reverse=None, secure=False)
    return {ADDRESS: Today(verdict, VOUCHED)}


@settings(max_examples=300)
@given(runs, st.sampled_from(Mode), st.sampled_from(Rehearsal))
def test_each_attempt_ends_as_with_the_daemon(
    made: list[Attempt], mode: Mode, rehearsed: Rehearsal
) -> None:
    if mode is Mode.OBSERVE:  # what it rehearses is replayed
        observing = PolicySettings(mode=mode, rehearse=rehearsed, refuse_non_public=True)
        withheld = [would for would, _ in decided_by_the_daemon(made, observing)]
        mode = Mode(rehearsed.value)
    else:
        withheld = None
    expected = decided_by_the_daemon(made, PolicySettings(mode=mode, refuse_non_public=True))
    assert withheld in (None, [would for would, _ in expected])
    for count in range(1, len(made) + 1):
        found: Counter[tuple[Would, Rule | None]] = Counter()
        for turn, times in turns_of(Replays(facts_of(made[:count]), mode, says=asked())).items():
            found[turn.would, turn.rule] += times
        assert found == Counter(expected[:count])


@given(runs, st.sampled_from((Mode.STRICT, Mode.PROTECT)), st.booleans())
def test_each_attempt_is_counted_once(made: list[Attempt], mode: Mode, is_offline: bool) -> None:
    replays = Replays(facts_of(made), mode, says=None if is_offline else asked())
    report = replays.report()
    counted = [each for each in made if each.was is not Was.OTHERWISE]
    for was in (Was.TAKEN_IN, Was.REFUSED, Was.DEFERRED):
        expected = sum(each.was is was for each in counted)
        assert report.attempts((was,), tuple(Would)) == expected
    assert report.otherwise == len(made) - len(counted)
    assert sum(each.attempts for each in report.reasons) == len(counted)
    assert {key for key, count in report.outcomes.items() if count.clients != 1} == set()
    lost = report.attempts((Was.TAKEN_IN,), (Would.REFUSED, Would.DEFERRED))
    assert sum(each.lost for each in report.changed) == lost
    undecided = report.attempts((Was.TAKEN_IN,), (Would.UNDECIDED,))
    assert sum(each.undecided for each in report.changed) == undecided
    admitted = report.attempts((Was.REFUSED, Was.DEFERRED), (Would.LET_IN,))
    assert sum(each.admitted for each in report.changed) == admitted


@given(runs)
def test_strict_is_the_obvious_rule(made: list[Attempt]) -> None:
    expected = Counter(
        WOULD[
            Action.PASS
            if each.was is not Was.TAKEN_IN and each.recipient.startswith("abuse")
            else strict_action(each.kind.cause)
        ]
        for each in made
    )
    for says in (None, asked()):
        found: Counter[Would] = Counter()
        for turn, times in turns_of(Replays(facts_of(made), Mode.STRICT, says=says)).items():
            found[turn.would] += times
        assert found == expected


@given(runs)
def test_what_is_certain_without_dns_is_so_with_it(made: list[Attempt]) -> None:
    offline = Replays(facts_of(made)).outcomes()
    online = Replays(facts_of(made), says=asked()).outcomes()
    for key, count in offline.items():
        if key[1] is not Would.UNDECIDED:
            assert online.get(key, 0) >= count


def message(
    number: int, at: float, *, name: bytes | None = None, sender: bytes = b"me@business.example.net"
) -> Iterator[Fact]:
    """One that Postfix takes in."""
    yield arrival(at, name=name)
    yield acceptance(b"A%d" % number, at, name=name)
    yield queued(b"A%d" % number, sender, at)
    yield departure(at)


def refusal(at: float, **others: Any) -> Iterator[Fact]:
    yield arrival(at)
    yield rejection(at=at, **others)
    yield departure(at)


def over_days(count: int, **others: Any) -> list[Fact]:
    """A message every twelve hours."""
    return [
        fact
        for number in range(count)
        for fact in message(number, NOON + number * 12 * HOUR, **others)
    ]


LOOKS_UP = [arrival(client=b"198.51.100.1"), acceptance(b"B1", client=b"198.51.100.1", name=b"a.b")]


def test_whoever_keeps_failing_is_deferred_and_then_refused() -> None:
    replays = Replays([*over_days(5), *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes() == {
        (Was.TAKEN_IN, Would.DEFERRED): 3,
        (Was.TAKEN_IN, Would.REFUSED): 2,
        (Was.TAKEN_IN, Would.LET_IN): 1,
    }
    [changed] = replays.report().changed
    assert (changed.refused, changed.deferred, changed.basis) == (2, 3, (Basis.TODAY,))
    assert changed.rules == {Rule.FEW_FAILURES: 3, Rule.UNVOUCHED: 2}
    assert changed.keep == (TEXT,)


def test_mail_that_was_refused_for_other_reasons_counts_as_seen_and_stays_refused() -> None:
    others = [
        fact
        for number in range(3)
        for fact in refusal(NOON + number * 12 * HOUR, text=b"User unknown", enhanced=b"5.1.1")
    ]
    last = message(9, NOON + 3 * 12 * HOUR)
    replays = Replays([*others, *last, *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes()[Was.TAKEN_IN, Would.REFUSED] == 1
    assert replays.report().otherwise == 3


def test_a_warning_is_only_seen() -> None:
    facts = [arrival(), rejection(fate=Fate.WARNED), acceptance(b"A1"), departure()]
    replays = Replays(facts, Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    assert replays.outcomes() == {(Was.TAKEN_IN, Would.REFUSED): 1}
    assert replays.report().otherwise == 0


def test_users_who_logged_in_are_not_concerned() -> None:
    facts = [arrival(), acceptance(b"A1", login=b"me"), departure()]
    replays = Replays(facts, Mode.STRICT, says={})
    assert (replays.enquiries, replays.outcomes()) == ([], {})
    assert replays.report().submissions == 1


def test_whoever_is_vouched_for_would_be_let_in() -> None:
    says = today(TEXT, Cause.NO_PTR, {CLAIM: SOMEBODY})
    replays = Replays([*refusal(NOON), *message(1, NOON + HOUR)], says=says)
    assert replays.outcomes() == {
        (Was.DEFERRED, Would.LET_IN): 1,
        (Was.TAKEN_IN, Would.LET_IN): 1,  # by the HELO name that it gave when it was turned away
    }
    report = replays.report()
    assert report.vouchers[Voucher.SPF].attempts == 2
    [changed] = report.changed
    assert (changed.admitted, changed.by, changed.keep) == (1, (Voucher.SPF,), ())


def test_a_claim_that_was_not_asked_about_is_known_by_its_parts() -> None:
    by_helo = Vouched((Voucher.HELO, Voucher.MX), helo_resolves=True)
    says = today(TEXT, Cause.NO_PTR, {CLAIM: by_helo})
    replays = Replays(refusal(NOON, sender=b"me@another.example"), says=says)
    assert replays.report().vouchers.keys() == {Voucher.HELO}
    assert replays.report().unasked == 1
    replays = Replays(refusal(NOON, helo=b"another.example"), says=says)
    assert replays.report().vouchers.keys() == {Voucher.MX}


def test_what_was_wrong_and_is_confirmed_today_is_told_apart() -> None:
    replays = Replays([*over_days(4), *LOOKS_UP], says=today(TEXT, Cause.CONFIRMED))
    report = replays.report()
    assert (report.repaired, report.turned_away) == (1, 1)
    [changed] = report.changed
    assert (changed.refused, changed.repaired, changed.keep) == (1, True, ())
    [enquiry] = replays.enquiries
    assert enquiry.was_wrong  # so that vouchers are asked about although it is confirmed


def test_whoever_the_log_confirms_each_time_is_not_asked_about() -> None:
    facts = over_days(3, name=NAME.encode())
    assert Replays(facts).enquiries == []
    [asked_about] = Replays(over_days(3, name=DYNAMIC.encode())).enquiries
    assert (asked_about.address, asked_about.was_wrong) == (ADDRESS, False)
    assert Replays(over_days(3, name=DYNAMIC.encode()), Mode.STRICT).enquiries == []


def test_nor_are_listed_networks() -> None:
    assert Replays(refusal(NOON), pass_networks=("203.0.113.0/24",)).enquiries == []


def test_vouchers_are_asked_about_where_they_count() -> None:
    [enquiry] = Replays(refusal(NOON)).enquiries
    assert enquiry.claims == (CLAIM,)
    [enquiry] = Replays(refusal(NOON), Mode.STRICT).enquiries
    assert enquiry.claims == ()


def test_a_few_claims_of_each_client_are_kept() -> None:
    facts = [
        fact for number in range(20) for fact in refusal(NOON, sender=b"me@%d.example" % number)
    ]
    [enquiry] = Replays(facts).enquiries
    assert len(enquiry.claims) == MOST_CLAIMS


def test_a_client_that_is_spelt_in_two_ways_is_asked_about_once() -> None:
    facts = [
        *refusal(NOON, client=b"2001:db8::1"),
        *refusal(NOON, client=b"2001:DB8:0::1", helo=b"other.example"),
    ]
    [enquiry] = Replays(facts).enquiries
    assert len(enquiry.claims) == 2


def exception(kind: AllowanceKind, value: str) -> Allowances:
    return Allowances([Allowance(7, kind, value, "known", "me", NOON, None)])


def test_an_exception_lets_in_whatever_dns_says() -> None:
    allowances = exception(AllowanceKind.ADDRESS, TEXT)
    for says in (None, today(TEXT, Cause.NO_PTR)):
        replays = Replays([*over_days(5), *LOOKS_UP], says=says, allowances=allowances)
        assert replays.outcomes() == {(Was.TAKEN_IN, Would.LET_IN): 6}
        assert Rule.ALLOWED in {each.rule for each in replays.report().reasons}


def test_an_exception_for_a_sender_needs_dns_to_bear_it_out() -> None:
    allowances = exception(AllowanceKind.SENDER_DOMAIN, "business.example.net")
    wide = Vouched(sender_covers=True)
    says = today(TEXT, Cause.NO_PTR, {CLAIM: wide})
    found = Replays(refusal(NOON), Mode.STRICT, says=says, allowances=allowances)
    assert found.enquiries[0].claims == (CLAIM,)
    assert found.outcomes() == {(Was.DEFERRED, Would.LET_IN): 1}
    found = Replays(refusal(NOON), Mode.STRICT, allowances=allowances)
    assert found.outcomes() == {(Was.DEFERRED, Would.UNDECIDED): 1}


def test_what_dns_does_not_answer_is_undecided() -> None:
    facts = [acceptance(b"A1")]  # of a session that began before the log
    replays = Replays(facts, says=today(TEXT, Cause.REVERSE_TIMEOUT))
    assert replays.outcomes() == {(Was.TAKEN_IN, Would.UNDECIDED): 1}
    [changed] = replays.report().changed
    assert (changed.undecided, changed.keep, changed.rules) == (1, (), {})
    unknown = today(TEXT, Cause.NO_PTR, {CLAIM: Vouched(undetermined=True)})
    assert Replays(refusal(NOON), says=unknown).outcomes() == {(Was.DEFERRED, Would.UNDECIDED): 1}


def test_what_each_way_comes_to_the_same_is_decided_without_dns() -> None:
    own = dict.fromkeys((Cause.NO_PTR, Cause.FORWARD_NODATA), Action.REFUSE)
    facts = [doubt(Flaw.NODATA), *refusal(NOON)]
    assert Replays(facts, actions=own).outcomes() == {(Was.DEFERRED, Would.REFUSED): 1}


def test_messages_whose_helo_name_is_not_logged_are_counted() -> None:
    replays = Replays([*over_days(2), *LOOKS_UP], says=today(TEXT, Cause.NO_PTR))
    assert replays.report().helo_unknown == 2
    with_helo = [*refusal(NOON - HOUR), *over_days(2)]
    assert Replays(with_helo, says=today(TEXT, Cause.NO_PTR)).report().helo_unknown == 0


def test_the_past_is_that_of_an_ipv6_site() -> None:
    facts = [
        fact
        for number in range(4)
        for fact in refusal(NOON + number * 12 * HOUR, client=b"2001:db8::%d" % number)
    ]
    says: dict[Address, Today] = {}
    for number in range(4):
        says |= today(f"2001:db8::{number}", Cause.NO_PTR)
    assert Replays(facts, says=says).outcomes() == {
        (Was.DEFERRED, Would.DEFERRED): 3,
        (Was.DEFERRED, Would.REFUSED): 1,
    }


def test_mailboxes_are_kept_on_request_alone() -> None:
    facts = [*over_days(2), *LOOKS_UP]
    says = today(TEXT, Cause.NO_PTR)
    [changed] = Replays(facts, says=says).report().changed
    assert changed.mailboxes == ()
    [changed] = Replays(facts, says=says, keeps_mailboxes=True).report().changed
    assert changed.mailboxes == ("me@business.example.net",)


def test_what_is_no_address_is_passed_over() -> None:
    replays = Replays(refusal(NOON, client=b"999.1.1.1"), says={})
    assert (replays.enquiries, replays.outcomes()) == ([], {})


def test_a_log_that_grows_between_the_two_readings_is_replayed_all_the_same() -> None:
    replays = Replays(refusal(NOON), Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    sessions = Sessions(replays.replay)
    sessions.enter([*refusal(NOON + 9), *refusal(NOON + 9, client=b"198.51.100.77")])
    assert replays.outcomes() == {(Was.DEFERRED, Would.REFUSED): 2}


def test_when_something_last_changed_is_when_it_would_have_gone_otherwise() -> None:
    later = [
        *refusal(NOON + DAY),
        *refusal(NOON + 2 * DAY, text=b"User unknown", enhanced=b"5.1.1"),
    ]
    replays = Replays([*message(1, NOON), *later], Mode.STRICT, says=today(TEXT, Cause.NO_PTR))
    [changed] = replays.report().changed
    assert changed.last_at == NOON
