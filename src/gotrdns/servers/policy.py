"""The policy service for Postfix: requests decided, replies out in their order.

Owns what is spoken on its connections, and the joining of a decision to its words and codes. What
a decision is comes from ``deciding``.
"""

import asyncio
from collections import deque

from msgspec import Struct

from gotrdns.deciding import Decider
from gotrdns.policy import Decision, Transaction
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.protocols.junk import Junk
from gotrdns.protocols.postfix_policy import LET_THROUGH, Decoder, PolicyRequest
from gotrdns.servers.connections import Connection, Observer, Server
from gotrdns.servers.replies import Replies, read_transaction
from gotrdns.servers.settings import PostfixSettings


class PolicyServer(Server[PostfixSettings]):
    """The connections from Postfix."""

    def __init__(
        self,
        settings: PostfixSettings,
        decider: Decider,
        observer: Observer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(settings, decider, observer, loop)
        self.replies = Replies()

    def new_connection(self, place: Endpoint | None = None) -> asyncio.Protocol:
        return _PolicyConnection(self, place)


class _Pending(Struct, eq=False):
    """A request until its reply can be written: after those that came before it."""

    connection: "_PolicyConnection"
    observer: Observer
    request: PolicyRequest
    transaction: Transaction
    started: float
    reply: bytes | None = None

    def decided(self, decision: Decision) -> None:
        server = self.connection.server
        self.observer.decided(self.transaction, decision, server.clock() - self.started)
        self.reply = server.replies.compose(self.request, decision, server.page)
        self.connection.flush()


class _PolicyConnection(Connection[PostfixSettings]):
    """One connection: decodes, and keeps the replies in order."""

    __slots__ = ("_decoder", "_outstanding")

    server: PolicyServer

    def __init__(self, server: PolicyServer, place: Endpoint | None) -> None:
        super().__init__(server, place)
        self._decoder = Decoder(server.settings.limits)
        self._outstanding: deque[_Pending | bytes] = deque()

    @property
    def is_busy(self) -> bool:
        return bool(self._outstanding)

    @property
    def is_full(self) -> bool:
        return len(self._outstanding) >= self.server.settings.outstanding

    def forget(self) -> None:
        self._outstanding.clear()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.server.clock()
        self._decoder.receive(data)
        self.proceed()

    def flush(self) -> None:
        """Write the replies that are ready and whose turn it is."""
        outstanding = self._outstanding
        ready = []
        while outstanding:
            reply = outstanding[0]
            if isinstance(reply, _Pending):
                if reply.reply is None:
                    break
                reply = reply.reply
            ready.append(reply)
            outstanding.popleft()
        if ready:
            self.transport.write(b"".join(ready))
            self.pace()
            self.proceed()

    def proceed(self) -> None:
        decoder = self._decoder
        while decoder.unread and not self.is_held_back:
            event = decoder.next_event()
            if event is None:
                break
            self.partial_since = None
            if isinstance(event, Junk):
                self._take_junk(event)
            else:
                self._take_request(event)
        if decoder.unread and self.partial_since is None:
            self.partial_since = self.server.clock()
        if self.finishing:
            self.close_if_done()

    def _take_request(self, request: PolicyRequest) -> None:
        server = self.server
        transaction = read_transaction(request)
        decision = server.decider.recall(transaction)
        if decision is None:
            decision = self._look_up(request, transaction)
            if decision is None:
                return
        server.observer.decided(transaction, decision, 0.0)
        self._reply(server.replies.compose(request, decision, server.page))

    def _look_up(self, request: PolicyRequest, transaction: Transaction) -> Decision | None:
        server = self.server
        pending = _Pending(self, server.observer, request, transaction, server.clock())
        decision = server.decider.look_up(transaction, pending.decided)
        if decision is None:
            self._outstanding.append(pending)
            self.pace()
        return decision

    def _take_junk(self, junk: Junk) -> None:
        self.server.observer.received_junk(junk, self.peer)
        if junk.ends_stream:
            self.finishing = True
            self.pace()
        else:
            self._reply(LET_THROUGH)

    def _reply(self, reply: bytes) -> None:
        if self._outstanding:
            self._outstanding.append(reply)
            self.pace()
        else:
            self.transport.write(reply)
