"""Check again now: what is shown look by look, and what is stored for the mail servers."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gotrdns.evidence import Kind, Server
from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.confirming import Obstacle
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import read_progress
from gotrdns.names import Address
from gotrdns.policy import Action, Decision, Rule, Transaction, Vouched, Voucher
from gotrdns.policy.confirmations import LONGEST
from gotrdns.reports import english_incident as words
from gotrdns.reports.site.incident_look import Recheck, compose_look
from gotrdns.store.queries import Store
from gotrdns.store.settings import sqlite_path
from tests.support.evidence import CLIENT, HOST, NS2
from tests.unit.recorded_worlds import recorded
from tests.unit.remembered import nameless
from tests.unit.test_awaiting import World as Servers
from tests.unit.test_awaiting import published
from tests.unit.web.incidents import Site, fragments, legible, refusal, site

REPAIRED = published(0, NS2)
NOT_REPAIRED = published(1e9, NS2)
TOLD = Transaction(
    CLIENT,
    "srv1.business.example",
    sender="anna.privatissima@secret-sender.org",
    recipient="bob.intimus@hidden-recipient.net",
)


class World(Servers):
    """Whose resolver still remembers that there was no PTR record."""

    async def explain(self) -> Explanation:
        explanation = await super().explain()
        return msgspec.structs.replace(explanation, verdict=nameless(CLIENT))


def nowhere(_server: Server, _now: float) -> Kind:
    return Kind.NXDOMAIN


class Visited:
    """A site with one refusal, and the servers of the client that was refused."""

    def __init__(self, everybody: Site) -> None:
        self.site = everybody
        self.incident = everybody.remember(refusal(nameless(CLIENT)), TOLD)

    def seeing(self, world: World) -> "Visited":
        self.site.experts.eyes_for = lambda _address: world
        return self

    def check(self) -> str:
        answer = self.site.check(self.incident)
        assert answer.status_code == 200
        page = legible(answer.text)
        return page[page.index(f"{words.CHECK_INTRODUCTION}\n") :]

    def watch(self) -> list[str]:
        return self.site.watch(self.incident)

    @property
    def is_stored(self) -> bool:
        return self.site.confirmation_of(CLIENT) is not None


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Visited]:
    with site(tmp_path) as everybody:
        yield Visited(everybody)


def test_what_every_server_has_is_stored_and_said(visited: Visited) -> None:
    page = visited.seeing(World(REPAIRED)).check()
    assert (
        "It is right now, and every name server agrees. The mail servers here have been told, and "
        "believe it until 15 January 2027, 09:00 UTC, whatever old answers are still remembered. "
        "Send your mail again now."
    ) in page
    confirmation = visited.site.confirmation_of(CLIENT)
    assert confirmation is not None
    assert confirmation.host_name == HOST
    assert confirmation.ends > confirmation.confirmed_at
    assert confirmation.ends <= visited.site.clock.now + LONGEST


def test_what_one_server_lacks_is_not_stored(visited: Visited) -> None:
    page = visited.seeing(World(NOT_REPAIRED)).check()
    assert words.SPREADING in page
    assert "3 of 4 name servers have it." in page
    assert re.search(r"ns1\.hosting\.example 81\.20\.0\.1\nyes", page)
    assert re.search(r"ns2\.hosting\.example 81\.20\.0\.2\nnot yet\nNXDOMAIN", page)
    assert words.STILL_WRONG not in page
    assert not visited.is_stored


def test_what_all_of_them_lack_is_said_with_the_records(visited: Visited) -> None:
    page = visited.seeing(World(nowhere)).check()
    assert words.NOT_YET in page
    assert "The Internet address 81.20.30.10 has no name." in page
    assert "10.30.20.81.in-addr.arpa. IN PTR mail.business.example." in page
    assert words.HALF_MAY_BE_THERE in page
    assert not visited.is_stored


def test_another_thing_may_be_wrong_by_now(visited: Visited) -> None:
    world = World(REPAIRED, forward=lambda _now: "81.20.30.99")
    page = visited.seeing(world).check()
    assert "has the name mail.business.example, but that name leads elsewhere: 81.20.30.99" in page
    assert "mail.business.example. IN A 81.20.30.10" in page
    before, _, _ = page.partition(words.WHY)
    assert " IN PTR " not in before
    assert not visited.is_stored


def test_broken_signatures_are_not_stored(visited: Visited) -> None:
    world = World(REPAIRED)
    world.bogus = lambda _now: True
    page = visited.seeing(world).check()
    assert words.BOGUS in page
    assert not visited.is_stored


def test_a_silent_server_keeps_it_from_being_stored_but_not_from_being_right(
    visited: Visited,
) -> None:
    world = World(lambda each, _now: Kind.TIMEOUT if each == NS2 else HOST.text)
    page = visited.seeing(world).check()
    assert words.OBSTACLES[Obstacle.SERVER_SILENT] in page
    assert words.STILL_WRONG not in page
    assert not visited.is_stored


def test_without_a_way_outside_nobody_is_blamed(visited: Visited) -> None:
    page = visited.seeing(World(REPAIRED, egress=lambda _now: False)).check()
    assert words.UNREACHABLE in page
    assert not visited.is_stored


def test_a_store_that_cannot_be_written_leaves_it_right(visited: Visited) -> None:
    path = sqlite_path(visited.site.url)
    assert path is not None
    with Store(visited.site.url) as store, store._database.write() as connection:
        connection.exec_driver_sql("DROP TABLE confirmations")
    page = visited.seeing(World(REPAIRED)).check()
    assert "It is right now, and every name server agrees. But it could not be noted" in page
    assert words.STORED.partition("{")[0] not in page


def test_a_deferred_mail_comes_by_itself(tmp_path: Path) -> None:
    with site(tmp_path) as everybody:
        incident = everybody.remember(Decision(Action.DEFER, Rule.STRICT, nameless(CLIENT)), TOLD)
        everybody.experts.eyes_for = lambda _address: World(REPAIRED)
        assert words.SENT_AGAIN in legible(everybody.check(incident).text)


def test_each_look_is_shown_until_all_agree(visited: Visited) -> None:
    looks = visited.seeing(World(published(2, NS2))).watch()
    assert [words.SPREADING in each for each in looks] == [True] * (len(looks) - 1) + [False]
    assert len(looks) > 1
    assert "3 of 4 name servers have it." in looks[0]
    assert "The mail servers here have been told" in looks[-1]
    assert visited.is_stored


def test_only_where_more_looks_follow_the_next_is_announced(visited: Visited) -> None:
    everybody = visited.seeing(World(NOT_REPAIRED)).site
    assert "countdown" not in everybody.check(visited.incident).text
    look = Look(1, 0.5, read_progress(CLIENT, None), pause=7.0)
    recheck = Recheck(recorded(nameless(CLIENT)), look)
    assert 'data-pause="7"' in compose_look(recheck, goes_on=True)
    assert "countdown" not in compose_look(recheck)


def test_nothing_is_stored_before_all_agree(visited: Visited) -> None:
    stored: list[bool] = []
    world = World(published(2, NS2))
    look = world._walk

    def walk(*servers: object) -> object:
        stored.append(visited.is_stored)
        return look(*servers)  # type: ignore[arg-type]

    world._walk = walk  # type: ignore[method-assign, assignment]
    visited.seeing(world).watch()
    assert stored
    assert not any(stored)


def test_two_visitors_at_once_both_see_it_and_nothing_breaks(visited: Visited) -> None:
    everybody = visited.seeing(World(published(3, NS2))).site
    token = everybody.token(visited.incident)
    address = f"/i/{visited.incident}/events"

    async def both() -> list[str]:
        asked = [everybody.browser.get(address, params={"token": token}) for _ in range(2)]
        return [each.text for each in await asyncio.gather(*asked)]

    for told in everybody.runner.run(both()):
        assert "The mail servers here have been told" in fragments(told)[-1]
    assert visited.is_stored


def test_nothing_of_the_envelope_gets_into_what_is_shown(visited: Visited) -> None:
    everybody = visited.seeing(World(published(2, NS2))).site
    page = everybody.check(visited.incident).text
    token = everybody.token(visited.incident)
    events = everybody.get(f"/i/{visited.incident}/events", params={"token": token}).text
    for secret in ("privatissima", "secret-sender", "intimus", "hidden-recipient", "127.0.0.1"):
        assert secret not in page
        assert secret not in events


@pytest.mark.parametrize("token", ["", "0" * 64, "\N{SNOWMAN}"])
def test_a_form_that_is_not_ours_makes_nobody_look(visited: Visited, token: str) -> None:
    everybody = visited.site
    everybody.token(visited.incident)
    answer = everybody.post(f"/i/{visited.incident}/check", {"token": token})
    assert answer.status_code == 403
    assert words.FORM_TOO_OLD in legible(answer.text)
    answer = everybody.get(f"/i/{visited.incident}/events", params={"token": token})
    assert answer.status_code == 403
    assert not everybody.experts.looked_at


def test_anothers_token_makes_nobody_look(visited: Visited) -> None:
    everybody = visited.site
    token = everybody.token(visited.incident)
    everybody.browser = everybody.open_browser()
    answer = everybody.get(f"/i/{visited.incident}/events", params={"token": token})
    assert answer.status_code == 403
    assert not everybody.experts.looked_at


def test_whoever_asks_too_often_is_told_how_long_to_wait(tmp_path: Path) -> None:
    with site(tmp_path, walks_a_network=1) as everybody:
        visited = Visited(everybody).seeing(World(nowhere))
        visited.check()
        answer = everybody.check(visited.incident)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 600
        assert "This was checked too often just now. Please wait" in legible(answer.text)
        [told] = visited.watch()
        assert "This was checked too often just now. Please wait" in told


def test_reloading_the_answer_leads_back_to_the_page(visited: Visited) -> None:
    answer = visited.site.get(f"/i/{visited.incident}/check")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/i/{visited.incident}"


def test_an_intranet_may_check_its_own_addresses(tmp_path: Path) -> None:
    private = Address.parse("10.1.2.3")
    with site(tmp_path, private_targets=True) as everybody:
        incident = everybody.remember(refusal(nameless(private)))
        everybody.experts.eyes_for = lambda _address: World(nowhere)
        assert everybody.check(incident).status_code == 200
        assert everybody.experts.looked_at == [private]


def test_the_name_that_vouched_is_the_one_to_point_to(visited: Visited) -> None:
    everybody = visited.site
    vouched = Vouched((Voucher.HELO,))
    decision = Decision(Action.PASS, Rule.VOUCHED, nameless(CLIENT), vouched=vouched)
    incident = everybody.remember(decision, TOLD)
    visited.seeing(World(nowhere))
    page = legible(everybody.check(incident).text)
    assert "IN PTR srv1.business.example." in page
