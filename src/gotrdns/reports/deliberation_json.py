"""What would be decided, as one JSON object.

Owns the keys, their order and their spelling. Times are RFC 3339, in UTC.
"""

from typing import Any

import msgspec

from gotrdns.classification import classify
from gotrdns.policy import Action, Circumstances, Decision
from gotrdns.policy.history import History
from gotrdns.reports import moments
from gotrdns.reports.deliberation import Deliberation
from gotrdns.reports.deliberation_text import LONGEST_REPLY
from gotrdns.reports.smtp import reply_text, telling_name
from gotrdns.vouching import Testimony

_CODES = {Action.DEFER: "450 4.7.25 ", Action.REFUSE: "550 5.7.25 "}


def encode_deliberation(found: Deliberation) -> bytes:
    """One JSON object without a line end."""
    transaction, decision = found.transaction, found.decision
    verdict = decision.verdict
    written: dict[str, Any] = {
        "address": transaction.address.text if transaction.address else None,
        "helo": transaction.helo or None,
        "sender": transaction.sender or None,
        "recipient": transaction.recipient or None,
        "mode": found.mode.value,
        "action": decision.action.value,
        "withheld": decision.withheld.value if decision.withheld else None,
        "rule": decision.rule.value,
        "result": verdict.result.value if verdict else None,
        "cause": verdict.cause.value if verdict else None,
        "overruled": verdict.overruled.cause.value if verdict and verdict.overruled else None,
        **_name(decision),
        "reply": _reply(decision),
        "vouchers": [_testimony(each) for each in found.testimonies],
        **_circumstances(found.given, decision),
    }
    return msgspec.json.encode(written)


def _name(decision: Decision) -> dict[str, str | None]:
    verdict = decision.verdict
    telling = telling_name(verdict) if verdict else None
    if verdict is None or telling is None:
        return {"name": None, "class": None}
    said = classify(verdict.address, telling.name)
    return {"name": telling.name.text, "class": said.host_class.value}


def _reply(decision: Decision) -> str | None:
    verdict = decision.verdict
    if verdict is None or decision.action is Action.PASS:
        return None
    return _CODES[decision.action] + reply_text(decision, verdict, LONGEST_REPLY)


def _testimony(testimony: Testimony) -> dict[str, str | None]:
    return {
        "by": testimony.by.value,
        "domain": testimony.domain.text,
        "word": testimony.word.value,
        "because": testimony.because or None,
    }


def _circumstances(given: Circumstances | None, decision: Decision) -> dict[str, Any]:
    if given is None:
        return {"vouched": None, "history": None, "exception": None, "trust": None}
    vouched = decision.vouched
    return {
        "vouched": {
            "by": [each.value for each in vouched.by],
            "domains": [each.text for each in vouched.domains],
            "undetermined": vouched.undetermined,
        },
        "history": None if given.history is None else _history(given.history),
        "exception": None if given.allowance is None else given.allowance.number,
        "trust": given.trust.value,
    }


def _history(history: History) -> dict[str, Any]:
    return {
        name: value if value is None or name == "failures" else moments.utc(value)
        for name, value in msgspec.structs.asdict(history).items()
    }
