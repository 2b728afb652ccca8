"""From what happened, and what DNS says now, to sentences.

Owns which facts a sentence may use; it holds no wording of its own.
"""

from gotrdns.diagnosis.findings import Fixer
from gotrdns.names import DomainName, InvalidName, is_host_name, special_use
from gotrdns.reports import moments
from gotrdns.reports.english_explain import KEEPERS
from gotrdns.reports.explanation_sentences import tame
from gotrdns.reports.letters import Letter, write_letters
from gotrdns.reports.logs import english_complaints as words
from gotrdns.reports.logs.complaint import By, Case, Chapter, Event, Standing, State, Story
from gotrdns.reports.logs.english import GROUNDS

_LONGEST_REPLY = 120


def span_of(first_at: float, last_at: float) -> str:
    """To the minute; a day is told once."""
    first, last = moments.short(first_at), moments.short(last_at)
    if first == last:
        return first
    day, _, minute = last.partition(" ")
    return words.SPAN.format(first=first, last=minute if first.startswith(day) else last)


def chapter_sentence(chapter: Chapter) -> str:
    when = span_of(chapter.first_at, chapter.last_at)
    return words.AT.format(when=when, what=_what(chapter))


def _what(chapter: Chapter) -> str:
    what = words.EVENTS[chapter.event].of(chapter.times)
    if chapter.ground is not None:
        return words.FOR_REVERSE_DNS.format(what=what, ground=GROUNDS[chapter.ground])
    if chapter.reply:
        reply = tame(chapter.reply, _LONGEST_REPLY)
        return words.FOR_ANOTHER_REASON.format(what=what, reply=reply)
    if chapter.event is Event.TAKEN_IN:
        template = words.AS if chapter.name else words.UNCONFIRMED
        return template.format(what=what, name=chapter.name)
    return what


def cause_now(case: Case) -> str:
    """What is wrong with the client now; empty where DNS was not asked."""
    if case.explanation is None:
        return ""
    verdict = case.explanation.verdict
    name = verdict.names[0].name.text if verdict.names else ""
    return words.CAUSES[verdict.cause].format(name=name)


def say_to_caller(case: Case) -> str:
    story, address = case.story, case.story.address
    match case.state:
        case State.NOT_TURNED_AWAY:
            otherwise = story.otherwise
            say = words.SAY_TURNED_AWAY_OTHERWISE if otherwise else words.SAY_NOT_TURNED_AWAY
            return say.format(address=address)
        case State.REPAIRED:
            is_seen = case.standing is not Standing.TAKEN_IN_SINCE
            say = words.SAY_REPAIRED if is_seen else words.SAY_TAKEN_IN
            return say.format(address=address)
        case State.NOT_REPAIRED:
            return _say_not_repaired(case)
        case State.UNTOLD:
            last = story.last
            return words.SAY_NOT_ASKED.format(
                address=address,
                at="" if last is None else moments.short(last.at),
                ground="" if last is None else GROUNDS[last.ground],
            )


def _say_not_repaired(case: Case) -> str:
    address = case.story.address
    if case.standing is Standing.STILL_DYNAMIC or case.explanation is None:
        return words.SAY_STILL_DYNAMIC.format(address=address)
    if not is_public(case.story):
        return words.SAY_NOT_PUBLIC.format(address=address)
    keepers = _keepers(case)
    if not keepers:
        return words.SAY_OURS.format(address=address)
    last = case.story.last
    is_let_in = last is not None and last.event is Event.WARNED
    say = words.SAY_WARNED if is_let_in else words.SAY_NOT_REPAIRED
    return say.format(address=address, cause=cause_now(case), keeper=words.AND.join(keepers))


def is_public(story: Story) -> bool:
    """Otherwise something of ours stands between, and nobody outside can change anything."""
    return special_use(story.address) is None


def letters_for(case: Case) -> tuple[Letter, ...]:
    if case.explanation is None or not is_public(case.story):
        return ()
    return write_letters(case.explanation)


def _keepers(case: Case) -> list[str]:
    """Those to whom a letter goes, but for ourselves."""
    fixers = [each.fixer for each in letters_for(case)]
    return [KEEPERS[each] for each in fixers if each is not Fixer.RECEIVER]


def command_for(story: Story) -> str:
    """What asks DNS about the client, and writes the letter."""
    helo = helo_of(story)
    # Other names could mean something to a shell.
    if helo is not None and _is_host(helo):
        return words.COMMAND_WITH_HELO.format(helo=helo, address=story.address)
    return words.COMMAND.format(address=story.address)


def helo_of(story: Story) -> str | None:
    """What it says in HELO: best what the complaint is about, or what it said last."""
    meant = (each.text for each in story.matches if each.by is By.HELO)
    last = story.last.helo if story.last is not None else ""
    return next(meant, last) or next(iter(story.helos), None)


def _is_host(text: str) -> bool:
    try:
        return is_host_name(DomainName.parse(text)) and not text.startswith("-")
    except InvalidName:
        return False
