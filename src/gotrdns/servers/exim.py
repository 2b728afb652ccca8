"""Exim's door: one request a connection, one line back, and the connection ends.

Owns what is spoken on its connections, and the joining of a decision to its words and codes. What
a decision is comes from ``deciding``.
"""

import asyncio

from gotrdns.names import Address, InvalidAddress
from gotrdns.policy import Action, Decision, Transaction
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.protocols.exim import (
    LET_THROUGH,
    OCTETS_FOR_TEXT,
    Decoder,
    EximRequest,
    add_header,
    defer,
    refuse,
)
from gotrdns.protocols.junk import Junk
from gotrdns.reports.smtp import MARK_HEADER, mark_value, reply_text
from gotrdns.servers.connections import Connection, Server
from gotrdns.servers.settings import EximSettings


class EximServer(Server[EximSettings]):
    """The connections from Exim."""

    def new_connection(self, place: Endpoint | None = None) -> asyncio.Protocol:
        return _EximConnection(self, place)


class _EximConnection(Connection[EximSettings]):
    """One connection, which is one question."""

    __slots__ = ("_decoder", "_is_undecided", "_observer", "_page", "_started", "_transaction")

    _started: float
    _transaction: Transaction

    def __init__(self, server: Server[EximSettings], place: Endpoint | None) -> None:
        super().__init__(server, place)
        self._decoder = Decoder(server.settings.line_octets)
        self._is_undecided = False
        self._observer = server.observer
        self._page = server.page

    @property
    def is_busy(self) -> bool:
        return self._is_undecided

    @property
    def is_full(self) -> bool:
        return self._is_undecided

    def forget(self) -> None:
        self._is_undecided = False

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.server.clock()
        self._answer(self._decoder.receive(data))
        if self._decoder.received and self.partial_since is None:
            self.partial_since = self.heard_at

    def eof_received(self) -> bool:
        """Exim stops sending once it has asked."""
        self._answer(self._decoder.end())
        return super().eof_received()

    def proceed(self) -> None:
        if self.finishing:
            self.close_if_done()

    def _answer(self, event: EximRequest | Junk | None) -> None:
        if event is None:
            return
        self.partial_since = None
        if isinstance(event, Junk):
            self._observer.received_junk(event, self.peer)
            self._reply(LET_THROUGH)
            return
        self._started = self.server.clock()
        self._transaction = transaction = _read_transaction(event)
        decider = self.server.decider
        decision = decider.recall(transaction)
        if decision is None:
            self._is_undecided = True
            decision = decider.look_up(transaction, self._decided)
        if decision is not None:
            self._decided(decision)

    def _decided(self, decision: Decision) -> None:
        seconds = self.server.clock() - self._started if self._is_undecided else 0.0
        self._observer.decided(self._transaction, decision, seconds)
        self._is_undecided = False
        self._reply(_compose(decision, self._page))

    def _reply(self, reply: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(reply)
        self.finishing = True
        self.close_if_done()


def _read_transaction(request: EximRequest) -> Transaction:
    """The client and its envelope; the address is None where Exim has none."""
    try:
        address = Address.parse(request.ip)
    except InvalidAddress:
        address = None
    return Transaction(address, request.helo, bool(request.auth), request.sender, request.recipient)


def _compose(decision: Decision, page: str) -> bytes:
    verdict = decision.verdict
    if verdict is None:
        return LET_THROUGH
    if decision.action is Action.PASS:
        if decision.marked:
            return add_header(MARK_HEADER, mark_value(decision, verdict))
        return LET_THROUGH
    text = reply_text(decision, verdict, OCTETS_FOR_TEXT, page)
    return refuse(text) if decision.action is Action.REFUSE else defer(text)
