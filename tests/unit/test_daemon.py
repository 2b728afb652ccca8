"""The daemon as a process: started, reloaded, stopped, killed, and short of everything."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gotrdns.names import Address
from tests.unit.daemon_process import (
    REFUSED,
    Daemon,
    ask_on,
    read_reply,
    request,
)
from tests.unit.milter_service import EVERYTHING, message, offer, read_packets


def test_the_daemon_refuses_the_founding_example_and_tells_why(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.ask().startswith(
        "action=550 5.7.25 85.105.64.87 has the reverse name dsl.static851056487.ttnet.net.tr, "
        "but that name has no A record"
    )
    assert daemon.end() == 0
    line = next(line for line in daemon.log.splitlines() if "event=decision" in line)
    assert re.search(
        r"level=info event=decision client=85\.105\.64\.87 result=fail cause=forward-nodata "
        r"action=refuse rule=strict name=dsl\.static851056487\.ttnet\.net\.tr "
        r"incident=[a-z2-7]{16} helo=mail\.example\.com "
        r"sender-domain=example\.com elapsed_ms=[\d.]+$",
        line,
    )
    assert "event=summary connections=0 passed=0 let_in=0 deferred=0 refused=1" in daemon.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_answers_what_is_in_hand(daemon: Daemon, number: signal.Signals) -> None:
    daemon.start()
    with daemon.connect() as busy, daemon.connect() as idle:
        busy.sendall(request("203.0.114.1"))
        time.sleep(0.1)
        daemon.send(number)
        assert idle.recv(1) == b""
        assert read_reply(busy).startswith("action=450 4.7.25 ")
    assert daemon.wait() == 0
    assert not daemon.path.exists()
    assert "event=stopped" in daemon.log


def test_a_reload_changes_the_mode_without_closing_connections(daemon: Daemon) -> None:
    daemon.start()
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        daemon.configure(mode="observe")
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: "event=reloaded mode=observe" in daemon.log)
        assert ask_on(peer).startswith("action=PREPEND X-Gotrdns: ")


def test_a_wrong_file_changes_nothing_and_is_told_with_its_line(daemon: Daemon) -> None:
    daemon.start()
    daemon.settings.write_text('[policy]\nmode = "harsh"\n')
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=settings-refused" in daemon.log)
    assert f'file={daemon.settings} line=2 problem="[policy] mode must be' in daemon.log
    assert daemon.ask().startswith("action=550")


def test_a_reload_opens_new_listeners_and_closes_vanished_ones(
    daemon: Daemon, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    daemon.start()
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        daemon.configure(also=f', "unix:{other}"')
        daemon.send(signal.SIGHUP)
        daemon.until(other.exists)
        assert daemon.ask(path=other).startswith("action=550")
        daemon.configure()
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: not other.exists())
        assert ask_on(peer).startswith("action=550")
        assert daemon.ask().startswith("action=550")


def test_a_reload_opens_and_closes_the_milters_door(daemon: Daemon, tmp_path: Path) -> None:
    door = tmp_path / "milter"
    daemon.start()
    daemon.configure(more=f'[milter]\nlisten = ["unix:{door}"]\n')
    daemon.send(signal.SIGHUP)
    daemon.until(door.exists)
    with daemon.connect(door) as peer:
        peer.sendall(offer(*EVERYTHING) + message(Address.parse(REFUSED)))
        heard = b""
        while not heard.endswith(b"\0\0\0\x01c"):
            heard += peer.recv(4096)
        _agreement, refusal, results, _end = read_packets(heard)
        assert refusal.startswith(b"y550 5.7.25 85.105.64.87 has the reverse name dsl.static")
        assert b'iprev=fail reason="forward-nodata" policy.iprev=85.105.64.87' in results
        daemon.configure()
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: not door.exists())
    assert daemon.ask().startswith("action=550")


def test_a_reload_may_change_the_resolver(daemon: Daemon) -> None:
    daemon.start()
    assert daemon.ask().startswith("action=550")
    text = daemon.settings.read_text().replace("[resolver]\n", "[resolver]\nwindow = 64\n")
    daemon.settings.write_text(text)
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=reloaded" in daemon.log)
    assert daemon.ask().startswith("action=550")


def test_a_place_that_cannot_be_had_at_a_reload_is_told_and_the_others_serve(
    daemon: Daemon,
) -> None:
    daemon.start()
    daemon.configure(also=', "unix:/nonexistent/socket"')
    daemon.send(signal.SIGHUP)
    daemon.until(lambda: "event=cannot-listen" in daemon.log)
    assert daemon.ask().startswith("action=550")


def test_a_killed_daemon_is_followed_by_another_on_the_same_socket(daemon: Daemon) -> None:
    daemon.start()
    daemon.end(signal.SIGKILL)
    assert daemon.path.exists()
    daemon.start()
    assert daemon.ask().startswith("action=550")


def test_a_second_daemon_does_not_take_the_socket_of_the_first(daemon: Daemon) -> None:
    daemon.start()
    second = run_serve(daemon.settings)
    assert second.returncode == 1
    assert "is gotrdns running already?" in second.stderr
    assert "Traceback" not in second.stderr
    assert daemon.ask().startswith("action=550")


def test_an_unreachable_resolver_lets_mail_in_and_raises_an_alarm(daemon: Daemon) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
    text = daemon.settings.read_text()
    ours = f"127.0.0.1:{daemon.name_server.port}"
    daemon.settings.write_text(text.replace(ours, f"127.0.0.1:{port}"))
    daemon.start()
    assert daemon.ask().startswith("action=PREPEND X-Gotrdns: iprev=temperror")
    daemon.until(lambda: "event=alarm alarm=resolver-unreachable count=1" in daemon.log)


def test_a_closed_log_stops_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    daemon.start(standard_error=writing)
    os.close(writing)
    assert daemon.ask().startswith("action=550")
    assert daemon.end() == 0


def test_a_log_nobody_reads_stops_nothing(daemon: Daemon) -> None:
    reading, writing = os.pipe()
    daemon.start(standard_error=writing)
    os.close(writing)
    with daemon.connect() as peer:
        for _ in range(600):
            assert ask_on(peer).startswith("action=550")
    assert daemon.end() == 0
    os.close(reading)


def test_running_out_of_descriptors_does_not_end_the_daemon(daemon: Daemon) -> None:
    daemon.start(descriptors=40)
    with daemon.connect() as early:
        assert ask_on(early).startswith("action=550")
        peers = [daemon.connect() for _ in range(60)]
        time.sleep(0.2)
        assert ask_on(early).startswith("action=550")
        for peer in peers:
            peer.close()
    daemon.until(lambda: answers(daemon))
    assert daemon.end() == 0


def answers(daemon: Daemon) -> bool:
    try:
        return daemon.ask().startswith("action=550")
    except OSError:
        return False


def run_serve(settings: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gotrdns", "serve", "--settings", str(settings), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)


def test_settings_can_be_checked_without_serving(daemon: Daemon) -> None:
    checked = run_serve(daemon.settings, "--check-settings")
    assert checked.returncode == 0
    assert checked.stdout.startswith("settings are right\n")
    assert f"\nlistening  postfix  unix:{daemon.path}\n" in checked.stdout
    assert not daemon.path.exists()


@pytest.mark.parametrize("arguments", [(), ("--check-settings",)])
def test_wrong_settings_end_with_status_2_and_their_lines(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "gotrdns.toml"
    path.write_text('[policy]\nmode = "harsh"\nspeed = 1\n')
    ended = run_serve(path, *arguments)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert lines[0].startswith(f"gotrdns: {path}:2: [policy] mode must be one of")
    assert lines[1].startswith(f'gotrdns: {path}:3: [policy] unknown key "speed"')


def test_a_daemon_without_standard_error_serves(daemon: Daemon) -> None:
    command = f"exec {sys.executable} -m gotrdns serve --settings {daemon.settings} 2>&-"
    daemon._process = subprocess.Popen(["sh", "-c", command])
    daemon.until(daemon._accepts)
    assert daemon.ask().startswith("action=550")
    assert daemon.end() == 0


@pytest.mark.parametrize("workers", [0, 2])
def test_a_reload_puts_back_a_socket_that_was_removed(daemon: Daemon, workers: int) -> None:
    daemon.start(workers=workers)
    with daemon.connect() as peer:
        daemon.path.unlink()
        target = daemon.path.with_name("target")
        target.touch(mode=0o600)
        daemon.path.symlink_to(target)
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: "event=cannot-listen" in daemon.log)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        daemon.path.unlink()
        daemon.send(signal.SIGHUP)
        daemon.until(daemon.listens)
        assert daemon.ask().startswith("action=550")
        assert ask_on(peer).startswith("action=550")
    assert daemon.end() == 0
    assert not daemon.path.exists()
