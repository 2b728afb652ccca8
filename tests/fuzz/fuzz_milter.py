"""Coverage-guided fuzzing of the milter protocol: commands or junk, however the octets are cut."""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns.protocols"]):
    from gotrdns.protocols.authentication_results import claims, write_iprev
    from gotrdns.protocols.junk import Junk
    from gotrdns.protocols.milter import (
        Command,
        Decoder,
        Header,
        Helo,
        Limits,
        Macros,
        Offer,
    )
    from gotrdns.protocols.milter_replies import agree, encode_agreement, insert_header, refuse
    from gotrdns.protocols.printable import printable

LIMITS = Limits(packet_octets=1024)
FIELDS = (b"a", b"subject")
Event = Command | Junk


def use(event: Event) -> None:
    if isinstance(event, Header):
        claims(event.value, "mx.recipient.example")
    elif isinstance(event, Helo):
        value = write_iprev(event.name, "fail", event.name, "2001:db8::1")
        written = insert_header("Authentication-Results", value)[5:]
        if written.count(b"\n") != 1 or not claims(value, printable(event.name)):
            raise ValueError(written)
        if refuse(event.name)[5:].replace(b"%%", b"").count(b"%"):
            raise ValueError(event)
    elif isinstance(event, Offer):
        agreement = agree(event)
        if agreement is not None:
            encode_agreement(agreement, {})


def drain(decoder: Decoder) -> list[Event]:
    events: list[Event] = []
    while (event := decoder.next_event()) is not None:
        events.append(event)
        use(event)
    return events


def matters(event: Event) -> bool:
    """Whether a decoder that passes over other header fields tells it as well."""
    if isinstance(event, Header):
        return event.name.encode().strip().lower() in FIELDS
    return not isinstance(event, Macros)


def decode(data: bytes) -> None:
    """The first octet says how large the pieces are; whole and in pieces must give the same."""
    if not data:
        return
    size, stream = data[0] or 1, data[1:]
    whole = Decoder(LIMITS)
    whole.receive(stream)
    expected = drain(whole)
    pieces = Decoder(LIMITS)
    events: list[Event] = []
    for start in range(0, len(stream), size):
        pieces.receive(stream[start : start + size])
        events += drain(pieces)
    if events != expected:
        raise ValueError((events, expected))
    choosy = Decoder(LIMITS)
    choosy.fields = FIELDS
    choosy.receive(stream)
    if list(filter(matters, drain(choosy))) != list(filter(matters, expected)):
        raise ValueError(stream)


atheris.Setup(sys.argv, decode)
atheris.Fuzz()
