"""What there is to tell of a complaint, as text for whoever has somebody on the phone.

Owns the layout: how it stands comes first, the letter to send last. The words are in
``english_complaints``. What strangers said reaches it escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gotrdns.reports import moments
from gotrdns.reports.explanation_outline import outline, result_label, result_meaning
from gotrdns.reports.explanation_text import repair_sections
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.letters import Letter
from gotrdns.reports.logs import english_complaints as words
from gotrdns.reports.logs.complaint import (
    Case,
    Complaint,
    Match,
    Meant,
    Rest,
    Standing,
    State,
    Story,
)
from gotrdns.reports.logs.complaint_sentences import (
    cause_now,
    chapter_sentence,
    command_for,
    is_public,
    letters_for,
    say_to_caller,
    span_of,
)
from gotrdns.reports.logs.english import ENVELOPE, GROUNDS, WITH_HELO, WITH_NAME
from gotrdns.reports.logs.english import HEADING as LINES
from gotrdns.reports.logs.sentences import logs_told, replies
from gotrdns.reports.sentences import legible
from gotrdns.reports.text import Paint, Style, plain

_WIDEST: Final = 100  # columns in which a sentence can still be read
_CHAPTERS: Final = 12
_CHAPTERS_IN_BRIEF: Final = 4
_MATCHES: Final = 4
_MORE: Final = 5  # times as many clients may still be looked through
_STYLES: Final = {
    State.NOT_TURNED_AWAY: Style.GOOD,
    State.REPAIRED: Style.GOOD,
    State.NOT_REPAIRED: Style.BAD,
    State.UNTOLD: Style.UNSURE,
}


_OPEN: Final = frozenset({State.NOT_REPAIRED, State.UNTOLD})


def compose_complaint(
    complaint: Complaint, *, width: int | None = None, paint: Paint = plain
) -> str:
    """The whole of it, every line ended. In full, and with letters, for the first client."""
    room = min(width or WIDTH, _WIDEST)
    lines = [*_heading(complaint, room, paint)]
    if not complaint.cases:
        lines += ["", *_nobody(complaint, room)]
    letters = _letters_for(complaint.cases)
    for number, case in enumerate(complaint.cases):
        telling = _Telling(case, room, paint)
        lines += ["", *(telling.brief() if number else telling.full(len(letters)))]
    if complaint.rest.clients:
        lines += ["", *_rest(complaint.rest, len(complaint.cases), room)]
    if letters:
        lines += ["", *_letters(letters, paint)]
    return "".join(f"{line}\n" for line in lines)


def _heading(complaint: Complaint, room: int, paint: Paint) -> Iterator[str]:
    heading = words.HEADING.format(whom=legible(complaint.whom))
    yield from (paint(line, Style.HEADING) for line in paragraph(heading, "", width=room))
    read = LINES.of(complaint.lines, logs=logs_told(complaint.logs))
    if complaint.first_at is not None and complaint.last_at is not None:
        span = span_of(complaint.first_at, complaint.last_at)
        zone = moments.zone(complaint.last_at)
        read = words.WHAT_WAS_READ.format(lines=read, span=span, zone=zone)
    yield from paragraph(read, "  ", width=room)
    clients = len(complaint.cases) + complaint.rest.clients
    if clients > 1:
        yield from paragraph(words.CLIENTS.of(clients), "  ", width=room)


def _nobody(complaint: Complaint, room: int) -> Iterator[str]:
    yield from paragraph(words.NOBODY[complaint.meant], "", width=room)
    if complaint.nearest:
        nearest = words.NEAREST.format(nearest=", ".join(complaint.nearest))
        yield from paragraph(nearest, "", width=room)
    hints = words.OLDER_LOGS
    if complaint.meant not in {Meant.ADDRESS, Meant.NETWORK}:
        hints = f"{words.WHERE_TO_LOOK} {hints}"
    yield from paragraph(hints, "", width=room)


def _letters_for(cases: Sequence[Case]) -> tuple[Letter, ...]:
    """The first client's, where there is something to change."""
    for case in cases[:1]:
        if case.state in _OPEN:
            return letters_for(case)
    return ()


def _letters(letters: tuple[Letter, ...], paint: Paint) -> Iterator[str]:
    """As they are, so that they can be copied."""
    yield paint(words.LETTER.of(len(letters)), Style.HEADING)
    for letter in letters:
        yield ""
        yield from letter.message.splitlines()


def _rest(rest: Rest, told: int, room: int) -> Iterator[str]:
    facts = []
    if rest.amount.replies:
        facts.append(words.TURNED_AWAY.format(replies=replies(rest.amount)))
    if rest.deliveries:
        facts.append(words.TAKEN_IN.of(rest.deliveries))
    what = ", ".join(facts) or words.NEITHER
    text = words.REST.of(rest.clients, what=what, more=min(told + rest.clients, told * _MORE))
    yield from paragraph(text, "", width=room)


