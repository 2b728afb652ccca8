"""One question on its way: who waits for it, where it was sent, what went wrong so far.

Owns the state of a question and its patience; the moves are the client's.
"""

from typing import TYPE_CHECKING, Final

import msgspec

from gotrdns.lookup import Listener, Outcome, RecordType
from gotrdns.names import DomainName

if TYPE_CHECKING:
    from gotrdns.resolution.port import Port
    from gotrdns.resolution.upstream import Upstream

# Which of several disappointments is reported: an answer that was heard says more than silence.
_TELLING_ORDER: Final = (
    Outcome.SERVFAIL,
    Outcome.REFUSED,
    Outcome.UNREACHABLE,
    Outcome.TIMEOUT,
    Outcome.UNPROVEN,
)


class Trouble:
    """What a question meets that does not go straight; most never need one.

    ``key`` is the question section as it was asked, before any alias was followed; ``patience``
    is how long each attempt waits, in seconds, and ``give_up_at`` when the last of them must end,
    whatever happens in between. ``sent_from`` is where earlier attempts went. ``overdue`` is set
    when the first of them was met by silence.
    """

    __slots__ = (
        "aliases",
        "answered_by",
        "attempt",
        "authenticated",
        "edns",
        "give_up_at",
        "key",
        "outcomes",
        "overdue",
        "patience",
        "pinned",
        "sent_from",
        "tries",
        "ttl",
    )

    def __init__(self, key: bytes, patience: tuple[float, ...], now: float) -> None:
        self.key = key
        self.patience = patience
        self.give_up_at = now + sum(patience)
        self.attempt = 0
        self.outcomes: set[Outcome] = set()
        self.answered_by: set[Upstream] = set()
        self.tries: dict[Upstream, int] = {}
        self.sent_from: list[tuple[Port, bytes]] = []
        self.pinned: Upstream | None = None
        self.edns = True
        self.overdue = False
        self.aliases: tuple[DomainName, ...] = ()
        self.ttl = 0x7FFF_FFFF
        self.authenticated = True

    @property
    def outcome(self) -> Outcome:
        return next(
            (each for each in _TELLING_ORDER if each in self.outcomes),
            Outcome.TIMEOUT,
        )


class Query(msgspec.Struct, eq=False, gc=False):
    """A question that has been asked and not answered.

    ``section`` is the question section under way, ``port`` and ``id`` where a reply to the latest
    attempt is awaited, ``expires_at`` when that attempt ends, in the client's seconds. Untracked by
    the garbage collector because thousands live at once: ports forget it when it is done. A store
    into a Struct costs three times one into plain slots (its creation a third), so there are few.
    """

    section: bytes
    kind: RecordType
    listener: Listener | None
    token: int
    expires_at: float
    done: bool = False
    port: "Port | None" = None
    id: bytes = b""
    others: list[tuple[Listener, int]] | None = None
    trouble: Trouble | None = None

    @property
    def key(self) -> bytes:
        """The question section as it was asked."""
        return self.section if self.trouble is None else self.trouble.key

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


def spread_patience(timeout: float, attempts: int) -> tuple[float, ...]:
    """Split ``timeout`` seconds over attempts, each waiting longer than the one before."""
    shares = attempts * (attempts + 1) / 2
    return tuple(timeout * share / shares for share in range(1, attempts + 1))
