"""The daemon as a process, seen through its pages and its control socket."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.unit.daemon_process import (
    REFUSED,
    Daemon,
    ask_on,
    read_reply,
    request,
)


def metrics_at(path: Path) -> str:
    return f'[metrics]\nlisten = ["unix:{path}"]\n'


def start(daemon: Daemon) -> None:
    """Mail is answered first; whoever watches comes after."""
    starts = daemon.log.count("event=started")
    daemon.start()
    daemon.until(lambda: daemon.log.count("event=started") > starts)


def get(path: Path, page: str) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=10) as client:
        return client.get(f"http://localhost{page}")


def status(daemon: Daemon, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gotrdns", "status", "--settings", str(daemon.settings)]
    return subprocess.run(
        [*command, *arguments], check=False, capture_output=True, text=True, timeout=20
    )


def test_a_daemon_that_is_well_says_so_everywhere(daemon: Daemon, tmp_path: Path) -> None:
    pages = tmp_path / "metrics"
    daemon.configure(more=metrics_at(pages))
    start(daemon)
    assert daemon.ask().startswith("action=550")
    assert (get(pages, "/healthz").status_code, get(pages, "/healthz").text) == (200, "alive\n")
    assert (get(pages, "/readyz").status_code, get(pages, "/readyz").text) == (200, "ready\n")
    assert 'gotrdns_decisions_total{action="refuse",cause="forward-nodata",mode="strict"' in (
        get(pages, "/metrics").text
    )
    shown = status(daemon)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(r"fail forward-nodata +refused +1 \([\d.]+/min\) +1\n", shown.stdout)
    told = json.loads(status(daemon, "--json").stdout)
    assert told["wrong"] == []
    assert told["since_start"]["decisions"] == [
        {
            "result": "fail",
            "cause": "forward-nodata",
            "action": "refuse",
            "withheld": "",
            "count": 1,
        }
    ]
    assert told["resolver"]["servers"][0]["address"] == f"127.0.0.1:{daemon.name_server.port}"
    assert told["memory_octets"] > 1 << 20
    assert daemon.end() == 0
    assert not pages.exists()
    assert not (tmp_path / "control").exists()
    assert status(daemon).returncode == 3


def test_what_only_the_pages_need_is_not_imported_without_them() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, gotrdns.daemon.service\n"
            "print({'h11', 'prometheus_client'} & set(sys.modules))",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    assert loaded.stdout == "set()\n"


def test_a_resolver_that_does_not_answer_is_found_out_without_mail(
    daemon: Daemon, tmp_path: Path
) -> None:
    pages = tmp_path / "metrics"
    daemon.configure(more=metrics_at(pages))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ours, theirs = daemon.name_server.port, silent.getsockname()[1]
        text = daemon.settings.read_text().replace(f"127.0.0.1:{ours}", f"127.0.0.1:{theirs}")
        daemon.settings.write_text(text)
        start(daemon)
        answer = get(pages, "/readyz")
        assert answer.status_code == 503
        assert answer.text == (
            "not ready: resolver-unreachable: Mail passes unexamined, marked, because the resolver "
            f"does not answer: 127.0.0.1:{theirs}\n"
        )
        assert get(pages, "/healthz").status_code == 200
        shown = status(daemon)
        assert shown.returncode == 1
        assert "does not answer" in shown.stdout
        assert "gotrdns_ready 0.0\n" in get(pages, "/metrics").text


def test_a_store_in_trouble_is_a_warning_while_mail_flows(daemon: Daemon, tmp_path: Path) -> None:
    pages = tmp_path / "metrics"
    daemon.configure(more=metrics_at(pages))
    text = daemon.settings.read_text().replace(f"{tmp_path}/store", f"{tmp_path}/absent/deep/store")
    daemon.settings.write_text(text)
    start(daemon)
    assert daemon.ask().startswith("action=")
    answer = get(pages, "/readyz")
    assert answer.status_code == 200
    assert answer.text.startswith("ready\nwarning: store-failed: The database is out of reach")
    assert "gotrdns_store_in_trouble 1.0\n" in get(pages, "/metrics").text
    shown = status(daemon)
    assert shown.returncode == 1
    assert "out of reach;" in shown.stdout


def test_a_stopping_daemon_is_not_ready(daemon: Daemon, tmp_path: Path) -> None:
    pages = tmp_path / "metrics"
    daemon.configure(more=metrics_at(pages))
    start(daemon)
    with daemon.connect() as busy:
        busy.sendall(request("203.0.114.1"))
        daemon.until(lambda: "gotrdns_resolver_questions_total 0.0" not in _metrics(pages))
        daemon.send(signal.SIGTERM)
        daemon.until(lambda: "event=stopping" in daemon.log)
        answer = get(pages, "/readyz")
        assert answer.status_code == 503
        assert answer.text.startswith("not ready: stopping: ")
        assert read_reply(busy).startswith("action=450")
    assert daemon.wait() == 0


def _metrics(pages: Path) -> str:
    return get(pages, "/metrics").text


def test_a_reload_opens_closes_and_moves_the_pages(daemon: Daemon, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    start(daemon)
    with daemon.connect() as peer:
        assert ask_on(peer).startswith("action=550")
        daemon.configure(more=metrics_at(first))
        daemon.send(signal.SIGHUP)
        daemon.until(first.exists)
        assert get(first, "/healthz").text == "alive\n"
        daemon.configure(more=metrics_at(second))
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: second.exists() and not first.exists())
        assert get(second, "/healthz").text == "alive\n"
        daemon.configure()
        daemon.send(signal.SIGHUP)
        daemon.until(lambda: not second.exists())
        assert ask_on(peer).startswith("action=550")
        assert status(daemon).returncode == 0


def test_pages_that_cannot_be_had_keep_no_mail_waiting(daemon: Daemon, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"inet:127.0.0.1:{taken.getsockname()[1]}"
        daemon.configure(more=f'[metrics]\nlisten = ["{place}", "unix:{tmp_path}/metrics"]\n')
        start(daemon)
        assert daemon.ask().startswith("action=550")
        assert f'level=warning event=cannot-listen problem="cannot listen on {place}' in daemon.log
        shown = status(daemon)
        assert shown.returncode == 1
        assert f"A place to listen cannot be had: {place}" in " ".join(shown.stdout.split())
        assert f'{{listener="{place}",purpose="metrics"}} 0.0' in _metrics(tmp_path / "metrics")


def test_the_control_socket_is_for_user_and_group_in_a_directory_made_for_it(
    daemon: Daemon, tmp_path: Path
) -> None:
    text = daemon.settings.read_text().replace(f"{tmp_path}/control", f"{tmp_path}/run/control")
    daemon.settings.write_text(text)
    start(daemon)
    path = tmp_path / "run" / "control"
    daemon.until(path.exists)
    assert path.stat().st_mode & 0o777 == 0o660
    assert path.parent.stat().st_mode & 0o777 == 0o750
    assert status(daemon).returncode == 0


def test_a_control_socket_that_cannot_be_had_keeps_no_mail_waiting(
    daemon: Daemon, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    text = daemon.settings.read_text().replace(f"{tmp_path}/control", f"{tmp_path}/file/control")
    daemon.settings.write_text(text)
    start(daemon)
    assert daemon.ask().startswith("action=550")
    daemon.until(lambda: "level=warning event=cannot-listen" in daemon.log)
    assert status(daemon).returncode == 3


def test_a_killed_daemon_leaves_no_socket_that_its_successor_cannot_have(
    daemon: Daemon, tmp_path: Path
) -> None:
    daemon.configure(more=metrics_at(tmp_path / "metrics"))
    start(daemon)
    assert status(daemon).returncode == 0
    daemon.end(signal.SIGKILL)
    assert status(daemon).returncode == 3
    start(daemon)
    daemon.until(lambda: status(daemon).returncode == 0)
    assert get(tmp_path / "metrics", "/healthz").text == "alive\n"


@pytest.mark.parametrize("question", [b"stop\n", b"\n", b"status now\n", b"\xff\xfe\n"])
def test_other_questions_are_told_so(daemon: Daemon, tmp_path: Path, question: bytes) -> None:
    start(daemon)
    with daemon.connect(tmp_path / "control") as peer, peer.makefile() as answer:
        peer.sendall(question)
        assert json.loads(answer.readline()) == {"error": "unknown-question"}
    assert REFUSED in daemon.ask()
