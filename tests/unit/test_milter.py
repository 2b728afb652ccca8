"""The milter protocol: commands however they are cut, and an independent encoder of them."""

import random
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kilter.protocol import messages as kilter
from kilter.protocol.buffer import SimpleBuffer

from gotrdns.protocols.junk import Junk
from gotrdns.protocols.milter import (
    Command,
    Connect,
    Decoder,
    Family,
    Header,
    Helo,
    Limits,
    Macros,
    Offer,
    Recipient,
    Sender,
    Signal,
    Stage,
    bare_address,
)

SMALL = Limits(packet_octets=60)


def packet(command: bytes, fields: bytes = b"") -> bytes:
    return (len(fields) + 1).to_bytes(4) + command + fields


OFFER = packet(b"O", b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff")
# A session as Postfix 3.7 speaks, when nothing was agreed to be left out.
SESSION = b"".join(
    [
        OFFER,
        packet(b"D", b"Cj\0mx.recipient.example\0{client_resolve}\0FORGED\0"),
        packet(b"C", b"unknown\x004\x10\xe185.105.64.87\0"),
        packet(b"D", b"H"),
        packet(b"H", b"mail.example.com\0"),
        packet(b"D", b"M{auth_type}\0PLAIN\0{auth_authen}\0info\0"),
        packet(b"M", b"<info@example.com>\0SIZE=4000\0BODY=8BITMIME\0"),
        packet(b"R", b"<someone@recipient.example>\0"),
        packet(b"D", b"Ti\x004F1A2B3C4D\0"),
        packet(b"T"),
        packet(b"L", b"Subject\0Hello\n\tagain\0"),
        packet(b"N"),
        packet(b"B", b"body\r\n"),
        packet(b"E"),
        packet(b"U", b"NOOP\0"),
        packet(b"A"),
        packet(b"K"),
        packet(b"Q"),
    ]
)
READ = [
    Offer(6, 0x1FF, 0x1FFFFF),
    Macros(Stage.CONNECT, {"j": "mx.recipient.example", "client_resolve": "FORGED"}),
    Connect("unknown", Family.IPV4, "85.105.64.87"),
    Macros(Stage.HELO, {}),
    Helo("mail.example.com"),
    Macros(Stage.SENDER, {"auth_type": "PLAIN", "auth_authen": "info"}),
    Sender("info@example.com"),
    Recipient("someone@recipient.example"),
    Macros(Stage.DATA, {"i": "4F1A2B3C4D"}),
    Signal.DATA,
    Header("Subject", "Hello\n\tagain"),
    Signal.END_OF_HEADERS,
    Signal.BODY,
    Signal.END_OF_MESSAGE,
    Signal.UNKNOWN_SMTP_COMMAND,
    Signal.ABORT,
    Signal.NEXT_CLIENT,
    Signal.QUIT,
]


def decode(
    *pieces: bytes, limits: Limits | None = None, fields: Sequence[bytes] | None = None
) -> list[Command | Junk]:
    decoder = Decoder(limits or Limits())
    decoder.fields = fields
    events = []
    for piece in pieces:
        decoder.receive(piece)
        while (event := decoder.next_event()) is not None:
            events.append(event)
    return events


def introduced(
    *packets: bytes, limits: Limits | None = None, fields: Sequence[bytes] | None = None
) -> list[Command | Junk]:
    offer, *events = decode(OFFER, *packets, limits=limits, fields=fields)
    assert isinstance(offer, Offer)
    return events


def in_pieces(stream: bytes, chance: random.Random) -> Iterable[bytes]:
    rest = stream
    while rest:
        size = chance.randint(1, 40)
        yield rest[:size]
        rest = rest[size:]


def byte_by_byte(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def test_a_session_is_read() -> None:
    assert decode(SESSION) == READ


def test_a_session_is_read_octet_by_octet() -> None:
    assert decode(*byte_by_byte(SESSION)) == READ


def test_a_packet_without_its_end_is_waited_for() -> None:
    decoder = Decoder(Limits())
    decoder.receive(OFFER[:-1])
    assert decoder.next_event() is None
    assert decoder.unread == len(OFFER) - 1
    decoder.receive(OFFER[-1:])
    assert decoder.next_event() == READ[0]
    assert decoder.unread == 0


octets = st.sampled_from([bytes([octet]) for octet in b"OCHMRLTNBEUAKQDXZ\0"])
fields = st.one_of(
    st.binary(max_size=70),
    st.sampled_from([b"", b"a\0", b"a\0b\0", b"C", b"Cj\0mx\0", b"x\x004\0\x19::1\0", b"x\0U"]),
)
packets = st.one_of(
    st.tuples(octets, fields).map(lambda both: packet(*both)),
    st.sampled_from([OFFER, SESSION, b"\0\0\0\0", b"\xff\xff\xff\xffL", b"GET / HTTP/1.1\r\n"]),
    st.binary(max_size=12),
)
streams = st.tuples(
    st.sampled_from([OFFER, OFFER, OFFER, b""]), st.lists(packets, max_size=12)
).map(lambda both: both[0] + b"".join(both[1]))


@given(streams, st.randoms(use_true_random=False))
@settings(max_examples=400)
@example(SESSION * 2, random.Random(1))
@example(OFFER + b"\0\0\0", random.Random(1))
def test_commands_do_not_depend_on_how_octets_are_cut(stream: bytes, chance: random.Random) -> None:
    for limits in (Limits(), SMALL):
        whole = decode(stream, limits=limits)
        assert decode(*in_pieces(stream, chance), limits=limits) == whole
        assert decode(*byte_by_byte(stream), limits=limits) == whole


OF_HEADER = packet(b"D", b"Li\x004F1A2B3C4D\0")


def with_macros(*names: bytes) -> list[bytes]:
    return [OF_HEADER + packet(b"L", name + b"\0value\0") for name in names]


def test_macros_repeated_before_each_header_field_are_told_once() -> None:
    told = introduced(*with_macros(b"From", b"To", b"To"), packet(b"E"), OF_HEADER)
    macros = Macros(Stage.HEADER, {"i": "4F1A2B3C4D"})
    headers = [Header("From", "value"), Header("To", "value"), Header("To", "value")]
    assert [each for each in told if each != macros] == [*headers, Signal.END_OF_MESSAGE]
    assert told[0] == told[-1] == macros


def test_only_header_fields_that_matter_are_told_whatever_stands_around_their_names() -> None:
    names = [b"From", b"X-Mark", b"x-mARK ", b"X-Mark-Too", b"X-Mar", b"", b"X-Mark"]
    told = introduced(*with_macros(*names), packet(b"E"), fields=(b"x-mark",))
    assert [each for each in told if not isinstance(each, Macros)] == [
        *[Header(name, "value") for name in ("X-Mark", "x-mARK ", "X-Mark")],
        Signal.END_OF_MESSAGE,
    ]


@given(streams, st.randoms(use_true_random=False))
@settings(max_examples=400)
@example(SESSION * 2, random.Random(1))
def test_nothing_but_header_fields_is_passed_over(stream: bytes, chance: random.Random) -> None:
    def matter(told: list[Command | Junk]) -> list[Command | Junk]:
        return [
            each
            for each in told
            if not isinstance(each, Macros)
            and (not isinstance(each, Header) or each.name.strip().lower() == "a")
        ]

    for limits in (Limits(), SMALL):
        pieces = in_pieces(stream, chance)
        assert matter(decode(*pieces, limits=limits, fields=(b"a",))) == matter(
            decode(stream, limits=limits)
        )


@given(streams, st.lists(st.binary(max_size=200), max_size=20))
@settings(max_examples=300)
def test_nothing_follows_junk_and_memory_is_bounded(stream: bytes, pieces: list[bytes]) -> None:
    decoder = Decoder(SMALL)
    ended = False
    for piece in (stream, *pieces):
        decoder.receive(piece)
        while (event := decoder.next_event()) is not None:
            assert not ended
            ended = isinstance(event, Junk)
        assert decoder.unread <= 4 + SMALL.packet_octets
        assert not ended or decoder.unread == 0


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"EHLO example.org\r\n",
        b"request=smtpd_access_policy\n",
        b"\0\0\0\0\0\0\0\0",
        packet(b"O", b"\0\0\0\x06"),
        packet(b"C", b"unknown\0U"),
        b"\0\1\0\0O",
    ],
)
def test_another_protocol_ends_the_stream(data: bytes) -> None:
    assert decode(data, OFFER) == [Junk.NOT_MILTER_PROTOCOL]


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0\0",
        packet(b"O", b"\0\0\0\6"),
        packet(b"D"),
        packet(b"D", b"Z"),
        packet(b"D", b"Cj\0"),
        packet(b"D", b"Cj\0mx"),
        packet(b"C", b"unknown"),
        packet(b"C", b"unknown\0"),
        packet(b"C", b"unknown\0X"),
        packet(b"C", b"unknown\x004\0"),
        packet(b"C", b"unknown\x004\0\x19192.0.2.1"),
        packet(b"H", b""),
        packet(b"H", b"mail"),
        packet(b"M", b"<>"),
        packet(b"R", b""),
        packet(b"L", b"Subject\0"),
        packet(b"L", b"Subject\0value"),
    ],
)
def test_fields_that_are_not_those_of_the_command_end_the_stream(data: bytes) -> None:
    assert introduced(data, OFFER) == [Junk.MALFORMED_PACKET]