class _Telling:
    """One client."""

    def __init__(self, case: Case, room: int, paint: Paint) -> None:
        self._case = case
        self._story = case.story
        self._room = room
        self._paint = paint

    def full(self, letters: int) -> Iterator[str]:
        """``letters`` stand below. What to say comes early: somebody waits for it."""
        yield from self._heading()
        yield from self._section(words.SAY, self._paragraph(say_to_caller(self._case)))
        yield from self._section(words.WHO, self._who())
        yield from self._section(words.HAPPENED, self._happened(_CHAPTERS))
        if self._story.last is not None:
            yield from self._section(words.THEN, self._paragraph(self._story.last.reply))
        explanation = self._case.explanation
        if explanation is not None:
            verdict = explanation.verdict
            now = f"{result_label(verdict)}: {result_meaning(verdict)}"
            yield from self._section(words.NOW, self._paragraph(now))
            if self._case.state in _OPEN and is_public(self._story):
                for heading, section in repair_sections(outline(explanation), self._room):
                    yield from self._section(heading, section)
        yield from self._section(words.NEXT, self._next(letters))

    def brief(self) -> Iterator[str]:
        yield from self._heading()
        yield from self._section(words.WHO, self._who())
        yield from self._section(words.HAPPENED, self._happened(_CHAPTERS_IN_BRIEF))
        if self._case.state in _OPEN:
            yield from self._section(words.NEXT, self._next(0))

    def _heading(self) -> Iterator[str]:
        address = self._paint(self._story.address.text, Style.HEADING)
        state = self._paint(words.STATE[self._case.state], _STYLES[self._case.state])
        yield words.CASE.format(address=address, state=state)
        yield from paragraph(self._standing(), "  ", width=self._room)

    def _section(self, heading: str, section: Iterable[str]) -> Iterator[str]:
        body = list(section)
        if body:
            yield ""
            yield self._paint(f"  {heading}", Style.HEADING)
            yield from body

    def _standing(self) -> str:
        story, last = self._story, self._story.last
        since = words.STANDINGS[self._case.standing].format(
            cause=cause_now(self._case),
            confirmed_at="" if story.confirmed is None else moments.short(story.confirmed.at),
            taken_in_at="" if story.taken_in_at is None else moments.short(story.taken_in_at),
        )
        if last is None:
            return since
        then = words.LAST[last.event].format(at=moments.short(last.at), ground=GROUNDS[last.ground])
        return f"{then} {since}"

    def _who(self) -> Iterator[str]:
        yield from self._item(_client(self._story))
        matches = ", ".join(map(_match, self._story.matches[:_MATCHES]))
        yield from self._item(words.FOUND_BY.format(matches=matches))
        for each in self._story.envelopes:
            yield from self._item(ENVELOPE.format(sender=each.sender, recipient=each.recipient))

    def _happened(self, most: int) -> Iterator[str]:
        chronicle = self._story.chronicle.abridged(most)
        for each in chronicle.beginning:
            yield from self._item(chapter_sentence(each))
        if chronicle.events_left_out:
            yield from self._item(
                words.LEFT_OUT.of(chronicle.events_left_out, chapters=chronicle.chapters_left_out)
            )
        for each in chronicle.end:
            yield from self._item(chapter_sentence(each))
        if self._story.elsewhere:
            yield from self._item(words.ELSEWHERE.of(self._story.elsewhere))

    def _next(self, letters: int) -> Iterator[str]:
        match self._case.state:
            case State.NOT_TURNED_AWAY:
                otherwise = self._story.otherwise
                yield from self._paragraph(words.SEE_REPLIES if otherwise else words.NOTHING_TO_DO)
            case State.REPAIRED:
                yield from self._paragraph(words.NOTHING_TO_DO)
            case State.UNTOLD:
                yield from self._paragraph(self._ask(letters))
                yield f"    {command_for(self._story)}"
            case State.NOT_REPAIRED if not is_public(self._story):
                yield from self._paragraph(words.LOOK_AT_OURS)
            case State.NOT_REPAIRED if letters:
                yield from self._paragraph(words.SEND_LETTER.of(letters))
            case State.NOT_REPAIRED if self._case.standing is Standing.STILL_DYNAMIC:
                yield from self._paragraph(words.ANOTHER_NAME)
            case State.NOT_REPAIRED:
                yield from self._paragraph(words.LETTER_BY)
                yield f"    {command_for(self._story)}"

    def _ask(self, letters: int) -> str:
        if self._case.explanation is None:
            return words.ASK_NOW
        if letters:
            return words.OR_ASK_LATER.format(send=words.SEND_LETTER.of(letters))
        return words.ASK_LATER

    def _paragraph(self, text: str) -> list[str]:
        return paragraph(text, width=self._room)

    def _item(self, text: str) -> list[str]:
        return paragraph(text, "    ", "      ", width=self._room)


def _client(story: Story) -> str:
    client = story.address.text
    if story.claimed:
        client = WITH_NAME.format(address=client, name=story.claimed[0])
    if story.names:
        client = words.WITH_CONFIRMED.format(client=client, name=story.names[-1])
    if story.helos:
        client = WITH_HELO.format(client=client, helo=story.helos[0])
    return client


def _match(match: Match) -> str:
    return words.BY[match.by].format(text=match.text)
