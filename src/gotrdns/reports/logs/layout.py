"""What the text reports on mail logs have in common: how they begin, and how they name a sender.

Owns that layout. The words are in ``english``. What strangers said reaches it escaped.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from gotrdns.names import Address
from gotrdns.reports import moments
from gotrdns.reports.columns import Column
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.report import Read
from gotrdns.reports.logs.sentences import logs_told, nothing_told
from gotrdns.reports.text import Paint, Style

INDENT: Final = "     "  # of what is said of one sender
_WIDEST: Final = 100  # columns in which a sentence can still be read


class Named(Protocol):
    """A sender: clients of one network, the most telling first, and what they call themselves."""

    @property
    def addresses(self) -> Sequence[Address]: ...
    @property
    def network(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def helos(self) -> Sequence[str]: ...


def room_in(width: int | None) -> int:
    """The columns that are used of a terminal's."""
    return min(width or WIDTH, _WIDEST)


def begin(read: Read, room: int, paint: Paint) -> Iterator[str]:
    """Which logs were read, and of what time they tell."""
    yield paint(words.HEADING.of(read.lines, logs=logs_told(read.logs)), Style.HEADING)
    if read.first_at is None or read.last_at is None:
        yield from paragraph(nothing_told(read), "  ", width=room)
    else:
        first, last = moments.short(read.first_at), moments.short(read.last_at)
        yield "  " + words.SPAN.format(first=first, last=last, zone=moments.zone(read.last_at))


def who_it_is(sender: Named, clients: int) -> str:
    client = sender.addresses[0].text
    if clients > 1:
        client = words.AND_MORE.format(address=client, count=clients - 1, network=sender.network)
    if sender.names:
        client = words.WITH_NAME.format(address=client, name=sender.names[0])
    if sender.helos:
        client = words.WITH_HELO.format(client=client, helo=sender.helos[0])
    return client


def counts(heading: str, numbers: Sequence[int]) -> Column:
    return Column(heading, [f"{each:,}" for each in numbers], right=True)
