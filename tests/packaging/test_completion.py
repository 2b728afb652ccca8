"""What is half typed is completed: in the shells themselves, with the files that pip puts there."""

from collections.abc import Iterator

import pytest

from tests.packaging.prefix import Prefix
from tests.packaging.terminal import Terminal

BASH = ("bash", "--noprofile", "--norc", "-i")
ZSH = ("zsh", "-f", "-i")
# What stands before the word, its beginning, and what becomes of it.
COMPLETED = [
    ("gotrdns", "ch", "check"),
    ("gotrdns explain", "--let", "--letter"),
    ("gotrdns allow", "rem", "remove"),
    ("gotrdns decide --mode", "s", "strict"),
    ("gotrdns serve --settings", "half-t", "half-typed.toml"),
    ("gotrdns status --socket", "half-t", "half-typed.toml"),
    ("gotrdns check", "half-t", "half-t"),
]


@pytest.fixture(scope="module", autouse=True)
def file_to_name(prefix: Prefix) -> None:
    (prefix.work / "half-typed.toml").touch()


@pytest.fixture(scope="module")
def bash(prefix: Prefix) -> Iterator[Terminal]:
    with Terminal(prefix, *BASH) as terminal:
        terminal.run(". /usr/share/bash-completion/bash_completion")
        yield terminal


@pytest.fixture(scope="module")
def zsh(prefix: Prefix) -> Iterator[Terminal]:
    with Terminal(prefix, *ZSH) as terminal:
        terminal.run(f"fpath=({prefix.directory}/share/zsh/site-functions $fpath)")
        terminal.run("autoload -Uz compinit; compinit -u -D")
        yield terminal


def offered_by_fish(prefix: Prefix, line: str) -> list[str]:
    done = prefix.run("fish", "--command", f"complete --do-complete '{line}'")
    assert (done.stderr, done.returncode) == ("", 0)
    return [each.partition("\t")[0] for each in done.stdout.splitlines()]


@pytest.mark.parametrize(("before", "begun", "completed"), COMPLETED)
def test_bash_completes(bash: Terminal, before: str, begun: str, completed: str) -> None:
    words, _ = bash.complete(f"{before} {begun}")
    assert words == [*before.split(), completed]


@pytest.mark.parametrize(("before", "begun", "completed"), COMPLETED)
def test_zsh_completes(zsh: Terminal, before: str, begun: str, completed: str) -> None:
    words, _ = zsh.complete(f"{before} {begun}")
    assert words == [*before.split(), completed]


@pytest.mark.parametrize(("before", "begun", "completed"), COMPLETED)
def test_fish_completes(prefix: Prefix, before: str, begun: str, completed: str) -> None:
    assert (offered_by_fish(prefix, f"{before} {begun}") or [begun]) == [completed]


def test_bash_and_zsh_show_what_there_is_to_choose_from(bash: Terminal, zsh: Terminal) -> None:
    for shell in (bash, zsh):
        words, shown = shell.complete("gotrdns explain --l", tabs=2)
        assert words[:2] == ["gotrdns", "explain"]
        assert "--lang" in shown
        assert "--letter" in shown


def test_fish_shows_what_there_is_to_choose_from(prefix: Prefix) -> None:
    assert sorted(offered_by_fish(prefix, "gotrdns explain --l")) == ["--lang", "--letter"]


def test_bash_completes_a_gotrdns_that_is_not_in_its_path(prefix: Prefix) -> None:
    with Terminal(prefix, *BASH) as terminal:
        terminal.run(". /usr/share/bash-completion/bash_completion; PATH=/usr/bin:/bin")
        # For a path, bash-completion 2.11 only reads the file at first.
        terminal.complete(f"{prefix.program} ch")
        words, _ = terminal.complete(f"{prefix.program} ch")
        assert words == [prefix.program, "check"]


def test_a_shell_without_gotrdns_is_not_troubled(prefix: Prefix) -> None:
    directory = prefix.directory / "share"
    for command in (
        ("bash", "-c", f". {directory}/bash-completion/completions/gotrdns"),
        ("fish", "--no-config", "-c", f"source {directory}/fish/vendor_completions.d/gotrdns.fish"),
    ):
        done = prefix.run("env", "PATH=/usr/bin:/bin", *command)
        assert (done.stdout, done.stderr) == ("", "")
