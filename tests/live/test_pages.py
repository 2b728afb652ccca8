"""From a refusal by the real Postfix, through its link, to mail that flows: in a real Chromium."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.live import clients
from tests.live.browser import LOOKS, NARROW, PATIENCE, Chromium, Look, Visitor, elsewhere
from tests.live.internet import Internet
from tests.live.pages import ADMIN, PAGE, Pages, fetch
from tests.live.postfix import POLICY_OVER_UNIX, Postfix
from tests.live.program import check_all
from tests.live.resolver import Resolver
from tests.live.smtp import Conversation, deliver

FOUNDING = str(clients.FOUNDING.address)
NAME = "dsl.static851056487.ttnet.net.tr"
# Of the same kind; one is mended in a test of its own, since a repair counts for an hour.
NEIGHBOUR = "85.105.64.88"
EXCEPTED = "85.105.64.90"
ZOMBIE = "85.105.64.89"
LINK = re.compile(rf"{PAGE}/i/[a-z2-7]{{16}}")


@pytest.fixture(scope="module")
def pages(
    postfix: Postfix, internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    with Pages(tmp_path_factory.mktemp("pages"), postfix, internet) as running:
        yield running


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


@pytest.fixture
def repaired(internet: Internet) -> Iterator[None]:
    """The provider's zones are as they were, once the test is over."""
    yield
    internet.servers["provider"].restore_zones()


def send(address: str = FOUNDING) -> Conversation:
    return elsewhere(deliver, address, POLICY_OVER_UNIX, helo="mail.business.example")


def refused_with_link(address: str = ZOMBIE) -> str:
    refusal = send(address).refusal
    assert refusal is not None and refusal.code == 550
    found = LINK.search(refusal.text)
    assert found, refusal.text
    return found[0]


def mend(internet: Internet, label: str, address: str) -> None:
    record = f"{label} A {address}\n"
    internet.servers["provider"].replace_zone("ttnet.net.tr.", lambda text: text + record)


@pytest.mark.usefixtures("repaired")
def test_the_founding_example_from_its_refusal_to_mail_that_flows(
    pages: Pages, browser: Chromium, internet: Internet
) -> None:
    link = refused_with_link(FOUNDING)
    with browser.visitor() as visitor:
        page = visitor.page
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_contain_text("was refused")
        expect(page.locator("main")).to_contain_text(NAME)
        page.get_by_role("button", name="Check again now").click()
        expect(page.locator("#look")).to_contain_text("It is not right yet")
        mend(internet, "dsl.static851056487", FOUNDING)
        expect(page.locator("#look")).to_contain_text("It is right now", timeout=60_000)
        expect(page.locator("#look")).to_contain_text("Send your mail again now")
        visitor.keep_picture("incident-mended")
        stored = time.monotonic()
        conversation = send()
        while not conversation.accepted and time.monotonic() < stored + 2:
            conversation = send()
        assert conversation.accepted, conversation.refusal
        assert visitor.complaints == []
    # The resolver still says no: it was the confirmation that let the mail in.
    assert elsewhere(check_all, [FOUNDING])[FOUNDING]["cause"] == "forward-nodata"
    elsewhere(pages.daemon.lines)
    assert any(
        f"client={FOUNDING}" in line and "action=pass" in line for line in pages.daemon.lines()
    )


@pytest.mark.usefixtures("pages")
def test_the_records_are_copied_with_one_click(browser: Chromium) -> None:
    link = refused_with_link()
    with browser.visitor() as visitor:
        visitor.page.goto(link)
        visitor.page.get_by_role("button", name="Copy").first.click()
        copied = visitor.page.evaluate("navigator.clipboard.readText()")
        assert ZOMBIE in copied
        assert copied in visitor.page.content()


@pytest.mark.usefixtures("pages", "repaired")
def test_without_scripts_the_incident_page_and_looking_again_are_whole(
    browser: Chromium, internet: Internet
) -> None:
    link = refused_with_link(NEIGHBOUR)
    with browser.visitor(scripts=False) as visitor:
        page = visitor.page
        page.goto(link)
        page.get_by_role("button", name="Check again now").click()
        expect(page.locator("#check")).to_contain_text("It is not right yet")
        mend(internet, "dsl.static851056488", NEIGHBOUR)
        page.get_by_role("button", name="Check again now").click()
        expect(page.locator("#check")).to_contain_text("It is right now")


@pytest.mark.usefixtures("pages")
def test_the_check_page_shows_the_walk_and_then_what_explain_says(browser: Chromium) -> None:
    with browser.visitor() as visitor:
        page = visitor.page
        page.goto(PAGE)
        page.get_by_label("Address or host name").fill(FOUNDING)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("main")).to_contain_text("forward-nodata")
        assert "q=85.105.64.87" in page.url
        assert visitor.complaints == []
        page.reload()
        expect(page.locator("main")).to_contain_text("forward-nodata")


@pytest.mark.usefixtures("pages")
def test_without_scripts_the_check_page_is_complete(browser: Chromium) -> None:
    with browser.visitor(scripts=False) as visitor:
        page = visitor.page
        page.goto(PAGE)
        page.get_by_label("Address or host name").fill(FOUNDING)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator("main")).to_contain_text("forward-nodata")
        expect(page.locator("main")).to_contain_text(f"A {FOUNDING}")
    assert "forward-nodata" in elsewhere(fetch, f"{PAGE}/?q={FOUNDING}")


