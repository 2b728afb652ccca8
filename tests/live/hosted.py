"""A daemon in the test's own process, whose clock the test moves: days pass in milliseconds.

Owns its life, its settings and its log. Everything else about it is what `gotrdns serve` runs.
"""

import asyncio
import functools
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.service import Service
from gotrdns.settings import read_settings
from tests.live.postfix import POLICY_OVER_UNIX
from tests.live.smtp import Conversation, deliver

SETTINGS = """\
[policy]
mode = "{mode}"
{policy}
[resolver]
servers = ["{resolver}"]

[postfix]
listen = ["unix:{socket}"]

[store]
url = "{url}"

[control]
socket = ""
{more}
"""
_MOST_SENDERS: Final = 80
BEGINNING: Final = 1_800_000_000.0


class Hosted:
    """The service between its first and its last moment, in the running event loop."""

    def __init__(
        self,
        directory: Path,
        socket: Path,
        mode: str,
        *,
        resolver: str = "127.0.0.53",
        url: str | None = None,
        policy: str = "",
        more: str = "",
    ) -> None:
        self.now = BEGINNING
        self.url = url or f"sqlite:///{directory}/store.sqlite3"
        self._log = directory / f"{mode}.log"
        settings = directory / f"{mode}.toml"
        settings.write_text(
            SETTINGS.format(
                mode=mode, policy=policy, resolver=resolver, socket=socket, url=self.url, more=more
            )
        )
        self._descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._senders = ThreadPoolExecutor(_MOST_SENDERS)
        journal = Journal(self._descriptor, Level.DEBUG)
        self._service = Service(settings, read_settings(settings), journal, lambda: self.now)

    async def __aenter__(self) -> "Hosted":
        self._task = asyncio.create_task(self._service.run())
        await self.until(lambda: bool(self.events("started")))
        return self

    async def __aexit__(self, *_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)  # its handler is the service's
        await self._task
        self._senders.shutdown()
        os.close(self._descriptor)

    async def deliver(self, client: object, **envelope: Any) -> Conversation:
        """One message through Postfix, as that client."""
        conversation = functools.partial(deliver, str(client), POLICY_OVER_UNIX, **envelope)
        return await asyncio.get_running_loop().run_in_executor(self._senders, conversation)

    def events(self, kind: str, text: str = "") -> list[str]:
        """Lines of the log."""
        lines = self._log.read_text().splitlines()
        return [line for line in lines if f"event={kind}" in line and text in line]

    async def until(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            if self._task.done():
                self._task.result()
            assert asyncio.get_running_loop().time() < end, self._log.read_text()
            await asyncio.sleep(0.01)
