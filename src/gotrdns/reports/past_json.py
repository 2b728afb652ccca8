"""A past decision as one JSON object.

Owns the keys, their order and their spelling. Nothing here is wording.
"""

from typing import Any

import msgspec

from gotrdns.policy.recorded import RecordedAnswer
from gotrdns.reports import moments
from gotrdns.reports.past import Past, Recheck


def encode_past(past: Past) -> bytes:
    """One JSON object without a line end. Times are RFC 3339, in UTC."""
    decision = past.decision
    done_at = decision.done_at
    written: dict[str, Any] = {
        "incident": decision.id,
        "first": moments.utc(decision.first_at),
        "last": moments.utc(decision.last_at),
        "count": decision.count,
        "address": decision.address or None,
        "host_name": decision.host_name or None,
        "helo": decision.helo or None,
        "sender": decision.sender or None,
        "recipient": decision.recipient or None,
        "result": decision.result.value if decision.result else None,
        "cause": decision.reason if decision.result else None,
        "overruled": decision.evidence.overruled or None,
        "action": decision.action.value,
        "withheld": decision.withheld.value if decision.withheld else None,
        "rule": decision.rule.value,
        "vouched": {
            "by": [each.value for each in decision.vouched.by],
            "domains": decision.vouched.domains,
            "undetermined": decision.vouched.undetermined,
        },
        "exception": decision.allowance,
        "follow_up": decision.follow_up,
        "done": None if done_at is None else moments.utc(done_at),
        "dnssec": "secure" if decision.evidence.secure else "insecure",
        "evidence": _evidence(past),
    }
    if past.recheck is not None:
        written["now"] = _now(past, past.recheck)
    return msgspec.json.encode(written)


def _evidence(past: Past) -> list[dict[str, Any]]:
    evidence = past.decision.evidence
    questions = [evidence.reverse] if evidence.reverse else []
    return [_answer(each) for each in (*questions, *evidence.forward)]


def _answer(recorded: RecordedAnswer) -> dict[str, Any]:
    return {
        "name": recorded.name,
        "type": recorded.type,
        "outcome": recorded.outcome or None,
        "ttl": recorded.ttl,
        "values": recorded.values,
        "aliases": recorded.aliases,
        "zone": recorded.zone or None,
        "authenticated": recorded.authenticated,
        "state": recorded.state or None,
    }


def _now(past: Past, recheck: Recheck) -> dict[str, Any]:
    verdict = recheck.verdict
    return {
        "at": moments.utc(recheck.at),
        "result": verdict.result.value,
        "cause": verdict.cause.value,
        "overruled": verdict.overruled.cause.value if verdict.overruled else None,
        "names": [{"name": each.name.text, "state": each.state.value} for each in verdict.names],
        "same": verdict.cause.value == past.decision.reason,
        "exception": recheck.allowance.number if recheck.allowance else None,
    }
