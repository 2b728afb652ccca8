"""What gotrdns offers when a shell asks what may come next, and how little that costs."""

import os
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete

from gotrdns.cli.verbs import program

VERBS = program.list_commands(click.Context(program))


def offered(*words: str) -> list[tuple[str, str]]:
    """Kind and value of all that may take the place of the last word."""
    *before, begun = words
    completion = ShellComplete(program, {}, "gotrdns", "_GOTRDNS_COMPLETE")
    return [(each.type, each.value) for each in completion.get_completions(before, begun)]


def values(*words: str) -> list[str]:
    return [value for _, value in offered(*words)]


def test_verbs_are_offered_and_the_commands_of_verbs() -> None:
    assert values("") == VERBS
    assert values("ch") == ["check"]
    assert values("allow", "") == ["add", "list", "remove"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_a_verb_is_offered(verb: str) -> None:
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    spelt = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    assert {name for name in spelt if name.startswith("-")} | {"-h", "--help"} == set(
        values(verb, "-")
    )


def test_what_an_option_may_be_is_offered() -> None:
    assert values("decide", "--mode", "") == ["observe", "strict", "protect"]
    assert values("allow", "add", "--kind", "n") == ["network", "name"]


@pytest.mark.parametrize(
    "option",
    [
        ("serve", "--settings"),
        ("status", "--settings"),
        ("status", "--socket"),
        ("why", "--settings"),
        ("allow", "add", "--settings"),
        ("decide", "--settings"),
        ("explain", "--root-hints"),
    ],
)
def test_files_are_offered_where_one_is_wanted(option: tuple[str, ...]) -> None:
    assert offered(*option, "x") == [("file", "x")]


@pytest.mark.parametrize("words", [("check", "x"), ("check", "--helo", "x")])
def test_nothing_is_offered_where_nothing_is_known(words: tuple[str, ...]) -> None:
    assert offered(*words) == []


def test_completing_imports_nothing_that_is_not_needed() -> None:
    watched = (
        "import sys\n"
        "from gotrdns.cli.verbs import program\n"
        "try:\n"
        "    program(prog_name='gotrdns')\n"
        "finally:\n"
        "    print(sorted({'asyncio', 'dns', 'msgspec', 'sqlalchemy'} & set(sys.modules)))\n"
    )
    asked = {"_GOTRDNS_COMPLETE": "bash_complete", "COMP_WORDS": "gotrdns ", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", watched],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout == "".join(f"plain,{verb}\n" for verb in VERBS) + "[]\n"
