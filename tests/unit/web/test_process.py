"""The pages as processes: by themselves, and beside a daemon."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gotrdns.reports.status import Pages as StatusPages
from gotrdns.reports.status import Remark, Trouble
from tests.support.activation import activated
from tests.unit.daemon_process import Daemon
from tests.unit.service_manager import Manager


def sections(directory: Path, page: str = "", admin: str = "") -> str:
    return (
        f'[page]\nlisten = ["unix:{directory}/page"]\n{page}\n'
        f'[admin]\nlisten = ["unix:{directory}/admin"]\n{admin}\n'
    )


REQUEST = b"GET / HTTP/1.1\r\nHost: rdns.example\r\n\r\n"


def get(path: Path) -> int:
    """The status of the first page; 0 where nobody answers."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        try:
            peer.connect(str(path))
        except OSError:
            return 0
        return get_on(peer)


def get_on(peer: socket.socket) -> int:
    received = b""
    try:
        peer.sendall(REQUEST)
        while b"</html>" not in received and (octets := peer.recv(65_536)):
            received += octets
    except OSError:
        return 0
    return int(received.split()[1]) if received else 0


class Pages:
    """``gotrdns web`` with the daemon's settings."""

    def __init__(
        self,
        daemon: Daemon,
        *,
        inherited: tuple[socket.socket, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = daemon.settings.with_name("web.log")
        command = [sys.executable, "-m", "gotrdns", "web", "--settings", str(daemon.settings)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                activated(inherited, command, ()) if inherited else command,
                stderr=log,
                pass_fds=[each.fileno() for each in inherited],
                env=os.environ | dict(environment or {}),
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: self.log)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def __enter__(self) -> "Pages":
        self.until(lambda: "event=pages-started" in self.log)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def until(condition: Callable[[], bool], log: Callable[[], str]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, log()
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_sites_are_served_until_a_signal(
    daemon: Daemon, tmp_path: Path, number: signal.Signals
) -> None:
    daemon.configure(more=sections(tmp_path))
    with Pages(daemon) as pages:
        assert get(tmp_path / "page") == 200
        assert get(tmp_path / "admin")
        assert pages.end(number) == 0
        assert "event=pages-stopped" in pages.log
    assert not (tmp_path / "page").exists()


def test_a_stop_does_not_wait_for_what_is_being_watched(daemon: Daemon, tmp_path: Path) -> None:
    # Nobody at loopback is asked, and the name server is silent about what begins with "1.".
    hints = tmp_path / "root.hints"
    hints.write_text(". 3600 IN NS a.root.test.\na.root.test. 3600 IN A 127.0.0.1\n")
    daemon.configure(more=sections(tmp_path, page=f'root-hints = "{hints}"'))
    with Pages(daemon) as pages, daemon.connect(tmp_path / "page") as peer:
        peer.sendall(b"GET /check/events?q=85.105.64.1 HTTP/1.1\r\nHost: rdns.example\r\n\r\n")
        assert b"text/event-stream" in peer.recv(4096)
        began = time.monotonic()
        assert pages.end() == 0
        assert time.monotonic() - began < 3
        received = b""
        while octets := peer.recv(4096):
            received += octets
        assert received.endswith(b"0\r\n\r\n")
        assert "level=error" not in pages.log


def test_a_reload_opens_and_closes_places_and_keeps_connections(
    daemon: Daemon, tmp_path: Path
) -> None:
    daemon.configure(more=sections(tmp_path))
    with Pages(daemon) as pages:
        with daemon.connect(tmp_path / "page") as peer:
            assert get_on(peer) == 200
            daemon.configure(more=f'[page]\nlisten = ["unix:{tmp_path}/page"]\n')
            pages.process.send_signal(signal.SIGHUP)
            pages.until(lambda: "event=pages-reloaded" in pages.log)
            assert get_on(peer) == 200
        assert not get(tmp_path / "admin")


def test_wrong_settings_change_nothing(daemon: Daemon, tmp_path: Path) -> None:
    daemon.configure(more=sections(tmp_path))
    with Pages(daemon) as pages:
        daemon.configure(more=sections(tmp_path, page="colour = 1"))
        pages.process.send_signal(signal.SIGHUP)
        pages.until(lambda: "event=settings-refused" in pages.log)
        daemon.configure(more=sections(tmp_path, page='root-hints = "/nowhere"'))
        pages.process.send_signal(signal.SIGHUP)
        pages.until(lambda: "/nowhere is no file of root hints" in pages.log)
        assert get(tmp_path / "page") == 200


def run_web(daemon: Daemon, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gotrdns", "web", "--settings", str(daemon.settings)]
    return subprocess.run(
        [*command, *arguments], check=False, capture_output=True, text=True, timeout=60, input=given
    )


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ("", 2, "neither [page] nor [admin] names a place to listen"),
        ('[page]\nlisten = ["tcp:1"]\n', 2, "is no place to listen"),
        ('[page]\nlisten = ["unix:/nowhere/page"]\n', 1, "its directory does not exist"),
        (
            '[page]\nlisten = ["inet:127.0.0.1:1999"]\nroot-hints = "/nowhere"\n',
            1,
            "root-hints in [page]: /nowhere is no file of root hints",
        ),
    ],
)
def test_what_keeps_the_pages_from_starting_is_said_in_a_line(
    daemon: Daemon, more: str, status: int, said: str
) -> None:
    daemon.configure(more=more)
    ended = run_web(daemon)
    assert ended.returncode == status
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_settings_can_be_checked_without_serving(daemon: Daemon, tmp_path: Path) -> None:
    daemon.configure(more=sections(tmp_path))
    checked = run_web(daemon, "--check-settings")
    assert checked.returncode == 0
    assert checked.stdout == (
        f"settings are right\nlistening  page     unix:{tmp_path}/page\n"
        f"           admin    unix:{tmp_path}/admin\n"
    )


def test_files_that_the_settings_name_are_looked_at_too(daemon: Daemon, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    wanting = f'password-file = "{passwords}"'
    daemon.configure(more=sections(tmp_path, page='root-hints = "/nowhere"', admin=wanting))
    checked = run_web(daemon, "--check-settings")
    assert (checked.returncode, checked.stdout) == (2, "")
    assert checked.stderr == (
        "gotrdns: root-hints in [page]: /nowhere is no file of root hints: No such file or "
        "directory\n"
        f"gotrdns: password-file in [admin]: {passwords} cannot be read: No such file or "
        "directory\n"
    )
    hashed = run_web(daemon, "--hash-password", "anna", given="secret\n")
    passwords.write_text(hashed.stdout)
    daemon.configure(more=sections(tmp_path, admin=wanting))
    assert run_web(daemon, "--check-settings").returncode == 0


def test_a_password_is_hashed_from_standard_input(daemon: Daemon) -> None:
    hashed = run_web(daemon, "--hash-password", "anna", given="correct horse\n")
    assert hashed.returncode == 0
    assert re.fullmatch(r"anna:scrypt\$[\w$-]+\n", hashed.stdout)


@pytest.mark.parametrize(("name", "given"), [("anna", ""), ("anna", "\n"), ("a:b", "secret\n")])
def test_an_unusable_name_or_password_is_refused(daemon: Daemon, name: str, given: str) -> None:
    refused = run_web(daemon, "--hash-password", name, given=given)
    assert refused.returncode == 2
    assert not refused.stdout
    assert refused.stderr.startswith("gotrdns: ")


def test_a_place_that_a_service_manager_has_open_is_used(daemon: Daemon, tmp_path: Path) -> None:
    daemon.configure(more=sections(tmp_path))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "page"))
        listening.listen()
        with Pages(daemon, inherited=(listening,)) as pages:
            assert get(tmp_path / "page") == 200
            assert pages.end() == 0
        assert (tmp_path / "page").exists()


def child_of(daemon: Daemon) -> int:
    """The process of the pages beside a daemon; 0 while there is none."""
    children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text().split()
    return int(children[0]) if children else 0


@pytest.fixture
def beside(daemon: Daemon, tmp_path: Path) -> Daemon:
    """A daemon with pages beside it, which answer."""
    daemon.configure(more=sections(tmp_path))
    daemon.start()
    daemon.until(lambda: get(tmp_path / "page") == 200)
    return daemon


def test_a_daemon_starts_the_pages_and_ends_them(beside: Daemon, tmp_path: Path) -> None:
    child = child_of(beside)
    assert get(tmp_path / "admin")
    assert beside.ask().startswith("action=550")
    assert beside.end() == 0
    assert not Path(f"/proc/{child}").exists()
    assert not (tmp_path / "page").exists()
    assert "event=pages-stopped" in beside.log
    assert "level=warning" not in beside.log


def test_the_pages_step_back_behind_mail(beside: Daemon) -> None:
    child = child_of(beside)
    assert os.getpriority(os.PRIO_PROCESS, child) - os.getpriority(os.PRIO_PROCESS, 0) == 10
    assert Path(f"/proc/{child}/oom_score_adj").read_text() == "500\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_pages_that_die_are_started_again_and_mail_does_not_notice(
    beside: Daemon, tmp_path: Path, number: signal.Signals
) -> None:
    child = child_of(beside)
    with beside.connect() as peer:
        os.kill(child, number)
        assert beside.ask().startswith("action=550")
        beside.until(lambda: "event=pages-ended" in beside.log)
        beside.until(lambda: get(tmp_path / "page") == 200)
        assert child_of(beside) != child
        assert beside.status.pages == StatusPages(child_of(beside), 1)
        assert not beside.status.wrong
        assert peer.fileno() >= 0
    assert f"pid={child} status={-number}" in beside.log


