"""Several daemons that saw the same client: nothing that one of them saw is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.policy.history import DAY, HOUR, History
from gotrdns.store.merging import NO_HISTORY, Change, apply_changes, last_seen
from gotrdns.verification import Result

NOW = 1_800_000_000.0
sightings = st.lists(
    st.tuples(st.floats(60, 3 * DAY), st.sampled_from(list(Result)), st.booleans()), max_size=12
)


def seen(history: History, *times: tuple[float, Result]) -> History:
    for at, result in times:
        history = history.after(result, at)
    return history


@given(sightings)
def test_one_daemon_alone_stores_exactly_what_it_noted(
    steps: list[tuple[float, Result, bool]],
) -> None:
    stored = known = NO_HISTORY
    now = NOW
    for pause, result, dynamic in steps:
        now += pause
        after = known.after(result, now, dynamic=dynamic)
        stored, known = apply_changes(stored, [Change(known, after)]), after
        assert stored == known


@given(st.lists(st.tuples(st.floats(HOUR, 2 * DAY), st.booleans()), min_size=1, max_size=12))
def test_failures_that_two_daemons_saw_in_turn_are_all_counted(
    steps: list[tuple[float, bool]],
) -> None:
    views = {False: NO_HISTORY, True: NO_HISTORY}
    stored = whole = NO_HISTORY
    now = NOW
    for pause, which in steps:
        now += pause
        after = views[which].after(Result.FAIL, now)
        stored = apply_changes(stored, [Change(views[which], after)])
        views[which] = after
        whole = whole.after(Result.FAIL, now)
    assert stored == whole


def test_the_same_failure_seen_by_two_counts_once() -> None:
    first = seen(NO_HISTORY, (NOW, Result.FAIL))
    second = seen(NO_HISTORY, (NOW + 60, Result.FAIL))
    assert apply_changes(first, [Change(NO_HISTORY, second)]) == first


def test_a_pass_elsewhere_ends_a_run_of_failures() -> None:
    stored = seen(NO_HISTORY, (NOW, Result.FAIL), (NOW + HOUR, Result.FAIL))
    passed = History(passed_at=NOW + 2 * HOUR)
    assert apply_changes(stored, [Change(NO_HISTORY, passed)]) == passed


def test_a_pass_before_the_latest_failure_ends_nothing() -> None:
    stored = seen(NO_HISTORY, (NOW, Result.FAIL))
    merged = apply_changes(stored, [Change(NO_HISTORY, History(passed_at=NOW - HOUR))])
    assert (merged.failures, merged.passed_at) == (1, NOW - HOUR)


def test_a_failure_before_the_latest_pass_counts_no_more() -> None:
    stored = History(passed_at=NOW)
    failed = seen(NO_HISTORY, (NOW - HOUR, Result.FAIL))
    assert apply_changes(stored, [Change(NO_HISTORY, failed)]) == stored


def test_a_second_pass_within_the_hour_ends_a_run_though_it_leaves_no_time() -> None:
    before = seen(NO_HISTORY, (NOW, Result.PASS), (NOW + 600, Result.FAIL))
    after = before.after(Result.PASS, NOW + 1200)
    elsewhere = before.after(Result.TEMPERROR, NOW + 500)
    assert apply_changes(elsewhere, [Change(before, after)]).failures == 0


def test_a_change_told_twice_changes_nothing_more() -> None:
    change = Change(NO_HISTORY, seen(NO_HISTORY, (NOW, Result.FAIL)))
    once = apply_changes(NO_HISTORY, [change])
    assert apply_changes(once, [change]) == once


@pytest.mark.parametrize(
    ("history", "at"),
    [
        (NO_HISTORY, 0.0),
        (History(greeted_at=5.0), 5.0),
        (History(passed_at=3.0, troubled_at=4.0), 4),
    ],
)
def test_a_client_was_last_seen_at_the_latest_of_its_times(history: History, at: float) -> None:
    assert last_seen(history) == at
