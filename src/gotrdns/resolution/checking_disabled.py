"""A question asked with CD set: what would the resolver say if it did not validate?

Owns telling a zone whose DNSSEC is broken from one whose servers are (RFC 4035 section 3.2.2).
"""

import os

from gotrdns.lookup import Answer, Outcome, Question
from gotrdns.resolution import stream
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.wire import (
    MalformedMessage,
    Unusable,
    message_tail,
    question_section,
    read_reply,
)

_CD = 0x10  # in the fourth octet of the header


async def ask_with_checking_disabled(
    server: ServerAddress, question: Question, *, patience: float
) -> Outcome:
    """Ask over TCP, so that no answer is too long; ``patience`` is seconds."""
    message = bytearray(os.urandom(2) + message_tail(question_section(question)))
    message[3] |= _CD
    try:
        octets = await stream.exchange(server, bytes(message), patience)
        reply = read_reply(octets, question_section(question), question.type)
    except (OSError, MalformedMessage):
        return Outcome.TIMEOUT
    if isinstance(reply, (Answer, Unusable)):
        return reply.outcome
    return Outcome.UNPROVEN
