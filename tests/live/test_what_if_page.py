"""The page about a replayed log in a real Chromium, on a telephone, a desk and paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from gotrdns.resolution.scripted import World
from tests.live.browser import LOOKS, NARROW, Chromium, Look, Visitor
from tests.live.handed_page import hand_over, write_page
from tests.support.loopback_server import serve
from tests.unit.week_of_mail import DAY, MONDAY, TODAY, Week, a_week, doubt

IMAGE: Final = "<img/src=//x.example/onerror=document.title='x'>.example"
ATTRIBUTE: Final = "mail.example\"onfocus=alert(1)'&lt;script&gt;"
_NXDOMAIN: Final = "Name or service not known"


def _of_many_senders() -> str:
    """A week, and four dozen businesses whose PTR names do not exist, one by a long name."""
    week = Week()
    for number in range(48):
        label = "-".join(["quite-a-long-name"] * 3 if number == 5 else ["firm"])
        domain, client = f"{label}-{number}.example", f"81.30.{number}.25"
        for day in range(1 + number % 6):
            at = MONDAY + day * DAY + number * 600
            note = doubt(f"mail.{domain}", client, _NXDOMAIN)
            week.takes_in(at, client, f"orders@{domain}", doubt=note)
    return a_week() + week.text()


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(TODAY)) as place:
        yield place


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, resolver: str) -> str:
    log = tmp_path_factory.mktemp("logs") / "mail.log"
    log.write_text(_of_many_senders())
    asking = ("--resolver", resolver, "--rate", "1000")
    return write_page(log, "--what-if", "protect", "--envelope", "--top", "30", *asking)


@pytest.fixture
def visited(browser: Chromium, page: str, look: Look) -> Iterator[Visitor]:
    with browser.visitor(look) as visitor:
        hand_over(visitor, page)
        yield visitor
        assert visitor.complaints == []


@pytest.mark.parametrize("look", [*LOOKS, NARROW], ids=str)
def test_the_page_suits_every_eye(visited: Visitor) -> None:
    for state in ("folded", "unfolded"):
        visited.keep_picture(f"what-if-{state}")
        assert visited.violations() == []
        assert not visited.overflows()
        visited.unfold()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_is_decided_by_is_seen_without_scrolling(visited: Visitor) -> None:
    verdict = visited.page.locator(".verdict")
    expect(verdict).to_be_in_viewport(ratio=1)
    expect(verdict).to_contain_text("would be refused")
    expect(visited.page.locator(".figures li").first).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_bar_is_seen(visited: Visitor) -> None:
    for chart in visited.page.locator(".bars").all():
        boxes = [each.bounding_box() for each in chart.locator("tbody rect").all()]
        widths = [box["width"] for box in boxes if box]
        assert len(widths) == len(boxes)
        assert max(widths) > 100
        assert min(widths) >= 1


@pytest.mark.parametrize("look", LOOKS[2:], ids=str)
def test_a_line_for_a_shell_is_taken_at_one_click_and_all_of_them_as_they_are(
    visited: Visitor,
) -> None:
    visited.page.locator(".lines .record").nth(1).click()
    selected = "getSelection().toString().trim()"
    line = visited.page.evaluate(selected)
    visited.page.evaluate("getSelection().selectAllChildren(document.querySelector('.lines'))")
    taken = visited.page.evaluate(selected).split("\n")
    assert taken[1] == line
    assert len(taken) == 20
    assert all(each.startswith("gotrdns allow add ") for each in taken)


@pytest.mark.parametrize("look", LOOKS[2:], ids=str)
def test_on_paper_everything_is_unfolded(visited: Visitor) -> None:
    visited.page.emulate_media(media="print")
    visited.keep_picture("what-if-printed")
    for folded in visited.page.locator("details").all():
        expect(folded.locator("dd, li, pre").last).to_be_visible()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visited.page.evaluate(ground) == "rgb(255, 255, 255)"


def test_nothing_that_a_stranger_said_runs(browser: Chromium, tmp_path: Path) -> None:
    week = Week()
    for hour in (9, 11):
        note = doubt(IMAGE, "81.31.0.1", _NXDOMAIN)
        week.takes_in(MONDAY + hour * 3600, "81.31.0.1", f"a@{IMAGE}", doubt=note)
        week.turns_away(MONDAY + hour * 3600 + 60, "81.31.0.1", "b@mail.example", ATTRIBUTE)
    log = tmp_path / "<script>document.title='x'<!--.log"
    log.write_text(week.text())
    with browser.visitor() as visitor:
        hand_over(visitor, write_page(log, "--what-if", "strict", "--offline", "--envelope"))
        assert visitor.page.title() == f"What strict would change: {log.name}"
        said = visitor.page.locator(".sender dd code").all_inner_texts()
        assert {IMAGE.lower(), ATTRIBUTE} <= set(said)
        expect(visitor.page.locator("script, img, iframe, [onerror]")).to_have_count(0)
        assert visitor.complaints == []