def test_pages_that_cannot_start_are_tried_again_and_mail_flows(
    daemon: Daemon, tmp_path: Path
) -> None:
    taken = tmp_path / "page"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(taken))
        other.listen()
        daemon.configure(more=sections(tmp_path))
        daemon.start()
        daemon.until(lambda: daemon.log.count("event=pages-ended") == 2)
        assert "another process answers there" in daemon.log
        daemon.until(lambda: daemon.status.wrong == (Remark(Trouble.PAGES_ENDED),))
        assert daemon.ask().startswith("action=550")
        assert daemon.end() == 0


def test_a_reload_reaches_the_pages(beside: Daemon, tmp_path: Path) -> None:
    child = child_of(beside)
    beside.configure(more=sections(tmp_path, page='public-url = "https://rdns.example"'))
    beside.send(signal.SIGHUP)
    beside.until(lambda: "event=pages-reloaded" in beside.log)
    assert child_of(beside) == child
    beside.configure(more=sections(tmp_path, page="with-daemon = false"))
    beside.send(signal.SIGHUP)
    beside.until(lambda: not child_of(beside))
    assert not get(tmp_path / "page")
    beside.configure(more=sections(tmp_path))
    beside.send(signal.SIGHUP)
    beside.until(lambda: get(tmp_path / "page") == 200)
    assert "event=pages-ended" not in beside.log


