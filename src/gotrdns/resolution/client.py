"""The resolver client: questions over UDP, shared, sent in batches, and answered exactly once.

Owns the straight way of a question: cache, sharing among askers, the queue and the window, ids and
ports, the clock. What does not go straight is handed to ``recovery``. Raises nothing at its
askers: every trouble ends as an Outcome.
"""

import asyncio
import contextlib
import errno
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from gotrdns.lookup import CONTROL_QUESTION, TEMPORARY, Answer, Listener, Outcome, Question
from gotrdns.resolution.cache import Cache
from gotrdns.resolution.control import Control
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.port import Port
from gotrdns.resolution.query import Query, Trouble
from gotrdns.resolution.recovery import Recovery, settle
from gotrdns.resolution.servers import ServerAddress
from gotrdns.resolution.upstream import Health, Upstream, make_upstreams
from gotrdns.resolution.window import Window
from gotrdns.resolution.wire import (
    EDNS_HEADER,
    OPT_RECORD,
    TYPE_AND_CLASS,
    Identifiers,
    Reply,
    message_tail,
    question_section,
)

_TICK: Final = 0.05  # seconds between looks at the clock: how exact patience is
# This host is short of something, which says nothing about the resolver.
_SCARCE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN})
_WITHOUT_SOCKETS: Final = 0.05  # seconds until sending is tried again

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
        counters: Counters | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counters = counters or Counters()
        self.cache = cache
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._daemon = daemon
        self._timeout = timeout
        # When a question asked now gives up: as of the latest turn that asked or sent anything.
        self._expiry = clock() + timeout
        # Every query until it is done; the queue holds those never sent, ``again`` those to be sent
        # whatever the window says: repetitions and questions of our own.
        self._outstanding: dict[bytes, Query] = {}
        self._queue: deque[Query] = deque()
        self._again: list[Query] = []
        # Those that silence has met no longer count in the window: a dead zone's questions would
        # keep all others waiting.
        self._overdue = 0
        self._window = Window(window)
        self._identifiers = Identifiers()
        self._flushing = False
        self._ticker: asyncio.TimerHandle | None = None
        self._closed = False
        self._upstreams = make_upstreams(
            servers,
            trusted=trusted,
            questions_per_port=questions_per_port,
            owner=self,
            loop=self._loop,
            counters=self.counters,
        )
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
            timeout=timeout,
        )
        self._first_patience = self._recovery.first_patience

    @property
    def servers(self) -> tuple[str, ...]:
        return tuple(each.address.text for each in self._upstreams)

    @property
    def reachable(self) -> bool:
        return self._control.reachable

    @property
    def health(self) -> tuple[Health, ...]:
        """How each resolver does."""
        now = self._clock()
        return tuple(each.health(now) for each in self._upstreams)

    async def probe(self) -> None:
        """Return when ``reachable`` is a finding of the last seconds."""
        await self._control.probe()

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        kind = question.type
        section = question.name + TYPE_AND_CLASS[kind]  # question_section, in place
        if self.cache is not None:
            kept = self.cache.get(section)
            if kept is not None:
                self.counters.cache_hits += 1
                return kept
            self.counters.cache_misses += 1
        if self._daemon and not self._control.reachable and section not in self._outstanding:
            self.counters.errors[Outcome.UNREACHABLE] += 1
            return _UNREACHABLE
        if not self._flushing:  # the first question of this turn
            self._expiry = self._clock() + self._timeout
            self._flush_soon()
        query = Query(section, kind, listener, token, self._expiry)
        first = self._outstanding.setdefault(section, query)
        if first is query:
            self._queue.append(query)
        else:
            first.also_tell(listener, token)
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
        self._overdue = 0
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
        # Past the queue: those waiting in it, and in the window, may be waiting for this answer.
        self._outstanding[query.key] = query
        self._send_again(query)

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
        self._expiry = now + self._timeout
        if self._ticker is None:
            self._ticker = self._loop.call_later(_TICK, self._tick)
        if self._again:
            self._flush_again(now)
        queue = self._queue
        room = self._window.size - (len(self._outstanding) - self._overdue - len(queue))
        if room <= 0 or not queue:
            return
        # Questions of one length can leave together.
        groups: defaultdict[int, list[Query]] = defaultdict(list)
        leaving: Iterable[Query]
        if room >= len(queue):
            leaving, self._queue = queue, deque()
        else:
            leaving = [queue.popleft() for _ in range(room)]
        for query in leaving:
            groups[len(query.section)].append(query)
        upstream = self._recovery.preferred(now)
        for queries in groups.values():
            self._send(queries, upstream, now)

    def _flush_again(self, now: float) -> None:
        queries, self._again = self._again, []
        for query in dict.fromkeys(queries):  # a postponed one may have expired, and be here twice
            if not query.done:
                self._send([query], self._recovery.choose(query, now), now)

    def _send(self, queries: Sequence[Query], upstream: Upstream, now: float) -> None:
        """Send queries whose sections are of one length; one in trouble goes alone.

        No listener is called before all are sent: it might withdraw some of them.
        """
        start = 0
        while start < len(queries):
            try:
                port, allowed = upstream.port_for(len(queries) - start)
            except OSError as error:
                if error.errno in _SCARCE:
                    self._postpone(queries[start:])
                else:  # no route, for one: an IPv6 resolver where there is no IPv6
                    self._loop.call_soon(self._out_of_reach, queries[start:], upstream)
                return
            batch = queries[start : start + allowed]
            start += allowed
            try:
                sent = port.send(self._register(batch, port, now), len(batch))
            except OSError:
                self._put_back(batch, port)
                upstream.discard(port)
                self._loop.call_soon(self._out_of_reach, batch, upstream)
                continue
            self.counters.questions += sent
            upstream.questions += sent
            if sent < len(batch):
                self._put_back(batch[sent:], port)
                self._postpone(batch[sent:])
                self._postpone(queries[start:])
                return

    def _register(self, queries: Sequence[Query], port: Port, now: float) -> bytes:
        """Await replies to ``queries`` at ``port``; returns the messages to send, end to end."""
        if queries[0].trouble is not None:
            return self._register_again(queries[0], queries[0].trouble, port, now)
        pending = port.pending
        expires_at = now + self._first_patience
        identifiers = self._identifiers.draw_many(len(queries))
        parts: list[bytes] = []
        for query in queries:
            identifier = identifiers.pop()
            while identifier in pending:
                identifier = self._identifiers.draw()
            pending[identifier] = query
            query.port = port
            query.id = identifier
            query.expires_at = expires_at
            # Joined once: dearer than one concatenation, cheaper than the three of a message.
            parts += (identifier, EDNS_HEADER, query.section, OPT_RECORD)
        return b"".join(parts)

    def _register_again(self, query: Query, trouble: Trouble, port: Port, now: float) -> bytes:
        if query.port is not None:  # a reply to the attempt before may still come, and is welcome
            trouble.sent_from.append((query.port, query.id))
        identifier = self._identifiers.draw()
        while identifier in port.pending:
            identifier = self._identifiers.draw()
        port.pending[identifier] = query
        query.port = port
        query.id = identifier
        query.expires_at = min(now + trouble.patience[trouble.attempt], trouble.give_up_at)
        return identifier + message_tail(query.section, edns=trouble.edns)

    def _out_of_reach(self, queries: Iterable[Query], upstream: Upstream) -> None:
        now = self._clock()
        for query in queries:
            if not query.done and not self._closed:
                self._recovery.out_of_reach(query, upstream, now)

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
        queue = self._queue
        while queue and queue[0].expires_at <= now:
            self._recovery.never_sent(queue.popleft())
        for query in list(self._outstanding.values()):
            if query.expires_at <= now and not query.done:
                self._count_overdue(query)
                self._recovery.silent(query, now)
        if queue:
            self._flush_soon()
        if self._outstanding and not self._closed:
            self._ticker = self._loop.call_later(_TICK, self._tick)

    def _count_overdue(self, query: Query) -> None:
        trouble = self._recovery.trouble_of(query)
        if not trouble.overdue:
            trouble.overdue = True
            self._overdue += 1

    def heard(self, query: Query, port: Port, reply: Reply) -> None:
        """A port has a reply to one of our questions."""
        if reply.__class__ is not Answer or query.trouble is not None:
            self._heard_in_trouble(query, port)
            self._recovery.consider(query, port.upstream, reply)
            return
        if reply.authenticated and not port.upstream.trusted:
            reply = msgspec.structs.replace(reply, authenticated=False)
        # The straight way does what ``_finish`` and ``_drop`` do, in fewer steps: there is only the
        # one attempt, which the port has forgotten, and nothing else that refers to the query.
        section = query.section
        del self._outstanding[section]
        if self.cache is not None:
            self.cache.put(section, reply)
        if query.listener is not None:
            query.listener(query.token, reply)
        if query.others:
            for listener, token in query.others:
                listener(token, reply)

    def _heard_in_trouble(self, query: Query, port: Port) -> None:
        if query.port is port and query.id not in port.pending:  # the latest attempt was answered
            query.port = None
            if query.trouble is not None:
                self._recovery.note_loss(query, port.upstream, self._clock())

    def heard_garbage(self, query: Query, port: Port) -> None:
        """A port has a reply to one of our questions that cannot be read."""
        self._heard_in_trouble(query, port)
        self._recovery.unusable(query, port.upstream, Outcome.SERVFAIL)

    def drained(self, port: Port, answers: int) -> None:
        """A port has been read until it was dry: what an answer brings with it, once for all."""
        if not answers:
            return
        self.counters.answers += answers
        port.upstream.answers += answers
        port.upstream.suspect_until = 0.0
        self._window.answered(answers)
        if self._queue:
            self._flush_soon()

    def port_failed(self, port: Port) -> None:
        """A port leads nowhere: its questions are asked again, elsewhere if there is anywhere."""
        lost = [each for each in dict.fromkeys(port.pending.values()) if each.port is port]
        port.upstream.discard(port)
        for query in lost:
            query.port = None
        self._out_of_reach(lost, port.upstream)

    def _finish(self, query: Query, answer: Answer) -> None:
        if query.done:
            return
        if query.trouble is not None:
            answer = settle(query, answer)
        if answer.outcome in TEMPORARY:
            self.counters.errors[answer.outcome] += 1
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
        if query.port is not None:
            query.port.release(query.id, query)
            query.port = None
        elif query.trouble is None:
            with contextlib.suppress(ValueError):  # those postponed are not in the queue
                self._queue.remove(query)
        if query.trouble is not None:
            self._overdue -= query.trouble.overdue
            for port, identifier in query.trouble.sent_from:
                port.release(identifier, query)
        if self._queue:
            self._flush_soon()
