"""A question for each door that harms nobody, and what of ours answers to it.

Owns what is asked: about an authenticated client, for whom nothing is looked up or recorded; of a
milter, only which protocol it speaks.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from gotrdns.doctor.circumstances import EXIM, MILTER, POSTFIX

_OFFER: Final = b"O"
# Version 6 with everything that a mail server can do (libmilter's SMFIC_OPTNEG).
_NEGOTIATION: Final = (
    (13).to_bytes(4) + _OFFER + b"".join(each.to_bytes(4) for each in (6, 0x1FF, 0x1F_FFFF))
)
_LENGTH: Final = 4  # octets before each packet


class Greeting(msgspec.Struct, frozen=True):
    """What is said, when the answer is whole, and whether it is one of ours."""

    question: bytes
    is_whole: Callable[[bytes], bool]
    is_right: Callable[[bytes], bool]


def _is_packet(answer: bytes) -> bool:
    return len(answer) >= _LENGTH and len(answer) >= _LENGTH + int.from_bytes(answer[:_LENGTH])


GREETINGS: Final[Mapping[str, Greeting]] = {
    POSTFIX: Greeting(
        b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=127.0.0.1\n"
        b"sasl_username=gotrdns-doctor\n\n",
        lambda answer: answer.endswith(b"\n\n"),
        lambda answer: answer.startswith(b"action="),
    ),
    MILTER: Greeting(
        _NEGOTIATION, _is_packet, lambda answer: answer[_LENGTH : _LENGTH + 1] == _OFFER
    ),
    EXIM: Greeting(
        b"check ip=127.0.0.1 auth=gotrdns-doctor\n",
        lambda answer: answer.endswith(b"\n"),
        lambda answer: answer.startswith(b"PASS"),
    ),
}
