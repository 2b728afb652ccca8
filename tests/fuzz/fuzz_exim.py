"""Coverage-guided fuzzing of Exim's line: a request or junk, however the octets are cut."""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns.protocols"]):
    from gotrdns.protocols.exim import Decoder, EximRequest, refuse
    from gotrdns.protocols.junk import Junk

LIMIT = 512


def heard(*pieces: bytes) -> EximRequest | Junk | None:
    """What the pieces say, at the latest when no more are sent."""
    decoder = Decoder(LIMIT)
    events = [decoder.receive(piece) for piece in pieces]
    events.append(decoder.end())
    found = [event for event in events if event is not None]
    if len(found) > 1 or len(decoder.received) > LIMIT:
        raise ValueError(found)
    return found[0] if found else None


def read_line(data: bytes) -> None:
    """The first octet says where the line is cut; whole and in pieces must give the same."""
    cut = data[0] if data else 0
    octets = data[1:]
    whole = heard(octets)
    if whole != heard(octets[:cut], octets[cut:]):
        raise ValueError("the cut makes a difference")
    if isinstance(whole, EximRequest):
        reply = refuse(whole.helo)
        if reply.count(b"\n") != 1 or not reply.startswith(b"REFUSE 550 5.7.25"):
            raise ValueError(reply)


atheris.Setup(sys.argv, read_line)
atheris.Fuzz()
