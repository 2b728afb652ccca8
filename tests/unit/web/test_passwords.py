"""Administrators' passwords: the file, and what verifying costs."""

import asyncio
from pathlib import Path

import pytest

from gotrdns.web.limits import TooMany
from gotrdns.web.passwords import (
    Hash,
    InvalidName,
    InvalidPasswords,
    Passwords,
    UnusablePassword,
    compose_line,
    read_passwords,
)

# With little work, for the tests' sake: "correct horse".
LINE = "anna:scrypt$10$8$1$eOhyzCaE-XzIFbUxK0PDKw$iSc4Ns60asHE7IkH79icCtSh_shi5j2HjGTMH-GYPME\n"


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gotrdns.web.passwords._EXPONENT", 10)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were compared at full cost."""
    compared: list[str] = []
    fits = Hash.fits

    def count(self: Hash, password: str) -> bool:
        compared.append(password)
        return fits(self, password)

    monkeypatch.setattr(Hash, "fits", count)
    return compared


def file_with(directory: Path, text: str) -> Path:
    path = directory / "passwords"
    path.write_text(text)
    return path


def test_a_hashed_password_is_right_and_no_other_is(tmp_path: Path) -> None:
    async def run() -> list[bool]:
        passwords = Passwords(file_with(tmp_path, f"# administrators\n\n{LINE}"))
        attempts = [
            ("anna", "correct horse"),
            ("anna", "correct horse "),
            ("anna", ""),
            ("Anna", "correct horse"),
            ("", ""),
            ("anna", "correct horse" + "\0" * 2000),
        ]
        return [await passwords.verify(*each) for each in attempts]

    assert asyncio.run(run()) == [True, False, False, False, False, False]


def test_the_password_itself_is_nowhere_in_the_file() -> None:
    assert "correct" not in LINE
    assert compose_line("anna", "correct horse") != LINE


def test_one_keyboards_accents_are_anothers() -> None:
    [hashed] = [Hash.parse(compose_line("anna", "caf\u00e9").strip().partition(":")[2])]
    assert hashed is not None
    assert hashed.fits("cafe\u0301")


def test_what_was_right_a_moment_ago_costs_nothing(tmp_path: Path, counted: list[str]) -> None:
    now = 0.0

    async def run() -> None:
        nonlocal now
        passwords = Passwords(file_with(tmp_path, LINE), clock=lambda: now)
        for _ in range(5):
            assert await passwords.verify("anna", "correct horse")
        assert len(counted) == 1
        now = 301.0
        assert await passwords.verify("anna", "correct horse")
        assert len(counted) == 2

    asyncio.run(run())


def test_wrong_attempts_and_unknown_names_cost_the_same(tmp_path: Path, counted: list[str]) -> None:
    async def run() -> None:
        passwords = Passwords(file_with(tmp_path, LINE))
        for name in ("anna", "bob"):
            for _ in range(2):
                assert not await passwords.verify(name, "wrong")

    asyncio.run(run())
    assert len(counted) == 4


def test_a_name_that_is_removed_or_has_another_password_is_let_in_no_longer(tmp_path: Path) -> None:
    async def run() -> None:
        path = file_with(tmp_path, LINE)
        passwords = Passwords(path)
        assert await passwords.verify("anna", "correct horse")
        path.write_text(compose_line("anna", "battery staple") + "\n")
        assert not await passwords.verify("anna", "correct horse")
        assert await passwords.verify("anna", "battery staple")
        path.unlink()
        assert not await passwords.verify("anna", "battery staple")

    asyncio.run(run())


def test_many_attempts_at_once_are_told_to_come_back(tmp_path: Path) -> None:
    async def run() -> list[bool | BaseException]:
        passwords = Passwords(file_with(tmp_path, LINE))
        attempts = [passwords.verify("anna", f"guess {number}") for number in range(12)]
        return await asyncio.gather(*attempts, return_exceptions=True)

    found = asyncio.run(run())
    assert found.count(False) == 8
    assert sum(isinstance(each, TooMany) for each in found) == 4


def test_whoever_leaves_does_not_leave_the_way_blocked(tmp_path: Path) -> None:
    async def run() -> bool:
        passwords = Passwords(file_with(tmp_path, LINE))
        for _ in range(20):
            attempt = asyncio.create_task(passwords.verify("anna", "guess"))
            await asyncio.sleep(0)
            attempt.cancel()
            with pytest.raises((asyncio.CancelledError, TooMany)):
                await attempt
        while True:
            try:
                return await passwords.verify("anna", "correct horse")
            except TooMany:
                await asyncio.sleep(0.01)

    assert asyncio.run(run())


@pytest.mark.parametrize(
    "text",
    [
        "anna\n",
        "anna:secret\n",
        "anna:scrypt$14$8$5$AAAA$AAAA\n",
        "anna:scrypt$31$8$5$4Zs4SckggMEw-aJWjgQSYw$ELHfWiUPScqLpYSmHehZCjQHTqRDAiVCgcVA_85t4VM\n",
        "an na" + LINE.removeprefix("anna"),
        LINE + LINE,
        LINE * 4000,
    ],
)
def test_a_file_that_says_something_else_is_refused_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidPasswords, match="passwords"):
        read_passwords(file_with(tmp_path, text))


@pytest.mark.parametrize("name", ["", "an na", "a:b", "x" * 65, "\u00e4"])
def test_names_that_the_file_cannot_hold_are_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        compose_line(name, "secret")


@pytest.mark.parametrize("password", ["", "x" * 1025])
def test_unusable_passwords_are_refused(password: str) -> None:
    with pytest.raises(UnusablePassword):
        compose_line("anna", password)
