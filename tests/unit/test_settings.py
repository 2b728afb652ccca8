"""Every slip in a settings file is found, with its line and what to write instead."""

import subprocess
import sys
from pathlib import Path

import pytest

from gotrdns.policy import Action, Mode
from gotrdns.protocols.access import SocketAccess
from gotrdns.protocols.endpoints import TcpEndpoint, UnixEndpoint
from gotrdns.settings import InvalidSettings, Settings, read_settings
from gotrdns.settings.lines import find_keys
from gotrdns.verification import Cause

DOCUMENTATION = Path(__file__).parents[2] / "docs"
MODE = '[policy]\nmode = "strict"\n'


def read(directory: Path, text: str) -> Settings:
    path = directory / "gotrdns.toml"
    path.write_text(text)
    return read_settings(path)


def problems(directory: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(InvalidSettings) as refused:
        read(directory, text)
    for problem in refused.value.problems:
        assert str(problem).startswith(f"{directory / 'gotrdns.toml'}")
    return [(problem.line, problem.text) for problem in refused.value.problems]


def only_problem(directory: Path, text: str) -> tuple[int | None, str]:
    (problem,) = problems(directory, text)
    return problem


def test_only_the_mode_must_be_set(tmp_path: Path) -> None:
    settings = read(tmp_path, MODE)
    assert settings.policy.mode is Mode.STRICT
    assert settings.verification.deadline == 8.0
    assert settings.verification.ptr_limit == 10
    assert settings.postfix.endpoints == (UnixEndpoint(Path("/var/spool/postfix/private/gotrdns")),)
    assert settings.postfix.access == SocketAccess(0o666)
    assert settings.postfix.idle_timeout == 1000


def test_the_example_in_the_documentation_is_right(tmp_path: Path) -> None:
    example = DOCUMENTATION / "gotrdns.toml"
    settings = read_settings(example)
    assert settings.policy.mode is Mode.OBSERVE
    assert not settings.policy.actions
    assert len(settings.postfix.endpoints) == 3
    changed = tmp_path / "gotrdns.toml"
    changed.write_text(example.read_text().replace("# forward-mismatch", "forward-mismatch"))
    assert read_settings(changed).policy.actions == {Cause.FORWARD_MISMATCH: Action.DEFER}


def test_the_settings_reference_is_current() -> None:
    written = subprocess.run(
        [sys.executable, DOCUMENTATION / "generate_settings.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert written.stdout == (DOCUMENTATION / "settings.md").read_text()


def test_a_file_without_a_mode_is_refused(tmp_path: Path) -> None:
    line, text = only_problem(tmp_path, "# nothing\n[policy]\n")
    assert line == 2
    assert text == '[policy] mode must be set: one of "observe", "strict", "protect"'


def test_an_empty_file_is_told_what_it_must_hold(tmp_path: Path) -> None:
    line, text = only_problem(tmp_path, "")
    assert line is None
    assert text == (
        'the section [policy] is missing; it must set mode (one of "observe", "strict", "protect")'
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (MODE + "mark_passes = true", 3, 'unknown key "mark_passes": did you mean "mark-passes"?'),
        (MODE + "Mark-Passes = true", 3, 'did you mean "mark-passes"?'),
        (MODE + "pas-networks = []", 3, 'did you mean "pass-networks"?'),
        (MODE + "[resolvers]", 3, 'unknown section or key "resolvers": did you mean "resolver"?'),
        (MODE + "socket_mode = '0600'", 3, '"socket-mode" belongs in [postfix]'),
        ('mode = "strict"\n' + MODE, 1, '"mode" belongs in [policy]'),
        (MODE + "zzz = 1", 3, 'unknown key "zzz"; known are actions, mark-passes, mode'),
        (
            MODE + '[policy.actions]\nno_ptr = "pass"',
            4,
            '[policy.actions] unknown key "no_ptr": did you mean "no-ptr"?',
        ),
        (
            MODE + '[policy.actions]\nno-ptr = "reject"',
            4,
            '[policy.actions] no-ptr must be one of "pass", "defer", "refuse", not "reject"',
        ),
        (MODE + "mark-passes = 1", 3, "mark-passes must be true or false, not 1"),
        (MODE + "pass-networks = [1]", 3, "must be a list of texts in quotes, not [1]"),
        (MODE + "actions = 5", 3, "actions must be a table, not 5"),
        ("policy = 5", 1, "policy must be a table, not 5"),
        (
            MODE + "[resolver]\ntimeout = 31",
            4,
            "[resolver] timeout must be a number, above 0 and at most 30, not 31",
        ),
        (
            MODE + '[verification]\nptr-limit = "x"',
            4,
            'ptr-limit must be a whole number, at least 1 and at most 100, not "x"',
        ),
        (MODE + "[postfix]\nsocket-mode = 438", 4, 'a text in quotes, such as "0660", not 438'),
        (MODE + '[milter]\nsocket-mode = "999"', 4, 'must be a text such as "0660", not "999"'),
        (MODE + "[postfix]\nlisten = []", 4, "no mail server can ask"),
        (MODE + '[log]\nlevel = "loud"', 4, 'level must be one of "debug", "error"'),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_was_meant(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    found_line, found = only_problem(tmp_path, text)
    assert found_line == line
    assert said in found


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            '[policy.actions]\nreverse-servfail = "refuse"\n',
            4,
            "a DNS outage must not refuse mail",
        ),
        ('[policy.actions]\nresolver-unreachable = "defer"\n', 4, "resolver is down"),
        ("[verification]\ndeadline = 15\n", 4, "mail server no longer waits"),
        ('[postfix]\nlisten = ["inet:0.0.0.0:10033"]\n', 4, "remote-clients = true"),
        ('[postfix]\nlisten = ["inet:[2001:db8::1]:10033"]\n', 4, "remote-clients = true"),
        ('[postfix]\nlisten = ["10033"]\n', 4, "it starts with neither unix: nor inet:"),
        ('[postfix]\nlisten = ["inet:127.0.0.1"]\n', 4, "the port is missing"),
        ('[postfix]\nlisten = ["inet:127.0.0.1:0"]\n', 4, "is not a port"),
        ('[postfix]\nlisten = ["inet:localhost:25"]\n', 4, "is not an address"),
        ('[postfix]\nlisten = ["unix:relative"]\n', 4, "must start with /"),
        ('[postfix]\nlisten = ["unix:/a", "unix:/a"]\n', 4, "listed twice"),
        (f'[postfix]\nlisten = ["unix:/{"a" * 104}"]\n', 4, "may have 103 octets"),
        (
            '[milter]\nlisten = ["unix:/a", "unix:/b"]\n[exim]\nlisten = ["unix:/c", "unix:/b"]\n',
            6,
            '[exim] and [milter] both name "unix:/b"',
        ),
        (
            '[metrics]\nlisten = ["inet:[::1]:99"]\n[postfix]\nlisten = ["inet:[0::1]:99"]\n',
            4,
            '[metrics] and [postfix] both name "inet:[::1]:99"',
        ),
        ('[control]\nsocket = "unix:/a"\n[exim]\nlisten = ["unix:/a"]\n', 4, "both name"),
        ("[postfix]\nidle-timeout = 300\n", 4, "Postfix hangs up first"),
        ('[milter]\nlisten = ["inet:0.0.0.0:10034"]\n', 4, "remote-clients = true"),
        ("[milter]\nidle-timeout = 300\n", 4, "its mail would pass unexamined"),
        ('[milter]\nauthserv-id = "mx example"\n', 4, 'such as "mx.example.org"'),
        ("[milter]\npacket-octets = 65536\n", 4, "at least 131,072"),
        ('[resolver]\nservers = ["banana"]\n', 4, "is not a resolver"),
        ('[postfix]\nsocket-owner = "nobody-of-that-name"\n', 4, "this host has no user"),
        ('[postfix]\nsocket-group = "nobody-of-that-name"\n', 4, "this host has no group"),
        ('[postfix]\nsocket-owner = "4294967295"\n', 4, "is too large a number"),
        ('[postfix]\nsocket-group = "99999999999999"\n', 4, "is too large a number"),
        ('[metrics]\nsocket-owner = "nobody-of-that-name"\n', 4, "this host has no user"),
        ('[metrics]\nlisten = ["inet:0.0.0.0:9125"]\n', 4, "metrics have no password"),
        ('[metrics]\nlisten = ["inet:[2001:db8::1]:9125"]\n', 4, "remote-clients = true"),
        ('[metrics]\nlisten = ["localhost:9125"]\n', 4, "it starts with neither unix: nor inet:"),
        ('[metrics]\nlisten = ["unix:/a", "unix:/a"]\n', 4, "listed twice"),
        ('[metrics]\nsocket-mode = "rw"\n', 4, 'such as "0660"'),
        ('[control]\nsocket = "inet:127.0.0.1:1"\n', 4, "is no unix socket"),
        ('[control]\nsocket = "control"\n', 4, "it starts with neither unix: nor inet:"),
        ('[control]\nsocket = "unix:control"\n', 4, "must start with /"),
        ('[resolver]\ntrust-ad = ["127.0.0.1:x"]\n', 4, "is not a resolver"),
    ],
)
def test_a_dangerous_or_senseless_value_is_refused_with_the_reason(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    found_line, found = only_problem(tmp_path, MODE + text)
    assert found_line == line
    assert said in found


def test_remote_clients_may_be_admitted_on_purpose(tmp_path: Path) -> None:
    text = '[postfix]\nremote-clients = true\nlisten = ["inet:0.0.0.0:10033"]\n'
    (endpoint,) = read(tmp_path, MODE + text).postfix.endpoints
    assert isinstance(endpoint, TcpEndpoint)
    assert not endpoint.is_loopback


@pytest.mark.parametrize(("owner", "group"), [("root", "root"), ("0", "0")])
def test_the_owner_and_group_of_sockets_are_names_or_numbers(
    tmp_path: Path, owner: str, group: str
) -> None:
    section = f'[postfix]\nsocket-mode = "660"\nsocket-owner = "{owner}"\n'
    settings = read(tmp_path, f'{MODE}{section}socket-group = "{group}"\n')
    assert settings.postfix.access == SocketAccess(0o660, 0, 0)
    assert read(tmp_path, MODE + section).postfix.access == SocketAccess(0o660, 0, None)


def test_where_the_daemon_tells_how_it_does(tmp_path: Path) -> None:
    default = read(tmp_path, MODE)
    assert default.metrics.endpoints == ()
    assert default.control.path == Path("/run/gotrdns/control")
    assert default.control.endpoints == (UnixEndpoint(Path("/run/gotrdns/control")),)
    given = read(
        tmp_path,
        MODE + '[metrics]\nlisten = ["inet:127.0.0.1:9125", "unix:/m"]\nsocket-mode = "0600"\n'
        '[control]\nsocket = ""\n',
    )
    assert list(map(str, given.metrics.endpoints)) == ["inet:127.0.0.1:9125", "unix:/m"]
    assert given.metrics.access == SocketAccess(0o600)
    assert (given.control.path, given.control.endpoints) == (None, ())
    remote = '[metrics]\nremote-clients = true\nlisten = ["inet:0.0.0.0:9125"]\n'
    assert len(read(tmp_path, MODE + remote).metrics.endpoints) == 1


def test_all_problems_of_a_file_are_told_in_its_order(tmp_path: Path) -> None:
    text = """\
[policy]
mode = "harsh"
speed = 9
[verification]
deadline = 20
ptr-limit = 0
[postfix]
idle-timeout = 1
listen = ["inet:192.0.2.1:25"]
"""
    assert [line for line, _ in problems(tmp_path, text)] == [2, 3, 6, 8, 9]


@pytest.mark.parametrize(
    ("text", "line"),
    [("[policy\n", 1), (MODE + "x = \n", 3), (MODE + 'x = "', 3), (MODE + MODE, 3)],
)
def test_a_syntax_error_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    found_line, said = only_problem(tmp_path, text)
    assert found_line == line
    assert said.startswith("this is not TOML: ")
    assert "at line" not in said


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read: No such file or directory"):
        read_settings(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"a = 1\n\xff\n")
    with pytest.raises(InvalidSettings, match=r"binary\.toml:2: is not UTF-8"):
        read_settings(tmp_path / "binary.toml")


def test_keys_are_found_in_every_spelling_of_toml() -> None:
    text = '''\
# comment [a]
top = 1
[one]  # here
"quoted" = """
[not.a.table]
key = 2
"""
list = [
  "x",  # = [
  { inner = 3 },
]
dotted . key = 'a # b'
[ one . two ]
last = { a = 1, b = [1, 2] }
after = "\\" ["
end = 1
'''
    lines = find_keys(text)
    assert lines == {
        ("top",): 2,
        ("one",): 3,
        ("one", "quoted"): 4,
        ("one", "list"): 8,
        ("one", "dotted"): 12,
        ("one", "dotted", "key"): 12,
        ("one", "two"): 13,
        ("one", "two", "last"): 14,
        ("one", "two", "after"): 15,
        ("one", "two", "end"): 16,
    }
