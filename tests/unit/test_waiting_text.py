"""What is said while a repair comes through: tables, lines, the end, and JSON."""

import json
from collections.abc import Sequence

import msgspec
import pytest

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.evidence import Kind, Path
from gotrdns.explaining.awaiting import Look, Pace
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import Progress, read_progress
from gotrdns.reports import waiting_text
from gotrdns.reports.layout import WIDTH
from gotrdns.reports.waiting_json import encode_look, encode_waited
from gotrdns.verification import Result, Verdict
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    HOST,
    NO_PTR,
    NS1,
    NS2,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    Said,
    leading,
    leg,
    name,
    pointing,
    reverse_path,
    server,
    walk,
    zone,
)
from tests.unit.explanations import finding, founding


def seen(
    first: Said = HOST.text, second: Said = HOST.text, *, path: Path | None = None
) -> Progress:
    reverse = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, {NS1: first, NS2: second})))
    return read_progress(CLIENT, walk(path or reverse, leading()))


def explained(verdict: Verdict, *codes: str) -> Explanation:
    findings = tuple(
        finding(code, Severity.INFO, Fixer.NOBODY, details={"seconds": 240}) for code in codes
    )
    return msgspec.structs.replace(founding(), verdict=verdict, findings=findings)


def test_the_beginning_says_how_long_and_how_often() -> None:
    text = waiting_text.beginning(Pace(interval=15.0, patience=7200.0))
    assert text.endswith("for 2 hours at most, looking every 15 seconds")


def test_the_table_says_of_each_server_whether_it_has_it() -> None:
    assert list(waiting_text.progress_table(seen(HOST.text, Kind.NXDOMAIN))) == [
        "3 of 4 servers have it",
        "  30.20.81.in-addr.arpa: PTR of 10.30.20.81.in-addr.arpa",
        "    ns1.hosting.example  81.20.0.1  has it      PTR mail.business.example.",
        "    ns2.hosting.example  81.20.0.2  not yet     NXDOMAIN: no such name",
        "  business.example: A of mail.business.example",
        "    ns1.hosting.example  81.20.0.1  has it      A 81.20.30.10",
        "    ns2.hosting.example  81.20.0.2  has it      A 81.20.30.10",
    ]


def test_a_table_fits_a_terminal_however_long_names_are() -> None:
    long = ".".join(["a" * 30] * 3)
    far = server(f"ns.{long}.example 2001:470:1111:2222:3333:4444:5555:6666")
    path = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, {NS1: HOST.text, far: long})))
    lines = list(waiting_text.progress_table(seen(path=path)))
    assert all(len(line) <= WIDTH or far.name.text in line or long in line for line in lines)
    assert any(line.strip() == f"{long}." for line in lines)


def test_a_zone_with_masses_of_servers_is_cut() -> None:
    many = {server(f"ns{n}.example 81.20.1.{n}"): HOST.text for n in range(1, 41)}
    path = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, many)))
    lines = list(waiting_text.progress_table(seen(path=path)))
    assert "    ... and 14 more" in lines
    assert lines[0] == "42 of 42 servers have it"


def test_the_first_look_has_a_line_for_each_server() -> None:
    first, *others = waiting_text.changes(seen(HOST.text, Kind.NXDOMAIN), None)
    assert first == "3 of 4 servers have it"
    assert others[1] == (
        "ns2.hosting.example (81.20.0.2) of 30.20.81.in-addr.arpa: not yet, NXDOMAIN: no such name"
    )
    assert len(others) == 4


def test_later_there_is_a_line_for_each_change() -> None:
    before, now = seen(HOST.text, Kind.NXDOMAIN), seen()
    assert list(waiting_text.changes(now, now)) == []
    assert list(waiting_text.changes(now, before)) == [
        "ns2.hosting.example (81.20.0.2) of 30.20.81.in-addr.arpa: has it, "
        "PTR mail.business.example."
    ]


def test_where_nothing_can_be_seen_that_is_said_once() -> None:
    nothing = read_progress(CLIENT, None)
    [line] = waiting_text.changes(nothing, None)
    assert "port 53" in line
    assert list(waiting_text.changes(nothing, nothing)) == []
    assert len(list(waiting_text.changes(seen(), nothing))) == 5


