"""`gotrdns explain` as a program, about addresses whose DNS hostile operators keep."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from gotrdns.resolution.scripted import World
from tests.live.hostile_servers import CASES, ROOT, Case, resolvers_world
from tests.live.internet import answers_over_tcp
from tests.live.process import Process
from tests.live.program import GOTRDNS
from tests.support.loopback_server import serve

DEADLINE = 3  # seconds
MOST_QUESTIONS = 600
TARPIT = CASES["a tarpit"].client
MEGABYTE = 1 << 20


class Place(msgspec.Struct, frozen=True):
    """Where everything is: the hints' file, what the servers noted, the resolver."""

    hints: Path
    notes: Path
    resolver: str

    @property
    def questions(self) -> int:
        return len(self.notes.read_text().splitlines())

    def command(self, *arguments: str, deadline: float = DEADLINE) -> list[str]:
        """With servers at special addresses (RFC 2544), and a patience to suit."""
        options = ["--root-hints", str(self.hints), "--private-servers"]
        options += ["--resolver", self.resolver, "--timeout", "1", "--deadline", str(deadline)]
        return [*GOTRDNS, "explain", *options, *arguments]


class Done(msgspec.Struct, frozen=True):
    """How the program ended; ``memory`` is its largest, in octets."""

    status: int
    stdout: str
    stderr: str
    seconds: float
    memory: int


@pytest.fixture(scope="module")
def place(live_directory: Path) -> Iterator[Place]:
    directory = live_directory / "hostile"
    directory.mkdir()
    hints = directory / "root.hints"
    hints.write_text(f". NS root.test.\nroot.test. A {ROOT}\n")
    notes = directory / "questions"
    program = Process(
        "hostile name servers",
        [sys.executable, "-m", "tests.live.hostile_servers", notes],
        output=directory / "output",
    )
    program.start(ready=lambda: answers_over_tcp(ROOT, ".") is not None)
    try:
        with serve(World.parse(resolvers_world())) as resolver:
            yield Place(hints, notes, resolver)
    finally:
        program.kill()


def run(command: Sequence[str], directory: Path) -> Done:
    """Measured, so not by `subprocess.run`."""
    output, errors = directory / "output", directory / "errors"
    started = time.monotonic()
    with output.open("wb") as stdout, errors.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Done(
        process.returncode,
        output.read_text(),
        errors.read_text(),
        time.monotonic() - started,
        usage.ru_maxrss * 1024,
    )


def require_harmless(text: str) -> None:
    assert all(each.isprintable() for line in text.split("\n") for each in line), ascii(text)


