"""The follow-up of a business that somebody vouches for, in mode protect: in a real Chromium."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.live import clients
from tests.live.browser import LOOKS, NARROW, PATIENCE, Chromium, Look, elsewhere
from tests.live.internet import Internet
from tests.live.pages import ADMIN, Pages, fetch
from tests.live.postfix import POLICY_OVER_UNIX, Postfix
from tests.live.smtp import deliver

BUSINESS = clients.VOUCHED


@pytest.fixture(scope="module")
def followed_up(
    postfix: Postfix, internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the business's page."""
    # An smtpd that still holds a connection to a former daemon would let one mail in.
    postfix.restart()
    with Pages(tmp_path_factory.mktemp("pages"), postfix, internet, mode="protect"):
        conversation = elsewhere(
            deliver,
            str(BUSINESS.address),
            POLICY_OVER_UNIX,
            helo=BUSINESS.helo,
            sender="owner@business.example",
        )
        assert conversation.accepted, conversation.refusal
        ends = time.monotonic() + 3
        # Decisions are stored behind the mail path.
        while str(BUSINESS.address) not in elsewhere(fetch, f"{ADMIN}/follow-up"):
            assert time.monotonic() < ends, "nobody is to be followed up"
        yield f"{ADMIN}/follow-up"


@pytest.mark.parametrize("look", [*LOOKS, NARROW], ids=str)
def test_a_business_to_follow_up_suits_every_eye(
    look: Look, followed_up: str, browser: Chromium
) -> None:
    with browser.visitor(look) as visitor:
        page = visitor.page
        for name in ("list", "business"):
            if name == "list":
                page.goto(followed_up)
            else:
                page.locator(".business a").first.click()
            expect(page.locator("main")).to_contain_text(str(BUSINESS.address))
            visitor.unfold()
            visitor.keep_picture(f"protect-{name}")
            assert visitor.violations() == []
            assert not visitor.overflows()
        assert visitor.complaints == []


def test_a_business_is_looked_at_and_marked_as_done_and_taken_back(
    followed_up: str, browser: Chromium
) -> None:
    with browser.visitor(scripts=False) as visitor:
        page = visitor.page
        page.goto(followed_up)
        page.get_by_role("button", name="Done").first.click()
        expect(page.locator("main")).to_contain_text("There is nobody to follow up")
        expect(page.get_by_role("button")).to_have_count(1)
        page.get_by_role("button").click()
        expect(page.locator("main")).to_contain_text(str(BUSINESS.address), timeout=PATIENCE)
