"""The page about mail logs in a real Chromium, on a telephone, a desk and paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from benchmarks.mail_log_lines import MailLog
from tests.live.browser import LOOKS, NARROW, Chromium, Look, Visitor
from tests.live.handed_page import hand_over, write_page

IMAGE: Final = "<img/src=//x.example/onerror=document.title='x'>.example"
ATTRIBUTE: Final = "mail.example\"onfocus=alert(1)'&lt;script&gt;"
HOSTILE: Final = "".join(
    f"Jan  1 {hour}:00:00 mx postfix/smtpd[7]: {line}\n"
    for hour in (12, 14)
    for line in (
        f"warning: hostname {IMAGE} does not resolve to address 192.0.2.1",
        "connect from unknown[192.0.2.1]",
        "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.25 Client host rejected: cannot "
        "find your hostname, [192.0.2.1]; from=<a@mail.example> to=<b@our.example> proto=ESMTP "
        f"helo=<{ATTRIBUTE}>",
        "disconnect from unknown[192.0.2.1] ehlo=1 mail=1 rcpt=0/1 commands=2/3",
        # Mail that is taken in makes even a stranger of such a name look legitimate.
        "connect from mail.example[192.0.2.1]",
        f"4cQ{hour}: client=mail.example[192.0.2.1]",
        "disconnect from mail.example[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
    )
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of some six hours of a small site's mail."""
    log = tmp_path_factory.mktemp("logs") / "mail.log"
    log.write_text("".join(f"{line}\n" for line in MailLog(25).lines(60_000)))
    return write_page(log, "--envelope", "--top", "30")


@pytest.fixture
def visited(browser: Chromium, page: str, look: Look) -> Iterator[Visitor]:
    with browser.visitor(look) as visitor:
        hand_over(visitor, page)
        yield visitor
        assert visitor.complaints == []


@pytest.mark.parametrize("look", [*LOOKS, NARROW], ids=str)
def test_the_page_suits_every_eye(visited: Visitor) -> None:
    for state in ("folded", "unfolded"):
        visited.keep_picture(f"logs-{state}")
        assert visited.violations() == []
        assert not visited.overflows()
        visited.unfold()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_bar_is_seen_and_the_largest_leads_to_its_sender(visited: Visitor) -> None:
    widths = [
        box["width"]
        for each in visited.page.locator(".bars tbody rect").all()
        if (box := each.bounding_box())
    ]
    assert widths[0] == max(widths) > 100
    assert min(widths) >= 1
    link = visited.page.locator(".bars tbody a").first
    name = link.inner_text()
    link.click()
    expect(visited.page.locator(":target h3")).to_contain_text(name)


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_one_picture_of_the_chart_is_shown_with_what_it_says(visited: Visitor) -> None:
    expect(visited.page.locator("figure > svg:visible")).to_have_count(1)
    shown = visited.page.get_by_role("img", name="Turned away for reverse DNS, by cause")
    expect(shown).to_have_count(1)
    areas = visited.page.locator("figure > svg:visible .chart-area").all()
    assert len(areas) == 6
    assert all(each.bounding_box() for each in areas)


@pytest.mark.parametrize("look", LOOKS[2:], ids=str)
def test_on_paper_everything_is_unfolded_but_the_figures(visited: Visitor) -> None:
    visited.page.emulate_media(media="print")
    visited.keep_picture("logs-printed")
    expect(visited.page.locator("#sender-30 dd").first).to_be_visible()
    expect(visited.page.locator(".chart-figures")).to_be_hidden()
    ground = "getComputedStyle(document.body).backgroundColor"
    assert visited.page.evaluate(ground) == "rgb(255, 255, 255)"


def test_nothing_that_a_stranger_said_runs(browser: Chromium, tmp_path: Path) -> None:
    log = tmp_path / "<script>document.title='x'<!--.log"
    log.write_text(HOSTILE)
    with browser.visitor() as visitor:
        hand_over(visitor, write_page(log))
        assert visitor.page.title() == f"Reverse DNS in {log.name}"
        said = visitor.page.locator(".sender dd code").all_inner_texts()
        assert {IMAGE.lower(), ATTRIBUTE} <= set(said)
        expect(visitor.page.locator("script, img, iframe, [onerror]")).to_have_count(0)
        assert visitor.complaints == []
