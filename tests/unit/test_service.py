"""The daemon within the test's own process: what a reload does to requests under way."""

import os
import signal
from pathlib import Path

import dns.message
import pytest

from gotrdns.names import Address
from gotrdns.resolution.servers import NoServers, ServerAddress
from tests.unit.loopback import LoopbackServer, run
from tests.unit.policy_service import request
from tests.unit.running_service import Running, no_such_name

CLIENT = Address.parse("85.105.64.87")
OTHER_CLIENT = Address.parse("85.105.64.88")


class ResolvConf:
    """A resolv.conf whose name servers may have any port."""

    def __init__(self, *servers: ServerAddress) -> None:
        self.servers = servers

    def read(self) -> tuple[ServerAddress, ...]:
        return self.servers


def test_a_reload_asks_the_resolvers_that_resolv_conf_names_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        silent = LoopbackServer(lambda _query: [])
        answering = LoopbackServer(lambda query: [no_such_name(query)])
        async with silent, answering:
            conf = ResolvConf(silent.address)
            monkeypatch.setattr("gotrdns.resolution.servers.read_resolv_conf", conf.read)
            async with Running(tmp_path) as daemon:
                peer = await daemon.connect()
                peer.send(request(CLIENT))
                await daemon.until(lambda: pointer_question(silent, CLIENT) is not None)
                conf.servers = (answering.address,)
                await daemon.reload()
                assert f"event=reloaded mode=strict listen=unix:{tmp_path}/socket resolvers=" in (
                    daemon.log
                )
                assert f"resolvers={answering.address.text}\n" in daemon.log
                other = await daemon.connect()
                assert (await other.ask(OTHER_CLIENT)).startswith(b"action=550 5.7.25 ")
                assert pointer_question(silent, OTHER_CLIENT) is None

                # What was asked before is answered by whom it was asked.
                asked = pointer_question(silent, CLIENT)
                assert asked is not None
                silent.send(no_such_name(asked), to=asked)
                assert (await peer.reply()).startswith(b"action=550 5.7.25 85.105.64.87 ")
                assert pointer_question(answering, CLIENT) is None
                await peer.close()
                await other.close()

    run(main())


def test_a_reload_keeps_the_resolver_and_its_cache_while_resolv_conf_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with LoopbackServer(lambda query: [no_such_name(query)]) as answering:
            conf = ResolvConf(answering.address)
            monkeypatch.setattr("gotrdns.resolution.servers.read_resolv_conf", conf.read)
            async with Running(tmp_path) as daemon:
                peer = await daemon.connect()
                assert (await peer.ask(CLIENT)).startswith(b"action=550")
                asked = len(answering.queries)
                await daemon.reload()
                assert (await peer.ask(CLIENT)).startswith(b"action=550")
                assert len(answering.queries) == asked
                await peer.close()

    run(main())


def test_a_reload_without_any_resolver_keeps_those_there_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with LoopbackServer(lambda query: [no_such_name(query)]) as answering:
            conf = ResolvConf(answering.address)
            monkeypatch.setattr("gotrdns.resolution.servers.read_resolv_conf", conf.read)
            async with Running(tmp_path) as daemon:
                monkeypatch.setattr(
                    "gotrdns.resolution.servers.read_resolv_conf", _names_no_resolver
                )
                os.kill(os.getpid(), signal.SIGHUP)
                await daemon.until(lambda: "event=settings-refused" in daemon.log)
                peer = await daemon.connect()
                assert (await peer.ask(CLIENT)).startswith(b"action=550")
                await peer.close()

    run(main())


def _names_no_resolver() -> tuple[ServerAddress, ...]:
    raise NoServers("resolv.conf names no resolver")


def pointer_question(server: LoopbackServer, client: Address) -> dns.message.Message | None:
    """The first query about the client's PTR record that the server got, if any."""
    wanted = f"{client.reverse_name.text}."
    return next(
        (each for each in server.queries if each.question[0].name.to_text() == wanted), None
    )
