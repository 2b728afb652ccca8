"""Exim's line, however it is cut, and what a client might hide in it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.protocols.exim import (
    LET_THROUGH,
    Decoder,
    EximRequest,
    add_header,
    defer,
    read_request,
    refuse,
)
from gotrdns.protocols.junk import Junk

LINE = (
    b'check ip="2001:db8::1" helo=mail.example.com sender="\\"a b\\"@example.org" '
    b'recipient="c@example.net" auth=""\n'
)
REQUEST = EximRequest(
    "2001:db8::1", "mail.example.com", '"a b"@example.org', "c@example.net", auth=""
)


def quote(text: str) -> str:
    """As Exim's operator of that name does, by its specification."""
    plain = "._-"
    if text and all((each.isascii() and each.isalnum()) or each in plain for each in text):
        return text
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, escaped)
    return f'"{text}"'


def decode(*pieces: bytes, limit: int = 8192) -> list[EximRequest | Junk | None]:
    decoder = Decoder(limit)
    return [decoder.receive(piece) for piece in pieces]


def test_a_line_is_read_whole_or_octet_by_octet() -> None:
    assert decode(LINE) == [REQUEST]
    octets = [LINE[at : at + 1] for at in range(len(LINE))]
    assert decode(*octets) == [None] * (len(LINE) - 1) + [REQUEST]


def test_a_line_is_read_in_random_pieces() -> None:
    source = random.Random(821)
    for _ in range(200):
        cut = source.randrange(len(LINE))
        found = [each for each in decode(LINE[:cut], LINE[cut:]) if each is not None]
        assert found == [REQUEST]


@given(
    helo=st.text(), sender=st.text(), recipient=st.text(), auth=st.text(st.characters(codec="utf8"))
)
def test_whatever_a_client_says_arrives_as_it_was_quoted(
    helo: str, sender: str, recipient: str, auth: str
) -> None:
    said = {"helo": helo, "sender": sender, "recipient": recipient, "auth": auth}
    words = " ".join(f"{name}={quote(value)}" for name, value in said.items())
    line = f"check ip=192.0.2.1 {words}\n".encode("utf-8", "surrogatepass")
    expected = {
        name: value.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace")
        for name, value in said.items()
    }
    assert decode(line) == [EximRequest("192.0.2.1", **expected)]


def test_only_the_address_must_be_told() -> None:
    assert read_request(b"check ip=192.0.2.1") == EximRequest("192.0.2.1")
    assert read_request(b"check ip=192.0.2.1 helo=\r") == EximRequest("192.0.2.1")
    assert read_request(b"check helo=x ip=") == EximRequest("", helo="x")
    assert read_request(b"check ip=192.0.2.1 port=25 helo=x") == EximRequest("192.0.2.1", helo="x")


@pytest.mark.parametrize(
    ("line", "junk"),
    [
        (b"", Junk.NOT_EXIM_PROTOCOL),
        (b"GET / HTTP/1.1", Junk.NOT_EXIM_PROTOCOL),
        (b"checked ip=192.0.2.1", Junk.NOT_EXIM_PROTOCOL),
        (b"check 192.0.2.1", Junk.NOT_EXIM_PROTOCOL),
        (b'check ip=192.0.2.1 helo="x', Junk.NOT_EXIM_PROTOCOL),
        (b'check ip=192.0.2.1 helo="x\\"', Junk.NOT_EXIM_PROTOCOL),
        (b'check ip=192.0.2.1 helo="x"auth=y', Junk.NOT_EXIM_PROTOCOL),
        (b'check ip=192.0.2.1 helo=x"auth=y', Junk.NOT_EXIM_PROTOCOL),
        (b"check ip=192.0.2.1 ip=192.0.2.2", Junk.REPEATED_ATTRIBUTE),
        (b"check helo=mail.example.com", Junk.NO_CLIENT_ADDRESS),
    ],
)
def test_what_is_no_request_is_junk(line: bytes, junk: Junk) -> None:
    assert read_request(line) is junk


def test_a_line_that_never_ends_is_given_up() -> None:
    pieces = [b"check ip=192.0.2.1 helo="] + [b"x" * 1000] * 4
    assert decode(*pieces, limit=2048) == [None, None, None, Junk.OVERSIZE, None]


def test_after_its_line_a_peer_is_not_listened_to() -> None:
    assert decode(LINE + LINE, LINE) == [REQUEST, None]


def test_a_line_that_only_the_end_of_the_stream_ends_is_a_request() -> None:
    decoder = Decoder(8192)
    assert decoder.receive(LINE[:-1]) is None
    assert decoder.end() == REQUEST
    assert decoder.end() is None
    assert Decoder(8192).end() is None


@given(st.text())
def test_a_reply_is_one_line_whatever_its_text(text: str) -> None:
    for reply, start in (
        (refuse(text), b"REFUSE 550 5.7.25"),
        (defer(text), b"DEFER 450 4.7.25"),
        (add_header("X-Gotrdns", text), b"PASS X-Gotrdns:"),
    ):
        assert reply.startswith(start)
        assert reply.endswith(b"\n")
        assert reply[:-1].isascii()
        assert reply[:-1].decode().isprintable()
    assert LET_THROUGH == b"PASS\n"
