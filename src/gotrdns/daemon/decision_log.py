"""Decisions as they are made: counted, and told in a line each.

Owns what such a line says, and which decisions are worth one.
"""

from typing import Final

from gotrdns.daemon.journal import Journal, Level, Value
from gotrdns.daemon.tally import Tally
from gotrdns.names import Address
from gotrdns.policy import Decision, Rule, Transaction
from gotrdns.reports.smtp import telling_name

_CONFIRMED: Final = Rule.CONFIRMED


class DecisionLog:
    """Counts every decision in ``tally``."""

    def __init__(self, tally: Tally, journal: Journal) -> None:
        self._tally = tally
        self._journal = journal
        # The same client is refused again and again.
        self._words = journal.remember(_told_about)

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        """Count a decision; write a line about it unless the client simply passed."""
        tally = self._tally
        if seconds:
            tally.durations.note(seconds)
        if decision.rule is _CONFIRMED:
            tally.confirmed += 1
        else:
            tally.count(decision)
        plain = decision.verdict is None or decision.rule is _CONFIRMED
        self._write(Level.DEBUG if plain else Level.INFO, transaction, decision, seconds)

    def _write(
        self, level: Level, transaction: Transaction, decision: Decision, seconds: float
    ) -> None:
        if level < self._journal.level:
            return
        words = self._words(
            decision,
            transaction.address,
            transaction.helo,
            transaction.sender.rpartition("@")[2],
            transaction.mail_server_found,
            transaction.queue_id,
        )
        self._journal.write_timed(level, words, seconds)


def _told_about(
    decision: Decision,
    client: Address | None,
    helo: str,
    sender_domain: str,
    mail_server_found: str,
    queue_id: str,
) -> dict[str, Value]:
    verdict = decision.verdict
    telling = telling_name(verdict) if verdict else None
    return {
        "event": "decision",
        "client": client.text if client else "unknown",
        "result": verdict.result.value if verdict else None,
        "cause": verdict.cause.value if verdict else None,
        "overruled": verdict.overruled.cause.value if verdict and verdict.overruled else None,
        "action": decision.action.value,
        "withheld": decision.withheld.value if decision.withheld else None,
        "rule": decision.rule.value,
        "name": telling.name.text if telling else None,
        "vouched": tuple(each.value for each in decision.vouched.by) or None,
        "incident": decision.incident or None,
        "helo": helo or None,
        "sender-domain": sender_domain or None,
        "mail-server-found": mail_server_found or None,
        "queue-id": queue_id or None,
    }