def test_pages_do_not_outlive_a_daemon_that_is_killed(beside: Daemon, tmp_path: Path) -> None:
    child = child_of(beside)
    beside.end(signal.SIGKILL)
    until(lambda: not is_running(child), lambda: beside.log)
    assert not get(tmp_path / "page")


def test_stopped_pages_are_killed_when_the_daemon_ends(beside: Daemon) -> None:
    child = child_of(beside)
    os.kill(child, signal.SIGSTOP)
    began = time.monotonic()
    assert beside.end() == 0
    assert time.monotonic() - began < 5
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_daemon_without_places_for_pages_has_no_child(daemon: Daemon) -> None:
    daemon.start()
    assert not child_of(daemon)


def test_the_service_manager_is_told(daemon: Daemon, tmp_path: Path) -> None:
    daemon.configure(more=sections(tmp_path))
    manager = Manager(str(tmp_path / "notify"))
    announced = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "3000000"}
    with contextlib.closing(manager), Pages(daemon, environment=announced) as pages:
        heard: list[str] = []

        def is_told() -> bool:
            heard.extend(manager.heard())
            return bool(heard)

        pages.until(is_told)  # the log is first
        assert heard == ["READY=1\nSTATUS=0 connections of the pages"]
        until(lambda: "WATCHDOG=1" in manager.heard(), lambda: pages.log)
        pages.process.send_signal(signal.SIGHUP)
        pages.until(lambda: "event=pages-reloaded" in pages.log)
        assert pages.end() == 0
        # What is told time and again may come between.
        heard = [each for each in manager.heard() if not each.startswith(("STATUS=", "WATCHDOG="))]
        assert heard[0].startswith("RELOADING=1\nMONOTONIC_USEC=")
        assert heard[1].startswith("READY=1\n")
        assert heard[-1] == "STOPPING=1"


def test_a_place_that_the_daemon_was_given_is_the_pages(daemon: Daemon, tmp_path: Path) -> None:
    daemon.configure(more=sections(tmp_path))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "page"))
        listening.listen()
        daemon.start(inherited=[listening])
        daemon.until(lambda: get(tmp_path / "page") == 200)
        assert "inherited-unused" not in daemon.log
        assert daemon.end() == 0
        assert (tmp_path / "page").exists()
