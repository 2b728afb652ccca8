"""What is said of a mail log in sentences, whatever the form they are set in.

Owns which facts a sentence has and how many of a kind are told. Nothing here was said by a
stranger: names and addresses are set by whoever lays the report out. ``Clock`` writes a moment.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.report import SPEAKS_AGAINST, Amount, Others, Read, Sender, Sign
from gotrdns.reports.sentences import legible_path

_GROUNDS_TOLD: Final = 3
_SIGNS_TOLD: Final = 3

Clock = Callable[[float], str]


def logs_told(logs: Sequence[str]) -> str:
    """Which log it is about, or how many."""
    return legible_path(logs[0]) if len(logs) == 1 else words.LOGS.format(count=len(logs))


def nothing_told(read: Read) -> str:
    """Of a report about no client: why it is empty."""
    return words.NOTHING_WITHIN if read.facts else words.NOTHING_READ


def remarks_on(read: Read) -> list[str]:
    """What could not be read."""
    remarks = ((words.UNREAD, read.unread), (words.DAMAGED, read.damaged))
    return [text.of(count) for text, count in remarks if count]


def replies(amount: Amount) -> str:
    counts = {
        words.REFUSED: amount.refused,
        words.DEFERRED: amount.deferred,
        words.WARNED: amount.warned,
    }
    return ", ".join(text.of(count) for text, count in counts.items() if count)


def fate(sender: Sender, clock: Clock) -> str:
    """How often it was turned away, and why."""
    several = len(sender.grounds) > 1
    grounds = [
        words.GROUND_AND_COUNT.format(ground=words.GROUNDS[ground], count=count)
        if several
        else words.GROUNDS[ground]
        for ground, count in list(sender.grounds.items())[:_GROUNDS_TOLD]
    ]
    return words.FATE.format(
        replies=replies(sender.amount),
        last=clock(sender.last_rejection),
        grounds=", ".join(grounds),
    )


def delivered(sender: Sender, clock: Clock) -> str | None:
    """What was taken in of it; None where nothing was."""
    if sender.last_delivery is None:
        return None
    return words.DELIVERED.of(sender.deliveries, last=clock(sender.last_delivery))


def why(sender: Sender) -> str:
    """What speaks for it, and what against it."""
    signs, against = signs_told(sender.signs)
    template = words.WHY_THOUGH if against else words.WHY
    return template.format(signs=signs, against=against)


def signs_told(signs: Iterable[Sign]) -> tuple[str, str]:
    """What speaks for a sender, and what against it; empty where nothing does."""
    told = {each: words.SIGNS[each] for each in signs}
    speaking = ", ".join(text for sign, text in told.items() if sign not in SPEAKS_AGAINST)
    against = ", ".join(text for sign, text in told.items() if sign in SPEAKS_AGAINST)
    return speaking, against


def others_told(others: Others, *, after_senders: bool) -> str:
    count = others.amount.clients
    template = words.OTHERS if after_senders else words.ALL
    text = template.of(count, replies=replies(others.amount))
    signs = _signs_of(others)
    return f"{text} {words.OTHERS_SIGNS.format(signs=', '.join(signs))}" if signs else text


def _signs_of(others: Others) -> list[str]:
    against = {sign: count for sign, count in others.signs.items() if sign in SPEAKS_AGAINST}
    frequent = sorted(against.items(), key=lambda each: -each[1])[:_SIGNS_TOLD]
    return [
        words.SIGN_AND_COUNT.format(sign=words.SIGNS[sign], count=count) for sign, count in frequent
    ]
