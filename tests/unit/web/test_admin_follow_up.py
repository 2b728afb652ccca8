"""Businesses to follow up: gathered, with their letters, and marked as done."""

import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule, Vouched, Voucher
from gotrdns.policy.history import DAY, HOUR
from gotrdns.store.queries import Search, Store
from gotrdns.store.settings import sqlite_path
from gotrdns.web.settings import PageSettings
from tests.unit.remembered import BUSINESS, BUSINESS_NAME, VOUCHED, nameless
from tests.unit.stores import NOW, Clock, failing, remembering, transaction, url_of
from tests.unit.web.admin_sites import Visitor, visiting

SECOND = Address.parse("81.20.30.11")
ELSEWHERE = Address.parse("81.20.31.10")
V6 = (Address.parse("2001:470:1f0b:10::25"), Address.parse("2001:470:1f0b:11::26"))
NAMELESS = (Address.parse("203.0.113.77"), Address.parse("203.0.113.78"))


def vouched(client: Address, name: DomainName | None = BUSINESS_NAME) -> Decision:
    verdict = nameless(client) if name is None else failing(client, name)
    return Decision(Action.PASS, Rule.VOUCHED, verdict, marked=True, vouched=VOUCHED)


class Office:
    """A store with businesses in it, and the administrator at its page."""

    def __init__(self, url: str, visitor: Visitor, ids: list[str]) -> None:
        self.url = url
        self.visitor = visitor
        self.ids = ids

    def clients(self, place: str = "/follow-up") -> list[str]:
        """The businesses on the page, by what they are called."""
        return re.findall(r'<h2><a href="/follow-up/\w+">(.*?)</a>', self.visitor.get(place).text)

    def open_ones(self) -> set[int]:
        """The positions of the incidents that want to be followed up."""
        with Store(self.url) as store:
            return {
                self.ids.index(each.id) for each in store.find(Search(follow_up=True, limit=1000))
            }

    def mark(self, number: int, *, every: bool = False) -> str:
        """What the page says after it."""
        fields = {"incident": self.ids[number], **({"all": "1"} if every else {})}
        return self.told(self.visitor.submit("/follow-up", "/follow-up/done", fields))

    def reopen(self, number: int) -> str:
        page = f"/follow-up?done={self.ids[number]}"
        fields = {"incident": self.ids[number]}
        return self.told(self.visitor.submit(page, "/follow-up/reopen", fields))

    def told(self, answer: httpx.Response) -> str:
        assert answer.status_code == 303
        page = self.visitor.get(answer.headers["location"]).text
        found = re.search(r'role="status">\s*<p>(.*?)</p>', page)
        return re.sub(r"<.*?>", "", found[1]) if found else ""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    path = tmp_path / "store.sqlite3"
    clients = [BUSINESS, BUSINESS, SECOND, ELSEWHERE, *V6]
    with remembering(url_of(path)) as memory:
        ids = [
            memory.remember(
                transaction(each, sender=f"owner@s{number}.example"),
                vouched(each),
                NOW + 2 * number * HOUR,
            )
            for number, each in enumerate(clients)
        ]
        ids += [
            memory.remember(transaction(each), vouched(each, None), NOW + DAY - number)
            for number, each in enumerate(NAMELESS)
        ]
        memory.remember(transaction(BUSINESS, sender="owner@s0.example"), vouched(BUSINESS), NOW)
    with visiting(path, clock=Clock(NOW + 5 * DAY)) as visitor:
        yield Office(url_of(path), visitor, ids)


def test_a_business_is_its_name_and_network_and_who_has_no_name_is_alone(office: Office) -> None:
    assert office.clients() == [
        *("203.0.113.77", "203.0.113.78"),
        *("host10.provider.example",) * 3,
    ]
    page = unescape(office.visitor.get("/follow-up").text)
    assert '<a class="data" href="/client/81.20.30.11">81.20.30.11</a>, <a class="data"' in page
    assert "let in: 4" in page  # three incidents, one of them twice
    assert "MX and SPF <code>business.example</code>" in page
    assert "That name exists, but it has no A record" in page


def test_the_letters_are_ready_and_the_business_can_be_written_to(office: Office) -> None:
    answer = office.visitor.get(f"/follow-up/{office.ids[0]}")
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert "please publish this record for the mail server at 81.20.30.11:" in page
    assert "host10.provider.example. IN A 81.20.30.11" in page
    assert "cannot be reached on port 53" not in page
    [link] = re.findall(r'href="(mailto:postmaster@business\.example\?[^"]*)"', page)
    fields = parse_qs(urlsplit(link).query)
    assert fields["subject"] == ["Your mail server 81.20.30.11 has a mistake in its reverse DNS"]
    [body] = fields["body"]
    assert "no A record, so nothing leads back to 81.20.30.11." in " ".join(body.split())
    assert max(map(len, body.split("\r\n"))) <= 72
    assert body.count("\r\n\r\n") == 3


