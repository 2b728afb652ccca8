"""A wait for a repair as text: which servers have it, what changed, and how it ended.

Owns the layouts: a table for terminals, and lines that each say when and about which address, for
logs. The words are in `english_waiting`. Names reach it escaped and strangers' free text tamed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gotrdns.diagnosis.findings import Finding
from gotrdns.evidence import Server
from gotrdns.explaining.awaiting import Look, Pace
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import Place, Progress, ServerState, Standing
from gotrdns.lookup import Answer
from gotrdns.names import DomainName
from gotrdns.reports import english as words
from gotrdns.reports import english_explain, english_waiting
from gotrdns.reports.explanation_sentences import describe
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.sentences import listed
from gotrdns.reports.text import Paint, Style, plain
from gotrdns.reports.walk_sentences import duration
from gotrdns.verification import Result

PLACES_SHOWN: Final = 12
SERVERS_SHOWN: Final = 26  # a registry's thirteen, at two addresses each
_WIDEST_NAME: Final = 40  # longer ones stand out of their column
STYLES: Final = {
    Standing.HAS: Style.GOOD,
    Standing.LACKS: Style.BAD,
    Standing.VARIES: Style.BAD,
    Standing.FAILS: Style.UNSURE,
    Standing.SILENT: Style.UNSURE,
    Standing.NOT_ASKED: Style.UNSURE,
}
_STANDING_WIDTH: Final = max(map(len, english_waiting.STANDINGS.values()))


def beginning(pace: Pace) -> str:
    return english_waiting.BEGINNING.format(
        patience=_duration(pace.patience), interval=_duration(pace.interval)
    )


def progress_table(progress: Progress, paint: Paint = plain) -> Iterator[str]:
    """The servers that have to have the change, zone by zone; the first line says how many do."""
    yield summary(progress)
    for place in progress.places[:PLACES_SHOWN]:
        yield from paragraph(_heading(place), "  ", "    ")
        yield from _rows(place.servers[:SERVERS_SHOWN], paint)
        if len(place.servers) > SERVERS_SHOWN:
            yield f"    {words.MORE.format(count=len(place.servers) - SERVERS_SHOWN)}"
    if len(progress.places) > PLACES_SHOWN:
        yield f"  {words.MORE.format(count=len(progress.places) - PLACES_SHOWN)}"


def changes(progress: Progress, earlier: Progress | None) -> Iterator[str]:
    """One line for each server that stands otherwise than at the look before, or is new."""
    known = _standings(earlier) if earlier is not None else {}
    if earlier is None or _circumstances(earlier) != _circumstances(progress):
        yield summary(progress)
    for key, (place, state) in _standings(progress).items():
        if key not in known or known[key][1].standing is not state.standing:
            yield _line(place, state)


def summary(progress: Progress) -> str:
    """How many servers have it."""
    if not progress.reachable:
        return english_waiting.UNREACHABLE
    if not progress.places:
        return english_waiting.NOBODY_SEEN
    count = len(progress.servers)
    wording = english_waiting.COUNT_OF_ONE if count == 1 else english_waiting.COUNT
    said = wording.format(having=progress.having, count=count)
    return english_waiting.BOGUS.format(count=said) if progress.bogus else said


def ending(look: Look) -> Iterator[str]:
    """How the wait ended, and what our own resolver says where all the servers have it."""
    progress, elapsed = look.progress, _duration(look.elapsed)
    if progress.everywhere:
        wording = (
            english_waiting.EVERYWHERE if look.number > 1 else english_waiting.EVERYWHERE_AT_ONCE
        )
        yield wording.format(elapsed=elapsed)
        if look.explanation is not None:
            yield resolver_sentence(look.explanation, progress)
        return
    negative = progress.result is Result.FAIL
    wording = english_waiting.NOT_EVERYWHERE if negative else english_waiting.UNKNOWN
    yield wording.format(elapsed=elapsed, count=summary(progress))


def resolver_sentence(explanation: Explanation, progress: Progress) -> str:
    """Whether our own resolver has the change, and until when it may not."""
    verdict, servers = explanation.verdict, listed(explanation.resolvers)
    if set(progress.names) & set(verdict.confirmed):
        return english_waiting.RESOLVER_HAS.format(servers=servers)
    seconds = seconds_held(explanation.findings)
    if seconds is None and verdict.result is Result.PASS:
        # By an old name, while the wait was for a new one.
        seconds = _ttl(verdict.reverse)
    if seconds is not None:
        wait = duration(seconds)
        return english_waiting.RESOLVER_IS_STALE.format(servers=servers, wait=wait)
    return english_waiting.RESOLVER_SAYS.format(
        servers=servers, result=verdict.result.value, cause=verdict.cause.value
    )


def status(look: Look, *, next_at: str, end_at: str) -> str:
    """One line about a wait that goes on; the times are in words."""
    return english_waiting.NEXT_LOOK.format(
        number=look.number, count=summary(look.progress), time=next_at, end=end_at
    )


def status_of_several(done: int, count: int, *, next_at: str, end_at: str) -> str:
    return english_waiting.NEXT_LOOK_OF_SEVERAL.format(
        done=done, count=count, time=next_at, end=end_at
    )


def _circumstances(progress: Progress) -> tuple[bool, bool, bool]:
    """What is to be said of a look as a whole."""
    return progress.reachable, progress.bogus, bool(progress.places)


def _standings(
    progress: Progress,
) -> dict[tuple[DomainName, DomainName, Server], tuple[Place, ServerState]]:
    return {
        (place.zone, place.question.name, state.server): (place, state)
        for place in progress.places
        for state in place.servers
    }


def _heading(place: Place) -> str:
    return english_waiting.SOUGHT[place.sought].format(
        zone=place.zone, owner=place.question.name, type=place.question.type.name
    )


def _rows(states: Sequence[ServerState], paint: Paint) -> Iterator[str]:
    names = _width([each.server.name.text for each in states])
    addresses = _width([each.server.address.text for each in states])
    for state in states:
        server, label = state.server, english_waiting.STANDINGS[state.standing]
        start = f"    {server.name.text:<{names}}  {server.address.text:<{addresses}}  "
        said = said_by(state)
        styled = paint(label, STYLES[state.standing]) + " " * (_STANDING_WIDTH - len(label))
        if len(start) + _STANDING_WIDTH + 2 + len(said) <= WIDTH:
            yield f"{start}{styled}  {said}".rstrip()
        else:
            yield f"{start}{styled}".rstrip()
            yield from paragraph(said, " " * 8)


def _width(texts: Sequence[str]) -> int:
    return max((len(text) for text in texts if len(text) <= _WIDEST_NAME), default=0)


def _line(place: Place, state: ServerState) -> str:
    server = english_waiting.SERVER.format(
        server=state.server.name, address=state.server.address, zone=place.zone
    )
    said, standing = said_by(state), english_waiting.STANDINGS[state.standing]
    wording = english_waiting.SERVER_STANDS_SAYING if said else english_waiting.SERVER_STANDS
    return wording.format(server=server, standing=standing, said=said)


def said_by(state: ServerState) -> str:
    """The different things that a server said, in its order."""
    if state.standing is Standing.NOT_ASKED:
        return english_waiting.NOTHING_TO_SAY
    return english_explain.AND_THEN.join(dict.fromkeys(map(describe, state.said)))


def seconds_held(findings: Sequence[Finding]) -> int | None:
    """How long our resolver may hold the old answer, where that was seen."""
    stale = (each.details.get("seconds") for each in findings if each.code == "cache-stale")
    return next((each for each in stale if isinstance(each, int)), None)


def _ttl(answer: Answer | None) -> int:
    return answer.ttl if answer is not None else 0


def _duration(seconds: float) -> str:
    return duration(max(1, round(seconds)))
