"""The page of one client, and the look at its name servers."""

import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule
from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.history import DAY, HOUR, client_key
from gotrdns.resolution.scripted import World
from gotrdns.store.queries import Store
from gotrdns.verification import Result
from gotrdns.web.settings import PageSettings
from tests.support.loopback_server import serve
from tests.unit.remembered import nameless
from tests.unit.stores import (
    CLIENT,
    NAME,
    NOW,
    Clock,
    deferral,
    failing,
    remembering,
    transaction,
    url_of,
)
from tests.unit.web.admin_sites import Visitor, visiting

NEW_NAME = DomainName.parse("mail.sender.example")
V6 = Address.parse("2001:470:1f0b:10::25")
NEIGHBOUR = Address.parse("2001:470:1f0b:10::26")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A client with a past: nameless, then deferred, then refused under another name."""
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        for day, decision in enumerate(
            (
                deferral(nameless(CLIENT)),
                deferral(failing()),
                Decision(Action.REFUSE, Rule.UNVOUCHED, failing(CLIENT, NEW_NAME)),
            )
        ):
            at = NOW + day * DAY
            memory.note_sighting(client_key(CLIENT), Result.FAIL, at, dynamic=False)
            memory.remember(transaction(sender=f"x@s{day}.example"), decision, at)
        for client in (V6, NEIGHBOUR):
            memory.note_sighting(client_key(client), Result.TEMPERROR, NOW, dynamic=False)
            memory.remember(transaction(client), deferral(failing(client)), NOW)
    return path


@pytest.fixture
def visitor(path: Path) -> Iterator[Visitor]:
    with visiting(path, clock=Clock(NOW + 3 * DAY)) as visitor:
        yield visitor


def test_the_past_is_told_in_order_with_what_changed(visitor: Visitor) -> None:
    page = unescape(visitor.get("/client/85.105.64.87").text)
    told = re.findall(r'<span class="remark">(.*?)</span>', page)
    assert [re.sub("<.*?>", "", each) for each in told] == [
        f"Name: {NEW_NAME}, not {NAME}",
        "Now refused, not deferred",
        "Cause: forward-nodata, not no-ptr",
        f"Name: {NAME}, not none",
    ]
    assert "<dt>Failures, an hour or more apart</dt><dd>3</dd>" in page
    assert '<dt>Failing since</dt><dd><time datetime="2027-01-15T08:00:00Z">' in page
    assert '<dt>Last failed</dt><dd><time datetime="2027-01-17T08:00:00Z">' in page
    assert "Last passed" not in page


def test_the_names_it_had_are_classified(visitor: Visitor) -> None:
    page = visitor.get("/client/85.105.64.87").text
    rows = re.findall(r'<tr><th scope="row"><span class="data">(.*?)</span></th>(.*?)</tr>', page)
    assert [name for name, _ in rows] == [NEW_NAME.text, NAME.text]
    assert "mail-host" in rows[0][1] and "static-generic" in rows[1][1]


def test_exceptions_that_could_let_it_in_are_listed_whether_or_not_they_hold(
    path: Path, visitor: Visitor
) -> None:
    targets = [
        (AllowanceKind.ADDRESS, "85.105.64.87"),
        (AllowanceKind.NETWORK, "85.105.64.0/24"),
        (AllowanceKind.NAME, "sender.example"),
        (AllowanceKind.SENDER_DOMAIN, "s1.example"),
        (AllowanceKind.ADDRESS, "192.0.2.1"),
        (AllowanceKind.SENDER_DOMAIN, "elsewhere.example"),
    ]
    with Store(url_of(path), clock=Clock()) as store:
        for kind, target in targets:
            store.add_allowance(kind, target, reason="why", author="anna", ends=None)
        store.end_allowance(2, "not now")
    page = visitor.get("/client/85.105.64.87").text
    listed = re.findall(r'<li><a class="data" href="[^"]*">(.*?)</a>, (.*?)\s*:', page)
    assert listed == [
        ("@s1.example", "until for ever"),
        (".sender.example", "until for ever"),
        ("85.105.64.0/24", "not now"),
        ("85.105.64.87", "until for ever"),
    ]


def test_a_confirmation_in_force_is_told(path: Path) -> None:
    with Store(url_of(path), clock=Clock()) as store:
        store.confirm(CLIENT, NEW_NAME)
    with visiting(path, clock=Clock(NOW + 60)) as visitor:
        page = visitor.get("/client/85.105.64.87").text
    assert f"it passes as {NEW_NAME} until <time" in page
    with visiting(path, clock=Clock(NOW + 2 * HOUR)) as visitor:
        assert "it passes as" not in visitor.get("/client/85.105.64.87").text


def test_an_ipv6_client_has_its_site_told_too(visitor: Visitor) -> None:
    page = unescape(visitor.get(f"/client/{V6}").text)
    assert "history of the whole <code>2001:470:1f0b:10::/64</code>" in page
    assert "Others in <code>2001:470:1f0b:10::/64</code>" in page
    assert f'<a class="data" href="/client/{NEIGHBOUR}">' in page
    assert f'<a class="data" href="/client/{V6}">' not in page
    assert "Others in" not in visitor.get("/client/85.105.64.87").text


def test_a_client_never_seen_has_a_page(visitor: Visitor) -> None:
    answer = visitor.get("/client/192.0.2.1")
    assert answer.status_code == 200
    assert "Nothing is remembered of it" in answer.text


def test_an_address_has_one_page(visitor: Visitor) -> None:
    answer = visitor.get("/client/2001:0470:1F0B:10:0::25")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/client/{V6}")
    assert visitor.get("/client/::ffff:85.105.64.87").headers["location"] == "/client/85.105.64.87"
    for text in ("85.105.64", "mail.example.org", "%3Cscript%3E", "85.105.64.87%00"):
        assert visitor.get(f"/client/{text}").status_code == 404


def test_more_than_a_page_is_read_on_and_changes_are_told_across_pages(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("gotrdns.web.admin.story", "gotrdns.reports.site.admin_story"):
        monkeypatch.setattr(import_module(module), "SHOWN", 1)
    place: str | None = "/client/85.105.64.87"
    changes = []
    while place is not None:
        page = visitor.get(place).text
        changes.append(page.count('<span class="remark">'))
        more = re.search(r'href="([^"]*)">Earlier ones', page)
        place = unescape(more[1]) if more else None
    assert changes == [2, 2, 0]


def test_a_look_asks_the_name_servers_and_ends_with_what_to_do(path: Path) -> None:
    world = World.parse("87.64.105.85.in-addr.arpa. PTR dsl.static851056487.ttnet.net.tr.\n")
    with serve(world) as resolver, visiting(path, resolver=resolver) as visitor:
        answer = visitor.submit("/client/85.105.64.87", "/client/85.105.64.87/now", {})
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert "forward-nxdomain" in page
    assert "Letters, ready to send" in page
    assert page.rstrip().endswith("</html>")


def test_a_look_needs_a_form_of_ours(visitor: Visitor) -> None:
    assert visitor.post("/client/85.105.64.87/now", {"a": "b"}).status_code == 403
    assert visitor.get("/client/85.105.64.87/now").status_code == 405


def test_looks_are_within_a_budget(path: Path) -> None:
    page = PageSettings(walks_a_network=1)
    world = World.parse("")
    with serve(world) as resolver, visiting(path, resolver=resolver, page=page) as visitor:
        first = visitor.submit("/client/85.105.64.87", "/client/85.105.64.87/now", {})
        second = visitor.submit("/client/85.105.64.88", "/client/85.105.64.88/now", {})
    assert first.status_code == 200
    assert second.status_code == 429
    assert int(second.headers["retry-after"]) > 1
    assert "Too many looks at once" in second.text


def test_an_address_that_is_not_public_is_not_looked_at(visitor: Visitor) -> None:
    answer = visitor.submit("/client/10.0.0.1", "/client/10.0.0.1/now", {})
    assert answer.status_code == 422
    assert "is not public" in answer.text
