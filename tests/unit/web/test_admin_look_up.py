"""Looking up on a page what was decided, and the page of one decision."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

from gotrdns.policy.history import DAY
from gotrdns.resolution.scripted import World
from gotrdns.web.admin import asking
from gotrdns.web.settings import PageSettings
from tests.support.loopback_server import serve
from tests.unit.remembered import HOSTILE, Remembered
from tests.unit.stores import NOW, Clock, deferral, remembering, transaction, url_of
from tests.unit.web.admin_sites import Visitor, visiting

WORLD = """
87.64.105.85.in-addr.arpa. 3600 IN PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "exists"
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
77.113.0.203.in-addr.arpa. servfail
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Remembered:
    return Remembered(url_of(tmp_path_factory.mktemp("store") / "store.sqlite3"))


@pytest.fixture(scope="module")
def visitor(kept: Remembered) -> Iterator[Visitor]:
    with (
        serve(World.parse(WORLD)) as resolver,
        visiting(kept.path, resolver=resolver, clock=Clock(NOW + 5 * DAY)) as visitor,
    ):
        yield visitor


def found(kept: Remembered, page: str) -> list[str]:
    """What the decisions are about that a page links to, in their order."""
    names = {incident: name for name, incident in kept.ids.items()}
    return list(dict.fromkeys(names[each] for each in re.findall(r"/decision/(\w+)", page)))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("q=85.105.64.87", ["excepted", "refused", "deferred"]),
        ("q=[IPv6:2001:470:1f0b:10::25]", ["observed"]),
        ("q=85.105.64.0/24", ["excepted", "refused", "deferred"]),
        ("q=.provider.example", ["business"]),
        ("q=business.example", ["business", "refused"]),
        ("q=somebody@business.example", ["business", "refused"]),
        ("q=85.105.64.87&until=2027-01-15", ["refused", "deferred"]),
        ("since=2027-01-18", ["excepted", "unknown"]),
        ("since=2027-01-16&until=2027-01-16", ["nameless"]),
    ],
)
def test_decisions_are_found_the_latest_first(
    kept: Remembered, visitor: Visitor, asked: str, names: list[str]
) -> None:
    answer = visitor.get(f"/look-up?{asked}")
    assert answer.status_code == 200
    assert found(kept, answer.text) == names


def test_an_incident_is_found_by_its_id_and_by_its_link(kept: Remembered, visitor: Visitor) -> None:
    incident = kept.ids["business"]
    for text in (incident.upper(), f"https://mx.example/g/i/{incident}"):
        page = visitor.get("/look-up", params={"q": text}).text
        assert found(kept, page) == ["business"]


def test_one_decision_is_told_in_full_beside_what_dns_says_now(
    kept: Remembered, visitor: Visitor
) -> None:
    page = unescape(visitor.get(f"/decision/{kept.ids['deferred']}").text)
    for piece in (
        "<strong>DEFERRED (450 4.7.25)</strong>: the client has not yet failed three times",
        '<time datetime="2027-01-15T08:00:00Z">2027-01-15 08:00</time> to <time '
        'datetime="2027-01-15T08:20:00Z">2027-01-15 08:20</time>, 3 times',
        "<dt>HELO</dt><dd><code>mail.sender.example</code></dd>",
        "<dt>Vouched for</dt><dd>by nobody</dd>",
        "That name exists, but it has no A record",
        "87.64.105.85.in-addr.arpa.  3600  PTR  dsl.static851056487.ttnet.net.tr.\n",
        "dsl.static851056487.ttnet.net.tr.  60  A  no A record\n",
        "The same: fail (forward-nodata). The rule looks at the client's past",
        'href="/client/85.105.64.87"',
        'href="/exceptions?target=85.105.64.87#make"',
    ):
        assert piece in page


def test_what_was_put_right_since_is_said_of_each_client(visitor: Visitor) -> None:
    page = visitor.get("/look-up?q=business.example").text
    assert "it has been put right since. It would be let in now." in page
    assert "The same: fail (forward-nodata). It would be decided the same" in page


def test_dns_is_not_asked_about_many_clients(visitor: Visitor) -> None:
    assert "What DNS says now" not in visitor.get("/look-up").text


