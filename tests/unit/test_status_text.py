"""What an administrator sees at a glance."""

from typing import Any

import pytest

from gotrdns.policy import Action, Trust
from gotrdns.reports import english_status as words
from gotrdns.reports.readiness_text import compose_readiness
from gotrdns.reports.status import (
    NotAStatus,
    Pages,
    Period,
    Remark,
    Status,
    Trouble,
    decode_status,
    encode_status,
)
from gotrdns.reports.status_text import compose_status
from gotrdns.reports.text import Style
from tests.unit.statuses import WELL, status


def replaced(part: str, **changes: Any) -> Status:
    """A status of which one part is different."""
    return status(**{part: type(getattr(WELL, part))(**{**_fields(part), **changes})})


def _fields(part: str) -> dict[str, Any]:
    value = getattr(WELL, part)
    return {name: getattr(value, name) for name in value.__struct_fields__}


def test_all_there_is_to_say_of_a_daemon_that_is_well() -> None:
    assert (
        compose_status(WELL)
        == """\
gotrdns 1.2.3, mode strict, up 3 d 4 h, process 4321, 42 MiB

  All is well.

  Mail
                                                last 5 min  since start
    pass confirmed             let in    1,500 (300.0/min)    1,204,567
    permerror no-ptr           refused         5 (1.0/min)       90,001
    temperror forward-timeout  deferred        0 (0.0/min)          700
    no look-up needed          let in          0 (0.0/min)           12
    all                                  1,505 (301.0/min)    1,295,280
    34,567 had to wait for a look-up, 12.3 ms on average, 95 % at most 50 ms

  Listening
    postfix  unix:/var/spool/postfix/private/gotrdns  12 connections
    postfix  inet:[::1]:10033                         1 connection
    metrics  inet:127.0.0.1:9125

  Resolver
    127.0.0.1:53       answers        123,456 asked, 123,450 answered, 6 timed out
    [2001:db8::53]:53  silent lately  7 asked, 0 answered, 7 timed out
    ended in trouble: 21 servfail, 4 timeout
    believed; 4 of 321 networks in trouble within five minutes

  Cache
    12,345 of at most 20,000 answers; 93 % of questions answered from it

  Store
    sqlite:////var/lib/gotrdns/gotrdns.sqlite3
    works; 91,234 written, 3 waiting, 0 lost
"""
    )


def test_what_is_wrong_comes_first_and_in_colour() -> None:
    wrong = (
        Remark(Trouble.RESOLVER_UNREACHABLE, "127.0.0.1:53"),
        Remark(Trouble.NON_PUBLIC_CLIENT),
    )
    ill = status(wrong=wrong, alarms={"non-public-client": 75.0})
    painted: list[tuple[str, Style]] = []

    def paint(text: str, style: Style) -> str:
        painted.append((text, style))
        return text

    lines = compose_status(ill, paint).splitlines()
    assert lines[2:8] == [
        "  Something is wrong:",
        "  - Mail passes unexamined, marked, because the resolver does not answer:",
        "    127.0.0.1:53",
        "  - Clients come from private addresses, and pass unexamined: a proxy or NAT",
        "    hides the real ones. Where that is meant, set refuse-non-public = true.",
        "    (alarm non-public-client, on for 1 min)",
    ]
    assert ("  Something is wrong:", Style.BAD) in painted


def test_a_daemon_that_nobody_has_asked_yet() -> None:
    text = compose_status(
        status(since_start=Period(1.0, ()), lately=Period(1.0, ()), uptime_seconds=1.0)
    )
    assert "  Mail\n    nobody has asked yet\n\n" in text
    assert "up 1 s," in text


@pytest.mark.parametrize(
    ("part", "changes", "said"),
    [
        ("store", {"place": ""}, "none: what is learnt is forgotten when the daemon ends"),
        (
            "store",
            {"in_trouble": True, "lost": 7},
            "out of reach; 91,234 written, 3 waiting, 7 lost",
        ),
        ("cache", {"capacity": 0}, "    none\n"),
        ("cache", {"hits": 0, "misses": 0}, "; 0 % of questions"),
        ("resolver", {"reachable": False}, "127.0.0.1:53       does not answer  123,456 asked"),
        ("resolver", {"forged": 5}, "5 replies with a wrong id or question, 0 unreadable"),
        (
            "resolver",
            {"trust": "lying"},
            "not believed: it lies; 4 of 321 networks in trouble within five minutes, so control",
        ),
        ("breaker", {"alarming": True}, "so control questions are asked"),
        ("waiting", {"count": 0}, "\n\n  Listening"),
        (
            "waiting",
            {"within_seconds_95": None, "mean_seconds": 12.0},
            "look-up, 12 s on average\n",
        ),
    ],
)
def test_each_part_says_how_it_does(part: str, changes: dict[str, Any], said: str) -> None:
    assert said in compose_status(replaced(part, **changes))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3599.0, "59 min"),
        (3600.0, "1 h 0 min"),
        (86_399.0, "23 h 59 min"),
        (86_400.0, "1 d 0 h"),
        (400 * 86_400.0, "400 d 0 h"),
    ],
)
def test_how_long_it_is_up(seconds: float, said: str) -> None:
    assert f", up {said}, " in compose_status(status(uptime_seconds=seconds))


def test_there_are_words_for_every_code() -> None:
    assert set(words.TROUBLES) == set(Trouble)
    assert set(words.TRUST) == {each.value for each in Trust}
    assert set(words.ACTIONS) == set(words.WITHHELD) == {each.value for each in Action}


def test_a_status_is_one_line_and_reads_back() -> None:
    ill = status(wrong=(Remark(Trouble.STORE_FAILED, "one\ntwo"),))
    line = encode_status(ill)
    assert line.count(b"\n") == 1
    assert decode_status(line) == ill


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"\xff", b'{"error":"unknown-question"}'])
def test_other_lines_are_no_status(line: bytes) -> None:
    with pytest.raises(NotAStatus):
        decode_status(line)


def test_readiness_is_a_word_and_a_line_for_each_thing_that_is_wrong() -> None:
    assert compose_readiness((), ()) == "ready\n"
    failed = Remark(Trouble.STORE_FAILED, "disk\nfull")
    assert compose_readiness((), (failed,)) == (
        "ready\nwarning: store-failed: The database is out of reach; decisions rest on what is in "
        "memory: disk full\n"
    )
    assert compose_readiness((Remark(Trouble.NOT_LISTENING),), ()).startswith(
        "not ready: not-listening: No mail server can ask"
    )


def test_the_pages_are_told_of_where_the_daemon_cares_for_them() -> None:
    assert "Pages" not in compose_status(WELL)
    assert "  Pages\n    process 77\n" in compose_status(status(pages=Pages(77, 0)))
    ended = compose_status(status(pages=Pages(None, 3)))
    assert "  Pages\n    no process now  3 ended since the start\n" in ended
