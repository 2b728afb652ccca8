"""Who is let in to the administrator's pages, and who is not."""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gotrdns.names import Address
from gotrdns.store.queries import Store
from gotrdns.web import passwords
from gotrdns.web.admin.attempts import Attempts
from gotrdns.web.means import Trouble
from gotrdns.web.passwords import Hash, compose_line
from gotrdns.web.settings import AdminSettings
from tests.unit.stores import Clock, url_of
from tests.unit.web.admin_sites import Visitor, visiting

REMOTE = "192.0.2.99"
PROXY = "192.0.2.1"
PLACES = (
    *("/", "/exceptions", "/look-up", "/follow-up", "/client/192.0.2.1", "/decision/x"),
    *("/nowhere", "/static/copy.js", "/static/nothing.css"),
)


def basic(name: str, password: str) -> dict[str, Any]:
    encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"headers": {"Authorization": f"Basic {encoded}"}}


ANNA = basic("anna", "open sesame")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that cost what they should have tests of their own."""
    monkeypatch.setattr(passwords, "_EXPONENT", 10)
    monkeypatch.setattr(passwords, "_PARALLEL", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite3"
    Store(url_of(path), create=True).close()
    return path


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "passwords"
    path.write_text(compose_line("anna", "open sesame"))
    return path


def with_passwords(file: Path, **more: object) -> AdminSettings:
    return AdminSettings(password_file=str(file), **more)  # type: ignore[arg-type]


BEHIND_PROXY = AdminSettings(
    user_header="X-Remote-User", trusted_proxies=(PROXY,), host_names=("admin.example.org",)
)


@pytest.mark.parametrize("client", ["127.0.0.1", "127.9.9.9", "::1", None])
def test_over_the_loopback_or_a_unix_socket_nobody_has_to_log_in(
    path: Path, client: str | None
) -> None:
    with visiting(path, client=client) as visitor:
        assert visitor.get("/exceptions").status_code == 200
        assert visitor.get("/static/copy.js").status_code == 200


@pytest.mark.parametrize("client", [REMOTE, "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_from_elsewhere_nobody_gets_in_where_no_password_is_set(path: Path, client: str) -> None:
    with visiting(path, client=client) as visitor:
        for place in PLACES:
            answer = visitor.get(place)
            assert answer.status_code == 403
            assert "Exceptions" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
@pytest.mark.parametrize("proxies", [(), ("127.0.0.1",)], ids=["unknown", "trusted"])
def test_strangers_that_a_proxy_on_this_host_passes_on_have_to_log_in(
    path: Path, header: str, proxies: tuple[str, ...]
) -> None:
    settings = AdminSettings(trusted_proxies=proxies)
    with visiting(path, admin=settings, client="127.0.0.1") as visitor:
        assert visitor.get("/exceptions").status_code == 200
        for place in PLACES:
            assert visitor.get(place, headers={header: REMOTE}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
def test_a_strangers_name_for_the_loopback_is_refused(path: Path, host: str) -> None:
    with visiting(path, host=host) as visitor:
        assert visitor.get("/exceptions").status_code == 421


def test_with_passwords_everything_asks_for_one(path: Path, password_file: Path) -> None:
    for client in ("127.0.0.1", REMOTE):
        settings = with_passwords(password_file)
        with visiting(path, admin=settings, client=client) as visitor:
            for place in PLACES:
                answer = visitor.get(place)
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"].startswith("Basic realm=")
                assert answer.headers["content-security-policy"]
            assert visitor.post("/exceptions", {"target": "x"}).status_code == 401


def test_the_right_password_opens_everything(path: Path, password_file: Path) -> None:
    with visiting(path, admin=with_passwords(password_file), client=REMOTE) as visitor:
        for place in ("/exceptions", "/static/copy.js"):
            assert visitor.get(place, **ANNA).status_code == 200
        assert "Logged in: anna" in visitor.get("/exceptions", **ANNA).text


@pytest.mark.parametrize(
    "credentials",
    [
        "Basic",
        "Basic !!!",
        "Basic YW5uYQ==",
        "Basic /////w==",
        "Bearer YW5uYTpvcGVuIHNlc2FtZQ==",
        "Basic " + base64.b64encode(b"anna:open sesame\0").decode(),
        "Basic " + "A" * 5000,
    ],
)
def test_what_are_no_credentials_is_answered_as_none(
    path: Path, password_file: Path, credentials: str
) -> None:
    with visiting(path, admin=with_passwords(password_file), client=REMOTE) as visitor:
        answer = visitor.get("/exceptions", headers={"Authorization": credentials})
        assert answer.status_code == 401
        twice = [("Authorization", ANNA["headers"]["Authorization"])] * 2
        assert visitor.get("/exceptions", headers=twice).status_code == 401


def test_wrong_passwords_bring_pauses_that_grow(path: Path, password_file: Path) -> None:
    settings, told = with_passwords(password_file), list[tuple[Trouble, str]]()
    with visiting(path, admin=settings, client=REMOTE, troubles=told) as visitor:
        answers = [visitor.get("/", **basic("anna", f"wrong {each}")) for each in range(7)]
        assert [each.status_code for each in answers] == [401] * 5 + [429] * 2
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        # Nobody is let in during the pause, or whoever guesses would learn that it was right.
        assert visitor.get("/exceptions", **ANNA).status_code == 429
    assert told == [(Trouble.LOGIN_REFUSED, REMOTE)] * 5


def test_attempts_at_once_count_as_those_one_after_another(path: Path, password_file: Path) -> None:
    with visiting(path, admin=with_passwords(password_file), client=REMOTE) as visitor:
        answers = visitor.at_once(
            *(visitor.client.get("/", **basic("anna", f"wrong {each}")) for each in range(20))
        )
    statuses = [each.status_code for each in answers]
    assert statuses.count(401) == 5
    assert statuses.count(429) == 15


def test_a_page_and_its_files_asked_for_at_once_are_one_attempt(
    path: Path, password_file: Path
) -> None:
    with visiting(path, admin=with_passwords(password_file), client=REMOTE) as visitor:
        answers = visitor.at_once(
            *(visitor.client.get("/static/copy.js", **ANNA) for _ in range(20))
        )
        assert {each.status_code for each in answers} == {200}


def test_a_password_is_hashed_once_and_not_for_every_request(
    path: Path, password_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    fits = Hash.fits

    def counted(hashed: Hash, password: str) -> bool:
        compared.append(password)
        return fits(hashed, password)

    monkeypatch.setattr(Hash, "fits", counted)
    with visiting(path, admin=with_passwords(password_file), client=REMOTE) as visitor:
        for _ in range(5):
            assert visitor.get("/static/copy.js", **ANNA).status_code == 200
        assert compared == ["open sesame"]
        password_file.write_text(compose_line("anna", "another"))
        assert visitor.get("/static/copy.js", **ANNA).status_code == 401
        assert visitor.get("/static/copy.js", **basic("anna", "another")).status_code == 200


def empty(file: Path) -> None:
    file.write_text("# nobody\n")


def spoil(file: Path) -> None:
    file.write_text("anna:open sesame\n")


def make_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("ruin", "said"),
    [
        (empty, "holds no passwords"),
        (spoil, ":1: is no line NAME:HASH"),
        (make_pipe, "is not a file"),
        (Path.unlink, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_of_no_use_lets_nobody_in_and_the_log_says_why_once(
    path: Path,
    password_file: Path,
    ruin: Callable[[Path], None],
    said: str,
) -> None:
    line = password_file.read_text()
    settings, troubles = with_passwords(password_file), list[tuple[Trouble, str]]()
    with visiting(path, admin=settings, troubles=troubles) as visitor:
        assert visitor.get("/exceptions", **ANNA).status_code == 200
        ruin(password_file)
        for _ in range(2):
            assert visitor.get("/exceptions", **ANNA).status_code == 401
        told = [text for trouble, text in troubles if trouble is Trouble.PASSWORDS_UNUSABLE]
        assert len(told) == 1 and said in told[0]
        assert "sesame" not in told[0]
        password_file.unlink(missing_ok=True)
        password_file.write_text(line)
        assert visitor.get("/exceptions", **ANNA).status_code == 200


def as_user(*names: str) -> dict[str, Any]:
    return {"headers": [("X-Remote-User", name) for name in names]}


def test_a_trusted_proxy_says_who_it_is(path: Path) -> None:
    for client in (PROXY, None):
        with visiting(path, admin=BEHIND_PROXY, client=client, host="admin.example.org") as visitor:
            answer = visitor.get("/exceptions", **as_user("anna"))
            assert answer.status_code == 200
            assert "Logged in: anna" in answer.text
            for said in (as_user(), as_user(""), as_user(" "), as_user("anna", "root")):
                assert visitor.get("/exceptions", **said).status_code == 403


def test_nobody_else_can_say_it(path: Path, password_file: Path) -> None:
    both = with_passwords(password_file, user_header="X-Remote-User", trusted_proxies=(PROXY,))
    for settings in (BEHIND_PROXY, both):
        for client in (REMOTE, "127.0.0.1", "192.0.2.10"):
            with visiting(path, admin=settings, client=client) as visitor:
                for place in PLACES:
                    assert visitor.get(place, **as_user("anna")).status_code == 403
                headers = [*as_user("anna")["headers"], *ANNA["headers"].items()]
                assert visitor.get("/exceptions", headers=headers).status_code == 403


def test_with_both_a_password_does_where_the_proxy_says_nothing(
    path: Path, password_file: Path
) -> None:
    both = with_passwords(password_file, user_header="X-Remote-User", trusted_proxies=(PROXY,))
    for client in (PROXY, REMOTE):
        with visiting(path, admin=both, client=client) as visitor:
            assert visitor.get("/exceptions").status_code == 401
            assert visitor.get("/exceptions", **ANNA).status_code == 200


def test_a_proxys_visitors_are_told_apart_when_they_guess(path: Path, password_file: Path) -> None:
    settings = with_passwords(password_file, trusted_proxies=(PROXY,))

    def guess(visitor: Visitor, visitor_address: str, password: str) -> int:
        headers = {**basic("anna", password)["headers"], "X-Forwarded-For": visitor_address}
        return visitor.get("/static/copy.js", headers=headers).status_code

    with visiting(path, admin=settings, client=PROXY) as visitor:
        guesses = [guess(visitor, "203.0.113.7", f"wrong {each}") for each in range(6)]
        assert guesses == [401] * 5 + [429]
        assert guess(visitor, "198.51.100.7", "open sesame") == 200


def test_hostile_names_stay_texts(path: Path) -> None:
    evil = '"><script>alert(1)</script>'
    with visiting(path, admin=BEHIND_PROXY, client=PROXY) as visitor:
        page = visitor.get("/exceptions", **as_user(evil)).text
        assert "&lt;script&gt;alert" in page and "<script>alert" not in page
        long = visitor.get("/exceptions", **as_user("x" * 5000)).text
        assert "x" * 101 not in long


class TestAttempts:
    """Counting alone, by a clock that is set."""

    visitor = Address.parse("192.0.2.99")

    def test_each_pause_is_twice_the_one_before_up_to_a_quarter_of_an_hour(self) -> None:
        clock = Clock(0.0)
        attempts = Attempts(clock)
        pauses: list[float] = []
        for _ in range(20):
            assert attempts.begin(self.visitor) == 0.0
            pauses.append(attempts.begin(self.visitor) if len(pauses) >= 4 else 0.0)
            clock.now += pauses[-1]
        assert pauses[4:8] == [2.0, 4.0, 8.0, 16.0]
        assert pauses[-1] == 900.0

    def test_neighbours_share_their_pauses_and_strangers_do_not(self) -> None:
        attempts = Attempts(Clock(0.0))
        for _ in range(5):
            attempts.begin(self.visitor)
        assert attempts.begin(Address.parse("192.0.2.1")) > 0
        assert attempts.begin(Address.parse("192.0.3.1")) == 0
        assert attempts.begin(None) == 0

    def test_the_right_password_and_time_forget_them(self) -> None:
        clock = Clock(0.0)
        attempts = Attempts(clock)
        for _ in range(5):
            attempts.begin(self.visitor)
        attempts.forget(self.visitor)
        for _ in range(5):
            assert attempts.begin(self.visitor) == 0
        assert attempts.begin(self.visitor) > 0
        clock.now += 3601
        for _ in range(5):
            assert attempts.begin(self.visitor) == 0

    def test_a_crowd_of_networks_does_not_fill_the_memory(self) -> None:
        attempts = Attempts(Clock(0.0))
        for number in range(12_000):
            attempts.begin(Address.parse(f"10.{number >> 8}.{number & 255}.1"))
        assert len(attempts) == 10_000