def test_dns_that_takes_too_long_holds_up_no_page(
    kept: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_PATIENCE", 0.05)
    world = World.parse("87.64.105.85.in-addr.arpa. timeout\n")
    with serve(world) as resolver, visiting(kept.path, resolver=resolver) as visitor:
        for path in ("/look-up?q=85.105.64.87", f"/decision/{kept.ids['deferred']}"):
            answer = visitor.get(path)
            assert answer.status_code == 200
            assert "DNS did not say in time" in answer.text


@pytest.mark.parametrize(
    ("asked", "objection"),
    [
        ({"q": "85.105.64.87/24"}, "the network is"),
        ({"q": "1.2.3"}, "it looks like an address, but is none"),
        ({"q": "<script>alert(1)</script>@"}, "is not a network"),
        ({"since": "soon"}, "is no day"),
        ({"until": "9999-12-31"}, "is no day"),
        ({"since": "2027-02-01", "until": "2027-01-01"}, "begins after it ends"),
    ],
)
def test_a_question_without_sense_is_answered_at_its_field(
    visitor: Visitor, asked: dict[str, str], objection: str
) -> None:
    answer = visitor.get("/look-up", params=asked)
    assert answer.status_code == 400
    assert objection in unescape(re.sub("<.*?>", "", answer.text))
    assert answer.text.count('aria-invalid="true"') == 1
    assert answer.text.count('id="objection"') == 1
    assert "<script>alert" not in answer.text


def test_that_nothing_is_found_is_said(visitor: Visitor) -> None:
    page = unescape(visitor.get("/look-up?q=192.0.2.1").text)
    assert "nothing is remembered of <code>192.0.2.1</code>" in page
    for incident in ("aaaaaaaaaaaaaaaa", "' OR 1=1 --", "%00"):
        assert visitor.get(f"/decision/{incident}").status_code == 404


def test_more_than_a_page_is_read_on_from_where_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("gotrdns.web.admin.look_up"), "SHOWN", 2)
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        ids = [
            memory.remember(transaction(sender=f"x@s{number}.example"), deferral(), NOW + number)
            for number in range(5)
        ]
    shown = []
    with visiting(path) as visitor:
        place: str | None = "/look-up?q=85.105.64.87"
        while place is not None:
            page = visitor.get(place).text
            shown += re.findall(r'<th scope="row"><a href="/decision/(\w+)"', page)
            more = re.search(r'href="([^"]*)">Earlier ones', page)
            assert ("Back to the latest" in page) == ("latest=" in place)
            place = unescape(more[1]) if more else None
    assert shown == ids[::-1]


def test_links_to_the_senders_page_are_there_where_it_has_an_address(kept: Remembered) -> None:
    page = PageSettings(public_url="https://rdns.example.org")
    with visiting(kept.path, page=page) as visitor:
        shown = visitor.get(f"/decision/{kept.ids['refused']}").text
    assert f'href="https://rdns.example.org/i/{kept.ids["refused"]}"' in shown


def test_hostile_texts_stay_texts(kept: Remembered, tmp_path: Path) -> None:
    evil = '"><script>alert(1)</script>'
    path = tmp_path / "store.sqlite3"
    with remembering(url_of(path)) as memory:
        incident = memory.remember(
            transaction(helo=evil, sender=f"{evil}@{evil}", recipient=evil), deferral(), NOW
        )
    with visiting(path) as visitor, visiting(kept.path) as other:
        pages = [
            visitor.get(f"/decision/{incident}").text,
            visitor.get("/look-up").text,
            visitor.get("/look-up", params={"q": evil, "since": evil}).text,
            other.get(f"/decision/{kept.ids['hostile']}").text,
            other.get("/client/203.0.113.77").text,
        ]
    for page in pages:
        assert "<script>alert" not in page
        assert not any(
            character in page
            for character in HOSTILE
            if not character.isprintable() and character not in "\r\n"
        )


def test_what_is_stored_and_cannot_be_read_is_said_and_the_rest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    kept = Remembered(url_of(path))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE decisions SET reason = 'newer-cause'")
    connection.close()
    with visiting(path) as visitor:
        answer = visitor.get(f"/decision/{kept.ids['deferred']}")
        assert answer.status_code == 200
        assert "What is stored of this decision cannot be read" in answer.text
        for place in ("/follow-up", f"/follow-up/{kept.ids['business']}", "/client/85.105.64.87"):
            assert visitor.get(place).status_code == 200
