"""How many decisions of each kind there were: put down span by span, added up when asked."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.daemon.bookkeeping import Bookkeeper
from gotrdns.daemon.tally import Tally as DaemonTally
from gotrdns.names import Address
from gotrdns.policy import Action, Mode, Policy, PolicySettings, Transaction
from gotrdns.policy.history import DAY, HOUR
from gotrdns.policy.tallies import SPAN, Outcome, Tally, action_code, outcome_of, span_of
from gotrdns.store.memory import StoredMemory
from gotrdns.store.pending import Pending, Tallied
from gotrdns.store.queries import Store
from gotrdns.store.settings import StoreSettings
from gotrdns.store.tallies import MOST_STEPS
from gotrdns.verification import Cause, Result, Verdict
from tests.unit.daemon_process import Daemon, ask_on, daemon_in, running_name_server
from tests.unit.stores import NOW, Clock, remembering, url_of

BEGAN = span_of(NOW)
REFUSED = Tally(BEGAN, "permerror", "no-ptr", "refuse", 3)
PASSED = Tally(BEGAN, "pass", "confirmed", "pass", 40)
CLIENT = Address.parse("85.105.64.87")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "store.sqlite3")


def stored(url: str) -> list[Tally]:
    with Store(url) as store:
        return store.tallies(BEGAN - DAY, BEGAN + DAY, SPAN)


class Books:
    """A daemon's tally, and what is put down of it."""

    def __init__(self, memory: StoredMemory, mode: Mode = Mode.STRICT) -> None:
        self.clock = Clock()
        self.tally = DaemonTally(mode, self.clock)
        self.keeper = Bookkeeper(self.tally, self.clock)
        self.memory = memory
        self.mode = mode

    def decide(self, cause: Cause, times: int = 1) -> None:
        policy = Policy(PolicySettings(mode=self.mode))
        for _ in range(times):
            self.tally.count(policy.decide(Verdict(CLIENT, cause, (), None, False)))

    def tick(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.now += 1
            self.keeper.tick(self.memory)

    def enter(self) -> None:
        self.keeper.enter(self.memory)


def test_every_decision_is_put_down_in_the_span_it_was_made_in(url: str) -> None:
    with remembering(url) as memory:
        books = Books(memory)
        books.tally.confirmed += 5
        books.decide(Cause.NO_PTR, 2)
        books.tick(SPAN)
        books.decide(Cause.NO_PTR, 4)
        books.tick(11)
    assert stored(url) == [
        Tally(BEGAN),
        Tally(BEGAN, "pass", "confirmed", "pass", 5),
        Tally(BEGAN, "permerror", "no-ptr", "refuse", 2),
        Tally(BEGAN + SPAN),
        Tally(BEGAN + SPAN, "permerror", "no-ptr", "refuse", 4),
    ]


def test_what_was_not_due_yet_is_put_down_at_the_end(url: str) -> None:
    with remembering(url) as memory:
        books = Books(memory)
        books.tick(1)
        books.tally.confirmed += 7
        books.tick(5)
        books.enter()
        books.enter()
    assert stored(url) == [Tally(BEGAN), Tally(BEGAN, "pass", "confirmed", "pass", 7)]


def test_what_was_held_back_stays_visible(url: str) -> None:
    with remembering(url) as memory:
        books = Books(memory, Mode.OBSERVE)
        books.decide(Cause.FORWARD_NODATA)
        exemption = Policy(PolicySettings(mode=Mode.OBSERVE)).exemption(Transaction(None))
        assert exemption is not None
        books.tally.count(exemption)
        books.enter()
    assert stored(url) == [
        Tally(BEGAN),
        Tally(BEGAN, "", "unknown-client", "pass", 1),
        Tally(BEGAN, "fail", "forward-nodata", "withheld-refuse", 1),
    ]


def test_another_mode_neither_repeats_nor_loses_what_was_counted(url: str) -> None:
    with remembering(url) as memory:
        books = Books(memory)
        books.decide(Cause.NO_PTR)
        books.enter()
        books.decide(Cause.NO_PTR)
        books.tally.follow_mode(Mode.PROTECT)
        books.enter()
    assert stored(url)[1:] == [Tally(BEGAN, "permerror", "no-ptr", "refuse", 2)]


def test_a_clock_that_is_set_back_adds_to_former_spans(url: str) -> None:
    with remembering(url) as memory:
        books = Books(memory)
        books.tally.confirmed += 1
        books.tick(SPAN)
        books.clock.now -= 3 * SPAN
        books.tally.confirmed += 2
        books.tick(1)
        books.tally.confirmed += 4
        books.enter()
    counts = {each.began - BEGAN: each.count for each in stored(url) if each.result}
    assert counts == {0: 1, SPAN: 2, -2 * SPAN: 4}


def test_several_daemons_and_lives_add_up(url: str) -> None:
    with remembering(url) as one, remembering(url) as other:
        one.note_tallies([REFUSED, PASSED])
        other.note_tallies([PASSED, Tally(BEGAN)])
    with remembering(url) as later:
        later.note_tallies([REFUSED])
    assert stored(url) == [
        Tally(BEGAN),
        Tally(BEGAN, "pass", "confirmed", "pass", 80),
        Tally(BEGAN, "permerror", "no-ptr", "refuse", 6),
    ]


def test_a_memory_without_a_database_puts_nothing_down() -> None:
    memory = StoredMemory(StoreSettings(url="none"))
    memory.note_tallies([PASSED])
    assert memory.queue_depth == 0


def test_what_waits_is_added_up_and_what_does_not_fit_is_counted() -> None:
    pending = Pending(2)
    pending.add(Tallied(PASSED))
    pending.add(Tallied(REFUSED))
    pending.add(Tallied(PASSED))
    pending.add(Tallied(Tally(BEGAN + SPAN)))
    assert pending.lost == 1
    assert pending.take(9) == [Tallied(REFUSED), Tallied(Tally(BEGAN + SPAN))]
    pending.add(Tallied(PASSED))
    pending.put_back([Tallied(PASSED)])
    [waiting] = pending.take(9)
    assert isinstance(waiting, Tallied) and waiting.tally.count == 2 * PASSED.count


@given(
    added=st.lists(
        st.builds(
            Tally,
            st.integers(0, 50).map(lambda number: BEGAN - number * SPAN),
            st.sampled_from(["", "pass", "fail"]),
            st.sampled_from(["confirmed", "no-ptr"]),
            st.sampled_from(["pass", "refuse", "withheld-refuse"]),
            st.integers(0, 2**31 - 1),
        ),
        max_size=30,
        unique_by=lambda tally: (tally.began, tally.result, tally.reason, tally.action),
    ),
    step=st.sampled_from([300, 900, 3600, 86_400]),
)
def test_sums_of_any_step_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, added: list[Tally], step: int
) -> None:
    url = url_of(tmp_path_factory.mktemp("store") / "store.sqlite3")
    with remembering(url) as memory:
        memory.note_tallies(added)
    with Store(url) as store:
        found = store.tallies(BEGAN - DAY, BEGAN + DAY, step)
    expected: Counter[tuple[int, str, str, str]] = Counter()
    for each in added:
        expected[each.began - each.began % step, each.result, each.reason, each.action] += (
            each.count
        )
    assert {
        (each.began, each.result, each.reason, each.action): each.count for each in found
    } == expected