def test_the_page_that_the_sender_sees_is_linked_where_there_is_one(office: Office) -> None:
    path = sqlite_path(office.url)
    assert path is not None
    page = PageSettings(public_url="https://rdns.example.org")
    with visiting(path, page=page) as visitor:
        shown = visitor.get(f"/follow-up/{office.ids[3]}").text
    assert shown.count(f"https://rdns.example.org/i/{office.ids[3]}") >= 2


def test_one_is_marked_or_the_whole_business(office: Office) -> None:
    everything = set(range(len(office.ids)))
    assert office.open_ones() == everything
    assert office.mark(0) == "host10.provider.example is done."
    assert office.open_ones() == everything - {0}
    assert office.mark(2, every=True) == "host10.provider.example is done."
    assert office.open_ones() == everything - {0, 1, 2}
    assert office.mark(6, every=True) == "203.0.113.77 is done."
    assert office.open_ones() == everything - {0, 1, 2, 6}
    assert office.visitor.get(f"/follow-up/{office.ids[2]}").status_code == 404


def test_a_double_submission_changes_nothing_more(office: Office) -> None:
    first = office.mark(2, every=True)
    assert office.mark(2, every=True) == first
    assert office.open_ones() == {3, 4, 5, 6, 7}


def test_what_was_marked_together_is_opened_again_together(office: Office) -> None:
    office.mark(2, every=True)
    assert office.reopen(2) == "host10.provider.example is to be followed up again."
    assert office.open_ones() == set(range(len(office.ids)))


def test_an_incident_that_is_none_is_marked_without_harm(office: Office) -> None:
    page = office.visitor.get("/follow-up")
    for incident in ("", "aaaaaaaaaaaaaaaa", "' OR 1=1 --", "\0"):
        for action in ("/follow-up/done", "/follow-up/reopen"):
            fields = {"incident": incident, "all": "1", "token": token_in(page.text)}
            assert office.visitor.post(action, fields).status_code == 303
    assert office.open_ones() == set(range(len(office.ids)))


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_forms_of_others_are_refused(office: Office) -> None:
    for action in ("/follow-up/done", "/follow-up/reopen"):
        fields = {"incident": office.ids[0], "all": "1"}
        assert office.visitor.post(action, fields).status_code == 403
        assert office.visitor.get(action, params=fields).status_code in {404, 405}
    assert office.open_ones() == set(range(len(office.ids)))


def test_a_link_cannot_claim_what_is_not_so(office: Office) -> None:
    page = office.visitor.get(f"/follow-up?done={office.ids[0]}").text
    assert "is done" not in page
    assert (
        "to be followed up again" in office.visitor.get(f"/follow-up?reopened={office.ids[0]}").text
    )


def test_nobody_is_left(office: Office) -> None:
    for number in (0, 3, 4, 6, 7):
        office.mark(number, every=True)
    assert "There is nobody to follow up." in office.visitor.get("/follow-up").text


def test_there_is_more_than_fits_a_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("gotrdns.reports.site.admin_follow_up"), "SHOWN", 2)
    assert office.clients() == ["203.0.113.77", "203.0.113.78"]
    assert office.clients("/follow-up?from=4") == ["host10.provider.example"]
    page = office.visitor.get("/follow-up?from=2").text
    assert 'href="/follow-up?from=4"' in page and "Back to the latest" in page
    assert office.clients("/follow-up?from=-1") == office.clients("/follow-up?from=x")


def test_that_not_all_were_read_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("gotrdns.web.admin.follow_up"), "_MOST_READ", 3)
    assert "Only the latest 3 decisions were read" in office.visitor.get("/follow-up").text


def test_a_client_let_in_by_an_exception_has_nobody_to_write_to(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    excepted = Decision(Action.PASS, Rule.ALLOWED, failing(), marked=True, allowance=1)
    odd = Vouched((Voucher.HELO,), (DomainName.parse('a\\"b@c.example'),))
    strange = Decision(Action.PASS, Rule.VOUCHED, failing(SECOND), vouched=odd)
    with remembering(url_of(path)) as memory:
        ids = [
            memory.remember(transaction(), excepted, NOW),
            memory.remember(transaction(SECOND), strange, NOW),
        ]
    with visiting(path) as visitor:
        pages = [unescape(visitor.get(f"/follow-up/{each}").text) for each in ids]
    assert "an exception lets it in" in pages[0]
    for page in pages:
        assert "To the business itself" not in page
        assert "Letters, ready to send" in page
