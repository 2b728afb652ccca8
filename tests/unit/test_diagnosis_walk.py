"""A walk's findings together: their order, their wording, and none where all is well."""

from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns import evidence
from gotrdns.diagnosis.findings import Severity
from gotrdns.diagnosis.helo import HeloEvidence
from gotrdns.diagnosis.walked import WalkEvidence, diagnose_walk
from gotrdns.evidence import Ending, Kind, Leg, Walk
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import DomainName
from gotrdns.reports.english_walk import FINDINGS_OF_A_WALK
from gotrdns.reports.walk_sentences import duration
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FORWARD_ZONE,
    FOUND,
    HOST,
    LEADS,
    NO_PTR,
    NONE,
    NS1,
    NS2,
    NS6,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    leading,
    leg,
    name,
    pointing,
    reply,
    server,
    verdict_of,
    walk,
    zone,
)
from tests.unit.walk_findings import CHILD_OWNER, CHILD_ZONE, codes, findings, reverse_zone


def test_advice_about_helo_is_kept() -> None:
    helo = HeloEvidence(name("mx.business.example"), (Answer(Outcome.NXDOMAIN),))
    found = diagnose_walk(CONFIRMED, WalkEvidence(walk(pointing(), leading())), helo=helo)
    assert [each.code for each in found] == ["helo-unresolvable"]


def test_errors_come_before_what_is_less_grave() -> None:
    path = reverse_zone(
        {NS1: Kind.NXDOMAIN, NS2: Kind.REFUSED},
        claims=(NS1.name.text,),
        ending=Ending.ANSWERED,
    )
    assert codes(NO_PTR, walk(path)) == [
        "no-ptr",
        "reverse-lame-some",
        "reverse-parent-child-differ",
    ]


def test_every_wording_is_of_a_code_with_a_page() -> None:
    pages = Path(__file__).parents[2] / "docs" / "findings"
    assert set(FINDINGS_OF_A_WALK) <= {page.stem for page in pages.glob("*.md")}


def test_times_are_said_in_the_unit_that_is_clearest() -> None:
    assert [duration(each) for each in (0, 1, 90, 900, 3601, 86400, 200_000)] == [
        "0 seconds",
        "1 second",
        "90 seconds",
        "15 minutes",
        "61 minutes",
        "1 day",
        "3 days",
    ]


# A walk in which all is well.


SERVERS = [
    NS1,
    NS2,
    NS6,
    server("ns3.hosting.example 81.20.0.3"),
    server("ns4.dns.example 198.41.0.9"),
]
LABELS = st.text("abcdefgh", min_size=1, max_size=8)


@st.composite
def sound_walks(draw: st.DrawFn) -> tuple[DomainName, Walk]:
    """Every server of every zone answers alike, and the pair confirms; aliases on either side."""
    host = name(f"{draw(LABELS)}.business.example")

    def sound(
        owner: DomainName, record_type: RecordType, said: list[str], apexes: list[str]
    ) -> evidence.Path:
        legs: list[Leg] = []
        question = Question(owner, record_type)
        at = owner
        for each, apex in zip(said, apexes, strict=True):
            servers = draw(st.lists(st.sampled_from(SERVERS), min_size=1, unique=True))
            asked = Question(at, record_type)
            serials = {by: draw(st.integers(0, 9)) for by in servers}
            last = zone(
                apex,
                asked,
                dict.fromkeys(servers, each),
                rounds=draw(st.integers(2, 4)),
                serials=serials,
                signed=draw(st.sampled_from([True, False, None])),
            )
            legs.append(leg(at, last))
            if each.startswith("CNAME"):
                at = name(each.split()[1])
        return evidence.Path(question, tuple(legs), Ending.ANSWERED)

    reverse_alias = [f"CNAME {CHILD_OWNER}"] if draw(st.booleans()) else []
    reverse = sound(
        OWNER,
        RecordType.PTR,
        [*reverse_alias, host.text],
        [REVERSE_ZONE, CHILD_ZONE] if reverse_alias else [REVERSE_ZONE],
    )
    others = draw(st.sampled_from(["", " 81.20.99.1"]))
    forward = sound(host, RecordType.A, [f"{CLIENT}{others}"], [FORWARD_ZONE])
    return host, walk(reverse, forward)


@settings(derandomize=True, deadline=None)
@given(sound_walks(), st.booleans())
def test_a_walk_in_which_all_agree_and_confirm_has_nothing_to_complain_of(
    made: tuple[DomainName, Walk], is_fresh: bool
) -> None:
    host, seen = made
    found = msgspec.structs.replace(FOUND, names=(host,))
    verdict = verdict_of(found, LEADS) if is_fresh else verdict_of(found, NONE)
    results = findings(verdict, seen)
    grave = {Severity.ERROR, Severity.TEMPORARY, Severity.WARNING}
    assert not [each for each in results if each.severity in grave]
    assert [each.code for each in results if each.code == "cache-stale"] == (
        [] if is_fresh else ["cache-stale"]
    )


def test_replies_in_these_tests_are_of_the_kind_they_look() -> None:
    assert reply(NS1, REVERSE, HOST.text).kind is Kind.ANSWER
    assert reply(NS1, REVERSE, f"CNAME {HOST}").kind is Kind.ALIAS
