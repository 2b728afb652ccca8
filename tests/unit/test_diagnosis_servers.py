"""Findings about a zone's servers and our own resolver: lame, silent, at odds, bogus, stale."""

import msgspec
import pytest

from gotrdns import evidence
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.evidence import Ending, Kind, Server
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FOUND,
    HOST,
    NO_PTR,
    NS1,
    NS2,
    NS6,
    OWNER,
    REGISTRY_SERVER,
    REVERSE,
    REVERSE_ZONE,
    leading,
    leg,
    pointing,
    reverse_path,
    server,
    verdict_of,
    walk,
    zone,
)
from tests.unit.walk_findings import (
    ANSWERED_UNVALIDATED,
    OTHER,
    SERVFAIL,
    TIMEOUT,
    codes,
    findings,
    forward_zone,
    reverse_zone,
)

# Servers that do not serve.


def test_a_zone_that_no_server_serves_is_lame() -> None:
    path = reverse_zone({NS1: Kind.REFUSED, NS2: Kind.LAME_REFERRAL})
    (finding,) = findings(SERVFAIL, walk(path))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "reverse-lame",
        Severity.TEMPORARY,
        Fixer.ADDRESS_OWNER,
        REVERSE_ZONE,
    )
    assert finding.details["kinds"] == ["refused", "lame-referral"]
    assert finding.details["servers"] == [
        "ns1.hosting.example (81.20.0.1)",
        "ns2.hosting.example (81.20.0.2)",
    ]


def test_a_lame_server_beside_a_working_one_is_a_warning() -> None:
    path = reverse_zone({NS1: Kind.REFUSED, NS2: HOST.text}, ending=Ending.ANSWERED)
    (finding,) = findings(CONFIRMED, walk(path, leading()))
    assert (finding.code, finding.severity) == ("reverse-lame-some", Severity.WARNING)


def test_a_lame_server_may_be_why_our_resolver_failed() -> None:
    path = reverse_zone({NS1: Kind.REFUSED, NS2: HOST.text}, ending=Ending.ANSWERED)
    assert codes(SERVFAIL, walk(path, leading())) == ["reverse-servfail", "reverse-lame-some"]


def test_a_server_that_failed_only_once_is_not_lame() -> None:
    path = reverse_zone({NS1: [Kind.SERVFAIL, HOST.text], NS2: HOST.text}, ending=Ending.ANSWERED)
    assert codes(CONFIRMED, walk(path, leading())) == []


def test_a_zone_of_silent_servers_is_unreachable() -> None:
    path = reverse_zone({NS1: Kind.TIMEOUT, NS2: Kind.UNREACHABLE})
    (finding,) = findings(TIMEOUT, walk(path))
    assert (finding.code, finding.severity) == ("reverse-unreachable", Severity.TEMPORARY)
    assert finding.zone == REVERSE_ZONE


def test_a_sweep_that_was_cut_short_says_nothing_of_every_server() -> None:
    for kind in (Kind.TIMEOUT, Kind.REFUSED):
        path = reverse_zone({NS1: kind}, swept=False, ending=Ending.CUT_SHORT)
        seen = msgspec.structs.replace(walk(path), cut_short=True)
        assert codes(TIMEOUT, seen) == ["reverse-timeout"]


def test_without_a_way_out_only_the_resolvers_answers_count() -> None:
    path = reverse_zone({NS1: Kind.TIMEOUT})
    seen = msgspec.structs.replace(walk(path), egress=False)
    assert findings(TIMEOUT, seen) == diagnose(TIMEOUT)


@pytest.mark.parametrize("heard", [{}, {NS6: Kind.UNREACHABLE}, {NS6: Kind.TIMEOUT}])
def test_servers_that_have_ipv6_only_are_not_to_blame_for_our_lack_of_it(
    heard: dict[Server, object],
) -> None:
    path = reverse_zone(heard, left_out=() if heard else (NS6,), delegated_to=(NS6.name.text,))
    assert codes(TIMEOUT, walk(path)) == ["reverse-timeout"]


def test_a_server_left_out_for_lack_of_ipv6_may_be_the_one_that_works() -> None:
    path = reverse_zone({NS1: Kind.REFUSED}, left_out=(NS6,))
    assert codes(SERVFAIL, walk(path)) == ["reverse-servfail"]


