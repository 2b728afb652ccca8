"""Who visits, through proxies that are trusted and others that are not."""

import ipaddress
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request

from gotrdns.names import Address, Network
from gotrdns.web.visitors import find_visitor, is_secure, visitor_of

PROXIES = (Network("127.0.0.1"), Network("198.51.100.0/24"), Network("2001:db8:1::/48"))


def request(
    peer: str | None, *headers: tuple[str, str], proxies: Sequence[Network] = PROXIES
) -> Request:
    app = Starlette()
    app.state.proxies = tuple(proxies)
    return Request(
        {
            "type": "http",
            "app": app,
            "method": "GET",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "path": "/",
            "query_string": b"",
            "client": None if peer is None else (peer, 4711),
            "headers": [(name.lower().encode(), text.encode()) for name, text in headers],
        }
    )


def forwarded(*lists: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", each) for each in lists]


@pytest.mark.parametrize(
    ("peer", "lists", "visitor"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),  # anybody can write that
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["10.9.9.9, 203.0.113.9"], "203.0.113.9"),  # the left was there before
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7"], "203.0.113.9"),  # two headers are one list
        ("127.0.0.1", ["198.51.100.8, 198.51.100.7"], "198.51.100.8"),  # a proxy visits, it seems
        ("127.0.0.1", ["203.0.113.9,"], "127.0.0.1"),
        ("127.0.0.1", ["x"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, unknown, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9:1234"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8:2::5]:1234"], "2001:db8:2::5"),
        ("127.0.0.1", ["[2001:db8:2::5]"], "2001:db8:2::5"),
        ("127.0.0.1", ["2001:db8:2::5"], "2001:db8:2::5"),
        ("127.0.0.1", ["[203.0.113.9]:80"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9:"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9:x"], "127.0.0.1"),
        ("127.0.0.1", ["[2001:db8:2::5"], "127.0.0.1"),
        ("127.0.0.1", ["fe80::1%eth0"], "127.0.0.1"),
        ("127.0.0.1", ["10.0.0.1, " * 1000 + "203.0.113.9"], "127.0.0.1"),
        (None, ["203.0.113.9"], "203.0.113.9"),
        (None, [], None),
        (None, ["garbage"], None),
        ("not-an-address", ["203.0.113.9"], None),
    ],
)
def test_the_first_from_the_right_who_is_no_trusted_proxy_visits(
    peer: str | None, lists: list[str], visitor: str | None
) -> None:
    found = visitor_of(request(peer, *forwarded(*lists)))
    assert found == (None if visitor is None else Address.parse(visitor))


@pytest.mark.parametrize(
    ("peer", "said", "secure"),
    [
        ("127.0.0.1", ["https"], True),
        ("127.0.0.1", ["HTTPS"], True),
        ("127.0.0.1", ["http"], False),
        ("127.0.0.1", [], False),
        ("127.0.0.1", ["https, http"], False),
        ("127.0.0.1", ["https", "http"], False),
        ("192.0.2.1", ["https"], False),
        (None, ["https"], True),
    ],
)
def test_only_a_trusted_proxy_says_that_a_visitor_came_by_https(
    peer: str | None, said: list[str], secure: bool
) -> None:
    assert is_secure(request(peer, *(("X-Forwarded-Proto", each) for each in said))) is secure


def test_over_https_itself_no_proxy_is_needed() -> None:
    visit = request("192.0.2.1")
    visit.scope["scheme"] = "https"
    assert is_secure(visit)


public = st.ip_addresses().map(str).map(Address.parse)


@given(st.lists(st.text(max_size=20), max_size=5), public, st.booleans())
def test_what_a_visitor_writes_never_makes_it_another(
    written: list[str], visitor: Address, separate: bool
) -> None:
    """However long its own list was, the proxy's last entry is who it spoke with."""
    if any(visitor in each for each in PROXIES):
        return
    own = [*written, visitor.text]
    headers = own if separate else [",".join(own)]
    assert find_visitor(headers, Address.parse("127.0.0.1"), PROXIES) == visitor


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_headers_give_an_address_or_none(headers: list[str]) -> None:
    peer = Address.parse("127.0.0.1")
    found = find_visitor(headers, peer, PROXIES)
    assert found is not None
    ipaddress.ip_address(found.text)
