"""What came of looking again: which servers have the change, and what that means for the mail.

Owns the fragment that stands in the incident page, whole where there are no scripts, and one look
after the other where there are. The words are in `english_incident`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import msgspec
from markupsafe import Markup, escape

from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.confirming import Obstacle, Unconfirmable
from gotrdns.explaining.recalling import explain_verdict
from gotrdns.explaining.sighting import verdict_of
from gotrdns.explaining.standing import Place, Progress, Sought, Standing
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english_incident as words
from gotrdns.reports import english_site, waiting_text
from gotrdns.reports.fates import Fate, fate_of
from gotrdns.reports.loop_picture import draw_loop
from gotrdns.reports.site.incident import Change, because_of, change_of
from gotrdns.reports.site.times import marked, with_moments
from gotrdns.reports.templating import mark_up, render
from gotrdns.reports.walk_sentences import duration
from gotrdns.verification import Result


class Stored(msgspec.Struct, frozen=True):
    """It is right, and the mail servers were told."""

    until: float


class NotStored(msgspec.Struct, frozen=True):
    """It is right, but the store cannot be written."""


Outcome: TypeAlias = Stored | NotStored | Unconfirmable | None


class Recheck(msgspec.Struct, frozen=True):
    """One look; ``outcome`` is None while it is not right."""

    decision: RecordedDecision
    look: Look
    outcome: Outcome = None

    @property
    def is_over(self) -> bool:
        """Whether looking further would change nothing."""
        return isinstance(self.outcome, Stored | NotStored) or self.look.explanation is not None


_NOTHING: Final = {
    "now": None,
    "asking": False,
    "links": (),
    "places": (),
    "having": "",
    "unshown": 0,
    "pause": 0,
}


class ServerRow(msgspec.Struct, frozen=True):
    """One server of a place."""

    name: str
    address: str
    tone: str
    standing: str
    said: str


class PlaceShown(msgspec.Struct, frozen=True):
    """A zone, what its servers have to give, and which of them do. ``unshown`` are left out."""

    heading: str
    rows: tuple[ServerRow, ...]
    unshown: int


def compose_look(recheck: Recheck, *, goes_on: bool = False) -> Markup:
    """The fragment of one look; ``goes_on`` says that more of them follow by themselves."""
    progress = recheck.look.progress
    is_right = recheck.outcome is not None and not _is_bogus(recheck.outcome)
    now = None if is_right else _now(recheck)
    return _render(
        asking=False,
        tone=_tone(recheck),
        said=status_of(recheck),
        having=_having(progress),
        now=now,
        links=() if is_right else tuple(_missing_links(progress)),
        places=tuple(map(_place, progress.places[: waiting_text.PLACES_SHOWN])),
        unshown=max(0, len(progress.places) - waiting_text.PLACES_SHOWN),
        pause=round(recheck.look.pause) if goes_on else 0,
    )


def compose_asking() -> Markup:
    """The fragment until the first look."""
    return _render(**{**_NOTHING, "asking": True}, tone="", said=words.CHECKING)


def compose_message(sentence: str) -> Markup:
    """The fragment where there was no look; ``sentence`` says why."""
    return _render(**_NOTHING, tone="unsure", said=sentence)


def _render(**values: object) -> Markup:
    return render("site/incident_look.html", words=words, copy_words=english_site, **values)


def status_of(recheck: Recheck) -> Markup:
    """What it means, in a sentence or two."""
    match recheck.outcome:
        case Stored(until):
            return with_moments(
                f"{words.STORED} {_what_follows(recheck.decision)}", until=marked(until, words)
            )
        case NotStored():
            return mark_up(words.NOT_STORED.format(wait=_wait(recheck.look)))
        case Unconfirmable(obstacles) if not _is_bogus(recheck.outcome):
            obstacle = words.OBSTACLES[obstacles[0]]
            return mark_up(words.NOT_CERTAIN.format(obstacle=obstacle, wait=_wait(recheck.look)))
        case Unconfirmable() | None:
            return escape(_trouble(recheck.look.progress))


def _is_bogus(outcome: Outcome) -> bool:
    return isinstance(outcome, Unconfirmable) and Obstacle.DNSSEC_BOGUS in outcome.obstacles


def _what_follows(decision: RecordedDecision) -> str:
    waits = fate_of(decision) in {Fate.DEFERRED, Fate.GREETED}
    return words.SENT_AGAIN if waits else words.SEND_AGAIN


def _trouble(progress: Progress) -> str:
    if not progress.reachable:
        return words.UNREACHABLE
    if not progress.places:
        return words.NO_SERVER
    if progress.result is Result.FAIL:
        return words.SPREADING if _is_spreading(progress) else words.NOT_YET
    bogus = progress.bogus or progress.everywhere
    return words.BOGUS if bogus else words.CANNOT_TELL


def _is_spreading(progress: Progress) -> bool:
    """Whether all that is needed is at some servers, and only has to reach the others."""
    verdict = verdict_of(progress)
    return verdict is not None and verdict.result is Result.PASS


def _wait(look: Look) -> str:
    findings = look.explanation.findings if look.explanation is not None else ()
    seconds = waiting_text.seconds_held(findings)
    return words.SOME_TIME if seconds is None else words.UP_TO.format(duration=duration(seconds))


def _tone(recheck: Recheck) -> str:
    if isinstance(recheck.outcome, Stored):
        return "good"
    progress = recheck.look.progress
    is_wrong = progress.result is Result.FAIL and not _is_spreading(progress)
    return "bad" if is_wrong else "unsure"


def _having(progress: Progress) -> str:
    count = len(progress.servers)
    return words.HAVING.format(having=progress.having, count=count) if count > 1 else ""


class Now(msgspec.Struct, frozen=True):
    """What is wrong by now: it may be another thing than it was then."""

    because: str
    picture: Markup
    change: Change | None
    remark: str


def _now(recheck: Recheck) -> Now | None:
    verdict = verdict_of(recheck.look.progress)
    if verdict is None or verdict.result is Result.PASS:
        return None
    change = change_of(explain_verdict(verdict, recheck.decision), recheck.decision)
    # Which name is meant is not known before the address leads to it.
    half = change is not None and len(change.steps) > 1 and not verdict.names
    remark = words.HALF_MAY_BE_THERE if half else ""
    return Now(because_of(verdict), draw_loop(verdict), change, remark)


def _missing_links(progress: Progress) -> Iterator[str]:
    """The ways to the records that some servers do not know, where those are not the records."""
    wordings: Final = {
        Sought.ALIAS: words.MISSING_ALIAS,
        Sought.DELEGATION: words.MISSING_DELEGATION,
    }
    for place in progress.places:
        lacking = {each.standing for each in place.servers} & {Standing.LACKS, Standing.VARIES}
        if lacking and place.sought in wordings:
            yield wordings[place.sought].format(zone=place.zone, owner=place.question.name)


def _place(place: Place) -> PlaceShown:
    heading = words.SERVERS_SOUGHT[place.sought].format(
        zone=place.zone, owner=place.question.name, type=place.question.type.name
    )
    shown = place.servers[: waiting_text.SERVERS_SHOWN]
    return PlaceShown(heading, tuple(_rows(place)), len(place.servers) - len(shown))


def _rows(place: Place) -> Sequence[ServerRow]:
    return [
        ServerRow(
            state.server.name.text,
            state.server.address.text,
            waiting_text.STYLES[state.standing].value,
            words.STANDINGS[state.standing],
            waiting_text.said_by(state),
        )
        for state in place.servers[: waiting_text.SERVERS_SHOWN]
    ]
