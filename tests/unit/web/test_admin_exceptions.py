"""Exceptions on the administrator's page: listed, made and ended."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest

from gotrdns.policy.allowances import SEEN_FIXED, Allowance, AllowanceKind, Claims
from gotrdns.policy.history import DAY
from gotrdns.store.queries import Store
from gotrdns.web.means import Trouble
from gotrdns.web.settings import AdminSettings
from tests.unit.stores import CLIENT, NOW, Clock, remembering, url_of, wait_until
from tests.unit.web.admin_sites import TOKEN, Visitor, visiting

TODAY = "2027-01-15"
IN_A_MONTH = "2027-02-14"
WANTED = {"target": "85.105.64.87", "reason": "a friend", "until": IN_A_MONTH}


class Site:
    """A store, and a visitor of its page."""

    def __init__(self, path: Path, visitor: Visitor) -> None:
        self.path = path
        self.visitor = visitor

    def make(self, **fields: str) -> str:
        """What the page says after it; the target is a friend's unless told otherwise."""
        answer = self.visitor.submit("/exceptions", "/exceptions", {**WANTED, **fields})
        assert answer.status_code == 303
        return self.told(answer.headers["location"])

    def end(self, number: int, **fields: str) -> str:
        answer = self.visitor.submit(
            "/exceptions", "/exceptions/end", {"number": str(number), **fields}
        )
        assert answer.status_code == 303
        return self.told(answer.headers["location"])

    def told(self, place: str) -> str:
        """The notice on a page, without markup."""
        found = re.search(r'role="status">(.*?)</p>', self.visitor.get(place).text)
        return unescape(re.sub(r"<.*?>", "", found[1])) if found else ""

    def kept(self) -> list[Allowance]:
        with Store(url_of(self.path)) as store:
            return store.list_allowances(ended=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite3"
    Store(url_of(path), create=True).close()
    return path


@pytest.fixture
def site(path: Path) -> Iterator[Site]:
    with visiting(path, clock=Clock()) as visitor:
        yield Site(path, visitor)


@pytest.mark.parametrize(
    ("target", "kind", "whom", "expected"),
    [
        ("[85.105.64.87]", "", "the client 85.105.64.87", ("address", "85.105.64.87")),
        ("2A00::/48", "", "clients in 2a00::/48", ("network", "2a00::/48")),
        (
            ".Example.org",
            "",
            "clients named example.org or below it, where the name leads back to them",
            ("name", "example.org"),
        ),
        (
            "example.org",
            "sender-domain",
            "senders at example.org, from clients that its SPF or MX covers",
            ("sender-domain", "example.org"),
        ),
    ],
)
def test_an_exception_is_made_for_what_the_target_is(
    site: Site, target: str, kind: str, whom: str, expected: tuple[str, str]
) -> None:
    assert site.make(target=target, kind=kind) == f"Exception 1 holds now: {whom}."
    [made] = site.kept()
    assert (made.kind.value, made.value) == expected
    assert (made.reason, made.author) == ("a friend", "administrator's pages")
    assert made.ends == NOW - NOW % DAY + 31 * DAY  # midnight after the last day


def test_a_daemon_heeds_it_at_once(path: Path, site: Site) -> None:
    with remembering(url_of(path)) as memory:
        site.make()
        wait_until(lambda: memory.allowances.find(Claims(CLIENT), NOW), "the exception is known")
        site.end(1)
        wait_until(lambda: not memory.allowances.find(Claims(CLIENT), NOW), "it has ended")


def test_the_form_offers_thirty_days_and_the_target_of_the_link(site: Site) -> None:
    page = site.visitor.get("/exceptions?target=192.0.2.7").text
    assert f'value="{IN_A_MONTH}"' in page
    assert 'value="192.0.2.7"' in page
    site.make(until="")
    assert site.kept()[0].ends == NOW - NOW % DAY + 31 * DAY


def test_the_last_day_is_included_and_for_ever_is_for_ever(site: Site) -> None:
    site.make(until=TODAY)
    site.make(target="192.0.2.0/24", until=TODAY, lasting="1")
    first, second = site.kept()
    assert (first.ends, second.ends) == (NOW - NOW % DAY + DAY, None)
    page = site.visitor.get("/exceptions").text
    assert f'<time datetime="2027-01-16T00:00:00Z">{TODAY}</time>' in page
    assert "for ever" in page


def test_the_same_twice_makes_one(site: Site) -> None:
    page = site.visitor.get("/exceptions").text
    token = TOKEN.search(page)
    assert token is not None
    fields = {**WANTED, "token": token[1]}
    client = site.visitor.client
    answers = site.visitor.at_once(*(client.post("/exceptions", data=fields) for _ in range(4)))
    assert {each.status_code for each in answers} == {303}
    assert len(site.kept()) == 1
    assert site.make().endswith("Nothing is changed.")
    assert site.make(until="2099-12-31").startswith("Exception 1 lasts longer now: ")
    assert len(site.kept()) == 1


@pytest.mark.parametrize(
    ("fields", "objection"),
    [
        ({"target": "0.0.0.0/0"}, "no exception for 0.0.0.0/0: it is wider than a /16"),
        ({"target": "10.0.0.0/8"}, "no exception for 10.0.0.0/8: it is not public"),
        ({"target": "co.uk"}, "no exception for co.uk: strangers register"),
        ({"target": "@co.uk"}, "no exception for co.uk: strangers register"),
        ({"target": "com"}, "'com' is a whole top-level domain"),
        ({"target": "85.105.64.87/24"}, "'85.105.64.87/24' has bits set after its prefix"),
        ({"target": "mfrggzdfmztwq2lk"}, "an incident is no client"),
        ({"target": ""}, "it is empty"),
        ({"target": "a.example", "kind": "address"}, "'a.example' is not an IPv4"),
        ({"reason": " \t"}, "The reason is empty"),
        ({"until": "2027-01-14"}, "The last day lies in the past"),
        ({"until": "soon"}, "soon is no day"),
        ({"until": "9999-12-31"}, "9999-12-31 is no day"),
    ],
)
def test_what_must_not_be_is_refused_and_the_form_keeps_what_was_typed(
    site: Site, fields: dict[str, str], objection: str
) -> None:
    answer = site.visitor.submit("/exceptions", "/exceptions", {**WANTED, **fields})
    assert answer.status_code == 400
    assert objection in unescape(re.sub(r"<.*?>", "", answer.text))
    for value in {**WANTED, **fields}.values():
        if value.strip():
            assert f'value="{value}"' in answer.text
    assert site.kept() == []


def test_exceptions_are_listed_with_their_hits_and_why_they_ended(site: Site) -> None:
    for target in ("85.105.64.1", ".example.org", "@example.org", "85.105.64.0/24"):
        site.make(target=target)
    site.end(3, note="they moved")
    let_time_pass(site.path)
    holding = site.visitor.get("/exceptions").text
    assert re.findall(r'name="number" value="(\d+)"', holding) == ["4", "2"]
    assert '1234<span class="remark"><time datetime="2027-01-15T08:00:00Z">' in holding
    assert '<a class="data" href="/look-up?q=.example.org">.example.org</a>' in holding
    ended = unescape(site.visitor.get("/exceptions?ended=1").text)
    assert "the client has passed for a week" in ended
    assert "removed by administrator's pages: they moved" in ended
    assert '<a class="data" href="/client/85.105.64.1">85.105.64.1</a>' in ended
    assert "End exception" not in ended


def let_time_pass(path: Path) -> None:
    """One was hit, and one ended by itself."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            f"UPDATE allowances SET note = '{SEEN_FIXED}', ends = {NOW - 60} WHERE number = 1"
        )
        connection.execute(f"UPDATE allowances SET hits = 1234, hit_at = {NOW} WHERE number = 2")
    connection.close()


def test_one_that_has_ended_is_not_ended_again(site: Site) -> None:
    site.make()
    assert site.end(1, note="first") == "Exception 1 has ended: the client 85.105.64.87."
    answer = site.visitor.post(
        "/exceptions/end", {"token": token_of(site), "number": "1", "note": "second"}
    )
    assert answer.status_code == 303
    assert [each.note for each in site.kept()] == ["removed by administrator's pages: first"]
    for number in ("", "x", "7", "9" * 30):
        fields = {"token": token_of(site), "number": number}
        assert site.visitor.post("/exceptions/end", fields).status_code == 303


def token_of(site: Site) -> str:
    found = TOKEN.search(site.visitor.get("/exceptions").text)
    assert found is not None
    return found[1]


def test_a_link_cannot_claim_what_is_not_so(site: Site) -> None:
    site.make()
    assert site.told("/exceptions?done=ended&number=1") == ""
    assert site.told("/exceptions?done=made&number=2") == ""
    site.end(1)
    assert site.told("/exceptions?done=made&number=1") == ""


def test_forms_of_others_are_refused(site: Site) -> None:
    for fields, options in (
        (WANTED, {}),
        ({**WANTED, "token": "0" * 64}, {}),
        ({**WANTED, "token": token_of(site)}, {"headers": {"Sec-Fetch-Site": "cross-site"}}),
        ({**WANTED, "token": token_of(site)}, {"headers": {"Origin": "https://evil.example"}}),
        ({**WANTED, "token": token_of(site)}, {"headers": {"Cookie": "gotrdns-form=other"}}),
    ):
        for action in ("/exceptions", "/exceptions/end"):
            answer = site.visitor.post(action, fields, **options)
            assert answer.status_code == 403
    assert site.kept() == []


def test_where_nobody_logs_in_the_form_says_that_no_name_is_noted(site: Site) -> None:
    assert (
        "It is noted as made on these pages, without a name" in site.visitor.get("/exceptions").text
    )


def test_the_author_is_who_is_logged_in(path: Path) -> None:
    admin = AdminSettings(user_header="X-Remote-User", trusted_proxies=("127.0.0.1",))
    as_anna = {"headers": {"X-Remote-User": "anna"}}
    with visiting(path, admin=admin, clock=Clock()) as visitor:
        assert "It is noted as made by anna." in visitor.get("/exceptions", **as_anna).text
        visitor.submit("/exceptions", "/exceptions", WANTED, **as_anna)
        visitor.submit("/exceptions", "/exceptions/end", {"number": "1"}, **as_anna)
        [kept] = Site(path, visitor).kept()
    assert (kept.author, kept.note) == ("anna", "removed by anna")


def test_hostile_texts_stay_texts(site: Site) -> None:
    evil = '"><script>alert(1)</script>\x1b[31m\u202e'
    site.make(reason=evil)
    refused = site.visitor.submit("/exceptions", "/exceptions", {**WANTED, "target": evil})
    assert refused.status_code == 400
    site.end(1, note=evil)
    stored = site.visitor.get("/exceptions?ended=1").text
    assert "\x1b" not in stored and "\u202e" not in stored
    for page in (
        refused.text,
        stored,
        site.visitor.get("/exceptions", params={"target": evil, "done": evil}).text,
        site.visitor.get("/client/85.105.64.87").text,
    ):
        assert "<script>alert" not in page


def test_there_is_more_than_fits_a_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("gotrdns.reports.site.admin_exceptions"), "SHOWN", 2)
    for number in range(5):
        site.make(target=f"85.105.64.{number}")
    seen = []
    place: str | None = "/exceptions"
    while place is not None:
        page = site.visitor.get(place).text
        seen += re.findall(r'name="number" value="(\d+)"', page)
        more = re.search(r'href="([^"]*)">Earlier ones', page)
        place = unescape(more[1]) if more else None
    assert seen == ["5", "4", "3", "2", "1"]


def test_all_kinds_can_be_chosen(site: Site) -> None:
    page = site.visitor.get("/exceptions").text
    for kind in AllowanceKind:
        assert f'<option value="{kind.value}">' in page


def test_without_a_store_the_page_stays_calm(tmp_path: Path) -> None:
    told: list[tuple[Trouble, str]] = []
    with visiting(tmp_path / "absent.sqlite3", troubles=told) as visitor:
        for place in ("/exceptions", "/look-up", "/follow-up", "/client/192.0.2.1"):
            answer = visitor.get(place)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "60"
            assert "Mail is not affected" in answer.text
            assert '<a href="/exceptions"' in answer.text
    assert [trouble for trouble, _ in told] == [Trouble.STORE_UNAVAILABLE] * 4


def test_a_store_that_is_locked_is_waited_for_and_then_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("gotrdns.store.queries"), "_PATIENCE", 0.05)
    token = token_of(site)
    connection = sqlite3.connect(site.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    answer = site.visitor.post("/exceptions", {**WANTED, "token": token})
    assert answer.status_code == 503
    assert site.visitor.get("/exceptions").status_code == 200
    connection.execute("ROLLBACK")
    connection.close()
