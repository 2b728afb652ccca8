"""What must not be held against anybody: no finding without the evidence that it needs."""

import msgspec
import pytest

from gotrdns.evidence import Ending, Kind
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    HOST,
    NS1,
    NS2,
    NS6,
    leading,
    pointing,
    reply,
    walk,
)
from tests.support.evidence import zone as zone_of
from tests.unit.walk_findings import (
    FORWARD_SERVFAIL,
    MISMATCH,
    SERVFAIL,
    TIMEOUT,
    codes,
    forward_zone,
    reverse_zone,
)

NAMES = (NS1.name.text, NS2.name.text)
WITHOUT_AUTHORITY = Kind.NOT_AUTHORITATIVE


def test_servers_that_were_not_looked_up_may_serve() -> None:
    path = reverse_zone({NS1: Kind.REFUSED}, delegated_to=NAMES)
    assert codes(SERVFAIL, walk(path)) == ["reverse-servfail"]
    path = forward_zone({NS1: Kind.TIMEOUT}, delegated_to=NAMES)
    assert codes(FORWARD_SERVFAIL, walk(pointing(), path)) == ["forward-servfail"]


def test_servers_without_an_address_serve_nobody() -> None:
    path = reverse_zone({NS1: Kind.REFUSED}, delegated_to=NAMES, unresolvable=NAMES[1:])
    assert codes(SERVFAIL, walk(path)) == ["reverse-lame"]


def test_a_server_that_only_ipv6_leads_to_may_serve() -> None:
    path = reverse_zone({NS1: Kind.REFUSED}, delegated_to=(*NAMES[:1], NS6.name.text))
    zone = msgspec.structs.replace(path.last.zone, left_out=(NS6,))
    leg = msgspec.structs.replace(path.last, zones=(*path.last.zones[:-1], zone))
    path = msgspec.structs.replace(path, legs=(leg,))
    assert codes(SERVFAIL, walk(path)) == ["reverse-servfail"]


@pytest.mark.parametrize("told", [True, False], ids=["resolver was told", "resolver was not"])
def test_records_without_authority_cut_nobody_off_whose_resolver_takes_them(told: bool) -> None:
    path = reverse_zone({NS1: WITHOUT_AUTHORITY}, ending=Ending.BROKEN)
    question = path.question
    records = reply(NS1, question, HOST.text).records
    zone = path.last.zone
    replies = tuple(msgspec.structs.replace(each, records=records) for each in zone.replies)
    zone = msgspec.structs.replace(zone, replies=replies)
    leg = msgspec.structs.replace(path.last, zones=(*path.last.zones[:-1], zone))
    seen = walk(msgspec.structs.replace(path, legs=(leg,)), leading())

    assert codes(CONFIRMED if told else SERVFAIL, seen) == ([] if told else ["reverse-lame"])


def test_one_server_that_is_dead_from_here_is_no_finding() -> None:
    path = reverse_zone({NS1: HOST.text, NS2: Kind.TIMEOUT}, ending=Ending.ANSWERED)
    assert codes(CONFIRMED, walk(path, leading())) == []


def test_a_broken_zone_that_was_not_asked_everywhere_is_not_said_to_be() -> None:
    path = reverse_zone({NS1: Kind.TIMEOUT, NS2: Kind.TIMEOUT}, swept=False)
    assert codes(TIMEOUT, walk(path)) == ["reverse-timeout"]


def test_addresses_that_take_turns_are_no_disagreement() -> None:
    other = "81.20.99.9"
    rounds = [CLIENT.text, other, CLIENT.text]
    path = forward_zone({NS1: rounds, NS2: rounds[::-1]}, ending=Ending.ANSWERED)
    found = codes(MISMATCH, walk(pointing(), path))
    assert found == ["forward-mismatch"]


def test_a_set_in_another_order_is_no_disagreement() -> None:
    both = [f"{HOST} mail.other.example", f"mail.other.example {HOST}"] * 2
    path = reverse_zone({NS1: both, NS2: both[::-1]}, ending=Ending.ANSWERED)
    assert "reverse-inconsistent" not in codes(CONFIRMED, walk(path, leading()))


def test_it_takes_a_zone_to_be_judged() -> None:
    empty = zone_of("30.20.81.in-addr.arpa", pointing().question, {}, delegated_to=NAMES)
    leg = msgspec.structs.replace(pointing().last, zones=(empty,))
    path = msgspec.structs.replace(pointing(), legs=(leg,), ending=Ending.BROKEN)
    assert codes(SERVFAIL, walk(path)) == ["reverse-servfail"]
