"""Passwords of the administrator's pages: their file, and whether one fits."""

import logging
import os
from pathlib import Path

import pytest

from gotrdns.web.passwords import (
    InvalidPasswordFile,
    Passwords,
    hash_password,
    read_passwords,
)

HASH = hash_password("open sesame")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "passwords"
    path.write_text(f"# who may come in\n\nanna:{HASH}\n bert@example.org:{HASH} \n")
    return path


def test_the_right_password_fits_and_no_other(path: Path) -> None:
    passwords = Passwords(path)
    assert passwords.verify("anna", "open sesame")
    assert passwords.verify("bert@example.org", "open sesame")
    for name, password in (
        ("anna", "open sesam"),
        ("anna", ""),
        ("Anna", "open sesame"),
        ("carl", "open sesame"),
        ("", "open sesame"),
        ("anna", HASH),
    ):
        assert not passwords.verify(name, password)


def test_the_same_password_is_hashed_differently_each_time() -> None:
    assert hash_password("open sesame") != HASH
    assert "sesame" not in HASH and "\n" not in HASH and ":" not in HASH


def test_passwords_beyond_ascii_fit(path: Path) -> None:
    path.write_text(f"anna:{hash_password('Öffne dich ✓')}\n")
    assert Passwords(path).verify("anna", "Öffne dich ✓")


def test_a_file_that_changes_is_read_again(path: Path) -> None:
    passwords = Passwords(path)
    before = passwords.refresh()
    assert passwords.refresh() == before
    path.write_text(f"carl:{hash_password('new')}\n")
    assert not passwords.verify("anna", "open sesame")
    assert passwords.verify("carl", "new")
    assert passwords.refresh() != before


WRONG = {
    "empty": ("", "holds no passwords"),
    "a remark": ("# nobody\n", "holds no passwords"),
    "a name alone": ("anna\n", "line 1: what follows the name is no hash"),
    "the password": ("\nanna:open sesame\n", "line 2: what follows the name is no hash"),
    "no name": (f":{HASH}\n", "line 1: the name is empty"),
    "a space": (f"an na:{HASH}\n", "line 1: the name is empty, too long or unusual"),
    "one twice": (f"anna:{HASH}\nanna:{HASH}\n", "line 2: that name stands there already"),
    "cut off": (f"anna:{HASH[:-8]}\n", "no hash"),
    "another scheme": (f"anna:{HASH.replace('scrypt', 'bcrypt')}\n", "no hash"),
    "too dear": (f"anna:{HASH.replace('$14$', '$62$')}\n", "no hash"),
    "too long": ("x" * 2_000_000, "it is too long"),
}


@pytest.mark.parametrize(("content", "trouble"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_wrong_lets_nobody_in_and_the_log_says_why_once(
    path: Path, content: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    passwords = Passwords(path)
    assert passwords.verify("anna", "open sesame")
    path.write_text(content)
    with caplog.at_level(logging.ERROR):
        assert not passwords.verify("anna", "open sesame")
        passwords.refresh()
    [record] = caplog.records
    assert trouble in record.getMessage()
    assert "sesame" not in record.getMessage() and HASH not in record.getMessage()
    path.write_text(f"anna:{HASH}\n")
    assert passwords.verify("anna", "open sesame")


def test_a_file_that_goes_away_lets_nobody_in(path: Path) -> None:
    passwords = Passwords(path)
    path.rename(path.with_name("elsewhere"))
    assert not passwords.verify("anna", "open sesame")
    os.mkfifo(path)
    assert not passwords.verify("anna", "open sesame")
    path.unlink()
    path.mkdir()
    assert not passwords.verify("anna", "open sesame")


def test_octets_that_are_no_text_are_refused(path: Path) -> None:
    path.write_bytes(b"anna:\xff\n")
    with pytest.raises(InvalidPasswordFile, match="UTF-8"):
        read_passwords(path)