@pytest.mark.parametrize("form", ["", "--json", "--letter"], ids=["text", "json", "letters"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_whatever_operators_do_it_stays_within_its_limits(
    case: Case, form: str, place: Place, tmp_path: Path
) -> None:
    before = place.questions
    done = run(place.command(*filter(None, [form]), case.client), tmp_path)

    assert done.status in {0, 1, 3}
    assert done.stderr == ""
    require_harmless(done.stdout)
    assert place.questions - before <= MOST_QUESTIONS
    assert done.seconds < DEADLINE + 6
    assert done.memory < 250 * MEGABYTE
    assert len(done.stdout) < 12 * MEGABYTE
    if form == "--json":
        explanation = json.loads(done.stdout)
        assert explanation["trace"]["questions"] <= MOST_QUESTIONS
        assert done.stdout.count("\n") == 1
    if form == "--letter":
        require_sound_heads(done.stdout)


def require_sound_heads(letters: str) -> None:
    """No field but To and Subject, whatever strangers wrote; one address in To."""
    for line in letters.splitlines():
        assert not line.startswith(("Bcc:", "Cc:", "From:"))
        if line.startswith("To: "):
            assert line.count("@") == 1
            assert not set(line.removeprefix("To: ")) & set(' "<>,;:\\')


@pytest.mark.parametrize("case", ["its own alias", "ten aliases"])
def test_endless_aliases_make_way_for_a_record(case: str, place: Place, tmp_path: Path) -> None:
    client, origin = CASES[case].client, CASES[case].origin
    name = "mail.sender.org"
    done = run(place.command("--json", "--name", name, client), tmp_path)
    explanation = json.loads(done.stdout)
    assert explanation["findings"][0]["code"] == "reverse-cname-loop"
    [pointer] = [each for each in explanation["records"] if each["type"] == "PTR"]
    assert f"{pointer['zone']}." == origin
    assert (pointer["relative"], pointer["data"], pointer["fixer"]) == (
        "10",
        f"{name}.",
        "address-owner",
    )
    done = run(place.command("--letter", "--name", name, client), tmp_path)
    assert f"Subject: Reverse DNS of {client}: please publish a PTR record\n" in done.stdout


def test_dots_in_the_first_label_of_a_contact_stay_dots(place: Place, tmp_path: Path) -> None:
    case = CASES["a contact of many dots"]
    done = run(place.command("--letter", case.client), tmp_path)
    assert "To: dns.team.of.many.dots@isp-of-the-test.org\n" in done.stdout


def test_the_deadline_holds_in_a_tarpit(place: Place, tmp_path: Path) -> None:
    done = run(place.command(TARPIT, deadline=1), tmp_path)
    assert done.status == 3
    assert done.seconds < 5


def test_dead_addresses_hold_up_no_more_than_their_share(place: Place, tmp_path: Path) -> None:
    addresses = [each.client for each in CASES.values() if each.number in {6, 10, 11, 12}] * 4
    targets = [each for pair in zip([TARPIT] * 15, addresses, strict=False) for each in pair]
    before = place.questions
    done = run(place.command("--json", *targets, deadline=1), tmp_path)
    assert [json.loads(line)["address"] for line in done.stdout.splitlines()] == targets
    assert done.seconds < 15 * 3 / 4 + 10
    assert place.questions - before <= MOST_QUESTIONS * len(targets)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children inherit that interrupts are ignored, as they are in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("case", ["a tarpit", "a flood before each answer"])
def test_an_interrupt_in_the_middle_is_one_line(case: str, place: Place) -> None:
    before = place.questions
    with started(place.command(CASES[case].client, deadline=20)) as process:
        while place.questions < before + 3:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b"gotrdns: interrupted\n"


@pytest.mark.parametrize("form", ["", "--json", "--letter"])
def test_a_reader_who_leaves_early_ends_it_quietly(form: str, place: Place) -> None:
    clients = [CASES["a name that steers terminals"].client] * 5
    with started(place.command(*filter(None, [form]), *clients)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


JUNK = ("", " ", "\x1b[2J", "a b", "[192.0.2.1", "x" * 3000, "a..b", "\u202ecod", "192.0.2.1")


@pytest.mark.parametrize("option", ["--helo", "--name"])
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_a_name_that_is_none_is_taken_or_refused_in_one_line(
    option: str, junk: str, place: Place, tmp_path: Path
) -> None:
    client = CASES["an endless TTL"].client
    done = run(place.command(option, junk, client), tmp_path)
    require_harmless(done.stdout + done.stderr)
    assert done.status in ({0, 1, 3} if option == "--helo" else {2})
    assert len(done.stderr.splitlines()) == (done.status == 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"\xff\xfe",
        b". NS",
        b". NS a.\n",
        b"\x1b[2J NS \x1b]0;owned\x07\n",
        b"$INCLUDE /etc/passwd\n",
        b"$GENERATE 1-100000000 a$ A 192.0.2.1\n. NS a1.\n",
        b"(" * 10_000,
        b'"' * 10_001,
        b"; comment\n" * 400_000,
        b". NS a.\na. A 192.0.2.999\n",
        b". NS a.\na. AAAA ::1%eth0\n",
        b". NS " + b"a." * 200 + b"\n",
    ],
    ids=range(14),
)
def test_root_hints_of_no_use_are_one_line(content: bytes, place: Place, tmp_path: Path) -> None:
    hints = tmp_path / "hints"
    hints.write_bytes(content)
    done = run([*place.command("--root-hints", str(hints), TARPIT)], tmp_path)
    assert done.status == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 2000
    require_harmless(done.stderr)
    assert done.seconds < 5


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/", "/nowhere", "/dev/full"])
def test_what_is_no_file_of_root_hints_is_one_line(path: str, place: Place, tmp_path: Path) -> None:
    done = run([*place.command("--root-hints", path, TARPIT)], tmp_path)
    assert done.status == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.memory < 250 * MEGABYTE
