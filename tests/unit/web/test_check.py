"""The check page: what it answers to what is typed, and how it is told."""

import asyncio
from collections.abc import Callable, Iterator
from typing import cast

import httpx
import msgspec
import pytest

from gotrdns.explaining.expert import Asked, Expert
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address, DomainName, HostName
from gotrdns.reports import english_site as words
from gotrdns.store.settings import StoreSettings
from gotrdns.web.application import public_site
from gotrdns.web.means import Means
from gotrdns.web.settings import AdminSettings, PageSettings
from tests.unit import explanation_cases, explanations
from tests.unit.web.pages import read_page, read_part
from tests.unit.web.scripted_expert import ScriptedExpert

FOUNDING = "85.105.64.87"
WORLD = f"""
mx.eddorre.com. A {FOUNDING}
mx.eddorre.com. A 81.20.30.10
half.eddorre.com. A {FOUNDING}
half.eddorre.com. A 10.1.2.3
bare.eddorre.com. TXT "no address"
mute.eddorre.com. timeout
"""
WHEN = 1_780_000_000.0
NO_LIMITS = PageSettings(trusted_proxies=("127.0.0.0/8",))


class Visitor:
    """A browser behind a proxy on this host; every answer comes whole."""

    def __init__(self, expert: ScriptedExpert, page: PageSettings, address: str) -> None:
        means = Means(
            page=page,
            admin=AdminSettings(),
            store=StoreSettings(),
            expert=cast(Expert, expert),
            ask_daemon=lambda _: b"",
            clock=lambda: WHEN,
        )
        self._runner = asyncio.Runner()
        self._browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(public_site(means), client=("127.0.0.1", 50000)),
            base_url="http://rdns.receiver.example",
            headers={"X-Forwarded-For": address},
        )

    def get(self, path: str, **fields: str) -> httpx.Response:
        return self._runner.run(self._browser.get(path, params=fields))

    def head(self, path: str, **fields: str) -> httpx.Response:
        return self._runner.run(self._browser.head(path, params=fields))

    def leave(self) -> None:
        self._runner.run(self._browser.aclose())
        self._runner.close()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit() -> Iterator[Visit]:
    visitors = []

    def come(
        expert: ScriptedExpert, page: PageSettings = NO_LIMITS, address: str = "203.0.114.9"
    ) -> Visitor:
        visitors.append(Visitor(expert, page, address))
        return visitors[-1]

    yield come
    for each in visitors:
        each.leave()


def _expert(*explained: Explanation) -> ScriptedExpert:
    return ScriptedExpert(explained or [explanations.founding()], WORLD)


def _private() -> Explanation:
    """The HELO name leads to an address that only our resolver knows of."""
    whole = explanations.founding()
    cause, helo = whole.findings
    details = {**helo.details, "addresses": ["10.0.0.9"]}
    return msgspec.structs.replace(
        whole, findings=(cause, msgspec.structs.replace(helo, details=details))
    )


def _events(text: str) -> list[tuple[str, str]]:
    """As a browser reads them (HTML standard, section 9.2.6)."""
    events = []
    for block in text.split("\n\n"):
        fields = [line.partition(": ") for line in block.split("\n") if line]
        data = [value for name, _, value in fields if name == "data"]
        events += [(value, "\n".join(data)) for name, _, value in fields if name == "event"]
    return events


def test_the_front_page_offers_the_address_that_one_comes_from(visit: Visit) -> None:
    page = read_page(visit(_expert()).get("/").text)
    assert page.values("input", "value")[0] == "203.0.114.9"
    assert "You come from 203.0.114.9." in page.words


@pytest.mark.parametrize("visitor", ["10.0.0.1", "::1", "192.0.2.1", "nonsense"])
def test_an_address_that_is_not_public_is_not_offered(visit: Visit, visitor: str) -> None:
    page = read_page(visit(_expert(), address=visitor).get("/").text)
    assert page.values("input", "value")[0] == ""
    assert "You come from" not in page.words


def test_it_is_offered_where_private_targets_may_be_checked(visit: Visit) -> None:
    settings = PageSettings(trusted_proxies=("127.0.0.0/8",), private_targets=True)
    page = read_page(visit(_expert(), settings, "10.0.0.1").get("/").text)
    assert page.values("input", "value")[0] == "10.0.0.1"


