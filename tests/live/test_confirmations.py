"""A repair that was seen at every real server, in daemons whose resolver still says no."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from gotrdns.explaining.confirming import (
    Confirmability,
    Confirmable,
    Obstacle,
    Unconfirmable,
    read_confirmability,
)
from gotrdns.explaining.expert import Expert
from gotrdns.names import Address, DomainName
from gotrdns.policy.confirmations import Confirmation
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.walk import WalkSettings, read_root_hints
from gotrdns.store.queries import Store
from tests.live.daemon import Daemon
from tests.live.internet import Internet
from tests.live.postfix import POLICY_OVER_TCP, POLICY_OVER_UNIX, POLICY_SERVICE_PORT, Postfix
from tests.live.process import wait_until
from tests.live.program import check_all
from tests.live.repair import CLIENT, SEED, Repair
from tests.live.resolver import Resolver
from tests.live.serving import events
from tests.live.smtp import deliver
from tests.support.postgresql import PostgreSQL
from tests.unit.check_program import lines_of, run_program

ADDRESS: Final = Address.parse(CLIENT)
NAME: Final = DomainName.parse(f"mail.{SEED.domain}".rstrip("."))
NOTICED_WITHIN: Final = 2.0  # seconds
RESOLVER: Final = ResolverSettings(servers=("127.0.0.53",))
SETTINGS: Final = """\
[policy]
mode = "strict"
mark-passes = true

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["{door}"]

[store]
url = "{url}"

[control]
socket = ""
"""


@pytest.fixture
def repair(internet: Internet, cold_resolver: Resolver) -> Iterator[Repair]:
    assert cold_resolver.running
    change = Repair(internet)
    yield change
    change.undo()


def settings(directory: Path, door: str, url: str, name: str = "gotrdns") -> Path:
    path = directory / f"{name}.toml"
    path.write_text(SETTINGS.format(door=door, url=url))
    return path


def look(internet: Internet) -> Confirmability:
    """What the authoritative servers say now, and what follows from it."""

    async def explain() -> Confirmability:
        client = open_client(RESOLVER)
        hints = read_root_hints(internet.root_hints)
        walk = WalkSettings(ask_special=True)
        try:
            expert = Expert(client, RESOLVER, hints, walk)
            return read_confirmability(await expert.explain(ADDRESS))
        finally:
            client.close()

    return asyncio.run(explain())


def confirm(url: str, name: DomainName, seconds: float) -> Confirmation:
    with Store(url) as store:
        return store.confirm(ADDRESS, name, seconds=seconds)


def is_accepted(port: int = POLICY_OVER_UNIX) -> bool:
    conversation = deliver(CLIENT, port)
    if conversation.refusal is None:
        return conversation.accepted
    assert conversation.refusal.code == 550
    return False


def wait_until_let_in(port: int, began: float) -> None:
    while not is_accepted(port):
        assert time.monotonic() - began < NOTICED_WITHIN


@pytest.mark.parametrize("arguments", [(), ("--workers", "2")], ids=["alone", "with workers"])
def test_mail_flows_as_soon_as_every_server_has_the_repair(
    internet: Internet,
    repair: Repair,
    postfix: Postfix,
    tmp_path: Path,
    arguments: tuple[str, ...],
) -> None:
    postfix.restart()
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    path = settings(tmp_path, f"unix:{postfix.policy_socket}", url)
    daemon = Daemon(path, [postfix.policy_socket], arguments=arguments)
    with daemon:
        assert not is_accepted()
        repair.publish_address(repair.first)
        half = look(internet)
        assert isinstance(half, Unconfirmable)
        assert Obstacle.SERVER_DISAGREES in half.obstacles
        repair.publish_address(repair.second)
        found = look(internet)
        assert found == Confirmable(NAME)
        assert not is_accepted()  # our resolver holds the old answer for minutes
        made, began = confirm(url, found.name, 12), time.monotonic()
        wait_until_let_in(POLICY_OVER_UNIX, began)
        assert check_all([CLIENT])[CLIENT]["cause"] == "forward-nxdomain"
        conversation = deliver(CLIENT, POLICY_OVER_UNIX)
        [copy] = postfix.copies(conversation.queue_id)
        mark = str(copy.message["X-Gotrdns"])
        assert mark.startswith(f"iprev=pass cause=confirmed address={CLIENT} name={NAME}")
        assert "rule=repair-seen" in mark
        daemon.terminate()
        daemon.start()  # the confirmation is in the store
        assert is_accepted()
        wait_until(lambda: time.time() > made.ends, "it has ended", seconds=15)
        wait_until(lambda: not is_accepted(), "our resolver is believed again", seconds=8)
        assert check_all([CLIENT])[CLIENT]["cause"] == "forward-nxdomain"
    seen = events(daemon, "decision", "rule=repair-seen")
    assert seen
    assert all("overruled=forward-nxdomain" in line for line in seen)
    told = lines_of(run_program("why", CLIENT, "--no-now", "--json", "--store", url).stdout)
    overruled = {each["overruled"] for each in told if each["rule"] == "repair-seen"}
    assert overruled == {"forward-nxdomain"}


def test_daemons_that_share_a_database_all_know_and_one_that_is_killed_holds_up_nothing(
    repair: Repair, postfix: Postfix, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    postfix.restart()
    url = postgresql.url
    socket, port = postfix.policy_socket, ("127.0.0.1", POLICY_SERVICE_PORT)
    one = Daemon(settings(tmp_path, f"unix:{socket}", url, "one"), [socket])
    other = Daemon(settings(tmp_path, f"inet:127.0.0.1:{port[1]}", url, "other"), [port])
    doors = (POLICY_OVER_UNIX, POLICY_OVER_TCP)
    with one, other:
        assert [is_accepted(each) for each in doors] == [False, False]
        repair.publish_address(repair.first, repair.second)
        made, began = confirm(url, NAME, 20), time.monotonic()
        for each in doors:
            wait_until_let_in(each, began)
        postgresql.kill()
        try:
            wait_until(_are_in_trouble(one, other), "both have noticed")
            assert [is_accepted(each) for each in doors] == [True, True]
            wait_until(lambda: time.time() > made.ends, "it has ended", seconds=25)
            for each in doors:
                wait_until(
                    lambda door=each: not is_accepted(door),  # type: ignore[misc]
                    "our resolver is believed again",
                    seconds=8,
                )
        finally:
            postgresql.start()
        wait_until(lambda: bool(events(one, "store-recovered")), "the store is back", seconds=20)
        again, began = confirm(url, NAME, 60), time.monotonic()
        assert again.ends > made.ends
        wait_until_let_in(POLICY_OVER_UNIX, began)


def _are_in_trouble(*daemons: Daemon) -> Callable[[], bool]:
    return lambda: all(events(each, "store-failed") for each in daemons)
