"""The page of one incident: what became of a mail, why, and what to change.

Owns what the page holds and in which order, and that nothing private gets onto it: no mail
addresses and domains of the envelope, no exceptions and no vouchers, and nothing of the receiving
host. The words are in `english_incident`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.explaining.explanation import Choice, Explanation, Publication
from gotrdns.explaining.recalling import explain_recorded
from gotrdns.names import Address, is_public
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english, english_site
from gotrdns.reports import english_incident as words
from gotrdns.reports.explanation_sentences import finding_sentence
from gotrdns.reports.fates import TO_CHANGE, Fate, fate_of
from gotrdns.reports.letters import Letter, write_letters
from gotrdns.reports.loop_picture import draw_loop
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.sentences import legible, listed
from gotrdns.reports.site.layout import compose_page
from gotrdns.reports.site.mail_links import mail_link
from gotrdns.reports.site.times import marked, with_moments
from gotrdns.reports.smtp import telling_name
from gotrdns.verification import Cause, Result, Verdict

_TONES: Final = {
    Fate.REFUSED: "bad",
    Fate.DEFERRED: "unsure",
    Fate.GREETED: "unsure",
    Fate.WOULD_REFUSE: "unsure",
    Fate.WOULD_DEFER: "unsure",
    Fate.ACCEPTED: "unsure",
    Fate.FINE: "good",
    Fate.UNJUDGED: "good",
    Fate.NOT_PUBLIC: "good",
    Fate.NOT_CHECKED: "good",
}

# What stands for addresses of private networks.
PRIVATE_IPV4: Final = "10.0.0.0"
PRIVATE_IPV6: Final = "fd00::"


class Step(msgspec.Struct, frozen=True):
    """One record to publish, in words: field by field, as customer areas ask, and on one line."""

    who: str
    fields: tuple[tuple[str, str], ...]
    line: str


class ShownLetter(msgspec.Struct, frozen=True):
    """A letter as the page offers it; ``link`` begins it in a mail program, where one can."""

    heading: str
    name: str
    letter: Letter
    link: str


class Story(msgspec.Struct, frozen=True):
    """What was recorded, and what follows from it without asking anybody anew.

    ``explanation`` is None where DNS was not asked.
    """

    decision: RecordedDecision
    explanation: Explanation | None

    @property
    def fate(self) -> Fate:
        return fate_of(self.decision)


def tell(decision: RecordedDecision, *, private: bool = False) -> Story:
    """The story of a decision. Raises ValueError as ``decision.verdict`` does.

    Our resolver may know a private network's names, and anybody can put one into a PTR record: what
    it leads to is told only where ``private`` networks are the site's own business.
    """
    shown = decision if private else _without_private_answers(decision)
    return Story(shown, explain_recorded(shown))


def _without_private_answers(decision: RecordedDecision) -> RecordedDecision:
    def shown(text: str) -> str:
        address = Address.parse(text)
        if text == decision.address or is_public(address):
            return text
        return PRIVATE_IPV6 if address.is_ipv6 else PRIVATE_IPV4

    evidence = decision.evidence
    forward = tuple(
        msgspec.structs.replace(each, values=tuple(dict.fromkeys(map(shown, each.values))))
        for each in evidence.forward
    )
    return msgspec.structs.replace(
        decision, evidence=msgspec.structs.replace(evidence, forward=forward)
    )


class Checking(msgspec.Struct, frozen=True):
    """The offer to look again: ``token`` keeps others from taking it up in the visitor's name.

    ``result`` is what came of it, when it was taken up.
    """

    token: str
    result: Markup | None = None


def compose_incident(story: Story, *, checking: Checking | None, days: int) -> str:
    """The page. Without ``checking`` looking again is not offered.

    ``days`` is how long the page stays.
    """
    decision, explanation, fate = story.decision, story.explanation, story.fate
    # What DNS said counts for nothing where it was not to be believed.
    heard = explanation is not None and fate is not Fate.UNJUDGED
    verdict = explanation.verdict if explanation is not None and heard else None
    return compose_page(
        "incident.html",
        title=words.TITLES[fate].format(address=decision.address),
        words=words,
        copy_words=english_site,
        tone=_TONES[fate],
        lead=words.LEADS[fate],
        to_change=fate in TO_CHANGE,
        when_label=words.WHEN.get(fate, words.WHEN_ACCEPTED),
        when=_when(decision),
        decision=decision,
        helo=legible(decision.helo),
        technical=_technical(decision),
        because=_because(verdict, fate) if verdict is not None else (),
        picture=draw_loop(verdict) if verdict is not None and _was_heard(verdict) else None,
        advice=tuple(_advice(story)),
        change=_change(story),
        letters=tuple(_letters(story)),
        checking=checking,
        check_title=_check_title(story) if checking is not None else words.CHECK_RIGHT,
        seen=tuple(_seen(verdict)) if verdict is not None else (),
        findings=_findings(explanation) if explanation is not None and fate in TO_CHANGE else (),
        days=days,
    )


def compose_gone(days: int) -> str:
    """There is no such incident, or not any more."""
    return compose_page(
        "incident_missing.html",
        title=words.GONE_TITLE,
        words=words,
        sentence=words.GONE.format(days=days),
    )


def compose_unavailable() -> str:
    """What is stored cannot be read now."""
    return compose_page(
        "incident_missing.html",
        title=words.UNAVAILABLE_TITLE,
        words=words,
        sentence=words.UNAVAILABLE,
    )


def letters_of(story: Story) -> dict[str, Letter]:
    """The letters that the page offers, by the name that each has in its address."""
    explanation = story.explanation
    if explanation is None or story.fate not in TO_CHANGE:
        return {}
    return {
        each.fixer.value: each
        for each in write_letters(explanation)
        if each.fixer in words.LETTER_TO
    }


def _when(decision: RecordedDecision) -> Markup:
    wording = words.ONCE if decision.count == 1 else words.REPEATED
    return with_moments(
        wording,
        first=marked(decision.first_at, words),
        last=marked(decision.last_at, words),
        count=decision.count,
    )


def _technical(decision: RecordedDecision) -> str:
    if decision.result is None:
        return ""
    return str(words.TECHNICAL.format(result=decision.result.value, cause=decision.reason))


def _was_heard(verdict: Verdict) -> bool:
    return verdict.cause is not Cause.RESOLVER_UNREACHABLE


def because_of(verdict: Verdict) -> str:
    """Why, in one plain sentence."""
    telling = telling_name(verdict)
    others = telling.answer.addresses if telling is not None and telling.answer else ()
    alike = [each for each in verdict.names if telling and each.state is telling.state]
    wording = words.BECAUSE[verdict.cause]
    if len(alike) > 1:
        wording = words.BECAUSE_SEVERAL.get(verdict.cause, wording)
    elif verdict.cause is Cause.FORWARD_NODATA and verdict.address.is_ipv6:
        wording = words.BECAUSE_OF_OTHER_FAMILY
    return str(
        wording.format(
            address=verdict.address,
            name=telling.name if telling is not None else "",
            others=listed([each.text for each in others]),
            count=len(verdict.names),
        )
    )


def _because(verdict: Verdict, fate: Fate) -> tuple[str, ...]:
    if fate is Fate.GREETED:
        name = telling_name(verdict)
        sentence = words.BECAUSE_GREETED.format(
            address=verdict.address, name=name.name if name is not None else ""
        )
        return (sentence, words.TO_PUT_OFF_NO_MORE)
    sentences = [because_of(verdict), *_about_private_answers(verdict)]
    if verdict.overruled is not None:
        sentences.append(words.OLD_ANSWERS)
    if verdict.result is not Result.PASS and fate is not Fate.NOT_PUBLIC:
        sentences.append(words.THE_RULE)
    return tuple(sentences)


def _about_private_answers(verdict: Verdict) -> Iterator[str]:
    answers = (each.answer for each in verdict.names if each.answer is not None)
    found = {address.text for answer in answers for address in answer.addresses}
    for each in (PRIVATE_IPV4, PRIVATE_IPV6):
        if each in found:
            yield words.STANDS_FOR_PRIVATE.format(address=each)


def _advice(story: Story) -> Iterator[str]:
    """What there is to know beside the records, or in their place."""
    explanation = story.explanation
    if explanation is None:
        return
    if any(each.code == "address-not-public" for each in explanation.findings):
        yield words.NOT_PUBLIC.format(address=explanation.verdict.address)
    if story.fate in TO_CHANGE and not explanation.records:
        keeper = words.KEEPERS[explanation.findings[0].fixer]
        yield words.NO_RECORD.format(keeper=keeper)


class Change(msgspec.Struct, frozen=True):
    """The records to publish, in their order, and what to know of the name in them."""

    introduction: str
    steps: tuple[Step, ...]
    choice: str


def _change(story: Story) -> Change | None:
    explanation = story.explanation
    if explanation is None or story.fate not in TO_CHANGE:
        return None
    return change_of(explanation, story.decision)


def change_of(explanation: Explanation, decision: RecordedDecision) -> Change | None:
    """None where there is no record to publish."""
    records = explanation.records
    if not records:
        return None
    introduction = words.TWO_RECORDS if len(records) > 1 else words.ONE_RECORD
    host = explanation.host
    wording = words.CHOICES[host.choice]
    if host.choice is Choice.DOMAIN and host.name.text == decision.helo.lower().rstrip("."):
        wording = words.CHOICE_AS_IT_SAYS
    choice = wording.format(name=host.name, helo=legible(decision.helo))
    return Change(introduction, tuple(_steps(records, explanation)), choice)


def _steps(records: Sequence[Publication], explanation: Explanation) -> Iterator[Step]:
    for record in records:
        table = words.FORWARD_STEPS if record.type in {"A", "AAAA"} else words.REVERSE_STEPS
        who = table[record.fixer].format(address=explanation.verdict.address)
        owner, data = record.owner.text, record.data.removesuffix(".")
        values = zip(words.FIELDS, (owner, record.type, data), strict=True)
        yield Step(who, tuple(values), record.zone_file)


def _check_title(story: Story) -> str:
    if story.explanation is None or story.fate not in TO_CHANGE:
        return words.CHECK_RIGHT
    return words.CHECK if story.explanation.records else words.CHECK_TROUBLE


def _letters(story: Story) -> Iterator[ShownLetter]:
    for name, letter in letters_of(story).items():
        heading = words.LETTER_TO[letter.fixer]
        yield ShownLetter(heading, name, letter, mail_link(letter).text)


def _seen(verdict: Verdict) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Questions, each with the lines of its answer."""
    if not _was_heard(verdict):
        return
    verdict = verdict.overruled or verdict
    yield english.ASK_REVERSE, tuple(_unindented(reverse_lines(verdict, every_ttl=True)))
    if verdict.names:
        several = len(verdict.names) > 1
        question = english.ASK_FORWARD_SEVERAL if several else english.ASK_FORWARD
        yield question, tuple(_unindented(forward_lines(verdict, every_ttl=True)))


def _unindented(lines: Iterator[str]) -> Iterator[str]:
    return (line.removeprefix("    ") for line in lines)


def _findings(explanation: Explanation) -> tuple[str, ...]:
    """What a technician is told of each thing that was found."""
    return tuple(finding_sentence(each, explanation) for each in explanation.findings)
