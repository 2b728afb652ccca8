"""Past decisions on the administrator's pages: a row of a table, and one in full.

Owns what a page shows of them; the words are those of ``gotrdns why``.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.diagnosis import diagnose
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports import english as shared
from gotrdns.reports import english_admin as words
from gotrdns.reports import english_past
from gotrdns.reports.english_policy import RULES
from gotrdns.reports.past import Past, Recheck
from gotrdns.reports.past_text import (
    STYLE_OF_ACTION,
    comparison,
    conclusion,
    done_in_full,
    done_in_short,
    facts,
    vouched_in_short,
)
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.sentences import sentence
from gotrdns.reports.site.admin_times import when
from gotrdns.reports.text import STYLE_OF_RESULT
from gotrdns.verification import Cause, Verdict

COLUMNS: Final = ("last", "count", "address", "host_name", "sender", "recipient", "done", "reason")


class Row(msgspec.Struct, frozen=True):
    """One decision in a table."""

    incident: str
    last: Markup
    count: int
    address: str
    host_name: str
    sender: str
    recipient: str
    vouched: str
    done: str
    reason: str
    tone: str


class Answers(msgspec.Struct, frozen=True):
    """A question to DNS, in words, and what was answered."""

    heading: str
    lines: tuple[str, ...]


class Now(msgspec.Struct, frozen=True):
    """What DNS says now of one client."""

    address: str
    tone: str
    said: str


class Record(msgspec.Struct, frozen=True):
    """One decision, with all there is to tell of it.

    ``cause`` says in words why there was no pass. ``unreadable`` says what is wrong with what was
    stored, where that cannot be told.
    """

    incident: str
    address: str
    tone: str
    done: str
    rule: str
    first: Markup
    last: Markup
    count: int
    facts: tuple[tuple[str, str], ...]
    answers: tuple[Answers, ...]
    cause: str
    now: Now | None
    is_open: bool
    done_at: Markup | None
    unreadable: str = ""


def row_of(decision: RecordedDecision) -> Row:
    return Row(
        incident=decision.id,
        last=when(decision.last_at),
        count=decision.count,
        address=decision.address,
        host_name=decision.host_name,
        sender=decision.sender,
        recipient=decision.recipient,
        vouched=vouched_in_short(decision.vouched),
        done=done_in_short(decision),
        reason=decision.reason,
        tone=STYLE_OF_ACTION[decision.wanted].value,
    )


def columns_of(rows: Sequence[Row], left_out: Iterable[str] = ()) -> tuple[str, ...]:
    """Those that hold anything."""
    shown = (each for each in COLUMNS if each not in left_out)
    return tuple(each for each in shown if any(getattr(row, each) for row in rows))


def record_of(past: Past) -> Record:
    decision = past.decision
    try:
        verdict, told, unreadable = decision.verdict(), facts(past), ""
    except ValueError as error:
        verdict, told, unreadable = None, {}, words.UNREADABLE.format(error=error)
    return Record(
        incident=decision.id,
        address=decision.address,
        tone=STYLE_OF_ACTION[decision.wanted].value,
        done=done_in_full(decision),
        rule=RULES[decision.rule],
        first=when(decision.first_at),
        last=when(decision.last_at),
        count=decision.count,
        facts=tuple((english_past.LABELS[key], value) for key, value in told.items() if value),
        answers=tuple(_answers(verdict)) if verdict is not None else (),
        cause=cause_of(verdict),
        now=now_of(decision, past.recheck) if past.recheck is not None else None,
        is_open=decision.follow_up and decision.done_at is None,
        done_at=None if decision.done_at is None else when(decision.done_at),
        unreadable=unreadable,
    )


def cause_of(verdict: Verdict | None) -> str:
    """Why it is no pass, in a sentence; empty where it is one or DNS was not asked."""
    if verdict is None or verdict.cause is Cause.CONFIRMED:
        return ""
    return sentence(diagnose(verdict)[0], verdict)


def vouching_of(decision: RecordedDecision) -> str:
    """Who spoke for the client, or that an exception lets it in."""
    return vouched_in_short(decision.vouched) or words.BY_EXCEPTION


def now_of(decision: RecordedDecision, recheck: Recheck) -> Now:
    said = f"{comparison(decision, recheck.verdict)} {conclusion(decision, recheck)}"
    return Now(decision.address, STYLE_OF_RESULT[recheck.verdict.result].value, said.strip())


def _answers(verdict: Verdict) -> Iterable[Answers]:
    yield Answers(shared.ASK_REVERSE, _lines(reverse_lines(verdict, every_ttl=True)))
    if verdict.names:
        several = len(verdict.names) > 1
        heading = shared.ASK_FORWARD_SEVERAL if several else shared.ASK_FORWARD
        yield Answers(heading, _lines(forward_lines(verdict, every_ttl=True)))


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Without what sets them apart on a terminal."""
    return tuple(each.removeprefix("    ") for each in lines)
