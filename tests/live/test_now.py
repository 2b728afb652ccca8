"""What was decided is counted to the last, whoever decided it, and shown in a real Chromium."""

import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gotrdns.policy.history import HOUR
from gotrdns.policy.tallies import SPAN
from gotrdns.store.queries import Store
from tests.live import clients
from tests.live.browser import LOOKS, Chromium, Look, elsewhere
from tests.live.daemon import Daemon
from tests.live.internet import Internet
from tests.live.pages import ADMIN, Pages
from tests.live.postfix import POLICY_OVER_UNIX, Postfix
from tests.live.resolver import Resolver
from tests.live.smtp import deliver
from tests.support.postgresql import PostgreSQL
from tests.unit.daemon_process import ask_on

FOUNDING = str(clients.FOUNDING.address)
CONFIRMED = str(clients.RIGHT_PAIR.address)
SETTINGS = """\
[policy]
mode = "strict"
[resolver]
servers = ["127.0.0.53"]
[postfix]
listen = ["unix:{door}"]
[store]
url = "{url}"
[control]
socket = ""
"""


@pytest.fixture(scope="module")
def pages(
    postfix: Postfix, internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    with Pages(tmp_path_factory.mktemp("pages"), postfix, internet) as running:
        for _ in range(3):
            elsewhere(deliver, FOUNDING, POLICY_OVER_UNIX)
        yield running


def ask_often(door: Path, times: int) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as peer:
        peer.settimeout(10)
        peer.connect(str(door))
        for _ in range(times):
            assert ask_on(peer, FOUNDING).startswith("action=550")
            assert not ask_on(peer, CONFIRMED).startswith("action=550")


def counted(url: str) -> Counter[tuple[str, str]]:
    """All that was decided lately, by reason and action."""
    found: Counter[tuple[str, str]] = Counter()
    with Store(url) as store:
        for each in store.tallies(time.time() - HOUR, time.time() + HOUR, SPAN):
            if each.result:
                found[each.reason, each.action] += each.count
    return found


def test_daemons_that_share_postgresql_add_up(
    postgresql: PostgreSQL, cold_resolver: Resolver, tmp_path: Path
) -> None:
    assert cold_resolver.running
    Store(postgresql.url, create=True).close()
    before = counted(postgresql.url)
    doors = [tmp_path / "one", tmp_path / "other"]
    files = [tmp_path / "one.toml", tmp_path / "other.toml"]
    for door, file in zip(doors, files, strict=True):
        file.write_text(SETTINGS.format(door=door, url=postgresql.url))
    with (
        Daemon(files[0], doors[:1]) as one,
        Daemon(files[1], doors[1:], arguments=["--workers", "2"]) as other,
    ):
        for times in (20, 30):
            for door in doors:
                ask_often(door, times)
        assert (one.terminate(), other.terminate()) == (0, 0)
    assert counted(postgresql.url) - before == {
        ("forward-nodata", "refuse"): 100,
        ("confirmed", "pass"): 100,
    }


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_how_things_are_is_shown_to_everybody(browser: Chromium, look: Look) -> None:
    with browser.visitor(look) as visitor:
        page = visitor.page
        page.goto(ADMIN)
        expect(page.get_by_role("heading", level=1)).to_have_text("Now")
        expect(page.locator("#now")).to_contain_text("All is well.")
        page.get_by_text("The figures as a table").first.click()
        expect(page.locator(".chart > svg:visible")).to_have_count(2)
        assert visitor.violations() == []
        assert not visitor.overflows()
        visitor.keep_picture("now")
        assert visitor.complaints == []


@pytest.mark.usefixtures("pages")
def test_the_page_refreshes_itself_until_it_is_stopped(browser: Chromium) -> None:
    with browser.visitor() as visitor:
        page = visitor.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.install()
        page.goto(f"{ADMIN}/?range=7d")
        assert not _parts(asked)
        with page.expect_response(re.compile("/now-part")):
            page.clock.fast_forward(31_000)
        expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
        expect(page.locator("#now figure")).to_have_count(2)
        page.get_by_role("button", name="Stop refreshing").click()
        page.clock.fast_forward(120_000)
        assert len(_parts(asked)) == 1
        with page.expect_response(re.compile("/now-part")):
            page.get_by_role("button", name="Keep refreshing").click()
        page.get_by_text("The figures as a table").first.click()
        page.clock.fast_forward(61_000)
        assert len(_parts(asked)) == 2  # nobody's reading is interrupted
        assert visitor.complaints == []


def _parts(asked: list[str]) -> list[str]:
    return [each for each in asked if each == f"{ADMIN}/now-part?range=7d"]


@pytest.mark.usefixtures("pages")
def test_without_scripts_a_link_refreshes_the_page(browser: Chromium) -> None:
    with browser.visitor(scripts=False) as visitor:
        visitor.page.goto(ADMIN)
        expect(visitor.page.get_by_role("button")).to_have_count(0)
        visitor.page.get_by_role("link", name="Refresh").click()
        expect(visitor.page).to_have_url(f"{ADMIN}/?range=24h")
