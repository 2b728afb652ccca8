"""What an explanation says, part by part, before it is laid out for anything.

Owns which parts there are and which sentences each holds; the words are in `english_explain`. How
they look, on a terminal, a page or in a ticket, is for those who lay them out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.diagnosis.findings import Finding, Fixer
from gotrdns.evidence import Path, Walk
from gotrdns.explaining.explanation import Choice, Explanation, Publication
from gotrdns.reports import english as words
from gotrdns.reports import english_explain as explain_words
from gotrdns.reports import english_receivers as receiver_words
from gotrdns.reports.delegation_rows import WayRows, way_rows
from gotrdns.reports.explanation_sentences import (
    divide,
    finding_sentence,
    wait_in_words,
    walk_of_use,
)
from gotrdns.reports.layout import WIDTH
from gotrdns.reports.readers import Reader, as_told_to
from gotrdns.reports.receiver_sentences import receiver_sentences
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.responsible_sentences import in_zone, sentences_about
from gotrdns.reports.sentences import listed
from gotrdns.verification import Cause, NameState, Verdict

_WAYS_SHOWN: Final = 10
_PAIRS_SHOWN: Final = 3


class Step(msgspec.Struct, frozen=True):
    """One record to publish: by whom and where, and as it is written there."""

    where: str
    record: str


class Way(msgspec.Struct, frozen=True):
    """One way from the root. ``same`` names the other names it is the way to, if any."""

    heading: str
    path: Path
    same: str = ""


class MoreWays(msgspec.Struct, frozen=True):
    """The ways that are not shown: how many, and the first of the names they lead to."""

    heading: str
    names: str


class Waits(msgspec.Struct, frozen=True):
    """How long until it works: a sentence, and a time for each record where they differ."""

    sentence: str
    each: tuple[str, ...] = ()


class Outline(msgspec.Struct, frozen=True):
    """All parts in the order of reading; what does not apply is empty.

    ``pair`` and ``answers`` are record lines, ``who`` a group of sentences for each party,
    ``others`` what other receivers do.
    """

    pair: tuple[str, ...]
    reason: tuple[str, ...]
    ways: tuple[Way, ...]
    more_ways: MoreWays | None
    answers: tuple[str, ...]
    who: tuple[tuple[str, ...], ...]
    introduction: str
    steps: tuple[Step, ...]
    choice: str
    waits: Waits | None
    advice: tuple[str, ...]
    remarks: tuple[str, ...]
    others: tuple[str, ...]


def outline(explanation: Explanation, reader: Reader = Reader.RECEIVER) -> Outline:
    explanation = as_told_to(reader, explanation)
    causes, remarks = divide(explanation)
    records = explanation.records
    passes = explanation.verdict.cause is Cause.CONFIRMED
    ways, more_ways = ((), None) if passes else _ways(explanation)
    answers = () if passes or walk_of_use(explanation) else _answers_here(explanation.verdict)
    return Outline(
        pair=tuple(_pair(explanation.verdict)) if passes else (),
        reason=() if passes else tuple(_reason(causes, explanation)),
        ways=ways,
        more_ways=more_ways,
        answers=tuple(answers),
        who=_who(explanation, reader) if records or causes else (),
        introduction=_introduction(records),
        steps=tuple(_steps(records)),
        choice=" ".join(_about_the_name(explanation, reader)) if records else "",
        waits=_waits(records) if records else None,
        advice=tuple(_advice(causes, reader))
        if causes and (_is_ours(causes[0]) or not records)
        else (),
        remarks=tuple(_remarks(remarks, explanation, reader)),
        others=tuple(_others(explanation)),
    )


def result_label(verdict: Verdict) -> str:
    """The result and its cause, the same two words as everywhere."""
    return f"{verdict.result.value.upper()} ({verdict.cause.value})"


def result_meaning(verdict: Verdict) -> str:
    return words.RESULTS[verdict.result]


def _pair(verdict: Verdict) -> Iterator[str]:
    """The names that lead back; the others are spoken of in the remarks."""
    names = [each for each in verdict.names if each.state is NameState.CONFIRMED]
    pair = msgspec.structs.replace(verdict, names=tuple(names[:_PAIRS_SHOWN]))
    yield from reverse_lines(pair)
    yield from forward_lines(pair)
    if len(names) > _PAIRS_SHOWN:
        yield f"    {words.MORE.format(count=len(names) - _PAIRS_SHOWN)}"


def _reason(causes: Sequence[Finding], explanation: Explanation) -> Iterator[str]:
    said = ""
    for finding in causes:
        yield finding_sentence(finding, explanation)
        if finding.details.get("made_from_address"):
            yield words.MADE_FROM_ADDRESS
        zone = finding.zone
        if zone and finding.fixer not in {Fixer.RECEIVER, Fixer.NOBODY}:
            keeper = explain_words.KEEPERS[finding.fixer]
            text = explain_words.CHANGE_IN_ZONE.format(zone=zone, keeper=keeper)
            if text != said:
                yield text
            said = text
    if explanation.resolvers and not walk_of_use(explanation):
        yield explain_words.NO_WALK
    elif explanation.walk is not None and explanation.walk.cut_short:
        yield explain_words.CUT_SHORT


def _ways(explanation: Explanation) -> tuple[tuple[Way, ...], MoreWays | None]:
    walk = explanation.walk
    if walk is None or not walk_of_use(explanation):
        return (), None
    alike = list(_alike(walk).values())
    ways = [Way(_way_heading(walk.reverse, explanation), walk.reverse)]
    for path, *others in alike[:_WAYS_SHOWN]:
        same = explain_words.SAME_WAY.format(names=_names_of(others)) if others else ""
        ways.append(Way(_way_heading(path, explanation), path, same))
    left = [path for paths in alike[_WAYS_SHOWN:] for path in paths]
    if not left:
        return tuple(ways), None
    heading = explain_words.MORE_WAYS.format(count=len(left))
    return tuple(ways), MoreWays(heading, _names_of(left))


def _alike(walk: Walk) -> dict[WayRows, list[Path]]:
    """The forward ways by what there is to show of them."""
    alike: dict[WayRows, list[Path]] = {}
    for path in walk.forward:
        alike.setdefault(way_rows(path), []).append(path)
    return alike


def _names_of(paths: Iterable[Path]) -> str:
    return listed([path.question.name.text for path in paths])


def _way_heading(path: Path, explanation: Explanation) -> str:
    name, verdict = path.question.name, explanation.verdict
    if name == explanation.host.name and name not in {each.name for each in verdict.names}:
        return explain_words.WAY_TO_NEW_NAME.format(name=name)
    heading = explain_words.WAY.format(name=name)
    if name == verdict.address.reverse_name and len(heading) + len("  ") > WIDTH:
        return explain_words.WAY_TO_ADDRESS.format(address=verdict.address)
    return heading


def _answers_here(verdict: Verdict) -> Iterator[str]:
    yield from reverse_lines(verdict)
    yield from forward_lines(verdict)


def _who(explanation: Explanation, reader: Reader) -> tuple[tuple[str, ...], ...]:
    groups = (tuple(sentences_about(each, explanation, reader)) for each in explanation.responsible)
    return tuple(group for group in groups if group)


def _introduction(records: Sequence[Publication]) -> str:
    if not records:
        return ""
    return explain_words.ORDER if len(records) > 1 else explain_words.ONE_RECORD


def _steps(records: Iterable[Publication]) -> Iterator[Step]:
    for record in records:
        where = explain_words.TO_PUBLISH[record.fixer].format(in_zone=in_zone(record.zone))
        yield Step(where, _written(record))


def _written(record: Publication) -> str:
    """The record as it is written within its zone, or in full where the zone is not known."""
    if record.zone is None or record.relative is None:
        return record.zone_file
    return f"{record.relative} IN {record.type} {record.data}"


def _about_the_name(explanation: Explanation, reader: Reader) -> Iterator[str]:
    """How it was come by, and where it leads today, if that was not the reason."""
    host = explanation.host
    if choice := _choice(host.choice, reader):
        yield choice.format(name=host.name)
    walk = explanation.walk
    if walk is None or host.name in {each.name for each in explanation.verdict.names}:
        return
    addresses = dict.fromkeys(
        record.address.text
        for path in walk.forward
        if path.question.name == host.name
        for reply in path.last.zone.replies
        for record in reply.answers
        if record.address is not None
    )
    others = [each for each in addresses if each != explanation.verdict.address.text]
    if others:
        yield explain_words.LEADS_ELSEWHERE.format(name=host.name, addresses=listed(others))


def _choice(choice: Choice, reader: Reader) -> str:
    if choice is Choice.EXAMPLE and reader is Reader.SENDER:
        return explain_words.EXAMPLE_TO_SENDER
    return explain_words.CHOICES[choice]


def _waits(records: Iterable[Publication]) -> Waits:
    waits = tuple(wait_in_words(record.wait) for record in records)
    if len(set(waits)) == 1:
        return Waits(explain_words.WAIT_OF_ONE.format(wait=waits[0]))
    return Waits(explain_words.WAIT_OF_EACH, waits)


def _is_ours(cause: Finding) -> bool:
    return cause.fixer is Fixer.RECEIVER


def _advice(causes: Sequence[Finding], reader: Reader) -> Iterator[str]:
    """What there is to do where no record is missing, or not only one."""
    cause = causes[0]
    if _is_ours(cause):
        to_sender = reader is Reader.SENDER
        yield explain_words.RESOLVER_TO_SENDER if to_sender else words.CHECK_THE_RESOLVER
        if all(map(_is_ours, causes)):
            yield words.SENDER_IS_RIGHT
    elif cause.fixer is Fixer.NOBODY:
        yield explain_words.WAIT
        seconds = cause.details.get("seconds")
        if isinstance(seconds, int):
            yield explain_words.STALE_FOR.format(wait=wait_in_words(seconds))
    else:
        keeper = explain_words.KEEPERS[cause.fixer]
        yield explain_words.WAIT_OR_MEND.format(keeper=keeper)


def _remarks(
    findings: Iterable[Finding], explanation: Explanation, reader: Reader
) -> Iterator[str]:
    for finding in findings:
        yield words.REMARK.format(
            code=finding.code,
            severity=words.SEVERITIES[finding.severity],
            fixer=_in_short(finding.fixer, reader),
            sentence=finding_sentence(finding, explanation),
        )


def _in_short(fixer: Fixer, reader: Reader) -> str:
    if fixer is Fixer.RECEIVER and reader is Reader.SENDER:
        return explain_words.FOR_SITE
    return words.FIXERS_IN_SHORT[fixer]


def _others(explanation: Explanation) -> Iterator[str]:
    """What other receivers do, and why some may not."""
    yield from receiver_sentences(explanation.predictions, explanation.verdict.address)
    if explanation.predictions:
        codes = (finding.code for finding in explanation.findings)
        reservations = (receiver_words.HEARD_OTHERWISE.get(code) for code in codes)
        yield from dict.fromkeys(each for each in reservations if each)