PUBLIC = {
    "check": "/",
    "check-result": f"/?q={FOUNDING}",
    "check-several": "/?q=mail.harbour.example",
    "check-wrong": "/?q=no%20such%20thing",
    "missing": "/i/aaaaaaaaaaaaaaaa",
}
ADMINISTRATOR = {
    "now": "/",
    "follow-up": "/follow-up",
    "look-up": f"/look-up?q={ZOMBIE}",
    "exceptions": "/exceptions",
    "story": f"/client/{ZOMBIE}",
}


def look_at(visitor: Visitor, name: str, url: str, *, unfolded: bool = False) -> None:
    visitor.page.goto(url)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.locator(".walking:visible")).to_have_count(0, timeout=PATIENCE)
    if unfolded:
        visitor.unfold()
    visitor.keep_picture(name)
    assert visitor.violations() == []
    assert not visitor.overflows()
    assert visitor.complaints == []


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", PUBLIC)
def test_everybodys_pages_suit_every_eye(name: str, look: Look, browser: Chromium) -> None:
    with browser.visitor(look) as visitor:
        look_at(visitor, name, PAGE + PUBLIC[name])


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_an_incidents_page_suits_every_eye(look: Look, browser: Chromium) -> None:
    link = refused_with_link()
    with browser.visitor(look) as visitor:
        look_at(visitor, "incident", link)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", ADMINISTRATOR)
def test_the_administrators_pages_suit_every_eye(name: str, look: Look, browser: Chromium) -> None:
    refused_with_link()
    with browser.visitor(look) as visitor:
        look_at(visitor, f"admin-{name}", ADMIN + ADMINISTRATOR[name])


@pytest.mark.usefixtures("pages")
def test_the_way_around_fits_a_telephone_beside_the_mode(browser: Chromium) -> None:
    with browser.visitor(LOOKS[0]) as visitor:
        page = visitor.page
        page.goto(ADMIN)
        links = page.get_by_role("navigation").first.get_by_role("link").all()
        assert len({box["y"] for each in links if (box := each.bounding_box())}) == 1
        badge, way = page.locator(".badge").first, page.get_by_role("navigation").first
        standing, below = badge.bounding_box(), way.bounding_box()
        assert standing is not None and below is not None
        assert standing["y"] + standing["height"] <= below["y"]


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("name", PUBLIC)
def test_everybodys_pages_fit_the_narrowest_window(name: str, browser: Chromium) -> None:
    """WCAG 2.2, 1.4.10: no scrolling sideways at 320 pixels, with everything unfolded."""
    with browser.visitor(NARROW) as visitor:
        look_at(visitor, name, PAGE + PUBLIC[name], unfolded=True)


@pytest.mark.usefixtures("pages")
def test_an_incidents_page_fits_the_narrowest_window(browser: Chromium) -> None:
    link = refused_with_link()
    with browser.visitor(NARROW) as visitor:
        look_at(visitor, "incident", link, unfolded=True)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("name", ADMINISTRATOR)
def test_the_administrators_pages_fit_the_narrowest_window(name: str, browser: Chromium) -> None:
    refused_with_link()
    with browser.visitor(NARROW) as visitor:
        look_at(visitor, f"admin-{name}", ADMIN + ADMINISTRATOR[name], unfolded=True)


@pytest.fixture(scope="module")
def excepted(pages: Pages, browser: Chromium) -> str:
    """A client that an exception, made on its page, lets in; with mail since."""
    with browser.visitor() as visitor:
        page = visitor.page
        page.goto(f"{ADMIN}/exceptions?target={EXCEPTED}")
        page.get_by_label("Why").fill("they mend it next week")
        page.get_by_role("button", name="Make an exception").click()
        expect(page.get_by_role("table")).to_contain_text(EXCEPTED)
    ends = time.monotonic() + 3
    while not send(EXCEPTED).accepted:
        assert time.monotonic() < ends, "the daemon does not heed the exception"
    # The log may be written a moment after the reply.
    while not any(
        f"client={EXCEPTED}" in line and "rule=allowed" in line for line in pages.daemon.lines()
    ):
        assert time.monotonic() < ends + 3, pages.daemon.lines()
    # Decisions are stored behind the mail path.
    while EXCEPTED not in elsewhere(fetch, f"{ADMIN}/follow-up"):
        assert time.monotonic() < ends + 3, "nobody is to be followed up"
    return EXCEPTED


@pytest.mark.parametrize("look", [*LOOKS, NARROW], ids=str)
@pytest.mark.parametrize("path", ["/follow-up", "/exceptions"])
def test_whom_an_exception_lets_in_is_shown_to_every_eye(
    path: str, look: Look, excepted: str, browser: Chromium
) -> None:
    with browser.visitor(look) as visitor:
        look_at(visitor, f"admin-excepted{path.replace('/', '-')}", ADMIN + path, unfolded=True)
        expect(visitor.page.locator("main")).to_contain_text(excepted)
