"""The man pages are found, are right in the eyes of two formatters, and fit a terminal."""

import subprocess
from pathlib import Path

import pytest

from docs.man_pages.roff import escape, fill, header, item, listing, mark, paragraph, section
from tests.packaging.building import ROOT
from tests.packaging.prefix import Prefix

PAGES = sorted((ROOT / "share" / "man").rglob("*.[158]"))
NASTY = r""".TH and 'sh' and \fB and -- and "quotes" and `ticks` and ^ ~ \n(PS and → é"""


def formatted(page: Path) -> str:
    """As a terminal of 80 columns shows it, without what makes it bold."""
    command = ["groff", "-k", "-man", "-ww", "-Tutf8", "-P-cbou", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_there_are_pages() -> None:
    assert len(PAGES) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_nothing_that_formatters_warn_of(page: Path) -> None:
    linted = subprocess.run(
        ["mandoc", "-T", "lint", page], capture_output=True, text=True, check=False
    )
    assert (linted.stdout, linted.stderr, linted.returncode) == ("", "", 0)
    formatted(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_fits_a_terminal_of_80_columns(page: Path) -> None:
    assert [line for line in formatted(page).splitlines() if len(line) > 80] == []


def test_pages_are_found_where_the_program_is(prefix: Prefix) -> None:
    for page in PAGES:
        name, _, number = page.name.rpartition(".")
        found = prefix.run("man", "--where", number, name)
        assert found.stdout.strip() == str(
            prefix.directory / "share/man" / f"man{number}" / page.name
        )


def test_whatis_reads_what_the_pages_are_about(prefix: Prefix) -> None:
    page = prefix.directory / "share" / "man" / "man1" / "gotrdns-check.1"
    done = prefix.run("lexgrog", str(page))
    summary = "gotrdns-check - check whether addresses have confirmed reverse DNS"
    assert done.stdout == f'{page}: "{summary}"\n'


def test_any_text_is_printed_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "nasty.1"
    page.write_text(
        header("nasty", 1, date="2026-11-28", source=NASTY[:12], manual="x")
        + section("NAME", [fill(f"nasty \\- {escape(NASTY)}")])
        + section(NASTY, [paragraph(NASTY.replace("`", "'")), item(mark(NASTY), NASTY)])
        + section("EXAMPLES", [listing([NASTY, ".", "'", "", "    indented"])])
    )
    shown = formatted(page)
    plain = " ".join(shown.split())
    assert f"nasty - {NASTY}" in plain
    assert NASTY.replace("`", "'") in plain
    assert NASTY.replace("`", "") in plain
    assert f"         {NASTY}\n         .\n         '\n\n             indented\n" in shown
