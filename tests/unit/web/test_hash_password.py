"""``gotrdns web --hash-password`` at a terminal."""

import contextlib
import os
import pty
import re
import sys

import pytest

COMMAND = (sys.executable, "-m", "gotrdns", "web", "--hash-password", "anna")


class Terminal:
    """Runs the command, and types."""

    def __init__(self) -> None:
        self.shown = ""
        self._answered = 0
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.execv(COMMAND[0], COMMAND)

    def type(self, keys: str, after: str) -> None:
        while after not in self.shown[self._answered :]:
            self._read()
        self._answered = len(self.shown)
        os.write(self._descriptor, keys.encode())

    def end(self) -> int:
        """The exit status, once it has ended."""
        with contextlib.suppress(OSError):  # which is how a terminal's end shows
            while self._read():
                pass
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self) -> str:
        octets = os.read(self._descriptor, 4096).decode()
        self.shown += octets
        return octets


def test_the_password_is_asked_for_twice_and_not_shown() -> None:
    terminal = Terminal()
    terminal.type("correct horse\n", "Password: ")
    terminal.type("correct horse\n", "confirmation: ")
    assert terminal.end() == 0
    assert re.search(r"^anna:scrypt\$[\w$-]+\r$", terminal.shown, re.MULTILINE)
    assert "correct" not in terminal.shown


def test_a_slip_is_noticed() -> None:
    terminal = Terminal()
    terminal.type("correct horse\n", "Password: ")
    terminal.type("correct hose\n", "confirmation: ")
    terminal.type("correct horse\n", "Password: ")
    terminal.type("correct horse\n", "confirmation: ")
    assert "do not match" in terminal.shown
    assert terminal.end() == 0
    assert terminal.shown.count("anna:scrypt") == 1


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_an_interrupt_or_the_end_of_input_ends_it_in_one_line(key: str) -> None:
    terminal = Terminal()
    terminal.type(key, "Password: ")
    assert terminal.end() == 130
    assert terminal.shown.strip().splitlines()[-1] == "gotrdns: interrupted"
    assert "Traceback" not in terminal.shown
