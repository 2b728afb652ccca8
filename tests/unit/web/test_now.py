"""The page that shows how things are now, with a daemon and a store and without."""

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gotrdns.names import Address
from gotrdns.policy import Action, Decision, Rule
from gotrdns.policy.tallies import SPAN, Tally, span_of
from gotrdns.reports import english_now as words
from gotrdns.reports.site.now_charts import Range, chart_failures, chart_outcomes
from gotrdns.reports.status import Decided, Period, Remark, Trouble, Worker, encode_status
from gotrdns.store.queries import Store
from tests.unit.statuses import status
from tests.unit.stores import NOW, Clock, deferral, failing, remembering, transaction, url_of
from tests.unit.web.admin_sites import Visitor, no_daemon, visiting, well_daemon

BEGAN = span_of(NOW)
EARLIER = BEGAN - 3600
COUNTED = (
    Tally(BEGAN),
    Tally(BEGAN, "pass", "confirmed", "pass", 4_000),
    Tally(BEGAN, "permerror", "no-ptr", "refuse", 321),
    Tally(EARLIER, "fail", "forward-nodata", "withheld-refuse", 17),
    Tally(EARLIER, "temperror", "forward-timeout", "defer", 5),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        memory.note_tallies(COUNTED)
        for number in range(12):
            client = Address.parse(f"85.105.64.{number + 1}")
            refusal = Decision(Action.REFUSE, Rule.STRICT, failing(client))
            memory.remember(transaction(client), refusal, NOW - number)
        memory.remember(transaction(), deferral(), NOW)
    return path


@pytest.fixture
def visitor(path: Path) -> Iterator[Visitor]:
    with visiting(path, ask_daemon=well_daemon, clock=Clock()) as visitor:
        yield visitor


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_all_is_well_and_everything_is_there(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert answer.status_code == 200
    text = text_of(answer.text)
    assert "All is well." in text
    assert "301.0 decisions a minute 1.0 refused a minute 0.0 deferred a minute" in text
    assert "13 connections of mail servers 3 d 4 h since the daemon started" in text
    assert "permerror no-ptr refused 5 (1.0/min) 90,001" in text
    assert "127.0.0.1:53 answers 123,456 asked, 123,450 answered, 6 timed out" in text
    assert "believed; 4 of 321 networks in trouble within five minutes" in text
    assert "34,567 had to wait for a look-up, 12.3 ms on average, 95 % at most 50 ms" in text
    assert "works; 91,234 written, 3 waiting, 0 lost" in text
    assert "let in 4,000" in text and "refused 321" in text
    assert "let in, would be refused 17" in text and "DNS did not answer 5" in text
    assert "no-ptr 321" in text and "forward-nodata 17" in text and "forward-timeout 5" in text
    assert '<script src="/static/now.js" defer>' in answer.text
    assert "http-equiv" not in answer.text


def test_the_latest_refusals_lead_to_what_was_decided(visitor: Visitor, path: Path) -> None:
    page = visitor.get("/").text
    shown = re.findall(r'href="/decision/([^"]+)"', page)
    assert len(shown) == len(set(shown)) == 10
    assert 'href="/client/85.105.64.1"' in page and 'href="/client/85.105.64.12"' not in page
    with Store(url_of(path)) as store:
        kept = [store.find_incident(each) for each in shown]
    assert {each.action for each in kept if each is not None} == {Action.REFUSE}
    assert visitor.get(f"/decision/{shown[0]}").status_code == 200


def test_nobody_refused_lately_is_said(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        memory.remember(transaction(), deferral(), NOW)
    with visiting(path, ask_daemon=well_daemon, clock=Clock()) as visitor:
        assert "None among the latest 1 decisions that were kept." in visitor.get("/").text


def test_what_is_wrong_comes_first_with_what_to_do(path: Path) -> None:
    wrong = (Remark(Trouble.RESOLVER_SUSPECT), Remark(Trouble.STORE_FAILED, "disk <full>"))
    told = status(wrong=wrong, alarms={"resolver-suspect": 1234.0})
    with visiting(path, ask_daemon=lambda _: encode_status(told), clock=Clock()) as visitor:
        page = visitor.get("/").text
    text = text_of(page)
    assert "All is well" not in text
    for each in wrong:
        assert words.REMEDIES[each.trouble] in text
    assert "rest on what is in memory: disk <full>" in text and "<full>" not in page
    assert "alarm resolver-suspect, on for 20 min" in text
    assert text.index("What to do") < text.index("decisions a minute")


def test_every_trouble_has_a_remedy() -> None:
    assert set(words.REMEDIES) == set(Trouble)


def test_workers_are_shown_where_there_are_any(path: Path) -> None:
    told = status(workers=(Worker(11, True, 7, 44_000_000), Worker(12, False, 0, 0)))
    with visiting(path, ask_daemon=lambda _: encode_status(told), clock=Clock()) as visitor:
        text = text_of(visitor.get("/").text)
    assert "process 11 answers 7 connections 42 MiB" in text
    assert "process 12 starts 0 connections 0 MiB" in text


def test_what_only_would_be_refused_is_counted_apart(path: Path) -> None:
    period = Period(300.0, (Decided("fail", "forward-nodata", "pass", "refuse", 600),))
    told = status(mode="observe", lately=period, since_start=period)
    with visiting(path, ask_daemon=lambda _: encode_status(told), clock=Clock()) as visitor:
        text = text_of(visitor.get("/").text)
    assert "0.0 refused a minute" in text
    assert "120.0 would be refused or deferred, a minute" in text
    assert "let in (would refuse)" in text


def test_without_a_daemon_the_past_is_shown_all_the_same(path: Path) -> None:
    with visiting(path, ask_daemon=no_daemon, clock=Clock()) as visitor:
        answer = visitor.get("/")
    assert answer.status_code == 200
    text = text_of(answer.text)
    assert "No daemon answers on this host." in text and "gotrdns status" in text
    assert "All is well" not in text
    assert "let in 4,000" in text and "85.105.64.1" in text


def test_a_daemon_that_hangs_holds_no_page_up(path: Path) -> None:
    released = threading.Event()

    def hang(question: bytes) -> bytes:
        released.wait(30)
        return well_daemon(question)

    with visiting(path, ask_daemon=hang, clock=Clock()) as visitor:
        began = time.monotonic()
        page = visitor.get("/").text
        released.set()
    assert time.monotonic() - began < 10
    assert "No daemon answers on this host." in page and "let in 4,000" in text_of(page)


@pytest.mark.parametrize("daemon", [well_daemon, no_daemon])
def test_a_store_that_cannot_be_read_is_no_reason_to_show_nothing(
    tmp_path: Path, daemon: Callable[[bytes], bytes]
) -> None:
    absent = tmp_path / "absent" / "store.sqlite3"
    with visiting(absent, ask_daemon=daemon, clock=Clock()) as visitor:
        answer = visitor.get("/")
    assert answer.status_code == 200
    assert "What was counted cannot be read just now: " in answer.text
    assert ("All is well." in answer.text) == (daemon is well_daemon)


@pytest.mark.parametrize("shown", list(Range))
def test_the_time_shown_is_chosen_by_links(visitor: Visitor, shown: Range) -> None:
    page = visitor.get(f"/?range={shown.value}").text
    assert f'<a href="/?range={shown.value}" aria-current="true">' in page
    assert page.count('aria-current="true"') == 1
    assert f'data-part="/now-part?range={shown.value}"' in page
    assert "let in 4,000" in text_of(page)


def test_a_time_that_nobody_offers_is_a_day(visitor: Visitor) -> None:
    assert '<a href="/?range=24h" aria-current="true">' in visitor.get("/?range=<b>").text


def test_the_part_that_is_refreshed_is_the_content_of_the_page(visitor: Visitor) -> None:
    page, part = visitor.get("/?range=7d").text, visitor.get("/now-part?range=7d").text
    assert part in page
    assert "<html" not in part and "<h1" not in part
    ElementTree.fromstring(f"<div>{part}</div>".replace("&nbsp;", " "))


def test_no_script_and_no_style_stands_in_the_page(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert "style=" not in page
    assert not re.findall(r"<script(?! src=)", page) and "onclick" not in page


def test_causes_beyond_the_most_frequent_are_drawn_together() -> None:
    tallies = [Tally(BEGAN, "fail", f"cause-{number}", "refuse", number) for number in range(1, 10)]
    chart = chart_failures(tallies, Range.DAY, NOW)
    totals = {each.label: each.total for each in chart.series}
    assert totals == {
        **{f"cause-{number}": number for number in range(9, 3, -1)},
        words.OTHER_CAUSES: 1 + 2 + 3,
    }
    assert len({each.texture for each in chart.series}) == len(chart.series)


@pytest.mark.parametrize("shown", list(Range))
def test_charts_end_with_the_step_that_is_not_over(shown: Range) -> None:
    chart = chart_outcomes([], shown, NOW)
    assert chart.ended - chart.step <= NOW < chart.ended
    assert chart.began % shown.step == 0 and shown.step % SPAN == 0
    assert not any(chart.counted)


def test_a_daemon_that_had_nothing_to_decide_is_no_gap() -> None:
    chart = chart_outcomes([Tally(BEGAN - BEGAN % 900)], Range.DAY, NOW)
    assert sum(chart.counted) == 1
    assert all(each.total == 0 for each in chart.series)


def test_two_kinds_of_one_outcome_add_up() -> None:
    began = BEGAN - BEGAN % 900
    tallies = [
        Tally(began, "fail", "forward-nodata", "refuse", 2),
        Tally(began, "permerror", "no-ptr", "refuse", 3),
    ]
    [refused] = [each for each in chart_outcomes(tallies, Range.DAY, NOW).series if each.total]
    assert (refused.label, refused.total) == ("refused", 5)
