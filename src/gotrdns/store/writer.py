"""The one thread that talks to the database, so that the mail path never does.

Owns its rhythm, and what happens in trouble: everything waits in ``pending``, the connection is
made anew with growing pauses, and whoever is told of trouble is told of its end.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import DAY, History
from gotrdns.store.histories import Histories
from gotrdns.store.merging import apply_changes
from gotrdns.store.pending import ClientChanges, Pending, Sighting, Write
from gotrdns.store.settings import StoreSettings
from gotrdns.store.trouble import StoreUnavailable, WriteRefused
from gotrdns.vouching.reach import Spoken

if TYPE_CHECKING:
    from gotrdns.store.session import Session

FLUSH_INTERVAL: Final = 0.5
LONGEST_PAUSE: Final = 8.0
# Whoever is turned away comes back again and again: how often can be told a little later.
_FLUSHES_A_RIPENING: Final = 20
_BATCH: Final = 500
_FLUSHES_A_READING: Final = 60  # every half minute: what other daemons' domains have spoken
_LOADED_AT_ONCE: Final = 200


class Counters(msgspec.Struct):
    """Totals since start. ``latency`` is how many seconds the last batch took."""

    written: int = 0
    errors: int = 0
    latency: float = 0.0


class Listeners(msgspec.Struct, frozen=True):
    """Whom the writer tells, from its own thread."""

    allowances: Callable[[Allowances], None]
    confirmations: Callable[[Confirmations], None]
    spoken: Callable[[Sequence[Spoken]], None]
    trouble: Callable[[str], None]
    recovered: Callable[[float, int], None]  # after how many seconds, how much was lost


class Writer:
    """Loads what is asked for, writes what waits, and watches exceptions and confirmations."""

    def __init__(
        self,
        settings: StoreSettings,
        pending: Pending,
        histories: Histories,
        listeners: Listeners,
        *,
        clock: Callable[[], float],
        interval: float = FLUSH_INTERVAL,
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._pending = pending
        self._histories = histories
        self._listeners = listeners
        self._clock = clock
        self._interval = interval
        self._session: Session | None = None
        self._next_flush = 0.0
        self._next_prune = 0.0
        self._next_ripening = 0.0
        self._next_reading = 0.0
        self._troubled_since: float | None = None
        self._lost_before = 0
        self._pause = interval
        self._wake = threading.Event()
        self._close_by: float | None = None
        self._thread = threading.Thread(target=self._run, name="gotrdns-store", daemon=True)

    @property
    def in_trouble(self) -> bool:
        return self._troubled_since is not None

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something is asked for that should not wait for the next flush."""
        if not self.in_trouble:
            self._wake.set()

    def flush_soon(self) -> None:
        """So much waits that it should not wait for the next flush either."""
        self._next_flush = 0.0
        self.wake()

    def close(self, seconds: float) -> None:
        """Write what waits, and end; within so many seconds, whatever happens."""
        self._close_by = time.monotonic() + seconds
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while self._close_by is None:
            self._turn()
            self._wake.wait(self._rest())
            self._wake.clear()
        while True:
            self._next_flush = 0.0
            self._turn()
            if not self._pending or time.monotonic() + self._interval > self._close_by:
                break
            time.sleep(min(self._interval, 0.1))
        if self._session is not None:
            self._session.close()

    def _rest(self) -> float:
        if self.in_trouble:
            return self._pause
        return max(0.0, self._next_flush - time.monotonic())

    def _turn(self) -> None:
        try:
            self._work()
        except StoreUnavailable as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")
        else:
            self._recover()

    def _work(self) -> None:
        session = self._session or self._open()
        self._load(session)
        if time.monotonic() < self._next_flush:
            return
        if self._close_by is not None or time.monotonic() >= self._next_ripening:
            self._pending.ripen()
            self._next_ripening = time.monotonic() + _FLUSHES_A_RIPENING * self._interval
        if session.moved:
            raise StoreUnavailable("the file was moved or removed")
        while writes := self._pending.take(_BATCH):
            self._write(session, writes)
            self._load(session)
        if time.monotonic() >= self._next_reading:
            self._listeners.spoken(session.spoken(self._clock()))
            self._next_reading = time.monotonic() + _FLUSHES_A_READING * self._interval
        confirmations = session.changed_confirmations(self._clock())
        if confirmations is not None:
            self._listeners.confirmations(confirmations)
        # Last: who starts waits until the exceptions are known.
        allowances = session.changed_allowances(self._clock())
        if allowances is not None:
            self._listeners.allowances(allowances)
        if time.monotonic() >= self._next_prune and not session.prune(self._clock()):
            self._next_prune = time.monotonic() + DAY
        self._next_flush = time.monotonic() + self._interval

    def _open(self) -> "Session":
        # SQLAlchemy takes 200 ms to import, which the start of the daemon does not wait for.
        from gotrdns.store.session import Session  # noqa: PLC0415

        self._session = Session(self._settings)
        return self._session

    def _load(self, session: "Session") -> None:
        requested = self._histories.requested(_LOADED_AT_ONCE)
        if not requested:
            return
        for client, stored in session.histories(requested).items():
            history = apply_changes(stored, self._pending.changes_of(client))
            self._histories.loaded(client, requested[client], history)

    def _write(self, session: "Session", writes: Sequence[Write]) -> None:
        started = time.monotonic()
        try:
            self._written(writes, session.write(writes, self._clock()))
        except StoreUnavailable as error:
            if not isinstance(error, WriteRefused):
                self._pending.put_back(writes)
                raise
            self._write_singly(session, writes)
        except Exception:
            self._write_singly(session, writes)
        self.counters.latency = time.monotonic() - started

    def _write_singly(self, session: "Session", writes: Sequence[Write]) -> None:
        for position, write in enumerate(writes):
            try:
                self._written([write], session.write([write], self._clock()))
            except StoreUnavailable as error:
                if not isinstance(error, WriteRefused):
                    self._pending.put_back(writes[position:])
                    raise
                self._drop(write)
            except Exception:
                self._drop(write)

    def _drop(self, write: Write) -> None:
        self.counters.errors += 1
        self._pending.give_up([write])

    def _written(self, writes: Sequence[Write], histories: dict[bytes, History]) -> None:
        self.counters.written += len(writes)
        for write in writes:
            if isinstance(write, Sighting):
                write.decided = None
            elif isinstance(write, ClientChanges):
                after = write.changes[-1].after
                self._histories.written(write.client, after, histories[write.client])

    def _fail(self, text: str) -> None:
        self.counters.errors += 1
        if self._session is not None:
            with contextlib.suppress(StoreUnavailable):
                self._session.close()
            self._session = None
        if self._troubled_since is None:
            self._troubled_since = time.monotonic()
            self._lost_before = self._pending.lost
            self._pause = self._interval
            self._listeners.trouble(text)
        else:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._histories.give_up()

    def _recover(self) -> None:
        if self._troubled_since is not None:
            seconds = time.monotonic() - self._troubled_since
            self._troubled_since = None
            self._listeners.recovered(seconds, self._pending.lost - self._lost_before)
