"""gotrdns under a real systemd, with the units that come with it."""

import concurrent.futures
import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.clients import FOUNDING
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.systemd import Systemd

UNITS = Path(__file__).parents[2] / "contrib" / "systemd"
SERVICE = "gotrdns.service"
PAGES = "gotrdns-web.service"
SOCKET = "/var/spool/postfix/private/gotrdns"
SETTINGS = """\
[policy]
mode = "{mode}"
[resolver]
servers = ["127.0.0.53"]
[metrics]
listen = ["unix:/run/gotrdns/metrics"]
{more}
"""
REQUEST = f"request=smtpd_access_policy\nclient_address={FOUNDING.address}\n\n".encode()


@pytest.fixture(scope="module")
def booted(resolver: Resolver, live_directory: Path) -> Iterator[Systemd]:
    assert resolver.running
    with Systemd(live_directory / "systemd") as made:
        yield made


@pytest.fixture
def systemd(booted: Systemd) -> Iterator[Systemd]:
    """gotrdns runs in it, as its units start it; what a test adds to them ends with it."""
    configure(booted)
    booted.run("systemctl", "start", SERVICE)
    yield booted
    booted.run("systemctl", "stop", "gotrdns.socket", SERVICE)
    shutil.rmtree(booted.path(f"/etc/systemd/system/{SERVICE}.d"), ignore_errors=True)
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "reset-failed")


def configure(systemd: Systemd, mode: str = "strict", more: str = "") -> None:
    systemd.write("/etc/gotrdns/gotrdns.toml", SETTINGS.format(mode=mode, more=more))


def amend(systemd: Systemd, text: str) -> None:
    """As `systemctl edit` does it."""
    systemd.write(f"/etc/systemd/system/{SERVICE}.d/override.conf", f"[Service]\n{text}\n")
    systemd.run("systemctl", "daemon-reload")


def ask(systemd: Systemd, path: str = SOCKET) -> str:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(systemd.path(path)))
        peer.sendall(REQUEST)
        return peer.recv(4096).decode()


def records(systemd: Systemd, *match: str) -> list[dict[str, str]]:
    done = systemd.run("journalctl", "-u", SERVICE, "-o", "json", "--no-pager", *match)
    return [json.loads(line) for line in done.stdout.splitlines()]


def troubles(systemd: Systemd) -> list[dict[str, str]]:
    """What the daemon that runs now warned of."""
    run = systemd.show(SERVICE, "InvocationID")
    return records(systemd, "-p", "warning", f"_SYSTEMD_INVOCATION_ID={run}")


def main_process(systemd: Systemd) -> str:
    return systemd.show(SERVICE, "MainPID")


def test_the_units_are_right_and_leave_the_daemon_little_to_reach(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/gotrdns/bin/gotrdns", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    found = [str(tmp_path / unit.name) for unit in UNITS.iterdir()]
    verified = run_analyze("verify", "--man=no", *found)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    for service in (SERVICE, PAGES):
        judged = run_analyze("security", "--offline=yes", str(tmp_path / service))
        exposure = re.search(rf"Overall exposure level for {service}: ([\d.]+)", judged.stdout)
        assert exposure is not None, judged.stderr
        assert float(exposure[1]) < 2.0


def run_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], check=False, capture_output=True, text=True
    )


def test_the_daemon_is_ready_when_systemd_says_so_and_postfix_alone_may_ask(
    systemd: Systemd,
) -> None:
    assert ask(systemd).startswith("action=550 5.7.25 ")
    status = systemd.show(SERVICE, "StatusText")
    assert status.startswith("mode strict, 0 connections; ")
    listed = systemd.run("stat", "--format", "%A %U %G", SOCKET).stdout
    assert listed == "srw-rw---- postfix postfix\n"
    user = systemd.run("stat", "--format", "%u", f"/proc/{main_process(systemd)}").stdout
    assert 61184 <= int(user) <= 65519, "a dynamic user of systemd's"


