"""HTTP for monitoring, without sockets: whatever comes is answered once or waited for."""

import asyncio
import itertools
from http import HTTPStatus

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gotrdns.daemon.desk import LONGEST_QUESTION
from gotrdns.daemon.http import HttpInquiry, Page

GET = b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def page() -> Page:
    return Page(HTTPStatus.OK, b"said\n")


def inquire(*pieces: bytes) -> bytes | None:
    """The answer, None while more is waited for; nothing comes after an answer."""
    inquiry = HttpInquiry({"/page": page})
    for piece in pieces:
        answering = inquiry.receive(piece)
        if answering is not None:
            return asyncio.run(answering)
    return None


def status_of(answer: bytes | None, method: bytes = b"GET") -> int:
    """Read by a client that is strict about what it takes."""
    assert answer is not None
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(answer)
    client.receive_data(b"")
    response = client.next_event()
    assert isinstance(response, h11.Response)
    while not isinstance(client.next_event(), h11.EndOfMessage):
        pass
    assert (b"connection", b"close") in list(response.headers)
    return response.status_code


def test_a_page_is_given_with_its_length() -> None:
    answer = inquire(GET)
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\nsaid\n")


def test_head_gives_everything_but_the_page() -> None:
    answer = inquire(GET.replace(b"GET", b"HEAD"))
    assert answer is not None
    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert status_of(answer, b"HEAD") == 200


@pytest.mark.parametrize(
    ("request_octets", "status"),
    [
        (GET.replace(b"/page", b"/page?name=x"), 200),
        (GET.replace(b"1.1", b"1.0"), 200),
        (GET.replace(b"/page", b"/other"), 404),
        (GET.replace(b"/page", b"/page/../page"), 404),
        (GET.replace(b"/page", b"http://localhost/page"), 404),
        (GET.replace(b"GET", b"POST"), 405),
        (GET.replace(b"GET", b"DELETE"), 405),
        (b"GET /page HTTP/1.1\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (GET + b"x" * LONGEST_QUESTION, 431),
        (b"GET /" + b"a" * LONGEST_QUESTION, 431),
        (b"GET /page HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /page HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_whatever_is_asked_has_its_status(request_octets: bytes, status: int) -> None:
    assert status_of(inquire(request_octets)) == status


def test_a_wrong_method_is_told_which_are_right() -> None:
    assert b"Allow: GET, HEAD\r\n" in (inquire(GET.replace(b"GET", b"PUT")) or b"")


@given(st.lists(st.integers(min_value=0, max_value=len(GET)), max_size=8))
def test_it_does_not_matter_how_a_request_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(GET)]
    pieces = [GET[start:end] for start, end in itertools.pairwise(places)]
    assert inquire(*filter(None, pieces)) == inquire(GET)


@given(st.lists(st.binary(min_size=1, max_size=4000), max_size=5))
@example([b"GET /page HTTP/1.1\r\nHost: x\r\n"] + [b"a: b\r\n" * 600] * 4)
@example([b"GET /page HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"])
def test_garbage_is_refused_or_waited_for_and_never_more_than_a_request_holds(
    pieces: list[bytes],
) -> None:
    answer = inquire(*pieces)
    if answer is None:
        assert sum(map(len, pieces)) <= LONGEST_QUESTION
    else:
        assert status_of(answer) in {200, 400, 404, 405, 431, 501, 505}
