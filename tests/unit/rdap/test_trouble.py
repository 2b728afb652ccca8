"""Registries that refuse, fail, dawdle, or answer what nobody can use."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.contacts.answers import read_answer
from gotrdns.contacts.cache import Cache
from gotrdns.contacts.holder import NoRdap
from tests.unit.rdap.asking import Ask, refusal
from tests.unit.registrar import CLIENT, RIPE, Page, Registrar

# What goes wrong


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "127.0.0.1 answered with HTTP status 400"),
        (403, "127.0.0.1 refuses to answer"),
        (404, "127.0.0.1 has no record of it"),
        (429, "127.0.0.1 wants fewer questions from here; try again later"),
        (500, "127.0.0.1 is in trouble (HTTP status 500)"),
        (503, "127.0.0.1 is in trouble (HTTP status 503)"),
        (204, "127.0.0.1 answered with HTTP status 204"),
    ],
)
def test_a_registry_without_an_answer(
    ask: Ask, registrar: Registrar, status: int, reason: str
) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(status=status)
    assert refusal(ask) == reason
    assert registrar.asked.count("/rir/ip/85.105.64.87") == 1  # not asked again: it said no


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Service unavailable</html>",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        b'{"handle":"X"}',
        b'{"objectClassName":"entity","handle":"X","startAddress":"85.105.64.0"}',
        b'{"objectClassName":"error","errorCode":404,"title":"Not found"}',
        b'{"objectClassName":"ip network","handle":"X"}',
        b'{"objectClassName":"ip network","startAddress":"85.105.64.0","endAddress":"x"}',
        b'{"objectClassName":"ip network","startAddress":"85.0.0.0","endAddress":"::1"}',
        b'{"objectClassName":"ip network","startAddress":"85.255.0.0","endAddress":"85.0.0.0"}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        gzip.compress(json.dumps(RIPE).encode(), mtime=0),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_malformed_answer(ask: Ask, registrar: Registrar, cache: Cache, body: bytes) -> None:
    registrar.publish(body)
    assert refusal(ask) == "the answer of 127.0.0.1 is malformed"
    assert cache.find_holder(CLIENT) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "handle",
                        "entities",
                        "roles",
                        "vcardArray",
                        "links",
                        "cidr0_cidrs",
                        "startAddress",
                        "endAddress",
                        "name",
                        "country",
                        "rel",
                        "href",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_an_answer_is_read_or_malformed_whatever_it_holds(value: object) -> None:
    base = {"objectClassName": "ip network", "startAddress": "85.0.0.0", "endAddress": "86.0.0.0"}
    for answer in (value, base | value if isinstance(value, dict) else base | {"entities": value}):
        try:
            holder, block = read_answer(json.dumps(answer).encode(), CLIENT, "rdap.example.net")
        except NoRdap:
            continue
        assert CLIENT in block
        assert holder.registry == "rdap.example.net"


def test_an_answer_about_other_addresses_is_not_believed(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(RIPE | {"startAddress": "85.1.0.0", "endAddress": "85.1.255.255"})
    assert refusal(ask) == "the answer of 127.0.0.1 is about other addresses"


def test_a_huge_answer_is_not_read_to_its_end(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(*[b" " * 65536] * 1000)
    assert refusal(ask) == "the answer of 127.0.0.1 is too large"


def test_an_answer_that_breaks_off(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(b"{", length=1000)
    assert refusal(ask) == "127.0.0.1 did not give a proper answer"


def test_a_registry_that_cannot_be_reached(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/iana/ipv4.json"] = Page(
        json.dumps({"services": [[["85.0.0.0/8"], ["http://127.0.0.1:1/"]]]}).encode()
    )
    assert refusal(ask) == "127.0.0.1 cannot be reached"


@pytest.mark.parametrize("slow", ["/rir/ip/85.105.64.87", "/iana/ipv4.json"])
@pytest.mark.parametrize("pieces", [1, 100], ids=["silent", "dripping"])
def test_a_slow_server_costs_no_more_than_the_deadline(
    ask: Ask, registrar: Registrar, slow: str, pieces: int
) -> None:
    registrar.pages[slow] = Page(*[b" "] * pieces, pause=20.0 / pieces)
    started = time.monotonic()
    assert refusal(ask, deadline=0.5) in {
        "no answer within 0.5 seconds",
        "127.0.0.1 did not answer in time",
    }
    assert time.monotonic() - started < 5
