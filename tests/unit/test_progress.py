"""The line on a terminal that says what goes on."""

import io
import os
import sys

import pytest

from gotrdns.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((20, 24)))
    return screen


def test_the_line_never_takes_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    Progress().show("a" * 100)
    assert terminal.getvalue() == "\r\x1b[K" + "a" * 19


def test_it_makes_room_only_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    progress = Progress()
    progress.clear()
    assert terminal.getvalue() == ""
    progress.show("soon")
    progress.clear()
    progress.clear()
    assert terminal.getvalue() == "\r\x1b[Ksoon\r\x1b[K"


def test_questions_are_counted_over_what_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    progress = Progress()
    progress.show("soon")
    progress.note_question(object())
    assert terminal.getvalue().endswith("\r\x1b[Kasking the name ser")


def test_where_there_is_no_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", lost := io.StringIO())
    progress = Progress()
    progress.note_question(object())
    progress.show("soon")
    progress.clear()
    assert lost.getvalue() == ""