def test_silence_over_ipv6_counts_where_ipv6_works() -> None:
    elsewhere = forward_zone({NS6: CLIENT.text}, ending=Ending.ANSWERED)
    path = reverse_zone({server("ns7.hosting.example 2001:470::54"): Kind.TIMEOUT})
    assert codes(TIMEOUT, walk(path, elsewhere)) == ["reverse-unreachable"]


def test_name_servers_without_an_address_cannot_be_asked() -> None:
    path = reverse_zone(
        {},
        delegated_to=("ns1.gone.example", "ns2.gone.example"),
        unresolvable=("ns1.gone.example", "ns2.gone.example"),
    )
    (finding,) = findings(SERVFAIL, walk(path))
    assert (finding.code, finding.severity) == (
        "reverse-servers-unresolvable",
        Severity.TEMPORARY,
    )
    assert finding.details["name_servers"] == ["ns1.gone.example", "ns2.gone.example"]


def test_one_name_server_without_an_address_is_no_finding() -> None:
    path = reverse_zone(
        {NS1: HOST.text}, unresolvable=("ns2.gone.example",), ending=Ending.ANSWERED
    )
    assert codes(CONFIRMED, walk(path, leading())) == []


def test_a_registry_that_does_not_answer_us_is_not_the_address_owners() -> None:
    top = zone("in-addr.arpa", REVERSE, {REGISTRY_SERVER: Kind.TIMEOUT})
    path = reverse_path(leg(OWNER, top), ending=Ending.BROKEN)
    assert codes(TIMEOUT, walk(path)) == ["reverse-timeout"]


# Servers at odds.


def test_servers_of_which_one_lacks_the_pointer_refuse_by_chance() -> None:
    path = reverse_zone(
        {NS1: HOST.text, NS2: Kind.NXDOMAIN},
        rounds=3,
        serials={NS1: 2, NS2: 1},
        ending=Ending.ANSWERED,
    )
    first, second = findings(NO_PTR, walk(path, leading()))
    assert (first.code, first.severity) == ("reverse-inconsistent", Severity.TEMPORARY)
    assert first.details["answers"] == [[HOST.text], []]
    assert (second.code, second.severity) == ("reverse-serial-skew", Severity.INFO)
    assert second.details["serials"] == [2, 1]


def test_servers_that_hold_different_names_are_worth_a_warning() -> None:
    path = reverse_zone(
        {NS1: HOST.text, NS2: "mx.business.example"}, rounds=3, ending=Ending.ANSWERED
    )
    found = {each.code: each for each in findings(CONFIRMED, walk(path, leading()))}
    assert found["reverse-inconsistent"].severity is Severity.WARNING


def test_different_serials_alone_are_normal() -> None:
    path = reverse_zone(
        {NS1: HOST.text, NS2: HOST.text},
        rounds=3,
        serials={NS1: 2, NS2: 1},
        ending=Ending.ANSWERED,
    )
    assert codes(CONFIRMED, walk(path, leading())) == []


def test_what_a_server_says_only_sometimes_is_rotation() -> None:
    turns = [HOST.text, "mx.business.example", HOST.text]
    path = reverse_zone({NS1: turns, NS2: [HOST.text] * 3}, ending=Ending.ANSWERED)
    assert codes(CONFIRMED, walk(path, leading())) == []


def test_two_rounds_are_too_few_to_call_servers_inconsistent() -> None:
    path = reverse_zone({NS1: HOST.text, NS2: Kind.NXDOMAIN}, rounds=2, ending=Ending.ANSWERED)
    (finding,) = findings(NO_PTR, walk(path, leading()))
    assert (finding.code, finding.severity) == ("no-ptr", Severity.WARNING)


def test_parent_and_child_may_name_different_servers() -> None:
    names = (NS1.name.text, NS2.name.text)
    path = reverse_zone(
        {NS1: HOST.text}, claims=names, delegated_to=names[:1], ending=Ending.ANSWERED
    )
    (finding,) = findings(CONFIRMED, walk(path, leading()))
    assert (finding.code, finding.severity) == ("reverse-parent-child-differ", Severity.INFO)
    assert finding.details["at_parent"] == [NS1.name.text]
    assert finding.details["at_child"] == sorted(names)


def test_the_order_of_name_servers_is_no_difference() -> None:
    names = (NS1.name.text, NS2.name.text)
    path = reverse_zone(
        {NS1: HOST.text, NS2: HOST.text},
        claims=names[::-1],
        delegated_to=names,
        ending=Ending.ANSWERED,
    )
    assert codes(CONFIRMED, walk(path, leading())) == []