@pytest.mark.parametrize(
    ("seconds", "step"), [(DAY, 0), (DAY, -300), (DAY, 301), ((MOST_STEPS + 1) * SPAN, SPAN)]
)
def test_a_sum_that_nobody_could_draw_is_not_made(url: str, seconds: float, step: int) -> None:
    with Store(url, create=True) as store, pytest.raises(ValueError, match="s of"):
        store.tallies(NOW - seconds, NOW, step)


def test_tallies_are_kept_as_long_as_decisions(url: str) -> None:
    with Store(url, create=True) as store:
        with remembering(url) as memory:
            memory.note_tallies([Tally(span_of(NOW - 8 * DAY), count=1), Tally(BEGAN, count=1)])
        with remembering(url, retention_days=7):
            pass
        assert [each.began for each in store.tallies(NOW - 9 * DAY, NOW + 1, 3600)] == [
            BEGAN - BEGAN % 3600
        ]


@pytest.mark.parametrize(
    ("result", "done", "withheld", "outcome"),
    [
        (Result.PASS, Action.PASS, "", Outcome.PASSED),
        (None, Action.PASS, "", Outcome.PASSED),
        (Result.FAIL, Action.PASS, "", Outcome.MARKED),
        (Result.PASS, Action.DEFER, "", Outcome.DEFERRED),
        (Result.PERMERROR, Action.REFUSE, "", Outcome.REFUSED),
        (Result.FAIL, Action.PASS, "refuse", Outcome.WOULD_REFUSE),
        (Result.FAIL, Action.PASS, "defer", Outcome.WOULD_DEFER),
        (Result.TEMPERROR, Action.PASS, "", Outcome.UNDETERMINED),
        (Result.TEMPERROR, Action.DEFER, "", Outcome.UNDETERMINED),
    ],
)
def test_each_kind_counts_as_one_outcome(
    result: Result | None, done: Action, withheld: str, outcome: Outcome
) -> None:
    code = action_code(done.value, withheld)
    assert outcome_of(Tally(0, result.value if result else "", "no-ptr", code, 1)) is outcome


def test_what_another_version_wrote_and_presence_alone_are_no_outcome() -> None:
    assert outcome_of(Tally(0)) is None
    assert outcome_of(Tally(0, "fail", "no-ptr", "quarantine", 3)) is None


@pytest.mark.parametrize("workers", [0, 2])
def test_daemons_put_down_all_that_they_decided_before_they_ended(
    tmp_path: Path, url: str, workers: int
) -> None:
    with (
        running_name_server() as name_server,
        daemon_in(tmp_path, name_server) as daemon,
    ):
        daemon.start(workers=workers)
        ask_often(daemon, 25)
        assert daemon.end() == 0
        daemon.start(workers=workers)
        ask_often(daemon, 5)
        assert daemon.end() == 0
    with Store(url) as store:
        found = store.tallies(time.time() - HOUR, time.time() + HOUR, SPAN)
    kinds: Counter[tuple[str, str, str]] = Counter()
    for each in found:
        kinds[each.result, each.reason, each.action] += each.count
    assert dict(kinds) == {("", "", ""): 0, ("fail", "forward-nodata", "refuse"): 30}


def ask_often(daemon: Daemon, times: int) -> None:
    with daemon.connect() as one, daemon.connect() as other:
        for number in range(times):
            assert ask_on(one if number % 2 else other).startswith("action=550")
