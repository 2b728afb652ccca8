"""The page of one client: what was seen of it, what was decided, and what holds for it."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from gotrdns.classification import classify
from gotrdns.names import Address, DomainName, InvalidName, Network
from gotrdns.policy.allowances import Allowance
from gotrdns.policy.confirmations import Confirmation
from gotrdns.policy.history import History
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_admin as words
from gotrdns.reports.classification_text import compose_class
from gotrdns.reports.past_text import done_in_short
from gotrdns.reports.site.admin_decisions import Row, columns_of, row_of
from gotrdns.reports.site.admin_exceptions import row_of as exception_row
from gotrdns.reports.site.admin_layout import Frame, compose_admin_page
from gotrdns.reports.site.admin_times import when
from gotrdns.reports.site.times import with_moments

SHOWN: Final = 100
NEIGHBOURS_SHOWN: Final = 25
_NAMES_SHOWN: Final = 20


class Story(msgspec.Struct, frozen=True):
    """All that is remembered of a client.

    ``decisions`` are the latest first, from ``latest`` back if that is given, and ``neighbours``
    those about others in its ``site``, the /64 of an IPv6 address. Of both there may be one more
    than is shown. ``allowances`` are those that could let it in, whether or not they hold.
    """

    address: Address
    history: History | None
    decisions: Sequence[RecordedDecision]
    latest: float | None
    allowances: Sequence[Allowance]
    confirmation: Confirmation | None
    site: Network | None = None
    neighbours: Sequence[RecordedDecision] = ()


class NameSeen(msgspec.Struct, frozen=True):
    """A name it had, when that was seen first and last, and what the name says."""

    name: str
    first: Markup
    last: Markup
    says: str


class Step(msgspec.Struct, frozen=True):
    """A decision, and what had changed since the one before."""

    row: Row
    changes: tuple[str, ...]


def compose_story(frame: Frame, story: Story, *, now: float) -> str:
    address = story.address.text
    steps = _steps(story.decisions)[:SHOWN]
    rest = story.decisions[SHOWN].last_at if len(story.decisions) > SHOWN else None
    neighbours = [row_of(each) for each in story.neighbours[:NEIGHBOURS_SHOWN]]
    return compose_admin_page(
        "admin_story.html",
        frame,
        title=words.STORY.format(address=address),
        address=address,
        site_network=story.site.text if story.site is not None else "",
        history=_history(story.history, now),
        confirmed=_confirmed(story.confirmation),
        names=list(_names(story)),
        exceptions=[exception_row(each, now) for each in story.allowances],
        steps=steps,
        columns=columns_of([each.row for each in steps], {"address"}),
        rest=_link(address, rest) if rest is not None else None,
        latest=_link(address, None) if story.latest is not None else None,
        neighbours=neighbours,
        neighbour_columns=columns_of(neighbours),
        more_neighbours=len(story.neighbours) > NEIGHBOURS_SHOWN,
    )


def _history(history: History | None, now: float) -> list[tuple[str, Markup | str]]:
    """What of it still counts, by its label."""
    told: list[tuple[str, Markup | str]] = []
    for key, label in words.HISTORY.items():
        value = getattr(history.as_of(now), key) if history is not None else None
        if value:
            told.append((label, str(value) if key == "failures" else when(value)))
    return told


def _confirmed(confirmation: Confirmation | None) -> Markup | str:
    if confirmation is None:
        return ""
    return with_moments(
        words.CONFIRMED_BY_LOOK,
        name=confirmation.host_name.text,
        at=when(confirmation.confirmed_at),
        until=when(confirmation.ends),
    )


def _names(story: Story) -> Iterator[NameSeen]:
    """The latest first."""
    seen: dict[str, tuple[float, float]] = {}
    for each in story.decisions:
        for name in dict.fromkeys((each.host_name, *_ptr_names(each))):
            if name:
                _, last = seen.get(name, (0.0, each.last_at))
                seen[name] = (each.first_at, last)
    for name, (first, last) in list(seen.items())[:_NAMES_SHOWN]:
        yield NameSeen(name, when(first), when(last), _says(story.address, name))


def _ptr_names(decision: RecordedDecision) -> tuple[str, ...]:
    return tuple(each.name for each in decision.evidence.forward)


def _says(address: Address, name: str) -> str:
    try:
        return compose_class(classify(address, DomainName.parse(name)))
    except InvalidName:
        return ""


def _steps(decisions: Sequence[RecordedDecision]) -> list[Step]:
    """The latest first; each beside the one that came before it."""
    return [
        Step(row_of(each), tuple(_changes(before, each)) if before is not None else ())
        for each, before in zip_longest(decisions, decisions[1:])
    ]


def _changes(before: RecordedDecision, after: RecordedDecision) -> Iterator[str]:
    told = {
        "cause": (before.reason, after.reason),
        "name": (before.host_name, after.host_name),
        "helo": (before.helo, after.helo),
        "done": (done_in_short(before), done_in_short(after)),
    }
    for key, (old, new) in told.items():
        if old != new:
            yield words.CHANGES[key].format(before=old or words.NO_NAME, after=new or words.NO_NAME)


def _link(address: str, latest: float | None) -> str:
    place = f"/client/{address}"
    return place if latest is None else f"{place}?{urlencode({'latest': repr(latest)})}"