# DNSSEC, and our own resolver.


def test_a_signed_zone_that_answers_only_unvalidated_is_bogus() -> None:
    path = reverse_zone({NS1: HOST.text}, signed=True, ending=Ending.ANSWERED)
    found = findings(SERVFAIL, walk(path, leading()), checking_disabled=ANSWERED_UNVALIDATED)
    assert [each.code for each in found] == ["reverse-dnssec-bogus"]
    assert (found[0].severity, found[0].zone) == (Severity.TEMPORARY, REVERSE_ZONE)


@pytest.mark.parametrize(
    ("signed", "outcomes", "expected"),
    [
        (False, (Outcome.FOUND, Outcome.FOUND), "resolver-fault"),
        (False, (), "resolver-fault"),
        (True, (Outcome.SERVFAIL, Outcome.SERVFAIL), "resolver-fault"),
        (True, (Outcome.FOUND, Outcome.SERVFAIL), "reverse-servfail"),
        (True, (Outcome.FOUND,), "reverse-servfail"),
        (True, (), "reverse-servfail"),
    ],
)
def test_a_resolver_is_blamed_only_where_no_signature_can_be(
    signed: bool, outcomes: tuple[Outcome, ...], expected: str
) -> None:
    path = reverse_zone({NS1: HOST.text}, signed=signed, ending=Ending.ANSWERED)
    asked = {REVERSE: outcomes} if outcomes else {}
    assert codes(SERVFAIL, walk(path, leading()), checking_disabled=asked) == [expected]


def test_a_resolver_that_stays_silent_about_working_servers_is_at_fault() -> None:
    (finding,) = findings(TIMEOUT, walk(pointing(), leading()))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "resolver-fault",
        Severity.TEMPORARY,
        Fixer.RECEIVER,
        None,
    )


def test_what_the_servers_lack_is_told_beside_the_resolvers_fault() -> None:
    assert codes(TIMEOUT, walk(pointing(Kind.NXDOMAIN))) == ["resolver-fault", "no-ptr"]


def test_a_silent_server_may_be_why_our_resolver_gave_up() -> None:
    path = reverse_zone({NS1: HOST.text, NS2: Kind.TIMEOUT}, ending=Ending.ANSWERED)
    assert codes(TIMEOUT, walk(path, leading())) == ["reverse-timeout"]


def test_a_resolver_that_cannot_be_reached_stays_the_cause() -> None:
    verdict = verdict_of(Answer(Outcome.UNREACHABLE))
    assert codes(verdict, walk(pointing(), leading())) == ["resolver-unreachable"]


def test_an_old_no_is_still_remembered_here() -> None:
    (finding,) = findings(NO_PTR, walk(pointing(), leading()))
    assert (finding.code, finding.severity, finding.fixer) == (
        "cache-stale",
        Severity.INFO,
        Fixer.NOBODY,
    )
    assert finding.details["seconds"] == 900
    assert finding.details["owner"] == OWNER.text


def test_an_old_address_is_remembered_as_long_as_its_own_answer_says() -> None:
    old = Answer(Outcome.FOUND, addresses=(Address.parse(OTHER),), ttl=77)
    (finding,) = findings(verdict_of(FOUND, old), walk(pointing(), leading()))
    assert finding.code == "cache-stale"
    assert (finding.details["owner"], finding.details["seconds"]) == (HOST.text, 77)


def test_nothing_is_stale_unless_every_server_was_heard() -> None:
    path = reverse_zone({NS1: HOST.text}, swept=False, ending=Ending.ANSWERED)
    (finding,) = findings(NO_PTR, walk(path, leading()))
    assert (finding.code, finding.severity) == ("no-ptr", Severity.WARNING)


@pytest.mark.parametrize("text", ["192.168.1.1", "10.1.2.3", "203.0.113.7"])
def test_of_a_private_block_our_resolver_knows_more_than_the_servers_outside(text: str) -> None:
    client = Address.parse(text)
    answer = Answer(Outcome.FOUND, addresses=(client,))
    verdict = verdict_of(FOUND, answer, client=client)
    question = Question(client.reverse_name, RecordType.PTR)
    denied = zone("in-addr.arpa", question, {REGISTRY_SERVER: Kind.NXDOMAIN})
    path = evidence.Path(question, (leg(client.reverse_name, denied),), Ending.ANSWERED)
    assert codes(verdict, walk(path)) == ["address-not-public"]
