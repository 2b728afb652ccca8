"""Postfix's policy protocol: requests however they are cut, replies that cannot be misread."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gotrdns.protocols.junk import Junk
from gotrdns.protocols.postfix_policy import (
    LET_THROUGH,
    Decoder,
    Limits,
    PolicyRequest,
    defer,
    encode_action,
    octets_for_text,
    prepend_header,
    refuse,
)

# Attributes and their order as Postfix 3.7 sends them at RCPT.
FROM_POSTFIX = b"""\
request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=85.105.64.87
client_name=unknown
client_port=4321
reverse_client_name=dsl.static851056487.ttnet.net.tr
server_address=192.0.2.25
server_port=25
helo_name=mail.example.com
sender=info@example.com
recipient=someone@example.org
recipient_count=0
queue_id=
instance=1a2b.65f0c3aa.b1f3c.0
size=4000
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=

"""

READ = PolicyRequest(
    client_address="85.105.64.87",
    client_name="unknown",
    helo_name="mail.example.com",
    sender="info@example.com",
    recipient="someone@example.org",
    sasl_username="",
    instance="1a2b.65f0c3aa.b1f3c.0",
)
MINIMAL = b"request=smtpd_access_policy\nclient_address=192.0.2.1\n\n"
SMALL = Limits(request_octets=300, line_octets=60, attributes=10)


def decode(*pieces: bytes, limits: Limits | None = None) -> list[PolicyRequest | Junk]:
    decoder = Decoder(limits or Limits())
    events = []
    for piece in pieces:
        decoder.receive(piece)
        while (event := decoder.next_event()) is not None:
            events.append(event)
    return events


def byte_by_byte(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def request(**attributes: str) -> PolicyRequest:
    lines = {"request": "smtpd_access_policy", "client_address": "192.0.2.1", **attributes}
    data = "".join(f"{name}={value}\n" for name, value in lines.items()) + "\n"
    (event,) = decode(data.encode())
    assert isinstance(event, PolicyRequest)
    return event


def test_a_request_of_postfix_is_read() -> None:
    assert decode(FROM_POSTFIX) == [READ]


def test_pipelined_requests_are_read_in_order() -> None:
    assert decode(FROM_POSTFIX + MINIMAL + FROM_POSTFIX) == [READ, *decode(MINIMAL), READ]


def test_a_request_without_its_end_is_waited_for() -> None:
    decoder = Decoder(Limits())
    decoder.receive(FROM_POSTFIX[:-1])
    assert decoder.next_event() is None
    assert decoder.unread
    decoder.receive(b"\n")
    assert decoder.next_event() == READ
    assert not decoder.unread


lines = st.one_of(
    st.sampled_from(
        [
            b"request=smtpd_access_policy",
            b"request=junk",
            b"client_address=192.0.2.1",
            b"sender=a=b=c",
            b"helo_name=\xff\x00\r",
            b"GET / HTTP/1.1",
            b"=",
            b"",
            b"long=" + b"x" * 70,
        ]
    ),
    st.binary(max_size=30),
)
streams = st.one_of(
    st.lists(lines, max_size=40).map(b"\n".join),
    st.lists(st.sampled_from([FROM_POSTFIX, MINIMAL, b"\n", b"a"]), max_size=4).map(b"".join),
    st.binary(max_size=400),
)


@given(streams, st.randoms(use_true_random=False))
@settings(max_examples=300)
@example(b"x" * 400, random.Random(1))
@example(b"a=" + b"x" * 400 + b"\nGET\n\n", random.Random(1))
@example(b"\n" * 5, random.Random(1))
def test_requests_do_not_depend_on_how_octets_are_cut(stream: bytes, chance: random.Random) -> None:
    pieces = []
    rest = stream
    while rest:
        size = chance.randint(1, 40)
        pieces.append(rest[:size])
        rest = rest[size:]
    for limits in (Limits(), SMALL):
        whole = decode(stream, limits=limits)
        assert decode(*pieces, limits=limits) == whole
        assert decode(*byte_by_byte(stream), limits=limits) == whole


TAUGHT_LINES = FROM_POSTFIX.split(b"\n")[:-2]
altered_lines = st.one_of(
    st.sampled_from(TAUGHT_LINES),
    st.sampled_from([b"", b"client_address=", b"request=other", b"sender=a=b", b"new=1", b"=x"]),
    st.binary(max_size=20),
    st.just(b"sender=" + b"x" * 9000),
)


@given(st.lists(st.tuples(st.integers(0, len(TAUGHT_LINES)), st.booleans(), altered_lines)))
@settings(max_examples=400)
@example([(2, True, b"helo_name=\xff\xe2\x82")])
@example([(len(TAUGHT_LINES), False, b"sender=" + b"x" * 9000)])
def test_what_was_learned_from_earlier_requests_changes_nothing(
    changes: list[tuple[int, bool, bytes]],
) -> None:
    lines = TAUGHT_LINES.copy()
    for place, replaced, line in changes:
        lines[place : place + replaced] = [line]
    altered = b"\n".join([*lines, b"", b""])
    taught = decode(FROM_POSTFIX, FROM_POSTFIX, FROM_POSTFIX, altered, MINIMAL, FROM_POSTFIX)
    assert taught == [READ, READ, READ, *decode(altered, MINIMAL, FROM_POSTFIX)]


@pytest.mark.parametrize("teacher", [FROM_POSTFIX, MINIMAL])
def test_values_are_told_apart_after_learning(teacher: bytes) -> None:
    changed = teacher.replace(b"client_address=", b"client_address=2001:db8::")
    first, *_, last = decode(teacher, teacher, teacher, changed)
    assert isinstance(first, PolicyRequest)
    assert isinstance(last, PolicyRequest)
    assert last.client_address == f"2001:db8::{first.client_address}"
    assert last.sender == first.sender


@given(st.lists(st.binary(max_size=200), max_size=20))
@settings(max_examples=300)
def test_any_octets_give_events_and_bounded_memory(pieces: list[bytes]) -> None:
    decoder = Decoder(SMALL)
    ended = False
    for piece in pieces:
        decoder.receive(piece)
        while (event := decoder.next_event()) is not None:
            assert not ended
            ended = isinstance(event, Junk) and event.ends_stream
        assert len(decoder.unread) <= SMALL.request_octets


@given(
    st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12),
        st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=30),
        max_size=20,
    )
)
def test_values_arrive_as_they_were_sent(attributes: dict[str, str]) -> None:
    attributes |= {"request": "smtpd_access_policy", "client_address": "192.0.2.1"}
    data = "".join(f"{name}={value}\n" for name, value in attributes.items()) + "\n"
    (event,) = decode(data.encode())
    assert isinstance(event, PolicyRequest)
    assert event.sender == attributes.get("sender", "")


@pytest.mark.parametrize(
    ("data", "junk"),
    [
        (b"request=junk_mail_policy\nclient_address=192.0.2.1\n\n", Junk.OTHER_REQUEST),
        (b"client_address=192.0.2.1\n\n", Junk.OTHER_REQUEST),
        (b"request=smtpd_access_policy\n\n", Junk.NO_CLIENT_ADDRESS),
        (b"request=smtpd_access_policy\nclient_address=\n\n", Junk.NO_CLIENT_ADDRESS),
        (MINIMAL[:-1] + b"client_address=192.0.2.2\n\n", Junk.REPEATED_ATTRIBUTE),
    ],
)
def test_a_senseless_request_is_told_from_the_end_of_the_stream(data: bytes, junk: Junk) -> None:
    assert not junk.ends_stream
    assert decode(data + MINIMAL) == [junk, *decode(MINIMAL)]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"EHLO example.org\r\n",
        b"\n",
        b"=value\n",
        b"request=smtpd_access_policy\nno equals sign\n\n",
        b"a=b\n=value\n\n",
    ],
)
def test_another_protocol_ends_the_stream(data: bytes) -> None:
    assert decode(data, MINIMAL) == [Junk.NOT_POLICY_PROTOCOL]


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 301,
        b"a=b\n" * 80,
        MINIMAL[:-1] + b"sender=" + b"x" * 60 + b"\n\n",
        b"".join(b"a%d=b\n" % number for number in range(11)) + b"\n",
    ],
)
def test_what_is_too_big_ends_the_stream(data: bytes) -> None:
    assert decode(data, limits=SMALL)[0] is Junk.OVERSIZE


def test_octets_that_are_not_utf8_become_visible() -> None:
    (event,) = decode(MINIMAL[:-1] + b"helo_name=\xff\xfe\n\n")
    assert isinstance(event, PolicyRequest)
    assert event.helo_name == "\\xff\\xfe"


@given(st.text(max_size=3000))
@settings(max_examples=300)
@example("")
@example(" ")
@example("550 5.7.25 a\r\n\naction=DUNNO\n\n")
@example("\ud800\x7f\x85\u2028")
def test_an_action_is_one_line_of_printable_ascii_and_never_empty(text: str) -> None:
    for reply in (encode_action(text), refuse(text), defer(text), prepend_header("X-Mark", text)):
        assert reply.startswith(b"action=")
        assert reply.endswith(b"\n\n")
        action = reply[len(b"action=") : -2]
        assert action.strip()
        assert all(0x20 <= octet < 0x7F for octet in action)
        assert len(action) <= 2000


def test_an_empty_action_would_accept_the_mail_and_is_not_sent() -> None:
    assert encode_action("") == LET_THROUGH
    assert encode_action("\n".strip()) == LET_THROUGH


def test_refusals_carry_the_codes_for_reverse_dns() -> None:
    assert refuse("no") == b"action=550 5.7.25 no\n\n"
    assert defer("later") == b"action=450 4.7.25 later\n\n"
    assert prepend_header("X-Mark", "a=b") == b"action=PREPEND X-Mark: a=b\n\n"


@given(
    st.emails(),
    st.emails(),
    st.text("abc.", max_size=300),
    st.sampled_from(["192.0.2.1", "2001:db8:1111:2222:3333:4444:5555:6666"]),
)
def test_a_text_that_fits_fits_with_every_wrapping_of_postfix(
    sender: str, recipient: str, name: str, address: str
) -> None:
    asked = request(
        sender=sender, recipient=recipient, client_name=name, helo_name=name, client_address=address
    )
    text = "x" * octets_for_text(asked)
    for wrapping in (
        f"<{recipient}>: Recipient address rejected: ",
        f"<{sender}>: Sender address rejected: ",
        f"{name}[{address}]: Client host rejected: ",
        f"<{name}>: Helo command rejected: ",
    ):
        assert len(f"550 5.7.25 {wrapping}{text}\r\n".encode()) <= 512