def test_an_address_is_explained_on_one_whole_page(visit: Visit) -> None:
    answer = visit(_expert()).get("/", q=FOUNDING)
    assert answer.status_code == 200
    page = read_page(answer.text)
    said = [
        f"Reverse DNS of {FOUNDING}",
        words.WALKING,
        f"ns1.ttnet.net.tr about {FOUNDING}: PTR dsl.static851056487.ttnet.net.tr.",
        "FAIL (forward-nodata)",
        "What to publish",
        "mail IN A 85.105.64.87",
        "Who can change it",
        words.LETTERS,
        "Evidence",
        "Checked at 2026-05-28 20:26 UTC.",
    ]
    places = [page.words.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)
    assert page.values("title", "lang") == []
    assert f"<title>Reverse DNS of {FOUNDING}</title>" in answer.text
    assert "mailto:hostmaster@registrar.net?subject=DNS" in answer.text


def test_the_records_and_letters_can_be_copied(visit: Visit) -> None:
    page = read_page(visit(_expert()).get("/", q=FOUNDING).text)
    assert page.values("button", "data-copied") == [words.COPIED] * 4
    named = page.values("button", "aria-label")
    assert len(set(named)) == 4, named
    assert "/static/copy.js" in page.values("script", "src")


def test_the_addresses_of_a_host_are_told_of_the_gravest_first(visit: Visit) -> None:
    expert = _expert(explanation_cases.confirmed(), explanations.founding())
    page = read_page(visit(expert).get("/", q="mx.eddorre.com").text)
    assert page.values("section", "id") == ["address-1", "address-2"]
    assert [link for link in page.values("a", "href") if link.startswith("#a")] == [
        "#address-1",
        "#address-2",
    ]
    assert page.words.index("FAIL (forward-nodata)") < page.words.index("PASS (confirmed)")


def test_what_else_is_known_goes_along(visit: Visit) -> None:
    expert = _expert()
    fields = {"q": f" [{FOUNDING}] ", "helo": "mail.eddorre.com", "name": "mx.eddorre.com"}
    page = read_page(visit(expert).get("/", **fields).text)
    helo, name = (DomainName.parse(each) for each in ("mail.eddorre.com", "mx.eddorre.com"))
    assert expert.asked == [(Address.parse(FOUNDING), Asked(HostName(helo), HostName(name)))]
    assert page.values("details", "open") == [""]
    assert page.values("input", "value")[1:] == ["mail.eddorre.com", "mx.eddorre.com"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", words.TARGETS["empty-target"]),
        ("  \t\n", words.TARGETS["empty-target"]),
        ("not an address", "not an address is neither an address nor a host name."),
        ("someone@example.org", words.MAIL_ADDRESS),
        ("85.105.64.0/24", words.NETWORK),
        ("1.2.3", "1.2.3 is neither an address nor a host name."),
        ("x" * 256, words.TOO_LONG),
        ("10.0.0.1", "10.0.0.1 has an address or a name that is not public:"),
        ("::1", "::1 has an address or a name that is not public:"),
        ("localhost", "localhost has an address or a name that is not public:"),
        ("nosuch.eddorre.com", "nosuch.eddorre.com does not exist in DNS."),
        ("bare.eddorre.com", "bare.eddorre.com exists in DNS, but has no address."),
    ],
)
def test_what_cannot_be_checked_gets_a_kind_sentence(
    visit: Visit, typed: str, sentence: str
) -> None:
    expert = _expert()
    answer = visit(expert).get("/", q=typed)
    assert answer.status_code == 422
    page = read_page(answer.text)
    assert sentence in page.words
    assert page.values("input", "aria-invalid") == ["true"]
    assert not expert.asked


def test_what_is_wrong_with_another_field_is_said_there(visit: Visit) -> None:
    page = read_page(visit(_expert()).get("/", q=FOUNDING, name="-x").text)
    assert "-x is not a host name that mail servers take." in page.words
    [wrong] = [values for _, values in page.elements if "aria-invalid" in values]
    assert wrong["id"] == "name"
    assert page.values("details", "open") == [""]


def test_where_dns_does_not_answer_nobody_is_to_blame(visit: Visit) -> None:
    answer = visit(_expert()).get("/", q="mute.eddorre.com")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    page = read_page(answer.text)
    assert "no name server answered in time" in page.words
    assert page.values("input", "aria-invalid") == []


