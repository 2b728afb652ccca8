"""What Postfix is told: a decision joined to its words and to the protocol's codes.

Owns which reply a decision becomes, that a message is marked once, and what of this is remembered.
Knows nothing of connections.
"""

import functools
from typing import Final

from gotrdns.names import Address, InvalidAddress
from gotrdns.policy import Action, Decision, Transaction
from gotrdns.protocols.postfix_policy import (
    LET_THROUGH,
    PolicyRequest,
    defer,
    octets_for_text,
    prepend_header,
    refuse,
)
from gotrdns.reports.smtp import MARK_HEADER, mark_value, reply_text

_MESSAGES_REMEMBERED: Final = 10_000  # an instance is asked about again within seconds, if at all
_REFUSALS_REMEMBERED: Final = 1024
_PLENTY: Final = 2000  # octets: no text is as long

_PASS: Final = Action.PASS


def read_transaction(request: PolicyRequest) -> Transaction:
    """The client and its envelope; the address is None if Postfix does not know it."""
    try:
        address = Address.parse(request.client_address)
    except InvalidAddress:
        address = None
    return Transaction(
        address,
        request.helo_name,
        bool(request.sasl_username),
        request.sender,
        request.recipient,
    )


class Replies:
    """Composes replies. The same refusal is told again and again, so its fullest form is kept."""

    def __init__(self) -> None:
        self._marked: dict[str, None] = {}
        self._fullest = functools.lru_cache(maxsize=_REFUSALS_REMEMBERED)(_refuse_in_full)

    def compose(self, request: PolicyRequest, decision: Decision, page: str = "") -> bytes:
        """The reply, as octets.

        ``page`` is where incidents are explained, as an address without a last slash; empty if
        nowhere.
        """
        verdict = decision.verdict
        if verdict is None:
            return LET_THROUGH
        if decision.action is _PASS:
            if decision.marked and self.mark_once(request.instance):
                return prepend_header(MARK_HEADER, mark_value(decision, verdict))
            return LET_THROUGH
        octets = octets_for_text(request)
        length, reply = self._fullest(decision, page)
        if length <= octets:
            return reply
        return _encode(decision.action, reply_text(decision, verdict, octets, page))

    def mark_once(self, instance: str) -> bool:
        """Whether this message is to be marked now: once, though each recipient is asked about."""
        if not instance:
            return True
        marked = self._marked
        if instance in marked:
            return False
        if len(marked) >= _MESSAGES_REMEMBERED:
            del marked[next(iter(marked))]
        marked[instance] = None
        return True


def _refuse_in_full(decision: Decision, page: str) -> tuple[int, bytes]:
    """The text's length, and the reply."""
    text = reply_text(decision, decision.verdict, _PLENTY, page) if decision.verdict else ""
    return len(text), _encode(decision.action, text)


def _encode(action: Action, text: str) -> bytes:
    return refuse(text) if action is Action.REFUSE else defer(text)
