"""A daemon, alone or with workers, hears of a repair from whoever shares its store."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gotrdns.names import Address, DomainName
from gotrdns.store.queries import Store
from tests.unit.loopback import LoopbackServer, run
from tests.unit.policy_service import Peer
from tests.unit.running_service import Running, ask_http, ask_line, no_such_name
from tests.unit.stores import url_of

CLIENT = Address.parse("85.105.64.87")
NEIGHBOUR = Address.parse("85.105.64.88")
NAME = DomainName.parse("mail.business.example")
REFUSED = b"action=550 5.7.25 "
LET_IN = b"action=DUNNO"


def confirm(url: str) -> None:
    with Store(url) as store:
        store.confirm(CLIENT, NAME)


async def is_told(peer: Peer, answer: bytes) -> bool:
    return (await peer.ask(CLIENT)).startswith(answer)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(2):
        while not await condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_client_is_let_in_as_soon_as_its_repair_was_seen_and_that_is_counted(
    tmp_path: Path, workers: int
) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    control, metrics = tmp_path / "control", tmp_path / "metrics"

    async def repairs() -> dict[str, Any]:
        status = json.loads(await ask_line(control, b"status"))
        found = status["repairs"]
        assert isinstance(found, dict)
        return found

    async def is_counted() -> bool:
        return bool((await repairs())["passes"])

    async def main() -> None:
        async with LoopbackServer(lambda query: [no_such_name(query)]) as resolver:
            more = (
                f'[resolver]\nservers = ["{resolver.address.text}"]\n'
                f'[control]\nsocket = "unix:{control}"\n[metrics]\nlisten = ["unix:{metrics}"]\n'
            )
            async with Running(tmp_path, more, store=url, workers=workers) as daemon:
                peer = await daemon.connect()
                assert (await peer.ask(CLIENT)).startswith(REFUSED)
                await asyncio.to_thread(confirm, url)
                await until(lambda: is_told(peer, LET_IN))
                assert (await peer.ask(NEIGHBOUR)).startswith(REFUSED)
                await until(is_counted)  # workers tell a little later
                assert (await repairs())["held"] == 1
                told = (await ask_http(metrics, "/metrics")).text
                assert "gotrdns_confirmations 1.0\n" in told
                assert 'rule="repair-seen"' in told

                daemon.configure(more, store="none")
                await daemon.reload()
                await until(lambda: is_told(peer, REFUSED))
                assert (await repairs())["held"] == 0
                await peer.close()

    run(main())
