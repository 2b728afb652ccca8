"""A log replayed: what becomes of each attempt is what the daemon would have done."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.deciding.counsel import Counsel
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.mail_logs.facts import Fact, Fate, Flaw
from gotrdns.mail_logs.today.enquiries import Claim, Today
from gotrdns.names import Address
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
    strict_action,
)
from gotrdns.policy.history import DAY, HOUR, client_key
from gotrdns.reports.logs.what_if import Turn, Was, Would
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import Cause, Result, Verdict
from tests.unit.mail_logs.facts_made import (
    CLIENT,
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    rejection,
)
from tests.unit.mail_logs.replays import ADDRESS, CLAIM, DYNAMIC, NAME, SOMEBODY, TEXT, Replays
from tests.unit.sites import Clock, Remembering, Speaking, never

REVERSE = f"{ADDRESS.reverse_name.text}. PTR"
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
