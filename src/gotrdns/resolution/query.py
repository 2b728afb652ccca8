"""One question on its way: who waits for it, where it was sent, what went wrong so far.

Owns the state of a question and its patience; the moves are the client's.
"""

from typing import TYPE_CHECKING, Final

from gotrdns.lookup import Answer, Listener, Outcome, RecordType
from gotrdns.names import DomainName

if TYPE_CHECKING:
    from gotrdns.resolution.port import Port
    from gotrdns.resolution.upstream import Upstream

# Which of several disappointments is reported: an answer that was heard says more than silence.
_TELLING_ORDER: Final = (Outcome.SERVFAIL, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.UNPROVEN)


class Trouble:
    """What a question meets that did not go straight; most never need one."""

    __slots__ = (
        "aliases",
        "answered_by",
        "authenticated",
        "edns",
        "outcomes",
        "pinned",
        "sent_from",
        "tries",
        "ttl",
    )

    def __init__(self) -> None:
        self.outcomes: set[Outcome] = set()
        self.answered_by: set[Upstream] = set()
        self.tries: dict[Upstream, int] = {}
        self.sent_from: list[tuple[Port, bytes]] = []
        self.pinned: Upstream | None = None
        self.edns = True
        self.aliases: tuple[DomainName, ...] = ()
        self.ttl = 0x7FFF_FFFF
        self.authenticated = True

    @property
    def outcome(self) -> Outcome:
        return next(
            (each for each in _TELLING_ORDER if each in self.outcomes),
            Outcome.TIMEOUT,
        )


class Query:
    """A question that has been asked and not answered.

    ``key`` is the question section as asked; ``section`` the one now under way, which differs once
    an alias is being followed. ``id`` and ``port`` are those of the latest attempt. Times are the
    event loop's, in seconds.
    """

    __slots__ = (
        "attempt",
        "done",
        "expires_at",
        "id",
        "key",
        "kind",
        "listener",
        "others",
        "patience",
        "port",
        "section",
        "sent",
        "token",
        "trouble",
    )

    def __init__(
        self,
        section: bytes,
        kind: RecordType,
        listener: Listener,
        token: int,
        patience: tuple[float, ...],
        expires_at: float,
    ) -> None:
        self.key = section
        self.section = section
        self.kind = kind
        self.listener: Listener | None = listener
        self.token = token
        self.others: list[tuple[Listener, int]] | None = None
        self.patience = patience
        self.expires_at = expires_at
        self.attempt = 0
        self.sent = False
        self.done = False
        self.port: Port | None = None
        self.id = b""
        self.trouble: Trouble | None = None

    def in_trouble(self) -> Trouble:
        if self.trouble is None:
            self.trouble = Trouble()
        return self.trouble

    def also_tell(self, listener: Listener, token: int) -> None:
        if self.listener is None:
            self.listener, self.token = listener, token
        elif self.others is None:
            self.others = [(listener, token)]
        else:
            self.others.append((listener, token))

    def stop_telling(self, listener: Listener, token: int) -> None:
        if self.others and (listener, token) in self.others:
            self.others.remove((listener, token))
        elif self.listener == listener and self.token == token:
            self.listener = None

    @property
    def is_wanted(self) -> bool:
        return self.listener is not None or bool(self.others)

    def tell(self, answer: Answer) -> None:
        listener, others = self.listener, self.others
        if listener is not None:
            listener(self.token, answer)
        if others:
            for other, token in others:
                other(token, answer)


def spread_patience(timeout: float, attempts: int) -> tuple[float, ...]:
    """Split ``timeout`` seconds over attempts, each waiting longer than the one before."""
    shares = attempts * (attempts + 1) / 2
    return tuple(timeout * share / shares for share in range(1, attempts + 1))
