"""Whom the daemon's decisions take counsel with: the store, the vouchers, the control questions.

Owns their lives across reloads: what was remembered and learnt is kept, unless the settings say
that it belongs elsewhere.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from gotrdns.daemon.watch import Watch
from gotrdns.deciding.counsel import Counsel
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.settings import Settings
from gotrdns.store.memory import StoredMemory
from gotrdns.store.settings import (
    DEFAULT_URL,
    NOWHERE,
    StoreSettings,
    make_directory,
    sqlite_path,
)
from gotrdns.vouching import Reach, Spoken, Vouching

# Seconds that a start waits for the exceptions: without them nobody is refused.
_PATIENCE: Final = 3.0


def _pay_no_heed(_spoken: tuple[Spoken, ...]) -> None:
    pass


class Advice:
    """The counsel of one daemon; ``begin`` comes first.

    ``reach`` is how far domains have spoken; ``on_spoken`` is told what the database knows of it.
    ``lacks_store`` where the settings ask for a store, and there is no place for it.
    """

    counsel: Counsel
    memory: StoredMemory
    sentinel: Sentinel

    _vouching: Vouching
    _control: Client

    def __init__(
        self, watch: Watch, retire: Callable[[Client], None], clock: Callable[[], float]
    ) -> None:
        """``retire`` closes a client when nobody waits for it any more.

        ``clock`` gives seconds since 1970.
        """
        self._watch = watch
        self._clock = clock
        self._retire = retire
        self.reach = Reach()
        self.on_spoken: Callable[[tuple[Spoken, ...]], None] = _pay_no_heed
        self.lacks_store = False

    async def begin(self, settings: Settings, resolver: Client) -> None:
        """Open everything. A store that cannot be opened is no reason not to serve."""
        self.memory = await self._open_memory(settings.store)
        self._follow(settings, resolver)

    async def change(self, before: Settings, settings: Settings, resolver: Client) -> None:
        """Follow other settings; ``resolver`` is the client in use from now on."""
        if settings.store != before.store:
            retired, self.memory = self.memory, await self._open_memory(settings.store)
            for spoken in self.reach.snapshot():
                self._note_spoken(spoken)
            await asyncio.to_thread(retired.close)
        if resolver is self._resolver:
            self.counsel = msgspec.structs.replace(self.counsel, memory=self.memory)
            return
        # Whoever waits for the former vouchers' word goes on waiting for it.
        self._retire(self._control)
        self._follow(settings, resolver)

    async def tick(self) -> None:
        """To be called about every second."""
        await self.sentinel.tick()

    def close(self) -> None:
        """Write what waits; takes seconds if the database is in trouble."""
        self._vouching.close()
        self._control.close()
        self.memory.close()

    async def _open_memory(self, settings: StoreSettings) -> StoredMemory:
        memory = StoredMemory(
            self._choose_store(settings),
            on_trouble=self._watch.store_failed,
            on_recovered=self._watch.store_recovered,
            on_spoken=self._hear_others,
            clock=self._clock,
        )
        await memory.begin(_PATIENCE)
        return memory

    def hear_spoken(self, spoken: tuple[Spoken, ...]) -> None:
        """A worker's news of how far domains have spoken."""
        self.reach.load(spoken)
        for each in spoken:
            self._note_spoken(each)

    def _hear_others(self, spoken: Sequence[Spoken]) -> None:
        """What the database knows, of other daemons or of before."""
        self.reach.load(spoken)
        self.on_spoken(tuple(spoken))

    def _note_spoken(self, spoken: Spoken) -> None:
        self.memory.note_spoken(spoken)

    def _choose_store(self, settings: StoreSettings) -> StoreSettings:
        """Where nobody named a store and the default one has no place to be, there is none.

        Then there can be no exceptions either, and waiting for them would defer for ever.
        """
        self.lacks_store = False
        path = sqlite_path(settings.url)
        if path is None or settings.url != DEFAULT_URL:
            return settings
        try:
            make_directory(path)
        except OSError as error:
            self.lacks_store = True
            self._watch.without_store(f"{path.parent}: {error.strerror}")
            return msgspec.structs.replace(settings, url=NOWHERE)
        return settings

    def _follow(self, settings: Settings, resolver: Client) -> None:
        self._resolver = resolver
        self._vouching = Vouching(
            resolver, self.reach, clock=self._clock, on_spoken=self._note_spoken
        )
        uncached = msgspec.structs.replace(settings.resolver, cache_entries=0)
        self._control = open_client(uncached)
        former = self._watch.sentinel
        self.sentinel = Sentinel(self._control, time.monotonic, self._watch.trust_changed)
        self._watch.sentinel = self.sentinel
        if former is not None:
            former.retire()
        self.counsel = Counsel(self.memory, self._vouching, self.sentinel, self._clock)
