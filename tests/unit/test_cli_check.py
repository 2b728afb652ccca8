"""The `check` verb, as the program a shell starts, against a resolver on the loopback."""

import contextlib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve

PROGRAM = [sys.executable, "-m", "gotrdns"]

WORLD = """
87.64.105.85.in-addr.arpa. 3600 IN PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "exists"
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
mail.business.example. AAAA 2001:470:1f0b:10::25
business.example. MX 10 mail.business.example.
business.example. MX 20 backup.business.example.
backup.business.example. A 81.20.30.11
nomail.example. MX 0 .
plain.example. A 81.20.30.10
text.example. TXT "only"
broken.example. servfail
12.30.20.81.in-addr.arpa. timeout
13.30.20.81.in-addr.arpa. servfail
14.30.20.81.in-addr.arpa. PTR a\\027[31m\\007b.example.
"""


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


def check(
    resolver: str, *arguments: str, standard_input: str | None = None
) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "check", "--resolver", resolver, "--timeout", "1", *arguments]
    return subprocess.run(
        command, input=standard_input, capture_output=True, text=True, timeout=20, check=False
    )


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


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
                "class": None,
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


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("300.1.2.3", "300.1.2.3 is neither an address nor a host name"),
        ("81.20.30.0/24", "81.20.30.0/24 is neither an address nor a host name"),
        ("::1%lo", "::1%lo is neither an address nor a host name"),
        ("a..b", "a..b is neither an address nor a host name"),
        ("\x1b[31m", r"'\x1b[31m' is neither an address nor a host name"),
        ("nowhere.example", "nowhere.example does not exist in DNS"),
        ("text.example", "text.example has no address"),
        ("broken.example", "the A records of broken.example are unknown: SERVFAIL"),
    ],
)
def test_a_target_that_cannot_be_checked_is_named_and_the_rest_is_checked(
    resolver: str, target: str, error: str
) -> None:
    done = check(resolver, "--json", target, "81.20.30.10")
    assert done.stderr.startswith(f"gotrdns: {error}")
    assert [line["address"] for line in lines_of(done.stdout)] == ["81.20.30.10"]


def test_a_host_name_stands_for_all_its_addresses(resolver: str) -> None:
    done = check(resolver, "--json", "mail.business.example")
    addresses = [line["address"] for line in lines_of(done.stdout)]
    assert addresses == ["81.20.30.10", "2001:470:1f0b:10::25"]


def test_a_domain_stands_for_its_mail_exchanges(resolver: str) -> None:
    done = check(resolver, "--mx", "business.example")
    assert "81.20.30.10  (mail.business.example, MX 10 of business.example)\n" in done.stdout
    assert "81.20.30.11  (backup.business.example, MX 20 of business.example)\n" in done.stdout


def test_a_domain_that_accepts_no_mail_is_said_to(resolver: str) -> None:
    done = check(resolver, "--mx", "nomail.example")
    assert "accepts no mail (null MX, RFC 7505)" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


def test_a_domain_without_mail_exchanges_is_checked_itself(resolver: str) -> None:
    done = check(resolver, "--mx", "--json", "plain.example")
    assert "has no MX record: mail goes to the domain's own addresses" in done.stderr
    assert [line["address"] for line in lines_of(done.stdout)] == ["81.20.30.10"]
    assert done.returncode == 0


def test_an_address_is_no_domain(resolver: str) -> None:
    done = check(resolver, "--mx", "81.20.30.10")
    assert "81.20.30.10 is not a domain" in done.stderr
    assert done.returncode == 2


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


@contextlib.contextmanager
def running(resolver: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [*PROGRAM, "check", "--resolver", resolver, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_an_interrupt_is_one_line_and_130(resolver: str) -> None:
    with running(resolver, "--json", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"81.20.30.10\n81.20.30.12\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b"gotrdns: interrupted\n"


def test_a_reader_that_goes_away_ends_it_quietly(resolver: str) -> None:
    with running(resolver, "--json", "-") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"81.20.30.10\n" * 10)
            process.stdin.close()
        assert process.wait(10) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_full_disk_is_one_line(resolver: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "check", "--resolver", resolver, "81.20.30.10"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.stderr == "gotrdns: cannot write the results: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("redirection", "error"),
    [
        ("<&-", "standard input is closed"),
        ("0>/dev/null", "standard input cannot be read: Bad file descriptor"),
    ],
)
def test_input_that_cannot_be_read_is_one_line(resolver: str, redirection: str, error: str) -> None:
    command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *PROGRAM, "check", "81.20.30.10", "-"]
    done = subprocess.run(
        [*command, "--resolver", resolver], capture_output=True, text=True, timeout=20, check=False
    )
    assert "PASS (confirmed)" in done.stdout
    assert done.stderr == f"gotrdns: {error}\n"
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--resolver", "dns.example"], "'dns.example' is not an address"),
        (["--resolver", "127.0.0.1:99999"], "'99999' is not a port"),
        (["--helo", "no host"], "--helo: 'no host' is not a host name"),
    ],
)
def test_a_wrong_option_is_one_line(arguments: list[str], error: str) -> None:
    done = subprocess.run(
        [*PROGRAM, "check", *arguments, "81.20.30.10"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert error in done.stderr
    assert (done.stderr.count("\n"), done.returncode) == (1, 2)


@pytest.mark.parametrize("timeout", ["0", "-1", "31", "nan", "soon"])
def test_a_timeout_out_of_range_is_a_usage_error(resolver: str, timeout: str) -> None:
    done = check(resolver, "--timeout", timeout, "81.20.30.10")
    assert "Error: Invalid value for '--timeout'" in done.stderr
    assert done.returncode == 2


def test_no_target_is_a_usage_error(resolver: str) -> None:
    assert check(resolver).returncode == 2


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


def test_starting_imports_nothing_that_is_not_needed() -> None:
    program = (
        "import sys\n"
        "from gotrdns.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print(sorted({'asyncio', 'dns', 'msgspec', 'uvloop'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.endswith("[]\n")
    for verb in ("check", "serve", "demo"):
        assert f"  {verb} " in done.stdout


@pytest.mark.parametrize("verb", ["check", "serve", "demo"])
def test_the_help_of_each_verb_has_an_example_and_its_exit_status(verb: str) -> None:
    done = subprocess.run(
        [*PROGRAM, verb, "--help"], capture_output=True, text=True, timeout=20, check=True
    )
    assert "Example" in done.stdout
    assert "Exit status" in done.stdout
