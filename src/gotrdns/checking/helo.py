"""What the user says a client gave in HELO or EHLO.

Owns reading it, whatever it is, because mail servers hear everything, and asking about it.
"""

import asyncio

from gotrdns.checking.targets import parse_host
from gotrdns.diagnosis.helo import HeloEvidence, MalformedHelo
from gotrdns.lookup import Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import Address, HostName, InvalidAddress


def read_helo(text: str) -> HostName | MalformedHelo | None:
    """The name, or what is none. None for an address literal, about which there is nothing to ask.

    An address without its brackets, as careless clients write it, is taken for one too.
    """
    try:
        Address.parse_literal(text)
    except InvalidAddress:
        # Octets that the shell's locale could not decode are no text that JSON could hold.
        return parse_host(text) or MalformedHelo(text.encode("utf-8", "backslashreplace").decode())
    return None


async def ask_about_helo(resolver: Resolver, name: HostName) -> HeloEvidence:
    """The evidence, when both of its questions have ended."""
    questions = [Question(name, each) for each in (RecordType.A, RecordType.AAAA)]
    answers = await asyncio.gather(*(ask_and_wait(resolver, each) for each in questions))
    return HeloEvidence(name, tuple(answers))
