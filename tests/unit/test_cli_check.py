"""The `check` verb, as the program a shell starts, against a resolver on the loopback."""

import contextlib
import json
import os
import pty
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import PROGRAM, WORLD, check, lines_of, running


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


def test_the_json_of_the_founding_example_keeps_its_contract(resolver: str) -> None:
    done = check(resolver, "--json", "85.105.64.87")
    (printed,) = lines_of(done.stdout)
    elapsed = printed.pop("elapsed_ms")
    assert isinstance(elapsed, float)
    findings = printed.pop("findings")
    assert list(printed) == [
        "address",
        "result",
        "cause",
        "reverse_name",
        "names",
        "confirmed",
        "dnssec",
    ]
    assert printed == {
        "address": "85.105.64.87",
        "result": "fail",
        "cause": "forward-nodata",
        "reverse_name": "87.64.105.85.in-addr.arpa",
        "names": [
            {
                "name": "dsl.static851056487.ttnet.net.tr",
                "state": "nodata",
                "addresses": [],
                "class": "static-generic",
            }
        ],
        "confirmed": [],
        "dnssec": "insecure",
    }
    assert isinstance(findings, list)
    assert [list(finding) for finding in findings] == [["code", "severity", "fixer", "details"]]
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("targets", "status"),
    [
        (["81.20.30.10"], 0),
        (["85.105.64.87"], 1),
        (["81.20.30.13"], 3),
        (["1.2.3"], 2),
        (["81.20.30.13", "85.105.64.87"], 1),
        (["81.20.30.13", "81.20.30.10"], 3),
        (["85.105.64.87", "nowhere.example", "81.20.30.13"], 2),
        (["broken.example"], 3),
        (["broken.example", "85.105.64.87"], 1),
    ],
)
def test_the_gravest_outcome_is_the_status(
    resolver: str, targets: Sequence[str], status: int
) -> None:
    assert check(resolver, "--json", *targets).returncode == status


def test_targets_are_read_from_standard_input(resolver: str) -> None:
    text = "\ufeff# clients\r\n\n81.20.30.13\r\n  81.20.30.10 # ours\n81.20.30.11"
    done = check(resolver, "--json", "85.105.64.87", "-", standard_input=text)
    assert [line["address"] for line in lines_of(done.stdout)] == [
        "85.105.64.87",
        "81.20.30.13",
        "81.20.30.10",
        "81.20.30.11",
    ]


def test_many_targets_come_out_in_the_order_they_went_in(resolver: str) -> None:
    addresses = [f"10.{n // 250}.{n % 250}.1" for n in range(1000)]
    addresses[3] = "81.20.30.12"  # this one takes its time
    done = check(resolver, "--json", "-", standard_input="\n".join(addresses))
    assert [line["address"] for line in lines_of(done.stdout)] == addresses


def test_an_endless_line_is_one_bad_target(resolver: str) -> None:
    done = check(resolver, "--json", "-", standard_input="x" * 3_000_000 + "\n81.20.30.10\n")
    assert "is neither an address nor a host name" in done.stderr
    assert len(done.stderr) < 200
    assert [line["address"] for line in lines_of(done.stdout)] == ["81.20.30.10"]


def test_a_result_is_printed_while_more_targets_are_awaited(resolver: str) -> None:
    with running(resolver, "--json", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"81.20.30.10\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"] == "pass"
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_resolver_that_does_not_answer_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        done = check(place, "81.20.30.10")
        host = check(place, "mail.business.example")
    assert "TEMPERROR (resolver-unreachable)" in done.stdout
    assert place in done.stdout
    assert "--resolver ADDRESS" in done.stdout
    assert done.returncode == 3
    assert host.returncode == 3
    assert host.stderr.startswith("gotrdns: the A records of mail.business.example are unknown")


def test_the_time_allowed_is_kept(resolver: str) -> None:
    started = time.monotonic()
    done = check(resolver, "--timeout", "0.5", "81.20.30.12")
    assert "TEMPERROR (reverse-timeout)" in done.stdout
    assert time.monotonic() - started < 5


def terminal_output(resolver: str, environment: dict[str, str]) -> bytes:
    """What the program prints when its standard output is a terminal."""
    controller, terminal = pty.openpty()
    command = [*PROGRAM, "check", "--resolver", resolver, "81.20.30.14"]
    with subprocess.Popen(
        command, stdout=terminal, stderr=terminal, env={**os.environ, **environment}
    ) as process:
        os.close(terminal)
        output = b""
        with contextlib.suppress(OSError):  # how Linux ends a terminal
            while piece := os.read(controller, 65536):
                output += piece
        process.wait(10)
    os.close(controller)
    return output


def test_terminals_get_colour_and_nothing_from_dns(resolver: str) -> None:
    output = terminal_output(resolver, {"TERM": "xterm", "NO_COLOR": ""})
    assert b"\x1b[1m81.20.30.14\x1b[0m" in output
    assert rb"a\027[31m\007b.example" in output
    assert set(re.findall(rb"\x1b[^m]*m", output)) == {b"\x1b[1m", b"\x1b[31m", b"\x1b[0m"}
    assert b"\x07" not in output


def test_no_color_is_honoured(resolver: str) -> None:
    assert b"\x1b" not in terminal_output(resolver, {"TERM": "xterm", "NO_COLOR": "1"})


def test_pipes_get_no_colour(resolver: str) -> None:
    assert "\x1b" not in check(resolver, "81.20.30.14").stdout


def test_reading_does_not_disturb_the_event_loop() -> None:
    """A pipe that nobody writes to keeps nothing else waiting."""
    program = (
        "import asyncio\n"
        "from gotrdns.cli.standard_input import read_lines\n"
        "async def main():\n"
        "    reading = asyncio.ensure_future(anext(read_lines()))\n"
        "    await asyncio.sleep(0.05)\n"
        "    print('not disturbed', reading.done())\n"
        "    reading.cancel()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"not disturbed False\n"
