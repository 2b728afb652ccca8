"""The milter's door: sessions of Postfix and Sendmail, decided about recipient by recipient.

Owns what is spoken on its connections and in which order. What a decision is comes from
``deciding``, what is remembered of a session and said about it from ``milter_session``. Whatever
goes wrong here, the mail server goes on with its mail.
"""

import asyncio
import contextlib
import functools
import socket
import sys
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from gotrdns.deciding import Decider
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint
from gotrdns.protocols.junk import Junk
from gotrdns.protocols.milter import (
    Command,
    Connect,
    Decoder,
    Header,
    Helo,
    Macros,
    Offer,
    Recipient,
    Sender,
    Signal,
)
from gotrdns.protocols.milter_replies import CONTINUE, Agreement, agree, encode_agreement
from gotrdns.servers.connections import Connection, Observer, Server
from gotrdns.servers.milter_session import (
    FIELDS,
    MACROS,
    Session,
    Words,
    answer_forgeries,
)
from gotrdns.servers.settings import MilterSettings

_NOTHING: Final = b""
_OFFERS_REMEMBERED: Final = 16
_HELD_OCTETS: Final = 65_536  # what may arrive behind a recipient that is not decided about yet


class MilterServer(Server[MilterSettings]):
    """The connections from mail servers that use gotrdns as a mail filter."""

    def __init__(
        self,
        settings: MilterSettings,
        decider: Decider,
        observer: Observer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(settings, decider, observer, loop)
        self.host_name = socket.gethostname()
        self.words = Words()
        # All connections of a mail server begin alike.
        self.negotiate = functools.lru_cache(maxsize=_OFFERS_REMEMBERED)(_negotiate)

    def new_connection(self, place: Endpoint | None = None) -> asyncio.Protocol:
        return _MilterConnection(self, place)

    def report_fault(self, error: Exception) -> None:
        """Tell whom the event loop tells of errors; the mail goes on."""
        context = {"message": "a milter's command was not dealt with", "exception": error}
        self._loop.call_exception_handler(context)


class _Pending(Struct, eq=False):
    """A recipient that is not decided about yet."""

    connection: "_MilterConnection"
    observer: Observer
    transaction: Transaction
    started: float

    def decided(self, decision: Decision) -> None:
        self.connection.decided(self, decision)


class _MilterConnection(Connection[MilterSettings]):
    """One connection: a client after another, and their messages."""

    __slots__ = ("_agreement", "_decoder", "_is_ending", "_pending", "_quicken", "_session")

    server: MilterServer
    _agreement: Agreement  # since the first command, which is an offer

    def __init__(self, server: MilterServer, place: Endpoint | None) -> None:
        super().__init__(server, place)
        self._decoder = Decoder(server.settings.limits)
        self._session = Session(server.settings.authserv_id)
        self._pending: _Pending | None = None
        self._is_ending = False
        self._quicken: Callable[[], None] | None = None

    @property
    def is_busy(self) -> bool:
        return self._pending is not None

    @property
    def is_full(self) -> bool:
        return self._pending is not None and self._decoder.unread > _HELD_OCTETS

    @property
    def is_idle(self) -> bool:
        """Only between two clients may a connection be closed without a mail server's notice."""
        return super().is_idle and not self._session.is_begun

    def forget(self) -> None:
        self._pending = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if isinstance(self.place, TcpEndpoint):
            self._quicken = _quickener(transport)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.server.clock()
        if self._quicken is not None:
            self._quicken()
        self._decoder.receive(data)
        if self._pending is None:
            self.proceed()
        else:
            self.pace()

    def eof_received(self) -> bool:
        """Who stops sending will not end its message; what it has sent is answered."""
        super().finish()
        return True

    def finish(self) -> None:
        """Close once everything received is answered, and the present message has ended."""
        self._is_ending = True
        if not self._session.in_message:
            super().finish()

    def proceed(self) -> None:
        decoder = self._decoder
        replies = []
        unread = decoder.unread
        while self._pending is None and not self.is_held_back:
            event = decoder.next_event()
            if event is None:
                break
            replies.append(self._take(event))
        if decoder.unread < unread:
            self.partial_since = None
        if decoder.unread and self._pending is None and self.partial_since is None:
            self.partial_since = self.server.clock()
        said = _NOTHING.join(replies)
        if said and not self.transport.is_closing():
            self.transport.write(said)
        if self._is_ending and not self._session.in_message:
            self.finishing = True
        if self.finishing:
            self.close_if_done()

    def decided(self, pending: _Pending, decision: Decision) -> None:
        """What was waited for is known; the connection may be gone by now."""
        seconds = self.server.clock() - pending.started
        said = CONTINUE
        try:
            pending.observer.decided(pending.transaction, decision, seconds)
            if self._pending is pending:
                said = self._answer(pending.transaction, decision)
        except Exception as error:  # none of ours may cost anybody's mail
            self.server.report_fault(error)
        if self._pending is pending:
            self._pending = None
            self.transport.write(said)
            self.pace()
            self.proceed()

    def _take(self, event: Command | Junk) -> bytes:
        if isinstance(event, Junk):
            return self._take_junk(event)
        if isinstance(event, Offer):
            return self._agree(event)
        default = CONTINUE if self._agreement.awaits_reply(event) else _NOTHING
        try:
            return self._obey(event, default)
        except Exception as error:  # as above
            self.server.report_fault(error)
            return default

    def _take_junk(self, junk: Junk) -> bytes:
        self.server.observer.received_junk(junk, self.peer)
        self._hang_up()
        return _NOTHING

    def _hang_up(self) -> None:
        """Close once what was asked before is answered."""
        self._decoder.end()
        self._session.end_message()
        self.finishing = True

    def _agree(self, offer: Offer) -> bytes:
        agreed = self.server.negotiate(offer)
        if agreed is None:
            return self._take_junk(Junk.NOT_MILTER_PROTOCOL)
        self._agreement, said = agreed
        self._decoder.fields = None if Header in self._agreement.answered else FIELDS
        return said

    def _obey(self, command: Command, default: bytes) -> bytes:
        session = self._session
        match command:
            case Macros():
                session.note_macros(command)
            case Header():
                session.note_header(command, self.server.host_name)
            case Recipient():
                return self._decide(session.transaction(command.address))
            case Sender():
                session.begin_message(command.address)
            case Helo():
                session.helo = command.name
                self.server.decider.anticipate(session.transaction(""))
            case Connect():
                session.begin_client(command)
            case Offer():
                pass
            case Signal():
                return self._obey_signal(command, default)
        return default

    def _obey_signal(self, signal: Signal, default: bytes) -> bytes:
        session = self._session
        match signal:
            case Signal.END_OF_MESSAGE:
                return self._end_message()
            case Signal.ABORT:
                session.end_message()
            case Signal.NEXT_CLIENT:
                self._session = Session(self.server.settings.authserv_id)
            case Signal.QUIT:
                self._hang_up()
            case Signal.DATA | Signal.END_OF_HEADERS | Signal.BODY | Signal.UNKNOWN_SMTP_COMMAND:
                pass
        return default

    def _decide(self, transaction: Transaction) -> bytes:
        server = self.server
        decision = server.decider.recall(transaction)
        if decision is None:
            pending = _Pending(self, server.observer, transaction, server.clock())
            decision = server.decider.look_up(transaction, pending.decided)
            if decision is None:
                self._pending = pending
                return _NOTHING
        server.observer.decided(transaction, decision, 0.0)
        return self._answer(transaction, decision)

    def _answer(self, transaction: Transaction, decision: Decision) -> bytes:
        self._session.note_decision(decision)
        server = self.server
        return server.words.answer(transaction.recipient, decision, server.page)

    def _end_message(self) -> bytes:
        session = self._session
        agreement = self._agreement
        host_name = self.server.host_name
        if session.is_mostly_forged and agreement.may_change_headers:
            said = answer_forgeries(session.authserv_id(host_name))
            session.end_message()
            return said
        changes = session.removals() if agreement.may_change_headers else []
        if session.shown is not None and agreement.may_add_headers:
            authserv_id = session.authserv_id(host_name)
            changes.append(self.server.words.headers(session.shown, authserv_id))
        session.end_message()
        return _NOTHING.join([*changes, CONTINUE])


def _negotiate(offer: Offer) -> tuple[Agreement, bytes] | None:
    """What holds from now on, and its octets; None if there is no agreement."""
    agreement = agree(offer)
    return None if agreement is None else (agreement, encode_agreement(agreement, MACROS))


def _quickener(transport: asyncio.BaseTransport) -> Callable[[], None] | None:
    """Has what arrived on a TCP connection acknowledged at once, where the system can do that.

    Postfix sends macros and their command apart, and its kernel holds the second back until the
    first is acknowledged: 40 ms, each time.
    """
    connected = transport.get_extra_info("socket")
    if sys.platform != "linux" or connected is None:
        return None

    def quicken() -> None:
        with contextlib.suppress(OSError):  # the peer has gone, which its connection will tell
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    return quicken
