"""What becomes of a question that does not go straight.

Owns retrying and failing over, following an alias whose target was left out, TCP after truncation,
asking without EDNS, and whether an empty answer proves anything. The client hands a query over
when its reply is not a plain answer, or does not come, and gets it back to send or to finish.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from gotrdns.lookup import (
    CONTROL_QUESTION,
    TEMPORARY,
    Answer,
    Listener,
    Outcome,
    Question,
    RecordType,
)
from gotrdns.names import DomainName
from gotrdns.resolution import stream
from gotrdns.resolution.control import Control
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.query import Query, Trouble, spread_patience
from gotrdns.resolution.upstream import Upstream
from gotrdns.resolution.window import Window
from gotrdns.resolution.wire import (
    LONGEST_ALIAS_CHAIN,
    AliasOnly,
    MalformedMessage,
    Reply,
    Truncated,
    Unsupported,
    Unusable,
    message_tail,
    question_section,
    read_reply,
)

_SUSPECT_FOR: Final = 10.0  # seconds that a silent resolver is asked after the others
_AFTER_ICMP: Final = 0.1  # seconds before a resolver that refuses packets is tried again
_STREAMS_AT_ONCE: Final = 64
_CONTROL_TIMEOUT: Final = 2.0  # seconds
# Where one packet in ten is lost, one question in a hundred thousand goes unanswered.
_FEWEST_ATTEMPTS: Final = 5
_NEVER: Final = float("inf")

# A NODATA that every resolver can give, because arpa has no address: with its SOA, or without?
_PROOF_QUESTION: Final = Question(DomainName.parse("arpa"), RecordType.A)
_CONTROL_KEY: Final = question_section(CONTROL_QUESTION)
_GARBAGE: Final = Unusable(Outcome.SERVFAIL)


class Recovery:
    """Decides the next step of a query in trouble.

    ``resend`` sends a query to the upstream that ``choose`` names; ``finish`` ends it with an
    answer; ``begin`` starts a query of ours.
    """

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        control: Control,
        window: Window,
        counters: Counters,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
        *,
        resend: Callable[[Query], None],
        finish: Callable[[Query, Answer], None],
        begin: Callable[[Query], None],
        timeout: float,
    ) -> None:
        self._upstreams = upstreams
        self._control = control
        self._window = window
        self._counters = counters
        self._loop = loop
        self._clock = clock
        self._resend = resend
        self._finish = finish
        self._begin = begin
        attempts = max(_FEWEST_ATTEMPTS, len(upstreams) + 1)
        self._patience = spread_patience(timeout, attempts)
        self._control_patience = spread_patience(min(timeout, _CONTROL_TIMEOUT), attempts)
        self._streams: set[asyncio.Task[None]] = set()
        self._stream_slots = asyncio.Semaphore(_STREAMS_AT_ONCE)

    @property
    def first_patience(self) -> float:
        """How long the first attempt of an ordinary query waits, in seconds."""
        return self._patience[0]

    def preferred(self, now: float) -> Upstream:
        """The first upstream that is not suspected of silence."""
        return next(
            (each for each in self._upstreams if each.suspect_until <= now), self._upstreams[0]
        )

    def choose(self, query: Query, now: float) -> Upstream:
        """Where to send the next attempt: not where an answer was had, least tried first."""
        trouble = query.trouble
        if trouble is None:
            return self.preferred(now)
        chosen = trouble.pinned or min(
            (each for each in self._upstreams if each not in trouble.answered_by),
            key=lambda each: (trouble.tries.get(each, 0), each.suspect_until > now),
            default=self._upstreams[0],
        )
        trouble.tries[chosen] = trouble.tries.get(chosen, 0) + 1
        return chosen

    def trouble_of(self, query: Query) -> Trouble:
        """The query's trouble, begun if it had none."""
        if query.trouble is None:
            query.trouble = Trouble(query.section, self._patience, self._clock())
        return query.trouble

    def control_query(self, listener: Listener) -> Query:
        """The control question, with a patience of its own."""
        return self._own_query(CONTROL_QUESTION, listener, _CONTROL_KEY)

    def _own_query(self, question: Question, listener: Listener, key: bytes) -> Query:
        trouble = Trouble(key, self._control_patience, self._clock())
        section = question_section(question)
        query = Query(section, question.type, listener, 0, trouble.give_up_at)
        query.trouble = trouble
        return query

    def never_sent(self, query: Query) -> None:
        """It expired in the queue, because those before it got no answers.

        That is no fault of its zone, which was never asked: we are what is in trouble.
        """
        self._counters.timeouts += 1
        self._finish(query, Answer(Outcome.UNREACHABLE))

    def silent(self, query: Query, now: float) -> None:
        """No reply came in time."""
        self._counters.timeouts += 1
        trouble = self.trouble_of(query)
        if query.port is not None:
            if len(self._upstreams) > 1:
                query.port.upstream.suspect_until = now + _SUSPECT_FOR
            query.port.upstream.timeouts += 1
            trouble.tries.setdefault(query.port.upstream, 1)
        trouble.outcomes.add(Outcome.TIMEOUT)
        self._prepare_judgement(query)
        self._try_again(query)

    def out_of_reach(self, query: Query, upstream: Upstream, now: float) -> None:
        """The kernel says that packets to ``upstream`` do not arrive."""
        upstream.suspect_until = now + _SUSPECT_FOR
        trouble = self.trouble_of(query)
        trouble.tries.setdefault(upstream, 1)
        trouble.outcomes.add(Outcome.TIMEOUT)
        self._prepare_judgement(query)
        untried = len(self._upstreams) > len(trouble.tries)
        if untried and trouble.pinned is None:
            self._try_again(query)
        else:
            query.expires_at = now + _AFTER_ICMP

    def consider(self, query: Query, upstream: Upstream, reply: Reply) -> None:
        """A reply came that does not simply end a query on its straight way."""
        if isinstance(reply, Answer):
            trusted = reply.authenticated and upstream.trusted
            self._finish(query, msgspec.structs.replace(reply, authenticated=trusted))
        elif isinstance(reply, Truncated):
            self._counters.truncated += 1
            self._open_stream(query, upstream)
        elif isinstance(reply, Unsupported):
            self._ask_without_edns(query, upstream)
        elif isinstance(reply, AliasOnly):
            self._follow(query, reply)
        elif reply.outcome is Outcome.UNPROVEN:
            self._doubt(query, upstream)
        else:
            self.unusable(query, upstream, reply.outcome)

    def unusable(self, query: Query, upstream: Upstream, outcome: Outcome) -> None:
        """``upstream`` answered, and the answer says nothing: the others may know more."""
        trouble = self.trouble_of(query)
        trouble.outcomes.add(outcome)
        trouble.answered_by.add(upstream)
        self._try_again(query)

    def note_loss(self, query: Query, upstream: Upstream, now: float) -> None:
        """A repetition was answered where the first attempt was not: a packet was lost."""
        if query.trouble is not None and query.trouble.tries.get(upstream, 0) > 1:
            self._window.lost(now)

    def _prepare_judgement(self, query: Query) -> None:
        if query.key != _CONTROL_KEY:
            self._control.prepare()

    def _try_again(self, query: Query) -> None:
        trouble = self.trouble_of(query)
        asked = {trouble.pinned} if trouble.pinned else set(self._upstreams)
        trouble.attempt += 1
        if (
            trouble.attempt >= len(trouble.patience)
            or asked <= trouble.answered_by
            or self._clock() >= trouble.give_up_at
        ):
            self._conclude(query)
        else:
            self._counters.retries += 1
            self._resend(query)

    def _conclude(self, query: Query) -> None:
        trouble = self.trouble_of(query)
        answer = Answer(trouble.outcome)
        if trouble.pinned is not None or query.key == _CONTROL_KEY:
            self._finish(query, answer)
            return
        query.expires_at = _NEVER  # the control question has its own time limit
        self._control.judge(answer, lambda judged: self._finish(query, judged))

    def _ask_without_edns(self, query: Query, upstream: Upstream) -> None:
        trouble = self.trouble_of(query)
        if trouble.edns:
            trouble.edns = False
            self._resend(query)
        else:
            self.unusable(query, upstream, Outcome.SERVFAIL)

    def _follow(self, query: Query, reply: AliasOnly) -> None:
        trouble = self.trouble_of(query)
        trouble.aliases += reply.aliases
        trouble.ttl = min(trouble.ttl, reply.ttl)
        trouble.authenticated = trouble.authenticated and reply.authenticated
        if len(trouble.aliases) > LONGEST_ALIAS_CHAIN:
            self._finish(query, Answer(Outcome.SERVFAIL))
            return
        query.section = question_section(Question(trouble.aliases[-1], query.kind))
        trouble.attempt = 0
        trouble.answered_by.clear()
        self._resend(query)

    def _doubt(self, query: Query, upstream: Upstream) -> None:
        # NOERROR, no answer, no SOA: a "no" only from a resolver that never sends the SOA.
        if self.trouble_of(query).pinned is not None:
            self._finish(query, Answer(Outcome.UNPROVEN))
        elif upstream.proves is None:
            query.expires_at = _NEVER
            upstream.awaiting_proof.append(query)
            self._ask_for_proof(upstream)
        elif upstream.proves:
            self.unusable(query, upstream, Outcome.UNPROVEN)
        else:
            self._finish(query, Answer(Outcome.NODATA))

    def _ask_for_proof(self, upstream: Upstream) -> None:
        if upstream.proof_is_asked:
            return
        upstream.proof_is_asked = True

        def heard(_token: int, answer: Answer) -> None:
            self._learn(upstream, answer)

        # Another asker's question for the same record is not bound to this upstream: a key apart.
        key = b"proof from " + upstream.address.text.encode()
        probe = self._own_query(_PROOF_QUESTION, heard, key)
        self.trouble_of(probe).pinned = upstream
        self._begin(probe)

    def _learn(self, upstream: Upstream, answer: Answer) -> None:
        upstream.proof_is_asked = False
        if answer.zone is not None:
            upstream.proves = True
        elif answer.outcome in {Outcome.UNPROVEN, Outcome.NXDOMAIN}:
            upstream.proves = False
        waiting, upstream.awaiting_proof = upstream.awaiting_proof, []
        for query in waiting:
            if query.done:
                continue
            if upstream.proves is None:
                # DNS trouble is never "no": while we do not know, nothing is proven.
                self.unusable(query, upstream, Outcome.UNPROVEN)
            else:
                self._doubt(query, upstream)

    def _open_stream(self, query: Query, upstream: Upstream) -> None:
        query.expires_at = _NEVER  # the stream has its own time limit
        task = self._loop.create_task(self._exchange(query, upstream))
        self._streams.add(task)
        task.add_done_callback(self._streams.discard)

    async def _exchange(self, query: Query, upstream: Upstream) -> None:
        async with self._stream_slots:
            if _is_over(query):
                return
            section = query.section
            trouble = self.trouble_of(query)
            message = os.urandom(2) + message_tail(section, edns=trouble.edns)
            patience = min(trouble.patience[-1], trouble.give_up_at - self._clock())
            try:
                reply_octets = await stream.exchange(upstream.address, message, patience)
                reply = read_reply(reply_octets, section, query.kind)
            except ConnectionRefusedError:
                # It cut its answer short and will not give the whole: not the sender's fault.
                if not _is_over(query):
                    self.unusable(query, upstream, Outcome.UNREACHABLE)
                return
            except OSError:
                if not _is_over(query):
                    self.silent(query, self._clock())
                return
            except MalformedMessage:
                self._counters.malformed += 1
                reply = _GARBAGE
        if _is_over(query):
            return
        if isinstance(reply, Truncated):
            self.unusable(query, upstream, Outcome.SERVFAIL)
        else:
            self.consider(query, upstream, reply)

    def close(self) -> None:
        for task in self._streams:
            task.cancel()


def _is_over(query: Query) -> bool:
    # A function, or the type checker would take it that nothing changes during an await.
    return query.done


def settle(query: Query, answer: Answer) -> Answer:
    """The answer to the question as it was asked, aliases followed on the way included."""
    trouble = query.trouble
    if trouble is None or not trouble.aliases or answer.outcome in TEMPORARY:
        return answer
    return msgspec.structs.replace(
        answer,
        aliases=trouble.aliases + answer.aliases,
        ttl=min(trouble.ttl, answer.ttl),
        authenticated=trouble.authenticated and answer.authenticated,
    )
