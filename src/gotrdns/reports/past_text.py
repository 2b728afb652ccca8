"""A past decision as text for people: what was decided, for whom, on what evidence, and what now.

Owns the layout of one decision's story. What strangers sent was escaped when it was stored, and
names in DNS are by ``DomainName.text``: nothing here can steer a terminal.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gotrdns.diagnosis import diagnose
from gotrdns.policy import Action, Rule
from gotrdns.policy.allowances import Allowance
from gotrdns.policy.recorded import RecordedDecision, RecordedVouching
from gotrdns.reports import english as shared
from gotrdns.reports import english_past as words
from gotrdns.reports import moments
from gotrdns.reports.english_policy import RULES
from gotrdns.reports.layout import paragraph
from gotrdns.reports.past import Past, Recheck
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.sentences import sentence
from gotrdns.reports.text import Paint, Style, plain
from gotrdns.verification import Cause, Result, Verdict

STYLE_OF_ACTION: Final = {
    Action.PASS: Style.GOOD,
    Action.DEFER: Style.UNSURE,
    Action.REFUSE: Style.BAD,
}
_OF_THE_PAST: Final = frozenset(
    {
        Rule.HISTORY_UNKNOWN,
        Rule.PASSED_BEFORE,
        Rule.FEW_FAILURES,
        Rule.DNS_TROUBLE,
        Rule.DYNAMIC_NAME,
    }
)
_LABEL_WIDTH: Final = max(map(len, words.LABELS.values())) + 2


def story(past: Past, paint: Paint = plain) -> str:
    """All there is to tell, every line ended. Raises ValueError as ``decision.verdict`` does."""
    return "".join(f"{line}\n" for line in _lines(past, paint))


def _lines(past: Past, paint: Paint) -> Iterator[str]:
    decision = past.decision
    client = paint(decision.address or words.NO_ADDRESS, Style.HEADING)
    yield words.HEADING.format(client=client, incident=decision.id)
    yield ""
    yield from _outcome(decision, paint)
    yield ""
    told = {"when": _when(decision), **facts(past), "follow_up": _follow_up(decision)}
    for key, value in told.items():
        if value:
            first = f"  {words.LABELS[key]:<{_LABEL_WIDTH}}"
            yield from paragraph(value, first=first, rest=" " * len(first))
    verdict = decision.verdict()
    if verdict is not None:
        yield from evidence_lines(verdict, paint)
    if past.recheck is not None:
        yield from section(words.NOW, paint)
        yield from paragraph(comparison(decision, past.recheck.verdict))
        yield from paragraph(conclusion(decision, past.recheck))
    yield from _advice(past, paint)


def _outcome(decision: RecordedDecision, paint: Paint) -> Iterator[str]:
    done = done_in_full(decision)
    text = words.OUTCOME.format(done=done, rule=RULES[decision.rule])
    line, *rest = paragraph(text, first="  ")
    yield line.replace(done, paint(done, STYLE_OF_ACTION[decision.wanted]), 1)
    yield from rest


def done_in_full(decision: RecordedDecision) -> str:
    """What became of the mail, and what the mail server said."""
    if decision.withheld is None:
        return words.DONE_IN_FULL[decision.action]
    return words.HELD_BACK_IN_FULL[decision.withheld]


def done_in_short(decision: RecordedDecision) -> str:
    """For one cell of a table."""
    if decision.withheld is None:
        return words.DONE[decision.action]
    return words.HELD_BACK[decision.withheld]


def facts(past: Past) -> Mapping[str, str]:
    """What is known beside the times, by its label; empty where there is nothing to say."""
    decision = past.decision
    return {
        "helo": decision.helo,
        "sender": decision.sender,
        "recipient": decision.recipient,
        "verdict": _verdict_with_overruled(decision),
        "rule": decision.rule.value,
        "vouched": _vouched(decision),
        "exception": _exception(past),
    }


def _when(decision: RecordedDecision) -> str:
    first, last = moments.exact(decision.first_at), moments.exact(decision.last_at)
    wording = words.ONCE if decision.count == 1 else words.REPEATED
    return wording.format(
        first=first, last=last, zone=moments.zone(decision.last_at), count=decision.count
    )


def _verdict(result: Result, cause: str) -> str:
    return words.VERDICT.format(result=result.value, cause=cause)


def _verdict_with_overruled(decision: RecordedDecision) -> str:
    verdict = decision.verdict()
    return "" if verdict is None else verdict_text(verdict)


def verdict_text(verdict: Verdict) -> str:
    """The result and its cause, and what our resolver said where that did not count."""
    said = _verdict(verdict.result, verdict.cause.value)
    if verdict.overruled is None:
        return said
    return words.OVERRULED.format(verdict=said, said=verdict_text(verdict.overruled))


def _vouched(decision: RecordedDecision) -> str:
    vouched = decision.vouched
    if vouched.by:
        by = _vouchers(vouched)
        wording = words.VOUCHED_BY_DOMAINS if vouched.domains else words.VOUCHED_BY
        return wording.format(by=by, domains=", ".join(vouched.domains))
    if vouched.undetermined:
        return words.VOUCHING_UNKNOWN
    return words.VOUCHED_BY_NOBODY if decision.result not in {None, Result.PASS} else ""


def _vouchers(vouched: RecordedVouching) -> str:
    *others, last = (words.VOUCHERS[each] for each in vouched.by)
    return words.AND.format(others=", ".join(others), last=last) if others else last


def vouched_in_short(vouched: RecordedVouching) -> str:
    """For one cell of a table."""
    if not vouched.by:
        return ""
    domains = ", ".join(vouched.domains)
    return words.VOUCHED_IN_SHORT.format(by=_vouchers(vouched), domains=domains).strip()


def _exception(past: Past) -> str:
    number = past.decision.allowance
    if number is None:
        return ""
    allowance = past.allowance
    if allowance is None:
        return words.EXCEPTION_GONE.format(number=number)
    return words.EXCEPTION.format(
        number=number,
        target=target_text(allowance),
        author=allowance.author,
        reason=allowance.reason,
    )


def target_text(allowance: Allowance) -> str:
    """Whom an exception is for, as it is written to make one."""
    return words.TARGETS[allowance.kind].format(value=allowance.value)


def _follow_up(decision: RecordedDecision) -> str:
    if not decision.follow_up:
        return ""
    if decision.done_at is None:
        return words.FOLLOW_UP_OPEN
    return words.FOLLOW_UP_DONE.format(moment=moments.short(decision.done_at))


def evidence_lines(verdict: Verdict, paint: Paint) -> Iterator[str]:
    """What was asked and answered, and why that is no pass."""
    verdict = verdict.overruled or verdict
    yield from section(shared.ASK_REVERSE, paint)
    yield from reverse_lines(verdict, every_ttl=True)
    if verdict.names:
        several = len(verdict.names) > 1
        yield from section(shared.ASK_FORWARD_SEVERAL if several else shared.ASK_FORWARD, paint)
        yield from forward_lines(verdict, every_ttl=True)
    if verdict.cause is not Cause.CONFIRMED:
        yield from section(shared.REASON, paint)
        yield from paragraph(sentence(diagnose(verdict)[0], verdict))


def section(heading: str, paint: Paint) -> Iterator[str]:
    """The heading of what follows."""
    yield ""
    yield paint(f"  {heading}", Style.HEADING)


def comparison(decision: RecordedDecision, verdict: Verdict) -> str:
    """What DNS says now beside what it said then."""
    facts = {
        "result": verdict.result.value,
        "cause": verdict.cause.value,
        "overruled": verdict_text(verdict.overruled) if verdict.overruled else "",
        "before": _verdict(decision.result, decision.reason) if decision.result else "",
    }
    return _comparison(decision, verdict).format_map(facts)


def _comparison(decision: RecordedDecision, verdict: Verdict) -> str:
    if verdict.overruled is not None:
        return words.NOW_REPAIR_SEEN
    if decision.result is None:
        return words.VERDICT
    if verdict.cause.value == decision.reason:
        return words.NOW_SAME
    if verdict.cause.value == decision.evidence.overruled:
        return words.NOW_NOT_YET_KNOWN
    if verdict.result is Result.PASS:
        return words.NOW_BETTER
    return words.NOW_UNKNOWN if verdict.result is Result.TEMPERROR else words.NOW_WORSE


def conclusion(decision: RecordedDecision, recheck: Recheck) -> str:
    """What would be decided now, as far as DNS and exceptions tell; else empty."""
    verdict = recheck.verdict
    if verdict.result is Result.PASS and decision.result is not Result.PASS:
        return words.NOW_PASSES
    if recheck.allowance is not None:
        return words.NOW_EXCEPTION.format(number=recheck.allowance.number)
    if verdict.cause.value != decision.reason:
        return ""
    return words.NOW_PAST_COUNTS if decision.rule in _OF_THE_PAST else words.NOW_DECIDED_THE_SAME


def _advice(past: Past, paint: Paint) -> Iterator[str]:
    decision = past.decision
    recheck = past.recheck
    is_right = (recheck.verdict.result if recheck else decision.result) is Result.PASS
    wanted = []
    if decision.address and not is_right:
        wanted.append("explain")
        is_let_in = recheck is not None and recheck.allowance is not None
        if decision.wanted is not Action.PASS and not is_let_in:
            wanted.append("allow")
    if decision.follow_up and decision.done_at is None:
        wanted.append("done")
    if not wanted:
        return
    yield from section(words.TO_DO, paint)
    for key in wanted:
        command, purpose = words.COMMANDS[key]
        yield f"    {command.format(address=decision.address, incident=decision.id)}"
        yield f"        {purpose}"
