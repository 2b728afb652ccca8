"""`gotrdns serve --workers`: several processes that serve as one."""

import functools
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.unit.daemon_process import (
    REFUSED,
    Daemon,
    NameServer,
    ask_on,
    daemon_in,
    read_reply,
    request,
)


@pytest.fixture
def daemon(tmp_path: Path, name_server: NameServer) -> Iterator[Daemon]:
    with daemon_in(tmp_path, name_server) as each:
        each.start(workers=2)
        yield each


def worker_pids(daemon: Daemon) -> list[int]:
    return [each.pid for each in daemon.status.workers]


def is_there(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def is_let_in(peer: socket.socket) -> bool:
    return ask_on(peer).startswith(("action=PREPEND", "action=DUNNO"))


def test_connections_are_spread_evenly_and_all_are_served(daemon: Daemon) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(41)]
        for peer in peers:
            assert ask_on(peer).startswith("action=550 5.7.25 85.105.64.87 has the reverse name")
        daemon.until(lambda: sum(each.connections for each in daemon.status.workers) == 41)
        assert sorted(each.connections for each in daemon.status.workers) == [20, 21]
        # Whoever has fewer by then gets the next.
        for peer in peers[:20]:
            peer.close()
        daemon.until(lambda: sum(each.connections for each in daemon.status.workers) == 21)
        more = [stack.enter_context(daemon.connect()) for _ in range(20)]
        assert all(ask_on(peer).startswith("action=550") for peer in more)
        daemon.until(lambda: sum(each.connections for each in daemon.status.workers) == 41)
        assert sorted(each.connections for each in daemon.status.workers) == [20, 21]
        daemon.until(lambda: {each.connections for each in daemon.status.listeners} == {41, 0})


def test_what_all_decided_is_counted_and_kept_in_one_place(daemon: Daemon, tmp_path: Path) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(6)]
        for _ in range(5):
            for peer in peers:
                ask_on(peer)
    daemon.until(lambda: sum(each.count for each in daemon.status.since_start.decisions) == 30)
    assert daemon.status.waiting.count >= 2
    assert daemon.end() == 0
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as store:
        rows = store.execute("SELECT address, sum(count) FROM decisions GROUP BY 1").fetchall()
    assert rows == [(REFUSED, 30)]
    assert daemon.log.count("event=decision") == 30
    assert "event=fault" not in daemon.log


def test_a_worker_that_dies_is_replaced_and_the_others_go_on(daemon: Daemon) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(4)]
        assert all(ask_on(peer) for peer in peers)
        killed = worker_pids(daemon)[0]
        os.kill(killed, signal.SIGKILL)
        answers = []
        for peer in peers:
            with suppress(OSError):
                answers.append(ask_on(peer))
        assert sum(each.startswith("action=550") for each in answers) == 2
        assert daemon.ask().startswith("action=550")
        daemon.until(lambda: len([each for each in daemon.status.workers if each.ready]) == 2)
        assert killed not in worker_pids(daemon)
        assert f"event=worker-ended pid={killed} status=-9" in daemon.log
        assert all(daemon.ask().startswith("action=550") for _ in range(4))


def test_an_exception_holds_in_every_worker_within_a_second_or_two(
    daemon: Daemon, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(4)]
        assert all(ask_on(peer).startswith("action=550") for peer in peers)
        store = f"sqlite:///{tmp_path}/store.sqlite3"
        command = ["allow", "add", REFUSED, "--store", store, "--reason", "a test"]
        subprocess.run([sys.executable, "-m", "gotrdns", *command], check=True)
        for peer in peers:
            daemon.until(functools.partial(is_let_in, peer))


def test_a_reload_reaches_every_worker_and_keeps_connections(daemon: Daemon) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(4)]
        assert all(ask_on(peer).startswith("action=550") for peer in peers)
        daemon.configure(mode="observe")
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: "event=reloaded" in daemon.log)
        for number, peer in enumerate(peers):
            peer.sendall(request(REFUSED).replace(b"\n\n", b"\ninstance=%d\n\n" % number))
            assert read_reply(peer).startswith("action=PREPEND X-Gotrdns: iprev=fail")


def test_a_stop_answers_what_is_in_hand_and_leaves_no_process(daemon: Daemon) -> None:
    workers = worker_pids(daemon)
    with ExitStack() as stack:
        peers = [stack.enter_context(daemon.connect()) for _ in range(4)]
        assert all(ask_on(peer) for peer in peers)
        for peer in peers:  # the name server is silent about this client
            peer.sendall(request("192.0.2.1"))
        daemon.until(lambda: daemon.status.resolver.questions > 4)
        daemon.send(signal.SIGTERM)
        assert all(read_reply(peer).startswith("action=") for peer in peers)
    assert daemon.wait() == 0
    assert not any(map(is_there, workers))
    assert not daemon.path.exists()


def test_workers_end_when_their_supervisor_is_killed(daemon: Daemon) -> None:
    workers = worker_pids(daemon)
    assert daemon.ask().startswith("action=550")
    daemon.end(signal.SIGKILL)
    daemon.until(lambda: not any(map(is_there, workers)))
    daemon.start(workers=2)
    assert daemon.ask().startswith("action=550")


def test_a_signal_to_all_processes_is_one_stop(daemon: Daemon) -> None:
    for pid in worker_pids(daemon):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
    assert daemon.ask().startswith("action=550")
    assert daemon.end() == 0
    assert "worker-ended" not in daemon.log


def test_a_worker_that_hangs_gets_no_more_than_it_can_hold(daemon: Daemon) -> None:
    hung = worker_pids(daemon)[0]
    os.kill(hung, signal.SIGSTOP)
    try:
        with ExitStack() as stack:
            peers = [stack.enter_context(daemon.connect()) for _ in range(10)]
            for peer in peers:
                peer.sendall(request(REFUSED))
                peer.settimeout(0.5)
            answered = 0
            for peer in peers:
                with suppress(TimeoutError):
                    answered += read_reply(peer).startswith("action=550")
            assert answered == 5
    finally:
        os.kill(hung, signal.SIGCONT)
