"""The daemon lets in whom somebody vouches for, and remembers who spoke for too many."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.service import Service
from gotrdns.names import Address
from gotrdns.settings import read_settings
from tests.unit.loopback import LoopbackServer, reply, run
from tests.unit.policy_service import Peer

SOA = ". 60 IN SOA a.root. hostmaster.root. 1 1 1 1 60"
BOTS = [Address.parse(f"85.105.{n}.87") for n in range(4)]
BUSINESS = Address.parse("193.140.99.25")
RECORDS = {
    (".", "NS"): "a.root.",
    **{(f"bot{n}.spammer.example.", "A"): each.text for n, each in enumerate(BOTS)},
    ("business.example.", "TXT"): '"v=spf1 ip4:193.140.99.0/24 -all"',
    ("slow.example.", "TXT"): "",
}


def answer(query: dns.message.Message) -> list[bytes]:
    """What the records say; no client has a PTR, and of slow.example nothing is heard."""
    question = query.question[0]
    name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
    if name == "slow.example.":
        return []
    if (name, kind) in RECORDS:
        return [reply(query, f"{name} 60 IN {kind} {RECORDS[name, kind]}")]
    known = {owner for owner, _ in RECORDS}
    rcode = dns.rcode.NOERROR if name in {*known, "arpa."} else dns.rcode.NXDOMAIN
    return [reply(query, authority=(SOA,), rcode=rcode)]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of the test
        await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(directory: Path, store: str) -> AsyncIterator[Peer]:
    """A daemon from its start to its end, and a connection to it."""
    path, socket, log = (directory / name for name in ("gotrdns.toml", "socket", "log"))
    path.write_text(
        f'[policy]\nmode = "protect"\n[postfix]\nlisten = ["unix:{socket}"]\n'
        f'[verification]\ndeadline = 3.0\n[store]\nurl = "{store}"\n[control]\nsocket = ""\n'
    )
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    service = Service(path, read_settings(path), Journal(descriptor, Level.INFO))
    task = asyncio.create_task(service.run())
    await until(lambda: "event=started" in log.read_text())
    peer = Peer(*await asyncio.open_unix_connection(str(socket)))
    try:
        yield peer
    finally:
        await peer.close()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        os.close(descriptor)


@asynccontextmanager
async def answering(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with LoopbackServer(answer) as server:
        monkeypatch.setattr(
            "gotrdns.resolution.servers.read_resolv_conf", lambda: (server.address,)
        )
        yield


async def bot(peer: Peer, number: int) -> bytes:
    helo = f"bot{number}.spammer.example"
    return (await peer.ask(BOTS[number], helo_name=helo, sender=f"x@{helo}"))[:19]


def test_a_business_is_let_in_by_its_spf_whatever_its_helo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with answering(monkeypatch), serving(tmp_path, "none") as peer:
            for helo in ("localhost", "slow.example"):
                said = await peer.ask(BUSINESS, helo_name=helo, sender="a@business.example")
                assert said.startswith(b"action=PREPEND X-Gotrdns: "), said
            said = await peer.ask(BUSINESS, helo_name="localhost", sender="a@spammer.example")
            assert said.startswith(b"action=450 4.7.25 "), said

    run(main())


def test_a_domain_that_spoke_for_too_many_is_remembered_by_the_next_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"sqlite:///{tmp_path}/store.sqlite3"

    async def main() -> None:
        async with answering(monkeypatch):
            async with serving(tmp_path, store) as peer:
                for number in range(3):
                    assert await bot(peer, number) == b"action=PREPEND X-Go"
            async with serving(tmp_path, store) as peer:
                assert await bot(peer, 3) == b"action=450 4.7.25 8"
            async with serving(tmp_path, store) as peer:
                for number in range(4):
                    assert await bot(peer, number) == b"action=450 4.7.25 8"

    run(main())


def test_what_was_heard_goes_along_to_another_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"sqlite:///{tmp_path}/store.sqlite3"

    async def main() -> None:
        async with answering(monkeypatch):
            async with serving(tmp_path, "none") as peer:
                for number in range(4):
                    await bot(peer, number)
                settings = tmp_path / "gotrdns.toml"
                settings.write_text(settings.read_text().replace('"none"', f'"{store}"'))
                os.kill(os.getpid(), signal.SIGHUP)
                await until(lambda: "event=reloaded" in (tmp_path / "log").read_text())
            async with serving(tmp_path, store) as peer:
                assert await bot(peer, 0) == b"action=450 4.7.25 8"

    run(main())
