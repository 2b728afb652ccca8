"""A store in real trouble behind a real Postfix: mail flows, losses are counted, it recovers."""

import asyncio
import json
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gotrdns.policy.history import HOUR
from gotrdns.store.queries import Search, Store
from tests.live import clients
from tests.live.daemon import Daemon
from tests.live.hosted import Hosted
from tests.live.postfix import POLICY_OVER_TCP, POLICY_OVER_UNIX, POLICY_SERVICE_PORT, Postfix
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.smtp import deliver
from tests.support.postgresql import PostgreSQL
from tests.unit.check_program import run_program

FAILING = clients.FOUNDING.address
CONFIRMED = clients.RIGHT_PAIR.address


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


@pytest.fixture
def host(postfix: Postfix, tmp_path: Path) -> Callable[..., Hosted]:
    def make(mode: str = "protect", **settings: str) -> Hosted:
        postfix.restart()  # no smtpd holds a connection to a former daemon
        return Hosted(tmp_path, postfix.policy_socket, mode, **settings)

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that is soon full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


async def answers(daemon: Hosted, times: int) -> list[int]:
    """The codes that a client which fails gets, a minute apart, and that others still pass."""
    codes = []
    for _ in range(times):
        daemon.now += 60
        refusal = (await daemon.deliver(FAILING)).refusal
        codes.append(refusal.code if refusal else 250)
        assert (await daemon.deliver(CONFIRMED)).accepted
    return codes


def test_a_full_disk_defers_and_refuses_nobody_new_and_recovers(
    host: Callable[..., Hosted], small_disk: Path
) -> None:
    async def main() -> None:
        async with host(url=f"sqlite:///{small_disk}/store.sqlite3") as daemon:
            assert await answers(daemon, 1) == [450]
            filler = small_disk / "filler"
            with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
                while True:
                    file.write(bytes(4096))
            daemon.now += 2 * HOUR
            assert await answers(daemon, 2) == [450, 450]
            await daemon.until(lambda: bool(daemon.events("store-failed", "disk")))
            filler.unlink()
            await daemon.until(lambda: bool(daemon.events("store-recovered", "lost=0")))
            assert await answers(daemon, 1) == [450]
        with Store(daemon.url) as store:
            history = store.history_of(bytes([85, 105, 64, 87]))
            assert history is not None and history.failures == 2
            assert len(store.find(Search())) == 2

    asyncio.run(main())


def test_a_locked_database_holds_up_no_mail(host: Callable[..., Hosted]) -> None:
    async def main() -> None:
        async with host() as daemon:
            assert await answers(daemon, 1) == [450]
            await asyncio.sleep(1)
            path = daemon.url.removeprefix("sqlite:///")
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            daemon.now += 2 * HOUR
            conversation = await daemon.deliver(FAILING)
            assert conversation.refusal is not None
            assert conversation.elapsed < 2
            assert await answers(daemon, 2) == [450, 450]
            await daemon.until(lambda: bool(daemon.events("store-failed", "locked")))
            other.execute("ROLLBACK")
            other.close()
            await daemon.until(lambda: bool(daemon.events("store-recovered", "lost=0")))
        with Store(daemon.url) as store:
            history = store.history_of(bytes([85, 105, 64, 87]))
            assert history is not None and history.failures == 2

    asyncio.run(main())


def test_a_postgresql_that_is_killed_loses_no_mail_and_no_memory(
    host: Callable[..., Hosted], postgresql: PostgreSQL
) -> None:
    async def main() -> None:
        async with host(url=postgresql.url) as daemon:
            assert await answers(daemon, 1) == [450]
            await asyncio.sleep(1)
            postgresql.kill()
            daemon.now += 2 * HOUR
            assert await answers(daemon, 3) == [450, 450, 450]
            await daemon.until(lambda: bool(daemon.events("store-failed")))
            await asyncio.to_thread(postgresql.start)
            await daemon.until(lambda: bool(daemon.events("store-recovered", "lost=0")))
        with Store(daemon.url) as store:
            history = store.history_of(bytes([85, 105, 64, 87]))
            assert history is not None and history.failures == 2

    asyncio.run(main())


def test_two_daemons_share_exceptions_and_what_they_decided(
    postgresql: PostgreSQL, postfix: Postfix, tmp_path: Path
) -> None:
    postfix.restart()
    socket, port = postfix.policy_socket, ("127.0.0.1", POLICY_SERVICE_PORT)
    one = settings_file(tmp_path, "one", f"unix:{socket}", postgresql.url)
    other = settings_file(tmp_path, "other", f"inet:127.0.0.1:{port[1]}", postgresql.url)
    shared = clients.MISMATCH.address
    doors = (POLICY_OVER_UNIX, POLICY_OVER_TCP)
    with Daemon(one, [socket]), Daemon(other, [port]):
        for door in doors:
            assert deliver(shared, door).refusal is not None
        client, store = str(shared), ("--store", postgresql.url)
        assert run_program("allow", "add", client, "--reason", "ours", *store).returncode == 0
        time.sleep(1)
        for door in doors:
            assert deliver(shared, door).accepted
        wait_until(lambda: hits(postgresql.url) == 2, "both daemons' hits")
        decisions = run_program("why", client, "--no-now", "--json", *store).stdout.splitlines()
        assert Counter(json.loads(each)["action"] for each in decisions) == {"refuse": 2, "pass": 2}
        assert run_program("allow", "remove", client, *store).returncode == 0
        time.sleep(1)
        for door in doors:
            assert deliver(shared, door).refusal is not None


def settings_file(directory: Path, name: str, door: str, url: str) -> Path:
    path = directory / f"{name}.toml"
    path.write_text(
        f'[policy]\nmode = "strict"\n[resolver]\nservers = ["127.0.0.53"]\n'
        f'[postfix]\nlisten = ["{door}"]\n[store]\nurl = "{url}"\n[control]\nsocket = ""\n'
    )
    return path


def hits(url: str) -> int:
    with Store(url) as store:
        return sum(each.hits for each in store.list_allowances())


def test_without_a_store_from_the_start_nobody_is_refused(
    host: Callable[..., Hosted], tmp_path: Path
) -> None:
    async def main() -> None:
        url = f"sqlite:///{tmp_path}/not/there/store.sqlite3"
        async with host("strict", url=url) as daemon:
            assert daemon.events("store-failed")
            assert await answers(daemon, 1) == [450]
            assert "rule=exceptions-unknown" in daemon.events("decision", "action=defer")[0]
            (tmp_path / "not").mkdir()
            await daemon.until(lambda: bool(daemon.events("store-recovered")))
            assert await answers(daemon, 1) == [550]

    asyncio.run(main())