def test_a_command_of_no_known_version_ends_the_stream() -> None:
    assert introduced(packet(b"Z", b"\0"), OFFER) == [Junk.UNKNOWN_COMMAND]


def test_a_packet_over_the_limit_ends_the_stream_before_it_has_arrived() -> None:
    longest = packet(b"L", b"a\0" + b"x" * (SMALL.packet_octets - 4) + b"\0")
    (header,) = introduced(longest, limits=SMALL)
    assert isinstance(header, Header)
    longer = (SMALL.packet_octets + 1).to_bytes(4) + b"L"
    assert introduced(longer, OFFER, limits=SMALL) == [Junk.OVERSIZE]


def test_the_longest_header_of_postfix_is_read() -> None:
    (header,) = introduced(packet(b"L", b"a\0" + b"x" * 102_400 + b"\0"))
    assert isinstance(header, Header)
    assert len(header.value) == 102_400


@pytest.mark.parametrize(
    ("connect", "expected"),
    [
        (b"h\x006\0\x19IPv6:2001:db8::1\0", Connect("h", Family.IPV6, "2001:db8::1")),
        (b"h\x006\0\x192001:db8::1\0", Connect("h", Family.IPV6, "2001:db8::1")),
        (b"[192.0.2.1]\x004\0\x19192.0.2.1\0", Connect("[192.0.2.1]", Family.IPV4, "192.0.2.1")),
        (b"localhost\0U", Connect("localhost", Family.UNKNOWN)),
        (b"localhost\0L\0\0/run/x\0", Connect("localhost", Family.UNIX)),
    ],
)
def test_every_family_of_clients_is_read(connect: bytes, expected: Connect) -> None:
    assert introduced(packet(b"C", connect)) == [expected]


