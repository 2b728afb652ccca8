"""Every verb has its man page, which says what its help says."""

import re
from pathlib import Path

import click
import pytest

from docs.man_pages import compose_all, write_all
from docs.man_pages.help_text import Lines, Prose, read_blocks, read_terms
from docs.man_pages.roff import escape, fill, mark, mark_usage
from gotrdns.cli.verbs import program

ROOT = Path(__file__).parents[2]
PAGES = compose_all()
VERBS = program.list_commands(click.Context(program))
PAGES_OF_VERBS = {
    verb: next(text for file, text in PAGES.items() if f"/gotrdns-{verb}." in file)
    for verb in VERBS
}


def files_below(directory: Path) -> dict[str, str]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_text() for path in files}


def plain(page: str) -> str:
    """A page's text without what roff needs."""
    for found, printed in ((r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\(ga", "`")):
        page = page.replace(found, printed)
    return re.sub(r"\\f[BIR]", "", page)


def options_of(command: click.Command) -> set[str]:
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return {name for name in own if name.startswith("-")}.union(*map(options_of, below))


def test_the_man_pages_are_current() -> None:
    assert files_below(ROOT / "share" / "man") == PAGES, "python -m docs.man_pages writes them"


def test_the_page_of_a_verb_that_is_gone_goes_too(tmp_path: Path) -> None:
    gone = tmp_path / "man1" / "gotrdns-gone.1"
    gone.parent.mkdir()
    gone.touch()
    write_all(tmp_path)
    assert files_below(tmp_path) == PAGES


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_a_verb_has_all_that_readers_look_for(verb: str) -> None:
    page = plain(PAGES_OF_VERBS[verb])
    sections = re.findall(r'^\.SH "(.+)"$', page, re.MULTILINE)
    expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
    assert [each for each in sections if each in expected] == expected
    statuses = page.partition('.SH "EXIT STATUS"')[2].partition(".SH")[0]
    assert statuses.startswith("\n.TP\n0\n") or "--help" in statuses
    assert f"\ngotrdns {verb}" in page.partition('.SH "EXAMPLES"')[2]


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_a_verb_explains_each_of_its_options(verb: str) -> None:
    page = plain(PAGES_OF_VERBS[verb])
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    terms = "\n".join(re.findall(r"^\.TP\n(.+)\n[^.]", page, re.MULTILINE))
    for option in options_of(command) | {"--help"}:
        assert re.search(rf"(^|[ /]){re.escape(option)}($|[ ,])", terms, re.MULTILINE), option


def test_all_pages_name_one_another() -> None:
    titles = {f"{name}({number})" for name, number in (file[5:].rsplit(".", 1) for file in PAGES)}
    for file, text in PAGES.items():
        name, number = file[5:].rsplit(".", 1)
        listed = plain(text).partition('.SH "SEE ALSO"')[2].replace("\n", " ").strip().split(", ")
        assert {*listed, f"{name}({number})"} == titles


def test_what_roff_would_take_for_commands_is_escaped() -> None:
    assert escape(r"C:\n") == r"C:\(rsn"
    assert escape("-'\"`^~") == r"\-\(aq\(dq\(ga\(ha\(ti"
    assert escape("→ é") == r"\[u2192] \[u00E9]"
    assert fill(".example.org and ...") == "\\&.example.org and ...\n"
    assert fill(f"{'x' * 77} .example.org") == f"{'x' * 77}\n\\&.example.org\n"


def test_what_is_typed_is_bold_and_what_stands_for_something_is_not() -> None:
    assert mark("as `[a]` or --max-age does") == r"as \fB[a]\fR or \fB\-\-max\-age\fR does"
    assert mark("a--b") == r"a\-\-b"
    assert mark_usage("-h, --help") == r"\fB\-h\fR, \fB\-\-help\fR"
    assert mark_usage("[OPTIONS] TARGET...") == r"[\fIOPTIONS\fR] \fITARGET\fR..."
    assert mark_usage("--kind [a|b-c]") == r"\fB\-\-kind\fR [\fBa\fR|\fBb\-c\fR]"


def test_help_is_read_as_paragraphs_and_as_lines_that_stay() -> None:
    text = "One\ntwo.\n\n\b\nExit status:\n  0  well\n     enough\n  1, 2  not\n\nThree."
    statuses = ("  0  well", "     enough", "  1, 2  not")
    blocks = [Prose("One two."), Lines("Exit status:", statuses), Prose("Three.")]
    assert list(read_blocks(text)) == blocks
    assert list(read_blocks(None)) == []
    assert read_terms(statuses) == (("0", "well enough"), ("1, 2", "not"))
    assert read_terms(("  gotrdns check 192.0.2.1",)) is None
    assert read_terms(("     begins in the middle",)) is None
