"""Coverage-guided fuzzing of the DNS decoder: a reply, or MalformedMessage, and nothing else."""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns"]):
    from gotrdns.lookup import Answer, Question, RecordType
    from gotrdns.names import Address, host_name_flaw
    from gotrdns.resolution import wire

KINDS = list(RecordType)
NAME = Address.parse("85.105.64.87").reverse_name


def read_one(data: bytes) -> None:
    """The first octet chooses the record type and whether header and question are given."""
    if not data:
        return
    kind = KINDS[data[0] % len(KINDS)]
    section = wire.question_section(Question(NAME, kind))
    message = data[1:]
    if data[0] & 0x80:
        message = message[:12].ljust(12, b"\0") + section + message[12:]
    try:
        reply = wire.read_reply(message, section, kind)
    except wire.MalformedMessage:
        return
    if not isinstance(reply, wire.Reply):
        raise TypeError(reply)
    if isinstance(reply, Answer):
        for name in reply.names:
            name.text.encode("ascii")
            host_name_flaw(name)


atheris.Setup(sys.argv, read_one)
atheris.Fuzz()
