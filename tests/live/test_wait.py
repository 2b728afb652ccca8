"""`gotrdns explain --wait` as a program: a repair that comes to one real server after the other."""

import contextlib
import json
import os
import pty
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live import clients
from tests.live.internet import Internet
from tests.live.program import GOTRDNS, Printed, check_all, explain
from tests.live.repair import CLIENT, SEED, Repair
from tests.live.resolver import Resolver
from tests.live.seeds import SEEDS

HOST = f"mail.{SEED.domain}".rstrip(".")
FAST = ("--interval", "5", "--wait-for", "60")


@pytest.fixture
def repair(internet: Internet, cold_resolver: Resolver) -> Iterator[Repair]:
    assert cold_resolver.running
    change = Repair(internet)
    yield change
    change.undo()


@contextlib.contextmanager
def waiting(hints: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [*GOTRDNS, "explain", "--root-hints", str(hints), "--private-servers", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def objects(process: subprocess.Popen[str]) -> Iterator[Printed]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def standings(look: Printed) -> dict[tuple[str, str], str]:
    """By the zone's kind and the server's first label."""
    return {
        ("reverse" if zone["type"] == "PTR" else "forward", each["server"].split(".")[0]): each[
            "standing"
        ]
        for zone in look["zones"]
        for each in zone["servers"]
    }


def test_a_ptr_record_is_seen_to_come_to_one_server_after_the_other(
    internet: Internet, repair: Repair
) -> None:
    both = repair.first, repair.second
    repair.withdraw_pointer(*both)
    repair.publish_address(*both)
    with waiting(internet.root_hints, "--json", *FAST, CLIENT) as process:
        looks = objects(process)
        first = next(looks)
        assert (first["look"], first["result"], first["names"]) == (1, "fail", [])
        assert standings(first) == {("reverse", "a"): "lacks", ("reverse", "b"): "lacks"}
        repair.publish_pointer(repair.first)
        half = next(looks)
        assert standings(half) == {
            ("reverse", "a"): "has",
            ("reverse", "b"): "lacks",
            ("forward", "a"): "has",
            ("forward", "b"): "has",
        }
        assert not half["everywhere"]
        repair.publish_pointer(repair.second)
        *_, last = looks
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert last["wait"]["everywhere"]
    assert set(standings(last["wait"]).values()) == {"has"}
    # Nobody had asked the resolver for the old answer, not even this program.
    assert (last["result"], last["findings"]) == ("pass", [])


def test_an_address_record_comes_in_lines_that_a_log_can_keep(
    internet: Internet, repair: Repair
) -> None:
    repair.publish_address(repair.first)
    with waiting(internet.root_hints, *FAST, CLIENT) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        assert "waiting until every name server has the change, for 1 minute at most" in lines[0]
        assert "3 of 4 servers have it" in lines[1]
        assert sum(": has it, " in line for line in lines[2:]) == 3
        assert f"b.ns.seeds.example (198.18.3.2) of d{SEED.number}.seeds.example: not yet" in (
            "".join(lines[2:])
        )
        repair.publish_address(repair.second)
        rest = process.stdout.read()
        assert process.wait(20) == 0
    assert f": has it, A {CLIENT}\n" in rest
    assert "every name server that answers has it now, after " in rest
    assert "the resolver here (127.0.0.53:53) has it, too" in rest
    assert f"\n\n{CLIENT}\n\n  PASS (confirmed)" in rest
    assert all(CLIENT in line for line in lines)


def test_what_our_resolver_still_remembers_is_said(internet: Internet, repair: Repair) -> None:
    assert check_all([CLIENT])[CLIENT]["cause"] == "forward-nxdomain"
    repair.publish_address(repair.first, repair.second)
    done = explain(internet.root_hints, "--wait", CLIENT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every name server that answers has it already" in done.stdout
    assert "still remembers the old answer, for" in done.stdout
    assert "old answers are forgotten by themselves" in " ".join(done.stdout.split())


def test_a_repair_that_does_not_come_is_1_at_the_deadline(
    internet: Internet, repair: Repair
) -> None:
    repair.publish_address(repair.first)
    done = explain(internet.root_hints, "--wait-for", "1", CLIENT)
    assert (done.returncode, done.stderr) == (1, "")
    assert "not every name server has it: 3 of 4 servers have it" in done.stdout


@pytest.mark.usefixtures("resolver")
def test_servers_that_serve_nothing_are_temporary_trouble_at_the_deadline(
    internet: Internet,
) -> None:
    done = explain(internet.root_hints, "--wait-for", "1", SEEDS["reverse-lame"].client)
    assert (done.returncode, done.stderr) == (3, "")
    assert "it is still not known whether it works everywhere" in done.stdout


def test_a_server_that_comes_and_goes_is_waited_for_until_it_has_the_change(
    internet: Internet, repair: Repair
) -> None:
    repair.publish_address(repair.first)
    with waiting(internet.root_hints, "--json", *FAST, CLIENT) as process:
        looks = objects(process)
        assert standings(next(looks))["forward", "b"] == "lacks"
        for _ in range(2):
            repair.second.stop()
            gone = next(looks)
            assert standings(gone)["forward", "b"] == standings(gone)["reverse", "b"] == "silent"
            repair.second.start()
            back = next(looks)
            assert standings(back)["forward", "b"] == "lacks"
            assert not gone["everywhere"]
            assert not back["everywhere"]
        repair.second.stop()
        assert not next(looks)["everywhere"]
        repair.publish_address(repair.second)
        *_, last = looks
        assert process.wait(20) == 0
    assert set(standings(last["wait"]).values()) == {"has"}


@pytest.mark.usefixtures("resolver")
def test_broken_signatures_are_no_success(internet: Internet) -> None:
    client = SEEDS["reverse-dnssec-bogus"].client
    done = explain(internet.root_hints, "--wait-for", "1", client)
    assert (done.returncode, done.stderr) == (3, "")
    assert "4 of 4 servers have it, but with signatures (DNSSEC) that the" in done.stdout


@pytest.mark.usefixtures("resolver")
def test_a_name_that_is_not_there_yet_is_waited_for(internet: Internet) -> None:
    address = str(clients.RIGHT_PAIR.address)
    arguments = ("--wait-for", "1", "--json", "--name", "mail.nowhere.example", address)
    done = explain(internet.root_hints, *arguments)
    assert done.returncode == 1
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["result"] == "pass"
    assert last["wait"]["names"] == ["mail.nowhere.example"]
    assert explain(internet.root_hints, "--wait-for", "1", address).returncode == 0


def test_several_addresses_wait_side_by_side(internet: Internet, repair: Repair) -> None:
    repair.publish_address(repair.first)
    other = str(clients.RIGHT_PAIR.address)
    with waiting(internet.root_hints, "--json", *FAST, CLIENT, other) as process:
        looks = objects(process)
        assert next(looks)["address"] == CLIENT
        repair.publish_address(repair.second)
        finals = [each for each in looks if "wait" in each]
        assert process.wait(20) == 0
    assert [each["address"] for each in finals] == [CLIENT, other]
    assert finals[1]["wait"]["elapsed_seconds"] < finals[0]["wait"]["elapsed_seconds"]


class Terminal:
    """A program on a terminal of 100 columns, and what it has shown so far."""

    def __init__(self, *command: str) -> None:
        self.shown = ""
        self._child, self._screen = pty.fork()
        if self._child == 0:
            os.environ.update(COLUMNS="100", TERM="xterm")
            os.execv(command[0], command)

    def read_until(self, wanted: Callable[[str], bool], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not wanted(self.shown):
            assert time.monotonic() < deadline, self.shown
            with contextlib.suppress(OSError):  # it has ended, and so has its terminal
                self.shown += os.read(self._screen, 65536).decode()

    def interrupt(self) -> None:
        os.kill(self._child, signal.SIGINT)

    def wait(self) -> int:
        with contextlib.suppress(OSError):
            while piece := os.read(self._screen, 65536):
                self.shown += piece.decode()
        _, status = os.waitpid(self._child, 0)
        os.close(self._screen)
        return os.waitstatus_to_exitcode(status)


def on_terminal(internet: Internet, *arguments: str) -> Terminal:
    hints = str(internet.root_hints)
    return Terminal(*GOTRDNS, "explain", "--root-hints", hints, "--private-servers", *arguments)


def test_a_terminal_shows_a_table_and_when_the_next_look_is(
    internet: Internet, repair: Repair
) -> None:
    repair.publish_address(repair.first)
    terminal = on_terminal(internet, *FAST, CLIENT)
    terminal.read_until(lambda shown: "look 1: 3 of 4 servers have it; the next at " in shown)
    assert "\x1b[31m\x1b[1mnot yet" in terminal.shown
    repair.publish_address(repair.second)
    assert terminal.wait() == 0
    assert "4 of 4 servers have it\r\n" in terminal.shown
    # What follows a status line begins by clearing it.
    assert "servers have it; the next at" not in terminal.shown.rpartition("\x1b[K")[2]
    assert terminal.shown.count("\x1b[32m\x1b[1mPASS") == 1


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize(
    "options", [("--wait", "--json"), ("--markdown",), ("--html",)], ids=" ".join
)
def test_on_a_terminal_trouble_begins_a_line_of_its_own(
    internet: Internet, options: tuple[str, ...]
) -> None:
    address = str(clients.RIGHT_PAIR.address)
    hints = str(internet.root_hints)
    command = [*GOTRDNS, "explain", "--root-hints", hints, "--private-servers", *options, address]
    terminal = Terminal("/bin/sh", "-c", f"exec {shlex.join(command)} >/dev/full")
    assert terminal.wait() == 2
    assert "asking the name servers" in terminal.shown
    assert terminal.shown.rpartition("\r\x1b[K")[2] == (
        "gotrdns: cannot write the results: No space left on device\r\n"
    )


def test_an_interrupt_on_a_terminal_is_one_clean_line(internet: Internet, repair: Repair) -> None:
    repair.publish_address(repair.first)
    terminal = on_terminal(internet, *FAST, CLIENT)
    terminal.read_until(lambda shown: "the next at " in shown)
    terminal.interrupt()
    assert terminal.wait() == 130
    assert terminal.shown.endswith("\r\ngotrdns: interrupted\r\n")
    assert "Traceback" not in terminal.shown
