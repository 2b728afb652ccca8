"""The logs are read for a complaint: once or twice, and once more where nobody is found.

Owns the order of the readings, and which clients' stories are told.
"""

from collections.abc import Callable
from typing import NamedTuple

from gotrdns.mail_logs.complaints.nearest import Nearest
from gotrdns.mail_logs.complaints.search import Search
from gotrdns.mail_logs.complaints.stories import Stories, in_order_of
from gotrdns.mail_logs.complaints.whom import Clients, Whom
from gotrdns.mail_logs.reading import Reading
from gotrdns.mail_logs.sessions import Listener
from gotrdns.reports.logs.complaint import By, Meant, Rest, Story

# Reads all of the logs to a listener; the second argument tells how many clients it has by now.
Read = Callable[[Listener, Callable[[], int]], Reading]


class Heard(NamedTuple):
    """What the logs tell. ``nearest`` is empty where anybody is found."""

    reading: Reading
    stories: tuple[Story, ...]
    rest: Rest
    nearest: tuple[str, ...]


def hear(whom: Whom, read: Read, *, top: int, shows_mailboxes: bool) -> Heard:
    """The stories of the ``top`` most telling clients whom the complaint is about."""
    if isinstance(whom, Clients) and whom.meant is Meant.ADDRESS:
        return _hear_of_one(whom, read, shows_mailboxes=shows_mailboxes)
    search = Search(whom)
    reading = read(search, lambda: len(search.found))
    if not search.found:
        return _hear_of_nobody(whom, read, reading)
    chosen = search.most_telling(top)
    stories = Stories(whom, chosen.get, shows_mailboxes=shows_mailboxes)
    read(stories, lambda: len(stories))
    return Heard(reading, tuple(in_order_of(chosen, stories.all())), search.rest(chosen), ())


def _hear_of_one(whom: Clients, read: Read, *, shows_mailboxes: bool) -> Heard:
    """Whose address is known need not be searched for."""
    by = frozenset({By.ADDRESS})
    stories = Stories(
        whom, lambda client: by if whom.has(client) else None, shows_mailboxes=shows_mailboxes
    )
    reading = read(stories, lambda: len(stories))
    if not len(stories):
        return _hear_of_nobody(whom, read, reading)
    return Heard(reading, tuple(stories.all()), Rest(), ())


def _hear_of_nobody(whom: Whom, read: Read, reading: Reading) -> Heard:
    nearest = Nearest(whom.near)
    if reading.facts:
        read(nearest, lambda: 0)
    return Heard(reading, (), Rest(), nearest.all())
