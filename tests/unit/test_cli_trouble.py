"""The program where something is wrong here: its command line, its streams, an interrupt."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import WORLD, redirected, run_program, running


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


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


@pytest.fixture(autouse=True)
def interrupts_are_not_ignored() -> Iterator[None]:
    """Children inherit that interrupts are ignored, as they are where a shell runs the tests in
    the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


INTERRUPTED_WHILE_IMPORTING = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == sys.argv[0]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = sys.argv[1:]
from gotrdns.cli import main
main()
"""


@pytest.mark.parametrize("module", ["gotrdns.cli.verbs", "click.core", "asyncio", "msgspec"])
def test_an_interrupt_of_the_start_is_one_line_and_130(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_IMPORTING, module, "check", "81.20.30.10"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("gotrdns: interrupted\n", 130)


def test_what_a_shell_runs_in_the_background_is_not_interrupted(resolver: str) -> None:
    command = (
        f'import signal, sys; sys.argv = ["gotrdns", "check", "--resolver", "{resolver}", "-"]\n'
    )
    command += "signal.signal(signal.SIGINT, signal.SIG_IGN)\nfrom gotrdns.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"81.20.30.10\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        assert process.wait(10) == 0


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


@pytest.mark.parametrize(
    ("redirection", "reason"),
    [(">/dev/full", "No space left on device"), (">&-", "standard output is closed")],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_results_that_cannot_be_kept_are_one_line(
    resolver: str, redirection: str, reason: str, options: list[str]
) -> None:
    done = redirected(redirection, "check", "--resolver", resolver, *options, "81.20.30.10")
    assert done.stderr == f"gotrdns: cannot write the results: {reason}\n"
    assert done.returncode == 2


def test_help_that_cannot_be_written_is_one_line() -> None:
    done = redirected(">/dev/full", "check", "--help")
    assert done.stderr == "gotrdns: [Errno 28] No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("targets", "status"),
    [(["a..b", "81.20.30.10"], 2), (["broken.example", "81.20.30.10"], 3)],
)
def test_remarks_that_cannot_be_written_cost_neither_results_nor_status(
    resolver: str, redirection: str, targets: list[str], status: int
) -> None:
    done = redirected(redirection, "check", "--resolver", resolver, *targets)
    assert "PASS (confirmed)" in done.stdout
    assert done.returncode == status


@pytest.mark.parametrize(
    "redirection", ["2>/dev/full", "2>&-", ">/dev/full 2>/dev/full", ">&- 2>&-"]
)
@pytest.mark.parametrize("arguments", [["--bogus"], ["--resolver", "dns.example", "81.20.30.10"]])
def test_an_error_that_cannot_be_said_is_still_the_status(
    redirection: str, arguments: list[str]
) -> None:
    assert redirected(redirection, "check", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("redirection", "error"),
    [
        ("<&-", "standard input is closed"),
        ("0>/dev/null", "standard input cannot be read: Bad file descriptor"),
    ],
)
def test_input_that_cannot_be_read_is_one_line(resolver: str, redirection: str, error: str) -> None:
    done = redirected(redirection, "check", "81.20.30.10", "-", "--resolver", resolver)
    assert "PASS (confirmed)" in done.stdout
    assert done.stderr == f"gotrdns: {error}\n"
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], 'no target: write addresses or names, or "-" for standard input (see gotrdns'),
        (["--resolver", "dns.example", "81.20.30.10"], "'dns.example' is not a resolver:"),
        (["--resolver", "127.0.0.1:99999", "81.20.30.10"], "'127.0.0.1:99999' is not a resolver:"),
        (["--bogus", "81.20.30.10"], "no such option"),
        (["--timeout"], "option '--timeout' requires an argument"),
        *(
            (["--timeout", text, "81.20.30.10"], f"--timeout: '{text}' is not a number of seconds")
            for text in ("0", "-1", "31", "nan", "soon")
        ),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: list[str], error: str) -> None:
    done = run_program("check", *arguments)
    assert done.stderr.startswith(f"gotrdns: {error}")
    assert (done.stdout, done.stderr.count("\n"), done.returncode) == ("", 1, 2)


def test_an_unknown_verb_is_one_line() -> None:
    done = run_program("chekc")
    assert done.stderr.startswith("gotrdns: no such command 'chekc'")
    assert (done.stderr.count("\n"), done.returncode) == (1, 2)


def test_without_a_verb_it_says_which_there_are() -> None:
    done = run_program()
    assert " check " in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


def test_the_help_says_whole_sentences_about_the_verbs() -> None:
    commands = run_program("--help").stdout.partition("\nCommands:\n")[2].partition("\n\n")[0]
    assert "who can change it, and\n            what to publish.\n" in commands
    assert "..." not in commands


def test_starting_imports_nothing_that_is_not_needed() -> None:
    program = (
        "import sys\n"
        "from gotrdns.cli.verbs import program\n"
        "program(['--help'], standalone_mode=False)\n"
        "print(sorted({'asyncio', 'dns', 'msgspec', 'sqlalchemy', 'uvloop'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.endswith("[]\n")
    for verb in ("check", "serve", "demo"):
        assert f"  {verb} " in done.stdout


def test_a_check_loads_no_rules_about_classes_before_it_is_asked_for_one() -> None:
    program = (
        "import sys, gotrdns.cli.checker\n"
        "print(sorted({'gotrdns.classification.rules', 'publicsuffixlist'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("verb", ["check", "why", "allow", "serve", "demo"])
def test_the_help_of_each_verb_has_an_example_and_its_exit_status(verb: str) -> None:
    done = run_program(verb, "--help")
    assert "Example" in done.stdout
    assert "Exit status" in done.stdout
