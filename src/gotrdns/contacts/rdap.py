"""The registries of address blocks, asked by RDAP: one address, one deadline.

Owns the thread in which that happens: whoisit and its kin take long to import, name resolution
cannot be cancelled, and neither may hold up the event loop or the end of the program. Only the
address is sent.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from gotrdns.contacts.cache import Cache, default_directory
from gotrdns.contacts.holder import Holder, NoRdap
from gotrdns.names import Address, special_use

if TYPE_CHECKING:
    from gotrdns.contacts.directory import Directory

DEADLINE: Final = 10.0  # seconds
IANA: Final = "https://data.iana.org/rdap/"
_AT_ONCE: Final = 4  # registries refuse those who ask much


def open_registry(
    *, deadline: float = DEADLINE, environment: Mapping[str, str] = os.environ
) -> "Registry":
    """The world's registries, with the user's cache."""
    return Registry(Cache(default_directory(environment)), deadline=deadline)


class Registry:
    """Knows who holds an address; one object serves a process. ``deadline`` is seconds a look-up.

    ``iana`` is where the lists of registries are, ending in a slash. ``allow_insecure`` permits
    plain HTTP, for tests.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        deadline: float = DEADLINE,
        iana: str = IANA,
        allow_insecure: bool = False,
    ) -> None:
        self.cache = cache
        self._deadline = deadline
        self._iana = iana
        self._allow_insecure = allow_insecure
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._directory: Directory | None = None

    async def find_holder(self, address: Address) -> Holder:
        """Raises NoRdap, by the deadline at the latest."""
        if special_use(address):
            raise NoRdap(f"{address} is no public address, so nobody is registered for it")
        expires = time.monotonic() + self._deadline
        try:
            async with asyncio.timeout(self._deadline):
                await self._slots.acquire()
                return await _run_in_thread(
                    lambda: self._look_up(address, expires), self._slots.release
                )
        except TimeoutError:
            raise NoRdap(f"no answer within {self._deadline:g} seconds") from None

    def _look_up(self, address: Address, expires: float) -> Holder:
        """Runs in a thread."""
        known = self.cache.find_holder(address)
        if known is not None:
            return known
        try:
            from gotrdns.contacts.answers import read_answer  # noqa: PLC0415 - see the module
            from gotrdns.contacts.directory import Directory  # noqa: PLC0415
            from gotrdns.contacts.fetching import Fetcher  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise NoRdap(
                f"{error.name} is not installed; pip install 'gotrdns[rdap]' brings it"
            ) from error
        except (ImportError, OSError, ValueError) as error:  # whoisit reads proxy settings by then
            raise NoRdap(f"whoisit does not load here: {error}") from error
        if self._directory is None:
            self._directory = Directory(self.cache, self._iana, allow_insecure=self._allow_insecure)
        with Fetcher(expires, allow_insecure=self._allow_insecure) as fetcher:
            url = self._directory.find_url(address, fetcher)
            body, host = fetcher.fetch(url)
        holder, block = read_answer(body, address, host)
        self.cache.store_holder(address, block, holder)
        return holder


async def _run_in_thread(work: Callable[[], Holder], finished: Callable[[], None]) -> Holder:
    """Not asyncio's executor: Python waits for its threads at exit, even for abandoned ones.

    ``finished`` is called in the loop when the thread ends, so abandoned threads count as long as
    they live.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Holder] = loop.create_future()

    def settle(holder: Holder | None, problem: BaseException | None) -> None:
        finished()
        if outcome.done():
            return
        if holder is not None:
            outcome.set_result(holder)
        elif problem is not None:
            outcome.set_exception(problem)

    def run() -> None:
        holder, problem = None, None
        try:
            holder = work()
        except BaseException as error:
            problem = error
        try:
            loop.call_soon_threadsafe(settle, holder, problem)
        except RuntimeError:
            return  # the loop has ended, and nobody waits

    try:
        threading.Thread(target=run, name="rdap", daemon=True).start()
    except RuntimeError as error:
        finished()
        raise NoRdap("this process can start no more threads") from error
    return await outcome