def test_broken_signatures_are_said_of_what_all_servers_give() -> None:
    bogus = msgspec.structs.replace(seen(), result=Result.TEMPERROR, bogus=True)
    said = (
        "4 of 4 servers have it, but with signatures (DNSSEC) that the resolver here finds broken"
    )
    assert list(waiting_text.changes(bogus, seen())) == [said]
    assert ending(bogus, explained(NO_PTR)) == [
        f"after 45 seconds it is still not known whether it works everywhere: {said}"
    ]


def test_the_line_between_two_looks_says_when_the_next_is() -> None:
    look = Look(3, 31.0, seen(HOST.text, Kind.NXDOMAIN), 15.0)
    assert waiting_text.status(look, next_at="14:03:45", end_at="14:13:00") == (
        "look 3: 3 of 4 servers have it; the next at 14:03:45, the last at 14:13:00"
    )
    assert waiting_text.status_of_several(1, 3, next_at="14:03:45", end_at="14:13:00").startswith(
        "1 of 3 addresses have it everywhere;"
    )


def ending(progress: Progress, explanation: Explanation, *, number: int = 4) -> Sequence[str]:
    return list(waiting_text.ending(Look(number, 45.2, progress, explanation=explanation)))


def test_the_end_says_how_long_it_took_and_that_our_resolver_has_it() -> None:
    assert ending(seen(), explained(CONFIRMED)) == [
        "every name server that answers has it now, after 45 seconds",
        "the resolver here (127.0.0.1) has it, too",
    ]
    assert "already" in ending(seen(), explained(CONFIRMED), number=1)[0]


def test_the_end_says_how_long_our_resolver_may_hold_the_old_answer() -> None:
    assert ending(seen(), explained(NO_PTR, "cache-stale"))[1] == (
        "the resolver here (127.0.0.1) still remembers the old answer, for 4 minutes at most"
    )


def test_an_old_name_that_passes_is_still_the_old_answer() -> None:
    other = name("mail.other.example")
    progress = msgspec.structs.replace(seen(), names=(other,))
    assert "for 1 hour at most" in ending(progress, explained(CONFIRMED))[1]


def test_another_answer_of_our_resolver_is_repeated() -> None:
    assert ending(seen(), explained(NO_PTR))[1] == (
        "the resolver here (127.0.0.1) says: permerror (no-ptr)"
    )


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (seen(HOST.text, Kind.NXDOMAIN), "not every name server has it: 3 of 4 servers have it"),
        (
            seen(Kind.TIMEOUT, Kind.REFUSED),
            "it is still not known whether it works everywhere: 0 of 2 servers have it",
        ),
    ],
)
def test_the_end_of_patience_says_what_is_missing(progress: Progress, said: str) -> None:
    assert ending(progress, explained(NO_PTR)) == [f"after 45 seconds {said}"]


def test_a_look_is_an_object() -> None:
    look = Look(2, 15.04, seen(HOST.text, Kind.NXDOMAIN), 15.0)
    values = json.loads(encode_look(look))
    assert list(values) == [
        "address",
        "look",
        "elapsed_seconds",
        "everywhere",
        "result",
        "reachable",
        "bogus",
        "names",
        "zones",
        "next_look_seconds",
    ]
    assert (values["look"], values["everywhere"], values["result"]) == (2, False, "fail")
    reverse, _ = values["zones"]
    assert reverse["servers"] == [
        {
            "server": "ns1.hosting.example",
            "address": "81.20.0.1",
            "standing": "has",
            "kinds": ["answer"],
            "data": ["mail.business.example."],
        },
        {
            "server": "ns2.hosting.example",
            "address": "81.20.0.2",
            "standing": "lacks",
            "kinds": ["nxdomain"],
            "data": [],
        },
    ]


def test_the_last_object_is_the_explanation_with_the_wait_in_it() -> None:
    look = Look(4, 45.2, seen(), explanation=explained(CONFIRMED))
    values = json.loads(encode_waited(explained(CONFIRMED), look))
    assert values["result"] == "pass"
    assert "trace" in values
    assert list(values)[-1] == "wait"
    assert (values["wait"]["looks"], values["wait"]["everywhere"]) == (4, True)


def test_what_strangers_publish_cannot_steer_a_terminal() -> None:
    hostile = r"a\027[31mb.example"
    for line in waiting_text.progress_table(seen(path=pointing(hostile))):
        assert line.isprintable()