def test_octets_that_are_not_utf8_become_visible() -> None:
    assert introduced(packet(b"H", b"\xff\xfe\0")) == [Helo("\\xff\\xfe")]


def test_a_single_letter_macro_is_read_with_and_without_braces() -> None:
    (macros,) = introduced(packet(b"D", b"C{j}\0a\0i\0b\0"))
    assert macros == Macros(Stage.CONNECT, {"j": "a", "i": "b"})


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("<a@example.org>", "a@example.org"),
        ("a@example.org", "a@example.org"),
        ("<>", ""),
        ("", ""),
        ("<Postmaster>", "Postmaster"),
        ("<@one.example,@two.example:postmaster@example.org>", "postmaster@example.org"),
        ('<"postmaster"@example.org>', "postmaster@example.org"),
        ('<"post\\master"@example.org>', "postmaster@example.org"),
        ('<"a\\\\b\\"c"@example.org>', 'a\\b"c@example.org'),
        ('<"a@b"@example.org>', "a@b@example.org"),
        ('<"postmaster">', "postmaster"),
        ('<"@example.org>', '"@example.org'),
    ],
)
def test_an_envelope_address_has_one_spelling(path: str, address: str) -> None:
    assert bare_address(path) == address


@given(st.text(max_size=40))
def test_any_envelope_address_is_read(path: str) -> None:
    bare_address(path)


def packed(message: kilter.Message) -> bytes:
    buffer = SimpleBuffer(4096)
    message.pack(buffer)
    return buffer[:].tobytes()


texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30)
# The other implementation writes host names in IDNA and macros in ASCII alone.
ascii_texts = st.text(st.characters(min_codepoint=1, codec="ascii"), max_size=30)
host_names = st.from_regex(r"([a-z0-9]{1,9}\.){0,3}[a-z]{1,9}", fullmatch=True)
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(addresses, st.integers(0, 65_535), host_names)
@example(ip_address("85.105.64.87"), 4321, "unknown")
def test_clients_are_read_as_another_implementation_writes_them(
    address: object, port: int, host_name: str
) -> None:
    written = packed(kilter.Connect(host_name, address, port))  # type: ignore[arg-type]
    family = Family.IPV6 if ":" in str(address) else Family.IPV4
    assert introduced(written) == [Connect(host_name, family, str(address))]


@given(host_names, st.lists(texts, max_size=4), texts, st.lists(ascii_texts, max_size=4))
def test_commands_are_read_as_another_implementation_writes_them(
    name: str, arguments: list[str], text: str, values: list[str]
) -> None:
    macros = {f"macro-{number}": value for number, value in enumerate(values)}
    path = f"<{text}@x>".encode()
    events = introduced(
        packed(kilter.Helo(name)),
        packed(
            kilter.Macro(
                kilter.EnvelopeFrom.ident, {f"{{{each}}}": macros[each] for each in macros}
            )
        ),
        packed(kilter.EnvelopeFrom(path, [each.encode() for each in arguments])),
        packed(kilter.EnvelopeRecipient(path, [])),
        packed(kilter.Header(name, text.encode())),
        packed(kilter.Body(text.encode())),
        packed(kilter.EndOfMessage(b"")),
        packed(kilter.Abort()),
        packed(kilter.Close()),
    )
    assert events == [
        Helo(name),
        Macros(Stage.SENDER, macros),
        Sender(bare_address(f"<{text}@x>")),
        Recipient(bare_address(f"<{text}@x>")),
        Header(name, text),
        Signal.BODY,
        Signal.END_OF_MESSAGE,
        Signal.ABORT,
        Signal.QUIT,
    ]


def test_an_offer_is_read_as_another_implementation_writes_it() -> None:
    offer = kilter.Negotiate(6, kilter.ActionFlags.ALL, kilter.ProtocolFlags.NO_BODY)
    assert decode(packed(offer)) == [Offer(6, 0x1FF, 0x10)]
