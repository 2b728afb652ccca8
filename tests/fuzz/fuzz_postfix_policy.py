"""Coverage-guided fuzzing of the policy protocol: requests or junk, however the octets are cut."""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns.protocols"]):
    from gotrdns.protocols.junk import Junk
    from gotrdns.protocols.postfix_policy import (
        Decoder,
        Limits,
        PolicyRequest,
        encode_action,
        octets_for_text,
    )

LIMITS = Limits(request_octets=2048, line_octets=512, attributes=30)
Event = PolicyRequest | Junk


def drain(decoder: Decoder) -> list[Event]:
    events: list[Event] = []
    while (event := decoder.next_event()) is not None:
        events.append(event)
        if isinstance(event, PolicyRequest):
            octets_for_text(event)
            reply = encode_action(f"550 5.7.25 {event.helo_name}")
            if reply.count(b"\n") != 2 or not reply.startswith(b"action=550"):
                raise ValueError(reply)
    return events


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


atheris.Setup(sys.argv, decode)
atheris.Fuzz()
