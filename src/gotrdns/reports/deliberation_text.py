"""What would be decided, as text for people: the outcome first, then its grounds.

Owns the layout. What strangers may have written reaches it escaped, or is escaped here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gotrdns.classification import classify
from gotrdns.policy import Action, Trust
from gotrdns.policy.history import History
from gotrdns.reports import english_deliberation as words
from gotrdns.reports import english_past as past_words
from gotrdns.reports import moments
from gotrdns.reports.classification_text import compose_class
from gotrdns.reports.deliberation import Deliberation
from gotrdns.reports.english_policy import RULES
from gotrdns.reports.layout import paragraph
from gotrdns.reports.past_text import (
    STYLE_OF_ACTION,
    evidence_lines,
    section,
    target_text,
    verdict_text,
)
from gotrdns.reports.sentences import legible
from gotrdns.reports.smtp import reply_text, telling_name
from gotrdns.reports.text import Paint, Style, plain
from gotrdns.vouching import Testimony

_LABEL_WIDTH: Final = max(map(len, words.LABELS.values())) + 2
LONGEST_REPLY: Final = 400  # octets; what Postfix leaves of a line, more or less
_TRUST: Final = {
    Trust.SOUND: [],
    Trust.SUSPECT: [words.TRUST_SUSPECT],
    Trust.LYING: [words.TRUST_LYING],
}


def tell(found: Deliberation, paint: Paint = plain) -> str:
    """All there is to tell, every line ended."""
    return "".join(f"{line}\n" for line in _lines(found, paint))


def _lines(found: Deliberation, paint: Paint) -> Iterator[str]:
    client = found.transaction.address
    heading = paint(client.text if client else past_words.NO_ADDRESS, Style.HEADING)
    yield words.HEADING.format(client=heading, mode=found.mode.value)
    yield ""
    yield from _outcome(found, paint)
    yield ""
    for key, values in _facts(found).items():
        for number, value in enumerate(values):
            label = "" if number else words.LABELS[key]
            first = f"  {label:<{_LABEL_WIDTH}}"
            yield from paragraph(value, first=first, rest=" " * len(first))
    verdict = found.decision.verdict
    if verdict is None:
        return
    yield from evidence_lines(verdict, paint)
    if found.decision.action is not Action.PASS:
        yield from section(words.REPLY, paint)
        yield from paragraph(reply_text(found.decision, verdict, LONGEST_REPLY))


def _outcome(found: Deliberation, paint: Paint) -> Iterator[str]:
    decision = found.decision
    if decision.withheld is None:
        done, style = past_words.DONE_IN_FULL[decision.action], STYLE_OF_ACTION[decision.action]
    else:
        done = past_words.HELD_BACK_IN_FULL[decision.withheld]
        style = STYLE_OF_ACTION[decision.withheld]
    text = past_words.OUTCOME.format(done=done, rule=RULES[decision.rule])
    line, *rest = paragraph(text, first="  ")
    yield line.replace(done, paint(done, style), 1)
    yield from rest


def _facts(found: Deliberation) -> Mapping[str, list[str]]:
    """What is known, by its label, in lines; empty where there is nothing to say."""
    transaction, given = found.transaction, found.given
    facts = {
        "helo": _said(transaction.helo),
        "sender": _said(transaction.sender),
        "recipient": _said(transaction.recipient),
        "verdict": _verdict(found),
        "name": _name(found),
    }
    if given is None or found.decision.verdict is None:
        return facts
    allowance = given.allowance
    return {
        **facts,
        "vouchers": _vouchers(found),
        "past": [words.UNKNOWN_PAST] if given.history is None else _past(given.history),
        "exception": [] if allowance is None else [target_text(allowance), allowance.reason],
        "resolver": _TRUST[given.trust],
    }


def _said(text: str) -> list[str]:
    return [legible(text)] if text else []


def _vouchers(found: Deliberation) -> list[str]:
    nobody = words.NOBODY_TO_ASK if found.vouchers_count else words.NOT_ASKED
    return [_voucher(each) for each in found.testimonies] or [nobody]


def _verdict(found: Deliberation) -> list[str]:
    verdict = found.decision.verdict
    return [] if verdict is None else [verdict_text(verdict)]


def _name(found: Deliberation) -> list[str]:
    verdict = found.decision.verdict
    telling = telling_name(verdict) if verdict else None
    if verdict is None or telling is None:
        return []
    said = compose_class(classify(verdict.address, telling.name))
    return [words.NAME.format(name=telling.name.text, said=said)]


def _voucher(testimony: Testimony) -> str:
    voucher = words.VOUCHERS[testimony.by].format(domain=testimony.domain.text)
    because = legible(testimony.because)
    return words.WORDS[testimony.word].format(voucher=voucher, because=because)


def _past(history: History) -> list[str]:
    told = []
    if history.passed_at is not None:
        told.append(words.PASSED.format(moment=moments.short(history.passed_at)))
    if history.failing_since is not None and history.failed_at is not None:
        since, last = moments.short(history.failing_since), moments.short(history.failed_at)
        failed = words.FAILED_ONCE if history.failures == 1 else words.FAILED
        told.append(failed.format(count=history.failures, since=since, last=last))
    if history.troubled_since is not None:
        told.append(words.TROUBLED.format(since=moments.short(history.troubled_since)))
    if history.greeted_at is not None:
        told.append(words.GREETED.format(moment=moments.short(history.greeted_at)))
    return told or [words.NEVER_SEEN]
