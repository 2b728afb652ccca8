"""The verdict that a look at the servers amounts to: what they all lack is what is wrong."""

import pytest

from gotrdns.evidence import Kind, Server
from gotrdns.explaining.sighting import verdict_of
from gotrdns.explaining.standing import Progress, read_progress
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address
from gotrdns.verification import Cause, Verdict
from tests.support.evidence import (
    CLIENT,
    FORWARD,
    FORWARD_ZONE,
    HOST,
    NS1,
    NS2,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    Said,
    forward_path,
    leading,
    leg,
    name,
    pointing,
    reverse_path,
    walk,
    zone,
)


def seen(progress: Progress) -> Verdict:
    verdict = verdict_of(progress)
    assert verdict is not None
    return verdict


def pointers(said: dict[Server, list[Said]]) -> Progress:
    reverse = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, said)))
    return read_progress(CLIENT, walk(reverse, leading()))


def addresses(said: dict[Server, list[Said]]) -> Progress:
    return read_progress(CLIENT, walk(pointing(), forward_path(zone(FORWARD_ZONE, FORWARD, said))))


def test_where_all_agree_it_is_what_they_say() -> None:
    assert seen(read_progress(CLIENT, walk(pointing(), leading()))).confirmed == (HOST,)
    assert seen(read_progress(CLIENT, walk(pointing(Kind.NXDOMAIN)))).cause is Cause.NO_PTR
    other = seen(read_progress(CLIENT, walk(pointing(), leading("81.20.30.11"))))
    assert other.cause is Cause.FORWARD_MISMATCH
    [checked] = other.names
    assert checked.answer is not None
    assert checked.answer.addresses == (Address.parse("81.20.30.11"),)


@pytest.mark.parametrize("first", [NS1, NS2])
def test_what_one_server_has_is_on_its_way(first: Server) -> None:
    second = NS2 if first is NS1 else NS1
    progress = pointers({first: [HOST.text], second: [Kind.NXDOMAIN]})
    assert seen(progress).cause is Cause.CONFIRMED
    progress = addresses({first: [Kind.NODATA], second: [CLIENT.text]})
    assert seen(progress).cause is Cause.CONFIRMED


@pytest.mark.parametrize("trouble", [Kind.TIMEOUT, Kind.SERVFAIL, Kind.REFUSED])
def test_a_server_in_trouble_does_not_hide_what_another_says(trouble: Kind) -> None:
    progress = pointers({NS1: [trouble], NS2: [HOST.text]})
    assert seen(progress).cause is Cause.CONFIRMED


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        (Kind.TIMEOUT, Cause.REVERSE_TIMEOUT),
        (Kind.SERVFAIL, Cause.REVERSE_SERVFAIL),
        (Kind.REFUSED, Cause.REVERSE_REFUSED),
        (Kind.EMPTY, Cause.REVERSE_UNPROVEN),
    ],
)
def test_servers_that_all_fail_prove_nothing(trouble: Kind, cause: Cause) -> None:
    assert seen(pointers({NS1: [trouble], NS2: [trouble]})).cause is cause


@pytest.mark.parametrize("said", [[HOST.text, Kind.NXDOMAIN], [Kind.NXDOMAIN, HOST.text]])
def test_so_is_what_a_server_gives_now_and_then(said: list[Said]) -> None:
    assert seen(pointers({NS1: said})).cause is Cause.CONFIRMED


def test_aliases_are_followed_to_the_zone_they_lead_to() -> None:
    target = name("10.0-31.30.20.81.in-addr.arpa")
    child = zone("0-31.30.20.81.in-addr.arpa", Question(target, RecordType.PTR), {NS2: HOST.text})
    reverse = reverse_path(
        leg(OWNER, zone(REVERSE_ZONE, REVERSE, {NS1: f"CNAME {target}"})), leg(target, child)
    )
    verdict = seen(read_progress(CLIENT, walk(reverse, leading())))
    assert verdict.confirmed == (HOST,)
    assert verdict.reverse is not None
    assert verdict.reverse.aliases == (target,)


def test_where_nobody_was_seen_there_is_no_verdict() -> None:
    assert verdict_of(read_progress(CLIENT, None)) is None
