"""A daemon within the test's own process, with what it writes."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import httpx

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.manager import ServiceManager
from gotrdns.daemon.service import Service
from gotrdns.settings import read_settings
from tests.unit.loopback import reply
from tests.unit.policy_service import Peer

SOA = ". 60 IN SOA a.root. hostmaster.root. 1 1 1 1 60"


class Running:
    """A daemon in a task of this event loop, which it shares with its name servers."""

    def __init__(
        self,
        directory: Path,
        more: str = '[control]\nsocket = ""\n',
        store: str = "none",
        manager: ServiceManager | None = None,
        workers: int = 0,
    ) -> None:
        self._manager = manager
        self._workers = workers
        self._path = directory / "gotrdns.toml"
        self._socket = directory / "socket"
        self._log = directory / "log"
        self.configure(more, store=store)

    def configure(self, more: str, mode: str = "strict", store: str = "none") -> None:
        self._path.write_text(
            f'[policy]\nmode = "{mode}"\n[postfix]\nlisten = ["unix:{self._socket}"]\n'
            f'[store]\nurl = "{store}"\n{more}'
        )

    async def __aenter__(self) -> "Running":
        self._descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT)
        journal = Journal(self._descriptor, Level.INFO)
        self.service = Service(
            self._path,
            read_settings(self._path),
            journal,
            manager=self._manager,
            workers=self._workers,
        )
        self._task = asyncio.create_task(self.service.run())
        await self.until(lambda: "event=started" in self.log)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        os.close(self._descriptor)

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def connect(self) -> Peer:
        return Peer(*await asyncio.open_unix_connection(str(self._socket)))

    async def reload(self) -> None:
        reloads = self.log.count("event=reloaded")
        os.kill(os.getpid(), signal.SIGHUP)
        await self.until(lambda: self.log.count("event=reloaded") > reloads)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.005)


def no_such_name(query: dns.message.Message) -> bytes:
    if query.question[0].name == dns.name.root:
        return reply(query, ". 60 IN NS a.root.")
    return reply(query, authority=(SOA,), rcode=dns.rcode.NXDOMAIN)


async def ask_http(path: Path, page: str) -> httpx.Response:
    """Get a page from a unix socket."""
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with httpx.AsyncClient(transport=transport, timeout=10) as client:
        return await client.get(f"http://localhost{page}")


async def ask_line(path: Path, question: bytes) -> bytes:
    """Ask one question on a control socket."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(question + b"\n")
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer
