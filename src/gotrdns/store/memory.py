"""What the mail path remembers: at once in this process, a little later in the database.

Owns how often passes are noted. Implements
``deciding.memory.Memory``: nothing here raises or waits. SQLAlchemy is not imported here.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from gotrdns.names import Address
from gotrdns.policy import Decision, Transaction
from gotrdns.policy.allowances import Allowance, AllowanceKind, Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import HOUR, History, client_key
from gotrdns.policy.tallies import Tally
from gotrdns.store.histories import Histories
from gotrdns.store.incidents import Incidents, Opened
from gotrdns.store.merging import Change
from gotrdns.store.pending import (
    AddressSeen,
    ClientChanges,
    DomainSpoke,
    Hits,
    Pending,
    Sighting,
    Tallied,
    Write,
)
from gotrdns.store.settings import NOWHERE, StoreSettings, sqlite_path
from gotrdns.store.writer import FLUSH_INTERVAL, Counters, Listeners, Writer
from gotrdns.verification import Result
from gotrdns.vouching.reach import Spoken

LONGEST_CLOSE: Final = 3.0  # seconds
PASSES_APART: Final = HOUR
_PASSES_REMEMBERED: Final = 200_000
_NEVER: Final = float("-inf")
# Other daemons that share a database may have seen the same client.
_SHARED_FRESH_FOR: Final = 30.0
_WRONG: Final = frozenset({Result.FAIL, Result.PERMERROR})


def _pay_no_heed(*_: object) -> None:
    pass


class Keeper(Protocol):
    """Whoever keeps what waits in ``Pending``, and is asked for the ``Histories`` requested."""

    @property
    def counters(self) -> Counters: ...

    @property
    def in_trouble(self) -> bool: ...

    def start(self) -> None: ...

    def wake(self) -> None:
        """Something is asked for that should not wait."""

    def flush_soon(self) -> None:
        """So much waits that it should not wait for long either."""

    def close(self, seconds: float) -> None:
        """Keep what waits, within so many seconds."""


OpenKeeper = Callable[[Pending, Histories, Listeners], Keeper]


class StoredMemory:
    """Remembers for one process; see ``deciding.memory.Memory``.

    ``on_trouble(text)``, ``on_recovered(seconds, lost)`` and ``on_spoken(spoken)``, which tells
    how far domains have spoken, are called in the event loop that ``start`` was called in, or in
    the writer's thread where there was none. ``clock`` gives seconds since 1970. ``open_keeper``
    is for a process that shares the memory of another: it opens no database of its own.
    """

    def __init__(
        self,
        settings: StoreSettings,
        *,
        on_trouble: Callable[[str], None] = _pay_no_heed,
        on_recovered: Callable[[float, int], None] = _pay_no_heed,
        on_spoken: Callable[[Sequence[Spoken]], None] = _pay_no_heed,
        clock: Callable[[], float] = time.time,
        interval: float = FLUSH_INTERVAL,
        open_keeper: OpenKeeper | None = None,
    ) -> None:
        alone = settings.url == NOWHERE and open_keeper is None
        is_shared = not alone and sqlite_path(settings.url) is None
        fresh_for = _SHARED_FRESH_FOR if is_shared else float("inf")
        if open_keeper is not None:
            fresh_for = 0.0  # others of the same daemon see the same clients all the time
        self._histories = Histories(alone=alone, fresh_for=fresh_for)
        self._pending = Pending(settings.queue)
        self._on_trouble = on_trouble
        self._on_recovered = on_recovered
        self._on_spoken = on_spoken
        self._loop: asyncio.AbstractEventLoop | None = None
        self._allowances = Allowances()
        self._allowances_known = alone
        self._confirmations = Confirmations()
        self._begun = asyncio.Event()
        self._passes: dict[bytes, float] = {}
        # Addresses that have an exception of their own, and when a pass of each was last noted.
        self._excepted: dict[Address, float] = {}
        self._keeper: Keeper | None = None
        listeners = Listeners(
            allowances=self._take_allowances,
            confirmations=self._take_confirmations,
            spoken=self._tell_spoken,
            trouble=self._tell_trouble,
            recovered=self._tell_recovered,
        )
        if open_keeper is not None:
            self._keeper = open_keeper(self._pending, self._histories, listeners)
        elif not alone:
            self._keeper = Writer(
                settings, self._pending, self._histories, listeners, clock=clock, interval=interval
            )
        write = None if self._keeper is None else self._write
        self._incidents = Incidents(self._pending, write)
        self.repeat = self._incidents.repeat  # called for most requests

    def start(self) -> None:
        """Begin to write. Returns at once, whether or not the database is there."""
        with contextlib.suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()
        if self._keeper is not None:
            self._keeper.start()

    def close(self) -> None:
        """Write what waits, for at most LONGEST_CLOSE seconds; what is left by then is lost."""
        if self._keeper is not None:
            self._keeper.close(LONGEST_CLOSE)
            self._pending.ripen()
            self._pending.give_up(self._pending.take(len(self._pending)))

    @property
    def allowances(self) -> Allowances:
        return self._allowances

    @property
    def confirmations(self) -> Confirmations:
        return self._confirmations

    @property
    def allowances_known(self) -> bool:
        return self._allowances_known

    async def begin(self, patience: float) -> None:
        """``start``, and wait until the exceptions are known, or until they cannot be.

        That takes ``patience`` seconds at most: mail waits meanwhile.
        """
        self.start()
        if not self._allowances_known:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._begun.wait(), patience)

    @property
    def queue_depth(self) -> int:
        """How many writes wait."""
        return len(self._pending)

    @property
    def losses(self) -> int:
        """How many writes were dropped."""
        return self._pending.lost

    @property
    def counters(self) -> Counters:
        return self._keeper.counters if self._keeper is not None else Counters()

    @property
    def in_trouble(self) -> bool:
        """Whether the database is out of reach."""
        return self._keeper is not None and self._keeper.in_trouble

    async def history(self, client: bytes) -> History | None:
        found = self._histories.find(client, however_old=self.in_trouble)
        if found is not None or self._keeper is None or self.in_trouble:
            return found
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[History | None] = loop.create_future()

        def answer(history: History | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, heard, history)

        if not self._histories.ask(client, answer):
            return None
        self._keeper.wake()
        return await heard

    def note_sighting(self, client: bytes, result: Result, now: float, *, dynamic: bool) -> None:
        self._passes.pop(client, None)
        change = self._histories.note_sighting(client, result, now, dynamic=dynamic)
        self._write_change(client, change)

    def note_pass(self, client: Address, now: float) -> None:
        noted = self._passes.get(client if len(client) == 4 else client[:8])
        if noted is None or not 0 <= now - noted < PASSES_APART:
            self._note_pass(client_key(client), now)
        if client in self._excepted:
            self._note_excepted_pass(client, now)

    def _note_pass(self, client: bytes, now: float) -> None:
        self._passes.pop(client, None)
        self._passes[client] = now
        if len(self._passes) > _PASSES_REMEMBERED:
            del self._passes[next(iter(self._passes))]
        self._write_change(client, self._histories.note_sighting(client, Result.PASS, now))

    def _note_excepted_pass(self, client: Address, now: float) -> None:
        noted = self._excepted[client]
        if not 0 <= now - noted < PASSES_APART:
            self._excepted[client] = now
            self._write(AddressSeen(client.text, first_pass=now, last_pass=now))

    def remember(self, transaction: Transaction, decision: Decision, now: float) -> str:
        self._note_failure(transaction.address, decision)
        return self._incidents.remember(transaction, decision, now)

    def adopt(self, opened: Opened) -> None:
        """Another process of this daemon has opened an incident: it is counted on here."""
        self._incidents.adopt(opened)

    def _note_failure(self, client: Address | None, decision: Decision) -> None:
        """An address that fails has not been put right, whatever it did before."""
        verdict = decision.verdict
        if client is None or verdict is None or verdict.result not in _WRONG:
            return
        self._passes.pop(client_key(client), None)
        if client in self._excepted:
            self._excepted[client] = _NEVER
            self._write(AddressSeen(client.text, failed=True))

    def note_hit(self, allowance: int, now: float) -> None:
        self._write(Hits(allowance, 1, now))

    def note_spoken(self, spoken: Spoken) -> None:
        """A domain spoke for a client."""
        self._write(DomainSpoke(spoken))

    def note_tallies(self, tallies: Iterable[Tally]) -> None:
        """So many decisions more."""
        for each in tallies:
            self._write(Tallied(each))

    def absorb(self, writes: Sequence[Write]) -> tuple[Opened, ...]:
        """Take in what another process of this daemon has to remember.

        Returns the incidents that it has opened, which the others should know.
        """
        opened = []
        for write in writes:
            if isinstance(write, ClientChanges):
                change = self._histories.repeat(write.client, write.changes)
                self._write_change(write.client, change)
            elif isinstance(write, Sighting):
                opened.append(self._incidents.absorb(write))
            else:
                self._write(write)
        return tuple(each for each in opened if each is not None)

    def _write_change(self, client: bytes, change: Change) -> None:
        if change.before != change.after:
            self._write(ClientChanges(client, (change,)))

    def _write(self, write: Write) -> None:
        if self._keeper is not None:
            self._pending.add(write)
            if 2 * len(self._pending) > self._pending.most:
                self._keeper.flush_soon()

    # What follows is called by the writer's thread.

    def _take_allowances(self, allowances: Allowances) -> None:
        noted = self._excepted
        self._excepted = {
            address: noted.get(address, _NEVER) for address in _excepted(allowances.all)
        }
        self._allowances = allowances
        self._allowances_known = True
        self._tell(self._begun.set)

    def _take_confirmations(self, confirmations: Confirmations) -> None:
        self._confirmations = confirmations

    def _tell_spoken(self, spoken: Sequence[Spoken]) -> None:
        self._tell(self._on_spoken, spoken)

    def _tell_trouble(self, text: str) -> None:
        self._tell(self._on_trouble, text)
        self._tell(self._begun.set)

    def _tell_recovered(self, seconds: float, lost: int) -> None:
        self._tell(self._on_recovered, seconds, lost)

    def _tell(self, listener: Callable[..., None], *arguments: Any) -> None:
        if self._loop is None:
            listener(*arguments)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: the daemon has ended
            self._loop.call_soon_threadsafe(listener, *arguments)


def _settle(heard: asyncio.Future[History | None], history: History | None) -> None:
    if not heard.done():
        heard.set_result(history)


def _excepted(allowances: tuple[Allowance, ...]) -> list[Address]:
    return [Address.parse(each.value) for each in allowances if each.kind is AllowanceKind.ADDRESS]
