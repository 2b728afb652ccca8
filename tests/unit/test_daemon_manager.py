"""The daemon under a service manager: sockets that outlive it, and what the manager is told."""

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.daemon_process import (
    Daemon,
    ask_on,
    read_reply,
    request,
)
from tests.unit.service_manager import Manager


def listening(path: Path) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX)
    opened.bind(str(path))
    opened.listen()
    return opened


@pytest.fixture
def inherited(daemon: Daemon) -> Iterator[socket.socket]:
    """A socket at the daemon's place that is open whether the daemon runs or not."""
    with listening(daemon.path) as opened:
        yield opened


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_connects_while_the_daemon_is_started_anew_only_waits(
    daemon: Daemon, inherited: socket.socket, number: signal.Signals
) -> None:
    daemon.start(inherited=[inherited])
    assert daemon.ask().startswith("action=550")
    daemon.end(number)
    assert daemon.path.exists()
    with daemon.connect() as early:
        early.sendall(request("85.105.64.87"))
        daemon.start(inherited=[inherited])
        assert read_reply(early).startswith("action=550")
    assert daemon.end() == 0
    assert daemon.path.exists()


def test_a_stop_answers_those_who_were_accepted(daemon: Daemon, inherited: socket.socket) -> None:
    daemon.start(inherited=[inherited])
    with daemon.connect() as busy, daemon.connect() as idle:
        busy.sendall(request("203.0.114.1"))
        time.sleep(0.1)
        daemon.send(signal.SIGTERM)
        assert idle.recv(1) == b""
        assert read_reply(busy).startswith("action=450 4.7.25 ")
        with daemon.connect() as late:
            late.sendall(request("85.105.64.87"))
            assert daemon.wait() == 0
            daemon.start(inherited=[inherited])
            assert read_reply(late).startswith("action=550")


def test_reloads_keep_an_inherited_socket_and_find_it_again(
    daemon: Daemon, inherited: socket.socket, tmp_path: Path
) -> None:
    daemon.start(inherited=[inherited])
    listen = f'listen = ["unix:{daemon.path}"'
    elsewhere = tmp_path / "elsewhere"
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        text = daemon.settings.read_text()
        daemon.settings.write_text(text.replace(listen, f'listen = ["unix:{elsewhere}"'))
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: "event=inherited-unused" in daemon.log)
        assert ask_on(peer).startswith("action=550")
        assert daemon.ask(path=elsewhere).startswith("action=550")
        with daemon.connect() as waiting:
            waiting.sendall(request("85.105.64.87"))
            daemon.settings.write_text(text)
            daemon.send(signal.SIGHUP)
            assert read_reply(waiting).startswith("action=550")
        assert ask_on(peer).startswith("action=550")
    assert not elsewhere.exists()
    assert daemon.path.exists()


def test_sockets_that_the_settings_do_not_mention_are_told(
    daemon: Daemon, inherited: socket.socket, tmp_path: Path
) -> None:
    with listening(tmp_path / "forgotten") as forgotten:
        daemon.start(inherited=[inherited, forgotten], names=["postfix", "old"])
    told = [line for line in daemon.log.splitlines() if "event=inherited-unused" in line]
    [line] = told
    assert f"level=warning event=inherited-unused place=unix:{tmp_path}/forgotten" in line
    assert line.endswith("name=old descriptor=4")


def test_metrics_and_status_can_be_inherited_too(
    daemon: Daemon, inherited: socket.socket, tmp_path: Path
) -> None:
    metrics = tmp_path / "metrics"
    daemon.configure(more=f'[metrics]\nlisten = ["unix:{metrics}"]\n')
    with listening(metrics) as opened, listening(tmp_path / "control") as control:
        daemon.start(inherited=[inherited, opened, control])
        with daemon.connect(metrics) as peer:
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in peer.recv(4096)
        assert daemon.end() == 0
    assert "inherited-unused" not in daemon.log
    assert metrics.exists()


def test_the_manager_hears_of_start_reload_and_stop(daemon: Daemon, tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "notify"))
    daemon.start(environment={"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "30000000"})
    heard: list[str] = []

    def hears(word: str) -> bool:
        heard.extend(manager.heard())
        return any(each.startswith(word) for each in heard)

    daemon.until(lambda: hears("WATCHDOG=1"))
    assert heard[0] == "READY=1\nSTATUS=mode strict, 0 connections; all is well"
    heard.clear()
    daemon.configure(mode="observe")
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: hears("READY=1"))
    assert heard[0].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert "mode observe" in heard[-1]
    heard.clear()
    daemon.settings.write_text("wrong")
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: hears("READY=1"))
    assert "event=settings-refused" in daemon.log
    assert daemon.end() == 0
    assert hears("STOPPING=1")
    manager.close()


def test_a_reload_changes_the_form_of_the_log(daemon: Daemon) -> None:
    daemon.configure(more='[log]\nformat = "json"\n')
    daemon.start()
    assert daemon.ask().startswith("action=550")
    daemon.configure()
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: " event=reloaded " in daemon.log)
    started, decision, reloaded = daemon.log.splitlines()
    assert '"event":"started"' in started
    assert '"event":"decision","client":"85.105.64.87","result":"fail"' in decision
    assert reloaded.startswith("time=")
