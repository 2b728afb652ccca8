"""How what happened is folded into chapters, in whatever order it is told."""

import random

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.mail_logs.complaints.chapters import Folding, Kind
from gotrdns.reports.logs.complaint import Chapter, Chronicle, Event
from gotrdns.reports.logs.report import Ground
from tests.unit.mail_logs.facts_made import NOON

DEFERRED = Kind(Event.DEFERRED, Ground.FORWARD_NODATA)
MISMATCH = Kind(Event.DEFERRED, Ground.FORWARD_MISMATCH)
TAKEN_IN = Kind(Event.TAKEN_IN, name="mail.business.example")
KINDS = (DEFERRED, MISMATCH, TAKEN_IN)
MINUTE, HOUR, DAY = 60, 3600, 86400


def folded(happened: list[tuple[float, Kind]], most: int = 60) -> Chronicle:
    folding = Folding(most)
    for at, kind in happened:
        folding.add(NOON + at, kind)
    return folding.chronicle()


def spans(chapters: tuple[Chapter, ...]) -> list[tuple[Event, int, float, float]]:
    return [
        (each.event, each.times, each.first_at - NOON, each.last_at - NOON) for each in chapters
    ]


def test_the_same_in_a_row_is_one_chapter() -> None:
    chronicle = folded([(0, DEFERRED), (900, DEFERRED), (3 * DAY, DEFERRED), (4 * DAY, TAKEN_IN)])
    assert spans(chronicle.beginning) == [
        (Event.DEFERRED, 3, 0, 3 * DAY),
        (Event.TAKEN_IN, 1, 4 * DAY, 4 * DAY),
    ]
    assert chronicle.end == ()


def test_another_cause_is_another_chapter() -> None:
    chronicle = folded([(0, DEFERRED), (60, MISMATCH), (120, DEFERRED)])
    assert [each.ground for each in chronicle.beginning] == [
        Ground.FORWARD_NODATA,
        Ground.FORWARD_MISMATCH,
        Ground.FORWARD_NODATA,
    ]


def test_what_is_told_late_stands_where_it_belongs() -> None:
    late = [(day * DAY, TAKEN_IN) for day in (2, 3)]
    chronicle = folded([(0, DEFERRED), (60, DEFERRED), (9 * DAY, DEFERRED), *late])
    assert spans(chronicle.beginning) == [
        (Event.DEFERRED, 2, 0, 60),
        (Event.TAKEN_IN, 2, 2 * DAY, 3 * DAY),
        (Event.DEFERRED, 1, 9 * DAY, 9 * DAY),
    ]


def test_the_last_reply_is_kept() -> None:
    folding = Folding()
    kind = Kind(Event.REFUSED, likeness="try in 0 s")
    for at, reply in ((60, "try in 20 s"), (0, "try in 80 s"), (90, "try in 9 s")):
        folding.add(NOON + at, kind, reply)
    assert [each.reply for each in folding.chronicle().beginning] == ["try in 9 s"]


def test_of_too_many_chapters_the_beginning_and_the_end_are_kept() -> None:
    happened = [(each * 60.0, KINDS[each % 3]) for each in range(1000)]
    chronicle = folded(happened)
    assert spans(chronicle.beginning[:1]) == [(Event.DEFERRED, 1, 0, 0)]
    assert spans(chronicle.end[-1:]) == [(Event.DEFERRED, 1, 999 * 60, 999 * 60)]
    assert len(chronicle.beginning) == 20
    assert 20 <= len(chronicle.end) <= 40
    told = len(chronicle.beginning) + len(chronicle.end)
    assert told + chronicle.events_left_out == 1000
    assert chronicle.chapters_left_out == chronicle.events_left_out


def test_a_long_story_of_one_thing_takes_no_room() -> None:
    chronicle = folded([(each * DAY, DEFERRED) for each in range(10_000)])
    assert spans(chronicle.beginning) == [(Event.DEFERRED, 10_000, 0, 9_999 * DAY)]


def test_a_chronicle_is_abridged_in_the_middle() -> None:
    chronicle = folded([(each * 60.0, KINDS[each % 3]) for each in range(1000)]).abridged(9)
    assert (len(chronicle.beginning), len(chronicle.end)) == (3, 6)
    assert chronicle.events_left_out == chronicle.chapters_left_out == 991
    assert chronicle.abridged(9) is chronicle


@given(
    st.lists(st.tuples(st.integers(0, 20 * HOUR), st.sampled_from(KINDS)), max_size=150),
    st.randoms(use_true_random=False),
)
def test_nothing_is_lost_and_all_is_in_order_however_late_it_is_told(
    happened: list[tuple[int, Kind]], chance: random.Random
) -> None:
    told = [(float(at), kind) for at, kind in happened]
    chance.shuffle(told)
    chronicle = folded(told, most=30)
    chapters = (*chronicle.beginning, *chronicle.end)
    assert sum(each.times for each in chapters) + chronicle.events_left_out == len(told)
    assert len(chapters) <= 30
    begins = [each.first_at for each in chapters]
    assert begins == sorted(begins)
    assert all(each.first_at <= each.last_at for each in chapters)
    if told:
        assert chapters[0].first_at == NOON + min(at for at, _ in told)
    if told and not chronicle.events_left_out:
        assert max(each.last_at for each in chapters) == NOON + max(at for at, _ in told)