def get_page(systemd: Systemd, path: str, page: str = "/") -> str:
    """The first line of the answer; empty where nobody answers."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        try:
            peer.connect(str(systemd.path(path)))
        except OSError:
            return ""
        peer.sendall(f"GET {page} HTTP/1.1\r\nHost: rdns.example\r\n\r\n".encode())
        return peer.recv(4096).decode().partition("\r\n")[0]


def test_the_pages_beside_the_daemon_step_back_and_end_with_it(systemd: Systemd) -> None:
    place = "/run/gotrdns/page"
    configure(systemd, more=f'[page]\nlisten = ["unix:{place}"]')
    systemd.run("systemctl", "restart", SERVICE)
    wait_until(lambda: get_page(systemd, place) == "HTTP/1.1 200 OK", "the pages")
    group = systemd.show(SERVICE, "ControlGroup")
    both = systemd.run("cat", f"/sys/fs/cgroup{group}/cgroup.procs").stdout.split()
    [child] = set(both) - {main_process(systemd)}
    assert systemd.run("ps", "-o", "ni=", "-p", child).stdout.strip() == "10"
    assert systemd.run("cat", f"/proc/{child}/oom_score_adj").stdout == "500\n"
    systemd.run("systemctl", "stop", "gotrdns.socket", SERVICE)
    assert systemd.show(SERVICE, "Result") == "success"
    assert not troubles(systemd)


def test_the_pages_as_a_service_of_their_own_share_the_daemons_memory(systemd: Systemd) -> None:
    place = "/run/gotrdns-web/page"
    page = f'[page]\nwith-daemon = false\nlisten = ["unix:{place}"]'
    configure(systemd, more=f'{page}\n[log]\nto = "journal"')
    systemd.run("systemctl", "restart", SERVICE)
    ask(systemd)
    wait_until(lambda: said_why(systemd), "the decision in the store")
    systemd.run("systemctl", "start", PAGES)
    assert get_page(systemd, place) == "HTTP/1.1 200 OK"
    assert systemd.show(PAGES, "StatusText").endswith(" of the pages")
    users = [
        systemd.run("stat", "--format", "%u", f"/proc/{systemd.show(each, 'MainPID')}").stdout
        for each in (SERVICE, PAGES)
    ]
    assert users[0] == users[1]
    run = systemd.show(SERVICE, "InvocationID")
    [decided] = records(systemd, "GOTRDNS_EVENT=decision", f"_SYSTEMD_INVOCATION_ID={run}")
    incident = decided["GOTRDNS_INCIDENT"]
    assert get_page(systemd, place, f"/i/{incident}") == "HTTP/1.1 200 OK"
    systemd.run("systemctl", "reload", PAGES)
    systemd.run("systemctl", "stop", PAGES)
    assert systemd.show(PAGES, "Result") == "success"
    assert said_why(systemd)


def test_store_status_and_metrics_work_within_the_bounds_of_the_unit(systemd: Systemd) -> None:
    ask(systemd)
    wait_until(lambda: said_why(systemd), "the decision in the store")
    status = systemd.run("/opt/gotrdns/bin/gotrdns", "status", check=False)
    assert "All is well." in status.stdout, status.stdout + status.stderr
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(systemd.path("/run/gotrdns/metrics")))
        peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        page = b""
        while octets := peer.recv(65_536):
            page += octets
    assert b'gotrdns_decisions_total{action="refuse"' in page
    assert b"process_open_fds" in page


def said_why(systemd: Systemd) -> bool:
    address = str(FOUNDING.address)
    done = systemd.run("/opt/gotrdns/bin/gotrdns", "why", address, check=False)
    return "forward-nodata" in done.stdout


def test_a_reload_follows_the_settings_and_ends_when_they_are_in_force(systemd: Systemd) -> None:
    pid = main_process(systemd)
    configure(systemd, mode="observe")
    systemd.run("systemctl", "reload", SERVICE)
    wait_until(lambda: "PREPEND" in ask(systemd), "the mode observe")
    configure(systemd, mode="harsh")
    systemd.run("systemctl", "reload", SERVICE)
    wait_until(lambda: bool(troubles(systemd)), "the refusal of wrong settings")
    assert "PREPEND" in ask(systemd)
    assert systemd.show(SERVICE, "ActiveState") == "active"
    assert main_process(systemd) == pid


def test_restarts_while_mail_servers_ask_refuse_nobody(systemd: Systemd) -> None:
    over = threading.Event()

    def keep_asking() -> list[str]:
        replies = []
        while not over.is_set():
            replies.append(ask(systemd))
        return replies

    with concurrent.futures.ThreadPoolExecutor(4) as askers:
        asking = [askers.submit(keep_asking) for _ in range(4)]
        for _ in range(3):
            systemd.run("systemctl", "restart", SERVICE)
        over.set()
        replies = [reply for each in asking for reply in each.result()]
    assert len(replies) > 100
    assert all(reply.startswith("action=550 ") for reply in replies)


def test_a_killed_daemon_is_started_anew_and_nobody_is_refused(systemd: Systemd) -> None:
    pid = main_process(systemd)
    systemd.run("systemctl", "kill", "--signal", "KILL", SERVICE)
    assert ask(systemd).startswith("action=550 ")
    assert main_process(systemd) not in {pid, "0"}
    assert systemd.show(SERVICE, "NRestarts") == "1"


def test_a_daemon_that_hangs_is_started_anew(systemd: Systemd) -> None:
    amend(systemd, "WatchdogSec=1\nWatchdogSignal=SIGKILL")
    systemd.run("systemctl", "restart", SERVICE)
    pid = main_process(systemd)
    time.sleep(2.5)
    assert main_process(systemd) == pid, "it pings"
    systemd.run("systemctl", "kill", "--signal", "STOP", SERVICE)
    assert ask(systemd).startswith("action=550 ")
    assert main_process(systemd) not in {pid, "0"}
    assert any("watchdog" in each["MESSAGE"].lower() for each in records(systemd))


def test_several_processes_serve_within_the_bounds_of_the_unit(systemd: Systemd) -> None:
    amend(systemd, "ExecStart=\nExecStart=/opt/gotrdns/bin/gotrdns serve --workers 2")
    systemd.run("systemctl", "restart", SERVICE)
    assert ask(systemd).startswith("action=550 ")
    tasks = systemd.run("cat", "/sys/fs/cgroup/system.slice/gotrdns.service/cgroup.procs").stdout
    assert len(tasks.split()) == 3
    systemd.run("systemctl", "kill", "--kill-who=main", "--signal", "KILL", SERVICE)
    assert ask(systemd).startswith("action=550 ")
    assert systemd.show(SERVICE, "NRestarts") == "1"


def test_a_socket_for_another_door_is_another_unit(systemd: Systemd) -> None:
    place = "/var/spool/postfix/private/gotrdns-milter"
    documented = (UNITS.parents[1] / "docs" / "systemd.md").read_text()
    [unit] = re.findall(r"```ini\n(\[Socket\]\n.+?)```", documented, re.DOTALL)
    systemd.write("/etc/systemd/system/gotrdns-milter.socket", unit)
    assert f"ListenStream={place}\n" in unit
    amend(systemd, "Sockets=gotrdns-milter.socket")
    configure(systemd, more=f'[milter]\nlisten = ["unix:{place}"]')
    systemd.run("systemctl", "restart", SERVICE)
    status = systemd.run("/opt/gotrdns/bin/gotrdns", "status", check=False).stdout
    for line in (f"postfix  unix:{SOCKET}", f"milter   unix:{place}"):
        assert line in status
    assert troubles(systemd) == []
    systemd.run("systemctl", "stop", "gotrdns-milter.socket")


def test_what_a_daemon_of_root_remembered_is_taken_over(systemd: Systemd) -> None:
    allow = ("/opt/gotrdns/bin/gotrdns", "allow")
    why = ("--reason", "a customer's", "--author", "root")
    systemd.run(*allow, "add", str(FOUNDING.address), *why)
    systemd.run("systemctl", "stop", "gotrdns.socket", SERVICE)
    systemd.run("rm", "/var/lib/gotrdns")
    systemd.run("mv", "/var/lib/private/gotrdns", "/var/lib/gotrdns")
    systemd.run("chown", "--recursive", "root:root", "/var/lib/gotrdns")
    systemd.run("systemctl", "start", SERVICE)
    wait_until(lambda: "action=550" not in ask(systemd), "the exception in force")
    systemd.run(*allow, "remove", str(FOUNDING.address), "--author", "root")
    wait_until(lambda: "action=550" in ask(systemd), "the exception's end")


def test_settings_that_are_wrong_are_not_tried_again(systemd: Systemd) -> None:
    configure(systemd, mode="harsh")
    done = systemd.run("systemctl", "restart", SERVICE, check=False)
    assert done.returncode != 0
    assert systemd.show(SERVICE, "ExecMainStatus") == "2"
    assert systemd.show(SERVICE, "NRestarts") == "0"
    assert any("mode must be one of" in each["MESSAGE"] for each in records(systemd))


def test_journald_keeps_the_priority_of_what_is_written_to_standard_error(
    systemd: Systemd,
) -> None:
    ask(systemd)
    [line] = records(systemd, "-n", "1")
    assert line["PRIORITY"] == "6"
    assert line["MESSAGE"].startswith("event=decision client=85.105.64.87 ")


def test_journald_can_be_searched_for_every_field(systemd: Systemd) -> None:
    configure(systemd, more='[log]\nto = "journal"\nformat = "json"')
    systemd.run("systemctl", "restart", SERVICE)
    ask(systemd)
    wait_until(lambda: bool(found(systemd)), "the decision's record")
    record = found(systemd)[-1]
    assert record["_SYSTEMD_UNIT"] == SERVICE
    assert (record["PRIORITY"], record["SYSLOG_IDENTIFIER"]) == ("6", "gotrdns")
    assert record["GOTRDNS_CLIENT"] == str(FOUNDING.address)
    assert float(record["GOTRDNS_ELAPSED_MS"]) >= 0
    assert json.loads(record["MESSAGE"])["cause"] == "forward-nodata"


def found(systemd: Systemd) -> list[dict[str, str]]:
    return records(systemd, "GOTRDNS_EVENT=decision", "GOTRDNS_CAUSE=forward-nodata")