def test_of_a_host_only_public_addresses_are_explained(visit: Visit) -> None:
    expert = _expert()
    page = read_page(visit(expert).get("/", q="half.eddorre.com").text)
    assert [address.text for address, _ in expert.asked] == [FOUNDING]
    assert "half.eddorre.com has an address or a name that is not public" in page.words
    assert "10.1.2.3" not in page.words


def test_what_only_a_private_network_knows_is_not_shown(visit: Visit) -> None:
    visitor = visit(_expert(_private()))
    answer = visitor.get("/", q=FOUNDING, helo="mail.eddorre.com")
    assert words.PRIVATE_ANSWER in read_page(answer.text).words
    assert "10.0.0.9" not in answer.text


def test_an_incident_has_a_page_of_its_own(visit: Visit) -> None:
    for typed in ("abcdefghijklmnop", "https://rdns.example.org/i/abcdefghijklmnop"):
        answer = visit(_expert()).get("/", q=typed)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/i/abcdefghijklmnop"


def test_who_asks_too_often_is_told_when_to_come_back(visit: Visit) -> None:
    visitor = visit(_expert(), PageSettings(walks_a_network=1))
    assert visitor.get("/", q=FOUNDING).status_code == 200
    for path in ("/", "/check/events"):
        answer = visitor.get(path, q="81.20.30.10")
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    page = read_page(visitor.get("/", q="81.20.30.10").text)
    assert "Please try again in 10 minutes." in page.words


def test_where_everybody_asks_too_often_it_is_not_the_visitors_fault(visit: Visit) -> None:
    visitor = visit(_expert(), PageSettings(walks_a_minute=1))
    assert visitor.get("/", q=FOUNDING).status_code == 200
    answer = visitor.get("/", q="81.20.30.10")
    assert answer.status_code == 503
    assert "Many people check just now." in read_page(answer.text).words


def test_of_many_addresses_as_many_are_explained_as_may_be(visit: Visit) -> None:
    expert = _expert(explanation_cases.confirmed(), explanations.founding())
    page = visit(expert, PageSettings(walks_a_network=1)).get("/", q="mx.eddorre.com")
    assert words.NOT_ALL in read_page(page.text).words
    assert len(expert.asked) == 1
    assert "PASS (confirmed)" in page.text


def test_one_private_answer_does_not_hide_the_other_addresses(visit: Visit) -> None:
    expert = _expert(explanation_cases.confirmed(), _private())
    page = read_page(visit(expert).get("/", q="mx.eddorre.com").text)
    assert words.PRIVATE_ANSWER in page.words
    assert "PASS (confirmed)" in page.words
    assert "FAIL" not in page.words


def test_what_is_watched_ends_with_what_the_page_would_show(visit: Visit) -> None:
    answer = visit(_expert()).get("/check/events", q=FOUNDING)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    events = _events(answer.text)
    names = [name for name, _ in events]
    assert names == ["show", *["step"] * (len(names) - 2), "done"]
    steps = [data for name, data in events if name == "step"]
    assert "ns2.ttnet.net.tr about dsl.static851056487.ttnet.net.tr: no A record" in steps
    assert len(steps) == len(set(steps))
    page = read_page(visit(_expert()).get("/", q=FOUNDING).text)
    assert read_part(events[-1][1]).words in page.words.replace(
        f"{words.WALKING} {words.WALKING_HINT} {' '.join(steps)} ", ""
    )


@pytest.mark.parametrize("typed", ["", "10.0.0.1", "abcdefghijklmnop", "a@b.example"])
def test_what_cannot_be_watched_has_the_status_of_its_page(visit: Visit, typed: str) -> None:
    answer = visit(_expert()).get("/check/events", q=typed)
    assert answer.status_code == 422


def test_who_asks_only_for_the_head_sends_nobody_out(visit: Visit) -> None:
    expert = _expert()
    assert visit(expert).head("/", q=FOUNDING).status_code == 200
    assert not expert.asked


def test_a_fault_is_told_to_the_log_and_not_to_visitors(visit: Visit) -> None:
    class Fault(Exception):
        pass

    class Faulty(ScriptedExpert):
        async def explain(self, *_: object, **__: object) -> Explanation:
            await asyncio.sleep(1.2)  # by then the page has begun
            raise Fault("secret")

    with pytest.raises(Fault):
        visit(Faulty([], WORLD)).get("/", q=FOUNDING)


def test_machines_that_follow_every_link_are_asked_to_stay_away(visit: Visit) -> None:
    assert "Disallow: /\n" in visit(_expert()).get("/robots.txt").text
