"""The resolver client: questions over UDP, shared, sent in batches, and answered exactly once.

Owns the straight way of a question: cache, sharing among askers, the queue and the window, ids and
ports, the clock. What does not go straight is handed to ``recovery``. Raises nothing at its
askers: every trouble ends as an Outcome.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from gotrdns.lookup import CONTROL_QUESTION, Answer, Listener, Outcome, Question
from gotrdns.resolution.cache import Cache
from gotrdns.resolution.control import Control
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.port import Port, Segmentation
from gotrdns.resolution.query import Query, spread_patience
from gotrdns.resolution.recovery import Recovery, settle
from gotrdns.resolution.servers import ServerAddress, choose_servers, parse_server
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.upstream import Upstream
from gotrdns.resolution.window import Window
from gotrdns.resolution.wire import Identifiers, Reply, message_tail, question_section

_FEWEST_ATTEMPTS: Final = 3
_TICK: Final = 0.05  # seconds between looks at the clock: how exact patience is
_WITHOUT_SOCKETS: Final = 0.05  # seconds until sending is tried again
_CONTROL_TIMEOUT: Final = 2.0

_UNREACHABLE: Final = Answer(Outcome.UNREACHABLE)


class Client:
    """Asks the resolvers it is given; implements ``lookup.Resolver``.

    Must be made and used in one running event loop. ``timeout`` is seconds for one question,
    retries included. ``daemon`` makes it answer UNREACHABLE at once while the control question
    fails, and keep asking that one until the resolver is back.
    """

    def __init__(
        self,
        servers: Sequence[ServerAddress],
        *,
        timeout: float = 5.0,
        window: int = 1024,
        trusted: Iterable[ServerAddress] = (),
        questions_per_port: int = 1,
        cache: Cache | None = None,
        daemon: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counters = Counters()
        self.cache = cache
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._daemon = daemon
        self._timeout = timeout
        attempts = max(_FEWEST_ATTEMPTS, len(servers) + 1)
        patience = spread_patience(timeout, attempts)
        self._first_patience = patience[0]
        self._outstanding: dict[bytes, Query] = {}
        self._queue: deque[Query] = deque()
        self._again: deque[Query] = deque()
        self._in_flight = 0
        self._window = Window(window)
        self._identifiers = Identifiers()
        self._flushing = False
        self._ticker: asyncio.TimerHandle | None = None
        self._closed = False
        segmentation = Segmentation()
        trusted_addresses = {each.address for each in trusted}
        self._upstreams = [
            Upstream(
                server,
                trusted=server.is_loopback or server.address in trusted_addresses,
                questions_per_port=questions_per_port,
                owner=self,
                loop=self._loop,
                segmentation=segmentation,
                counters=self.counters,
            )
            for server in servers
        ]
        self._control = Control(self._ask_control, self._loop, clock, persistent=daemon)
        self._recovery = Recovery(
            self._upstreams,
            self._control,
            self._window,
            self.counters,
            self._loop,
            clock,
            resend=self._send_again,
            finish=self._finish,
            begin=self._begin,
            patience=patience,
            control_patience=spread_patience(min(timeout, _CONTROL_TIMEOUT), attempts),
        )

    @property
    def servers(self) -> tuple[str, ...]:
        return tuple(each.address.text for each in self._upstreams)

    @property
    def reachable(self) -> bool:
        return self._control.reachable

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        section = question_section(question)
        if self.cache is not None:
            kept = self.cache.get(section)
            if kept is not None:
                self.counters.cache_hits += 1
                return kept
        query = self._outstanding.get(section)
        if query is not None:
            query.also_tell(listener, token)
            return None
        if self._daemon and not self._control.reachable:
            return _UNREACHABLE
        give_up_at = self._clock() + self._timeout
        query = Query(section, question.type, listener, token, give_up_at)
        self._outstanding[section] = query
        self._queue.append(query)
        if not self._flushing:
            self._flush_soon()
        return None

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        query = self._outstanding.get(question_section(question))
        if query is None:
            return
        query.stop_telling(listener, token)
        if not query.is_wanted:
            self._drop(query)

    def close(self) -> None:
        """Drop every question, unanswered, and close the sockets."""
        self._closed = True
        self._outstanding.clear()
        self._queue.clear()
        self._again.clear()
        self._control.close()
        self._recovery.close()
        if self._ticker is not None:
            self._ticker.cancel()
        for upstream in self._upstreams:
            upstream.close()

    def _ask_control(self, listener: Listener) -> None:
        query = self._outstanding.get(question_section(CONTROL_QUESTION))
        if query is not None:
            query.also_tell(listener, 0)
        else:
            self._begin(self._recovery.control_query(listener))

    def _begin(self, query: Query) -> None:
        self._outstanding[query.key] = query
        self._queue.append(query)
        self._flush_soon()

    def _send_again(self, query: Query) -> None:
        self._again.append(query)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flushing and not self._closed:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Send what one turn of the loop has gathered, grouped so that batches are possible."""
        self._flushing = False
        now = self._clock()
        if self._ticker is None:
            self._ticker = self._loop.call_later(_TICK, self._tick)
        if self._again:
            self._flush_again(now)
        # Questions of one length can leave together.
        groups: dict[int, list[Query]] = {}
        queue = self._queue
        room = self._window.size - self._in_flight
        while queue and room > 0:
            query = queue.popleft()
            if query.done:
                continue
            query.sent = True
            room -= 1
            length = len(query.section)
            if length in groups:
                groups[length].append(query)
            else:
                groups[length] = [query]
        self._in_flight = self._window.size - room
        if groups:
            upstream = self._recovery.preferred(now)
            for queries in groups.values():
                self._send(queries, upstream, now)

    def _flush_again(self, now: float) -> None:
        queries, self._again = self._again, deque()
        for query in queries:
            if not query.done:
                self._send([query], self._recovery.choose(query, now), now)

    def _send(self, queries: Sequence[Query], upstream: Upstream, now: float) -> None:
        """Send queries whose sections are of one length."""
        start = 0
        while start < len(queries):
            try:
                port, allowed = upstream.port_for(len(queries) - start)
            except OSError:
                self._postpone(queries[start:])
                return
            batch = queries[start : start + allowed]
            start += allowed
            messages = self._register(batch, port, now)
            try:
                sent = port.send(messages)
            except OSError:
                self._put_back(batch, port)
                upstream.discard(port)
                for query in batch:
                    self._recovery.out_of_reach(query, upstream, now)
                continue
            self.counters.questions += sent
            if sent < len(batch):
                self._put_back(batch[sent:], port)
                self._postpone(batch[sent:])
                self._postpone(queries[start:])
                return

    def _register(self, queries: Sequence[Query], port: Port, now: float) -> list[bytes]:
        """Await replies to ``queries`` at ``port``; returns the messages to send."""
        pending = port.pending
        expires_at = now + self._first_patience
        messages = []
        for query in queries:
            identifier = self._identifiers.draw()
            while identifier in pending:
                identifier = self._identifiers.draw()
            pending[identifier] = query
            query.port = port
            query.id = identifier
            query.expires_at = expires_at
            trouble = query.trouble
            if trouble is None:
                messages.append(identifier + message_tail(query.section))
            else:
                query.expires_at = now + trouble.patience[trouble.attempt]
                messages.append(identifier + message_tail(query.section, edns=trouble.edns))
        return messages

    def _put_back(self, queries: Iterable[Query], port: Port) -> None:
        for query in queries:
            port.release(query.id, query)
            query.port = None

    def _postpone(self, queries: Iterable[Query]) -> None:
        self._again.extend(queries)
        if not self._flushing and not self._closed:
            self._flushing = True
            self._loop.call_later(_WITHOUT_SOCKETS, self._flush)

    def _tick(self) -> None:
        self._ticker = None
        now = self._clock()
        for query in list(self._outstanding.values()):
            if query.expires_at <= now and not query.done:
                if query.sent:
                    self._recovery.silent(query, now)
                else:
                    self._finish(query, Answer(Outcome.TIMEOUT))
        if self._outstanding and not self._closed:
            self._ticker = self._loop.call_later(_TICK, self._tick)

    def heard(self, query: Query, port: Port, reply: Reply) -> None:
        """A port has a reply to one of our questions."""
        upstream = port.upstream
        if upstream.suspect_until:
            upstream.suspect_until = 0.0
        if reply.__class__ is not Answer or query.trouble is not None:
            if query.trouble is not None and query.id not in port.pending:
                self._recovery.note_loss(query, upstream, self._clock())
            self._recovery.consider(query, upstream, reply)
            return
        if reply.authenticated and not upstream.trusted:
            reply = msgspec.structs.replace(reply, authenticated=False)
        window = self._window
        if window.size < window.largest:
            window.size += 1
        query.port = None
        self._finish(query, reply)

    def heard_garbage(self, query: Query, port: Port) -> None:
        """A port has a reply to one of our questions that cannot be read."""
        self._recovery.unusable(query, port.upstream, Outcome.SERVFAIL)

    def port_failed(self, port: Port) -> None:
        """A port leads nowhere: its questions are asked again, elsewhere if there is anywhere."""
        now = self._clock()
        queries = list(port.pending.values())
        port.pending.clear()
        port.upstream.discard(port)
        for query in queries:
            if query.port is port:
                query.port = None
                self._recovery.out_of_reach(query, port.upstream, now)

    def _finish(self, query: Query, answer: Answer) -> None:
        if query.done:
            return
        if query.trouble is not None:
            answer = settle(query, answer)
        self._drop(query)
        if self.cache is not None:
            self.cache.put(query.key, answer)
        if query.listener is not None:
            query.listener(query.token, answer)
        if query.others:
            for listener, token in query.others:
                listener(token, answer)

    def _drop(self, query: Query) -> None:
        query.done = True
        del self._outstanding[query.key]
        if query.sent:
            self._in_flight -= 1
        if query.port is not None:
            query.port.release(query.id, query)
            query.port = None
        if query.trouble is not None:
            for port, identifier in query.trouble.sent_from:
                port.release(identifier, query)
        if self._queue and not self._flushing:
            self._flush_soon()


def open_client(
    settings: ResolverSettings, *, daemon: bool = False, questions_per_port: int = 1
) -> Client:
    """A client as the settings describe it, with its cache.

    Raises InvalidServer for a resolver's text, NoServers when there is none to ask.
    """
    cache = Cache(
        settings.cache_entries,
        ceiling=settings.cache_ceiling,
        negative_ceiling=settings.cache_negative_ceiling,
        floor=settings.cache_floor,
        clock=time.monotonic,
    )
    return Client(
        choose_servers(settings.servers),
        timeout=settings.timeout,
        window=settings.window,
        trusted=[parse_server(text) for text in settings.trust_ad],
        questions_per_port=questions_per_port,
        cache=cache if settings.cache_entries else None,
        daemon=daemon,
    )
