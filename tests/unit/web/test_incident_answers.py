"""How the addresses below ``/i/`` are answered: letters, pasted ids, what is gone, trouble."""

import re

import pytest

from gotrdns.policy.history import DAY, HOUR
from gotrdns.reports import english_incident as words
from gotrdns.store.queries import Store
from gotrdns.store.settings import sqlite_path
from tests.unit.recorded_worlds import FOUNDING, verdict_in
from tests.unit.web.incidents import Site, legible, refusal

UNKNOWN = "aaaaaaaaaaaaaaaa"


def test_a_letter_can_be_saved(everybody: Site, founding: str) -> None:
    answer = everybody.get(f"/i/{founding}/letters/address-owner.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="address-owner.txt"'
    assert "87.64.105.85.in-addr.arpa. IN PTR mail.bakery-schmitt.com." in answer.text
    for unknown in ("receiver", "nobody", "x"):
        assert everybody.get(f"/i/{founding}/letters/{unknown}.txt").status_code == 404


def test_browsers_and_search_engines_keep_nothing(everybody: Site, founding: str) -> None:
    answer = everybody.get(f"/i/{founding}")
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert '<meta name="robots" content="noindex">' in answer.text


def test_every_script_is_run_once(everybody: Site, founding: str) -> None:
    scripts = re.findall(r'<script src="([^"]+)"', everybody.get(f"/i/{founding}").text)
    assert sorted(scripts) == [f"/static/{each}.js" for each in ("copy", "incident", "live")]


def test_head_is_answered(everybody: Site, founding: str) -> None:
    answer = everybody.runner.run(everybody.browser.head(f"/i/{founding}"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "pasted",
    ["{upper}", "{id}.", "{id}/", "{id})", "{id}%3E", "%3C{id}%3E", "{id},", "{id}%22", "{id}%20"],
)
def test_an_id_as_it_is_pasted_from_a_bounce_leads_to_the_page(
    everybody: Site, founding: str, pasted: str
) -> None:
    answer = everybody.get("/i/" + pasted.format(id=founding, upper=founding.upper()))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/i/{founding}"


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "x",
        "aaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaa1",
        "a" * 500,
        "%00",
        "..%2f..",
    ],
)
def test_what_can_be_no_id_is_not_asked_of_the_store(everybody: Site, malformed: str) -> None:
    path = sqlite_path(everybody.url)
    assert path is not None
    path.unlink()
    answer = everybody.get(f"/i/{malformed}")
    assert answer.status_code == 404
    assert words.GONE_TITLE in legible(answer.text)


def test_an_unknown_incident_says_so_kindly_and_offers_the_check(everybody: Site) -> None:
    answer = everybody.get(f"/i/{UNKNOWN}")
    assert answer.status_code == 404
    page = legible(answer.text)
    assert "Pages about refused mail are deleted after 30 days." in page
    assert '<input class="data" id="q" name="q"' in answer.text
    assert '<form method="get" action="/"' in answer.text


def test_a_page_waits_a_moment_for_a_refusal_on_its_way_into_the_store(everybody: Site) -> None:
    path = sqlite_path(everybody.url)
    assert path is not None
    incident = everybody.remember(refusal(verdict_in(FOUNDING)))
    stored = path.read_bytes()
    path.unlink()
    Store(everybody.url, create=True).close()
    everybody.meanwhile = lambda: path.write_bytes(stored)
    assert "was refused" in everybody.read(incident)
    assert len(everybody.paused) == 1
    everybody.read(incident)
    assert len(everybody.paused) == 1


def test_a_page_that_does_not_come_is_not_waited_for_long(everybody: Site) -> None:
    assert everybody.get(f"/i/{UNKNOWN}").status_code == 404
    assert 1 <= sum(everybody.paused) <= 2


def test_an_incident_that_is_too_old_is_gone_although_it_is_not_deleted_yet(
    everybody: Site, founding: str
) -> None:
    everybody.clock.now += 30 * DAY - HOUR
    assert everybody.get(f"/i/{founding}").status_code == 200
    everybody.clock.now += 2 * HOUR
    assert everybody.get(f"/i/{founding}").status_code == 404
    assert everybody.get(f"/i/{founding}/letters/address-owner.txt").status_code == 404


@pytest.mark.parametrize("place", ["", "/letters/address-owner.txt", "/events"])
def test_a_store_in_trouble_is_said_calmly(everybody: Site, founding: str, place: str) -> None:
    path = sqlite_path(everybody.url)
    assert path is not None
    path.write_bytes(b"no database at all, but something else" * 100)
    answer = everybody.get(f"/i/{founding}{place}")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    page = legible(answer.text)
    assert "Mail is not affected." in page
    assert words.CHECK_INSTEAD_BUTTON in page
    assert str(path) not in answer.text
