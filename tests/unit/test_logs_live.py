"""A line for each reply that turns a client away: whatever its names, it fits the terminal."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address
from gotrdns.reports.logs.english import FATES, GROUNDS
from gotrdns.reports.logs.live import compose_line, compose_repetition, encode_turned_away
from gotrdns.reports.logs.report import Amount, Envelope, Ground, TurnedAway
from gotrdns.reports.text import Style

pytestmark = pytest.mark.usefixtures("utc")
NOON = 1_795_608_000.0
FOUNDING = TurnedAway(
    at=NOON,
    fate="deferred",
    address=Address.parse("85.105.64.87"),
    ground=Ground.FORWARD_NODATA,
    name="dsl.static851056487.ttnet.net.tr",
    helo="mail.eddorre.com",
    sender_domain="eddorre.com",
    code="450",
    enhanced="4.7.25",
)
LONG = "a-name-that-somebody-has-made-as-long-as-can-be.within.a.domain.that.is.longer.example"
NAMES = st.sampled_from(["", "a.example", FOUNDING.name, LONG, LONG * 3])


def changed(**fields: object) -> TurnedAway:
    return msgspec.structs.replace(FOUNDING, **fields)


def test_nothing_is_left_out_where_there_is_room() -> None:
    assert compose_line(FOUNDING) == (
        "12:00:00  deferred  85.105.64.87     PTR name has no address, "
        "PTR dsl.static851056487.ttnet.net.tr, HELO mail.eddorre.com"
    )


def test_names_are_shortened_before_they_are_left_out() -> None:
    assert compose_line(FOUNDING, width=100) == (
        "12:00:00  deferred  85.105.64.87     PTR name has no address, "
        "PTR dsl...net.tr, HELO mail...orre.com"
    )
    assert compose_line(FOUNDING, width=80) == (
        "12:00:00  deferred  85.105.64.87     PTR name has no address, PTR dsl...t.net.tr"
    )
    assert compose_line(FOUNDING, width=60) == (
        "12:00:00  deferred  85.105.64.87     PTR name has no address"
    )


@given(NAMES, NAMES, st.sampled_from(Ground), st.sampled_from(sorted(FATES)), st.integers(40, 200))
def test_a_line_fits(name: str, helo: str, ground: Ground, fate: str, width: int) -> None:
    for address in (FOUNDING.address, Address.parse("2001:db8:1111:2222:3333:4444:5555:6666")):
        turned_away = changed(name=name, helo=helo, ground=ground, fate=fate, address=address)
        assert len(compose_line(turned_away, width=width)) <= width
        assert len(compose_repetition(turned_away, 1_000_000, width=width)) <= width


def test_what_happens_again_is_counted() -> None:
    again = [compose_repetition(FOUNDING, times) for times in (1, 1234)]
    assert again == [
        "12:00:00  deferred  85.105.64.87     PTR name has no address, once more",
        "12:00:00  deferred  85.105.64.87     PTR name has no address, 1,234 times more",
    ]


def test_a_terminal_shows_the_fate_in_colour() -> None:
    def paint(text: str, style: Style) -> str:
        return f"<{style.name}:{text}>"

    lines = [compose_line(changed(fate=fate), paint=paint) for fate in sorted(FATES)]
    assert [line[10:].split("  ")[0] for line in lines] == [
        "<UNSURE:deferred>",
        "<BAD:refused>",
        "<GOOD:let in>",
    ]


def test_a_program_gets_null_for_what_was_not_said() -> None:
    silent = changed(name="", helo="", sender_domain="", code="", enhanced="", fate="warned")
    assert json.loads(encode_turned_away(silent)) == {
        "time": "2026-11-25T12:00:00Z",
        "fate": "warned",
        "address": "85.105.64.87",
        "cause": "forward-nodata",
        "name": None,
        "helo": None,
        "sender_domain": None,
        "code": None,
        "enhanced": None,
    }
    said = changed(envelope=Envelope("a@eddorre.com", "b@our.example"))
    assert json.loads(encode_turned_away(said))["envelope"]["recipient"] == "b@our.example"


def test_fates_are_those_that_a_report_counts() -> None:
    assert set(FATES) == set(Amount.__struct_fields__) - {"clients"}
    assert set(GROUNDS) == set(Ground)
