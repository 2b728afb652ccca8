"""How much a walker may do: time, questions, and questions at once."""

import asyncio
from collections import Counter
from collections.abc import Callable

import msgspec

from gotrdns.names import Address


class WalkSettings(msgspec.Struct, frozen=True):
    """The limits of one walker, for all its walks together.

    ``deadline`` is for everything, ``patience`` for one attempt, both in seconds. ``questions``
    counts every message sent, ``questions_a_server`` those to one address, ``records`` all that the
    replies hold: a hostile server fills each with thousands. ``unresolved_servers`` is for how many
    name servers of one zone that came without an address one is looked up. ``ask_special`` also
    asks servers at addresses that are not public, for intranets and tests.
    """

    deadline: float = 20.0
    questions: int = 600
    # One server that has everything, and an IPv6 address to seek, takes 30. Whoever delegates to
    # somebody else's server a hundred times wants to annoy it.
    questions_a_server: int = 100
    records: int = 10_000
    at_once: int = 64
    # The NXNS attack delegates to masses of names: BIND and Unbound stop at about as many.
    unresolved_servers: int = 5
    patience: float = 2.0
    ask_special: bool = False
    port: int = 53


class Budget:
    """What is left. Time runs from the first walk on.

    ``ration`` says whether a server may be asked once more by all walkers together.
    """

    def __init__(
        self,
        settings: WalkSettings,
        clock: Callable[[], float],
        ration: Callable[[Address], bool] | None = None,
    ) -> None:
        self.slots = asyncio.Semaphore(settings.at_once)
        self.questions = 0
        self.records = 0
        self.cut_short = False
        self._settings = settings
        self._ration = ration
        self._asked: Counter[Address] = Counter()
        self._clock = clock
        self._started: float | None = None

    def start(self) -> None:
        if self._started is None:
            self._started = self._clock()

    @property
    def elapsed(self) -> float:
        return 0.0 if self._started is None else self._clock() - self._started

    @property
    def remaining(self) -> float:
        return max(0.0, self._settings.deadline - self.elapsed)

    def take(self, server: Address) -> bool:
        """Take one question out of the budget; False when there is none left."""
        if self.cut_short or not self._may_ask(server):
            self.cut_short = True
            return False
        self.questions += 1
        self._asked[server] += 1
        return True

    def _may_ask(self, server: Address) -> bool:
        return (
            self.questions < self._settings.questions
            and self._asked[server] < self._settings.questions_a_server
            and (self._ration is None or self._ration(server))
        )

    def take_records(self, count: int) -> bool:
        """Take the records of a reply out of the budget; False when they are too many to read."""
        if self.records + count > self._settings.records:
            self.cut_short = True
            return False
        self.records += count
        return True
