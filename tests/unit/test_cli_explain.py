"""`gotrdns explain` as a program where nobody outside answers: options, formats and streams."""

import json
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gotrdns.cli.explain import explain as explain_verb
from gotrdns.cli.explain_options import Format, choose_format, read_waiting
from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import PROGRAM, WORLD, lines_of, redirected, run_program

GOOD, BAD = "81.20.30.10", "85.105.64.87"


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[str]]:
    """A resolver on loopback, and a root at an address where nothing listens."""
    hints = tmp_path_factory.mktemp("hints") / "root.hints"
    hints.write_text(". 3600 IN NS a.nowhere.\na.nowhere. 3600 IN A 127.53.9.9\n")
    with serve(World.parse(WORLD)) as place:
        yield ("--resolver", place, "--root-hints", str(hints), "--private-servers")


def explain(options: Sequence[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_program("explain", *options, *arguments)


def test_html_is_one_page_about_all_addresses(options: Sequence[str]) -> None:
    done = explain(options, "--html", GOOD, "a..b", BAD)
    assert done.returncode == 2
    assert done.stdout.count("<html") == done.stdout.count("</html>") == 1
    assert GOOD in done.stdout
    assert BAD in done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("gotrdns: ")


def test_without_an_address_there_is_no_page(options: Sequence[str]) -> None:
    done = explain(options, "--html", "a..b")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_page_that_cannot_be_kept_is_one_line(options: Sequence[str]) -> None:
    done = redirected(">/dev/full", "explain", *options, "--html", GOOD)
    assert done.stderr == "gotrdns: cannot write the results: No space left on device\n"
    assert done.returncode == 2


def test_markdown_has_a_section_an_address(options: Sequence[str]) -> None:
    done = explain(options, "--markdown", BAD, GOOD)
    assert (done.returncode, done.stderr) == (1, "")
    titles = [line for line in done.stdout.splitlines() if line.startswith("## ")]
    assert len(titles) == 2
    assert BAD in titles[0]
    assert f"\n\n{titles[1]}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--json", "--html"], "--json and --html cannot go together"),
        (["--html", "--markdown"], "--markdown and --html cannot go together"),
        (["--letter", "--html", "--json"], "--json, --letter and --html cannot go together"),
        (["--interval", "30"], "--interval is for --wait"),
        (["--wait", "--interval", "4"], "--interval: '4' is not a time such as 90, 10m or 2h"),
        (["--wait-for", "8d"], "--wait-for: '8d' is not a time such as"),
        (["--wait-for", "soon"], "--wait-for: 'soon' is not a time such as"),
        (["--wait-for", "0"], "--wait-for: '0' is not a time such as"),
        (["--wait-for", "9" * 400], "--wait-for: '999"),
        (["--rdap-bootstrap", "ftp://x/"], "--rdap-bootstrap: 'ftp://x/' is not the URL"),
        (["--rdap-bootstrap", "https://["], "--rdap-bootstrap: 'https://[' is not the URL"),
        (["--name", "no name"], "--name: 'no name' is not a host name"),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: list[str], error: str) -> None:
    done = run_program("explain", *arguments, GOOD)
    assert done.stderr.startswith(f"gotrdns: {error}")
    assert (done.stdout, done.stderr.count("\n"), done.returncode) == ("", 1, 2)


def parsed(*arguments: str) -> dict[str, object]:
    return explain_verb.make_context("explain", [*arguments, GOOD]).params


@pytest.mark.parametrize(
    ("arguments", "waiting"),
    [
        ([], None),
        (["--wait"], (600.0, 15.0)),
        (["--wait-for", "90"], (90.0, 15.0)),
        (["--wait", "--wait-for", "2h", "--interval", "1m"], (7200.0, 60.0)),
        (["--wait-for", "1.5m"], (90.0, 15.0)),
        (["--wait-for", "7d"], (604800.0, 15.0)),
    ],
)
def test_how_long_to_wait(arguments: list[str], waiting: tuple[float, float] | None) -> None:
    assert read_waiting(parsed(*arguments)) == waiting


def test_without_a_flag_the_report_is_text() -> None:
    assert choose_format(parsed()) is Format.TEXT
    assert choose_format(parsed("--markdown")) is Format.MARKDOWN


def test_waiting_where_nobody_outside_answers_is_temporary_trouble(
    options: Sequence[str],
) -> None:
    done = explain(options, "--wait-for", "1", GOOD)
    assert (done.returncode, done.stderr) == (3, "")
    beginning, unreachable, end, nothing, *report = done.stdout.splitlines()
    assert f"{GOOD}: waiting until every name server has the change" in beginning
    assert "cannot be reached on port 53" in unreachable
    assert "it is still not known" in end
    assert nothing == ""
    assert report[0] == GOOD


def test_with_json_each_look_is_an_object_and_the_last_the_explanation(
    options: Sequence[str],
) -> None:
    done = explain(options, "--json", "--wait-for", "1", GOOD)
    assert (done.returncode, done.stderr) == (3, "")
    look, last = lines_of(done.stdout)
    assert (look["look"], look["reachable"], look["zones"]) == (1, False, [])
    assert last["result"] == "pass"
    assert isinstance(wait := last["wait"], dict)
    assert wait["result"] == "temperror"


@pytest.mark.parametrize("flag", ["--markdown", "--html", "--letter"])
def test_a_document_is_all_there_is_on_standard_output(options: Sequence[str], flag: str) -> None:
    waited = explain(options, flag, "--wait-for", "1", BAD)
    assert "waiting until" not in waited.stdout
    assert "waiting until" in waited.stderr
    start = {"--markdown": "## ", "--html": "<!", "--letter": "Subject: "}[flag]
    assert waited.stdout.startswith((start, "To: "))


def test_who_waits_hears_at_once_of_a_target_that_is_none(options: Sequence[str]) -> None:
    command = [*PROGRAM, "explain", *options, "--wait-for", "1h", "a..b", GOOD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert b"a..b" in process.stderr.readline()
        process.kill()


def test_an_interrupt_of_a_wait_is_one_line_and_130(options: Sequence[str]) -> None:
    command = [*PROGRAM, "explain", *options, "--wait", GOOD]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 130
            assert process.stderr.read() == b"gotrdns: interrupted\n"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_reader_that_goes_away_ends_every_wait(options: Sequence[str]) -> None:
    command = [*PROGRAM, "explain", *options, "--json", "--wait-for", "1h", "--interval", "5"]
    with subprocess.Popen(
        [*command, GOOD, BAD], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["look"] == 1
        process.stdout.close()
        assert process.wait(15) == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_progress_that_cannot_be_said_costs_no_results(
    options: Sequence[str], redirection: str
) -> None:
    done = redirected(redirection, "explain", *options, "--html", "--wait-for", "1", GOOD)
    assert "</html>" in done.stdout
    assert done.returncode == 3


def test_the_help_has_an_example_and_its_exit_status(tmp_path: Path) -> None:
    done = redirected(f"2>{tmp_path}/error", "explain", "--help")
    assert "gotrdns explain --wait" in done.stdout
    assert "Exit status" in done.stdout
