"""A client and its messages, as a mail server tells a mail filter of them, and what is answered.

Owns what is remembered of a session, which header fields are forged, and the joining of a decision
to its words and codes. Knows nothing of connections, nor of when a decision is made.
"""

import functools
from collections.abc import Mapping
from typing import Final

from gotrdns.names import Address, InvalidAddress
from gotrdns.policy import Action, Decision, Transaction
from gotrdns.protocols.authentication_results import HEADER as RESULTS_HEADER
from gotrdns.protocols.authentication_results import claims, write_iprev
from gotrdns.protocols.milter import Connect, Header, Macros, Stage
from gotrdns.protocols.milter_replies import (
    CONTINUE,
    MacroStage,
    defer,
    insert_header,
    octets_of_wrapping,
    refuse,
    refuse_message,
    remove_header,
)
from gotrdns.reports.smtp import MARK_HEADER, forgeries_text, mark_value, reply_text
from gotrdns.verification import Verdict

# What is asked for: the mail server's own name, what it found out about the client, whether the
# client has authenticated, and what the message is called in the mail server's log.
MACROS: Final[Mapping[MacroStage, tuple[str, ...]]] = {
    MacroStage.CONNECT: ("j", "{client_resolve}"),
    MacroStage.HELO: (),
    MacroStage.SENDER: ("i", "{auth_type}", "{auth_authen}"),
    MacroStage.RECIPIENT: ("i",),
    MacroStage.DATA: (),
    MacroStage.END_OF_MESSAGE: (),
    MacroStage.END_OF_HEADERS: (),
}

_OF_THE_CLIENT: Final = frozenset({Stage.CONNECT, Stage.HELO})
_REMEMBERED: Final = 1024
# Each costs Postfix a walk through the message: 1,000 take it 0.1 s, 8,000 take it 7 s.
MOST_REMOVALS: Final = 1000
_PLENTY: Final = 2000  # octets: no text is as long
_PASS: Final = Action.PASS
_RESULTS: Final = RESULTS_HEADER.lower()
_MARK: Final = MARK_HEADER.lower()
FIELDS: Final = (_RESULTS.encode(), _MARK.encode())
"""The names of those header fields of a message that matter here."""


class Session:
    """What is known of one client, and of the message that it sends now.

    ``in_message`` from a message's sender to its end.
    """

    __slots__ = (
        "_authserv_id",
        "_forged",
        "_macros",
        "_marks",
        "_results",
        "_shown",
        "address",
        "helo",
        "in_message",
        "is_begun",
        "sender",
    )

    def __init__(self, authserv_id: str) -> None:
        """``authserv_id`` is empty if the mail server's own name is to be taken."""
        self._authserv_id = authserv_id
        self.address: Address | None = None
        self.helo = ""
        self.is_begun = False
        self._macros: dict[Stage, Mapping[str, str]] = {}
        self._forget_message()

    def _forget_message(self) -> None:
        self.in_message = False
        self.sender = ""
        self._shown: Decision | None = None
        self._results = 0
        self._forged: list[int] = []
        self._marks = 0

    def begin_client(self, connect: Connect) -> None:
        """A client without an address, or with one that cannot be read, is unknown."""
        self.is_begun = True
        self.helo = ""
        self._forget_message()
        try:
            self.address = Address.parse(connect.address)
        except InvalidAddress:
            self.address = None

    def note_macros(self, macros: Macros) -> None:
        self._macros[macros.stage] = macros.values

    def begin_message(self, sender: str) -> None:
        self._forget_message()
        self.in_message = True
        self.sender = sender

    def end_message(self) -> None:
        """It was accepted, refused or given up: what belonged to it is forgotten."""
        self._forget_message()
        self._macros = {each: self._macros[each] for each in _OF_THE_CLIENT & self._macros.keys()}

    def transaction(self, recipient: str) -> Transaction:
        """What is to be decided about."""
        authenticated = bool(self._macro("auth_type") or self._macro("auth_authen"))
        return Transaction(
            self.address,
            self.helo,
            authenticated,
            self.sender,
            recipient,
            self._macro("i"),
            self._macro("client_resolve").lower(),
        )

    def note_decision(self, decision: Decision) -> None:
        """A message shows one verdict, of its recipients' decisions: one that marks, if any."""
        if decision.verdict is None:
            return
        shown = self._shown
        if shown is None or not _marks(shown):
            self._shown = decision

    def note_header(self, header: Header, host_name: str) -> None:
        """Fields of a name are counted from 1, whoever wrote them."""
        name = header.name.strip().lower()
        if name == _RESULTS:
            self._results += 1
            if claims(header.value, self.authserv_id(host_name)):
                self._forged.append(self._results)
        elif name == _MARK:
            self._marks += 1

    def authserv_id(self, host_name: str) -> str:
        """Who says so: as set, or else the mail server's name for itself, or else this host."""
        return self._authserv_id or self._macro("j") or host_name

    @property
    def is_mostly_forged(self) -> bool:
        """Whether more fields would have to be removed than any honest message has."""
        return self._marks + len(self._forged) > MOST_REMOVALS

    def removals(self) -> list[bytes]:
        """What takes the forged fields out: the last first, as some mail servers count anew."""
        marks = range(self._marks, 0, -1)
        return [
            *[remove_header(MARK_HEADER, index) for index in marks],
            *[remove_header(RESULTS_HEADER, index) for index in reversed(self._forged)],
        ]

    @property
    def shown(self) -> Decision | None:
        """The decision whose verdict the message tells; None for a client that was exempt."""
        return self._shown

    def _macro(self, name: str) -> str:
        for values in self._macros.values():
            if values.get(name):
                return values[name]
        return ""


def _marks(decision: Decision) -> bool:
    return decision.marked and decision.action is _PASS


class Words:
    """Decisions as octets. The same are told again and again, so they are kept."""

    def __init__(self) -> None:
        self.headers = functools.lru_cache(maxsize=_REMEMBERED)(_headers)
        self._refusal = functools.lru_cache(maxsize=_REMEMBERED)(_refusal)

    def answer(self, recipient: str, decision: Decision, page: str) -> bytes:
        """What is said about a recipient.

        ``page`` is where incidents are explained, as an address without a last slash; empty if
        nowhere.
        """
        verdict = decision.verdict
        if decision.action is _PASS or verdict is None:
            return CONTINUE
        return self._refusal(decision, verdict, octets_of_wrapping(recipient), page)


def _refusal(decision: Decision, verdict: Verdict, wrapping: int, page: str) -> bytes:
    text = reply_text(decision, verdict, _PLENTY, page)
    refuse_or_defer = refuse if decision.action is Action.REFUSE else defer
    return refuse_or_defer(text, wrapping)


def answer_forgeries(authserv_id: str) -> bytes:
    """What is said at the end of a message that is mostly forged."""
    return refuse_message(forgeries_text(authserv_id, MOST_REMOVALS))


def _headers(decision: Decision, authserv_id: str) -> bytes:
    """What is put on top of a message: the verdict, above the mark if there is one."""
    verdict = decision.verdict
    if verdict is None:
        return b""
    mark = insert_header(MARK_HEADER, mark_value(decision, verdict)) if _marks(decision) else b""
    results = write_iprev(
        authserv_id, verdict.result.value, verdict.cause.value, verdict.address.text
    )
    return mark + insert_header(RESULTS_HEADER, results)
