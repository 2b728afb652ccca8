"""Who reads a report: what is to be done is said to them.

Owns what visitors of a site may know of the receiving side.
"""

import enum

import msgspec

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports import english_explain as words


class Reader(enum.Enum):
    """Whom "you" means."""

    RECEIVER = "receiver"  # whoever runs the mail server that verifies
    SENDER = "sender"  # whoever visits a page of it


def as_told_to(reader: Reader, explanation: Explanation) -> Explanation:
    """Where the receiving side's resolver is reached is not for visitors."""
    if reader is Reader.RECEIVER:
        return explanation
    return msgspec.structs.replace(explanation, resolvers=(words.OF_THIS_SITE,))
