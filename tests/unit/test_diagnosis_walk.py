"""What a walk adds to the resolver's answers, and what it must not say."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns import evidence
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.findings import EXAMPLE_HOST, Finding, Fixer, Severity
from gotrdns.diagnosis.helo import HeloEvidence
from gotrdns.diagnosis.registries import is_registrys, registry_of
from gotrdns.diagnosis.walked import WalkEvidence, diagnose_walk
from gotrdns.evidence import Ending, Kind, Leg, Purpose, Server, Walk
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.reports.english_walk import FINDINGS_OF_A_WALK
from gotrdns.reports.walk_sentences import duration, walk_sentence
from gotrdns.verification import Verdict
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FORWARD,
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
    REGISTRY_SERVER,
    REVERSE,
    REVERSE_ZONE,
    forward_path,
    leading,
    leg,
    name,
    pointing,
    probe,
    reply,
    reverse_path,
    server,
    verdict_of,
    walk,
    zone,
)

SERVFAIL = verdict_of(Answer(Outcome.SERVFAIL))
TIMEOUT = verdict_of(Answer(Outcome.TIMEOUT))
FORWARD_SERVFAIL = verdict_of(FOUND, Answer(Outcome.SERVFAIL))
MISMATCH = verdict_of(FOUND, Answer(Outcome.FOUND, addresses=(Address.parse("81.20.99.9"),)))
ANSWERED_UNVALIDATED = {REVERSE: (Outcome.FOUND, Outcome.FOUND)}
OTHER = "81.20.99.9"


def findings(verdict: Verdict, seen: Walk, **more: object) -> tuple[Finding, ...]:
    found = diagnose_walk(verdict, WalkEvidence(seen, **more))  # type: ignore[arg-type]
    for finding in found:  # every finding can be said, and nothing is left to fill in
        sentence = walk_sentence(finding, verdict, ["192.0.2.53"])
        assert "{" not in sentence
        assert "  " not in sentence
    return found


def codes(verdict: Verdict, seen: Walk, **more: object) -> list[str]:
    return [each.code for each in findings(verdict, seen, **more)]


def reverse_zone(said: dict[Server, object], **more: object) -> evidence.Path:
    ending = more.pop("ending", Ending.BROKEN)
    made = zone(REVERSE_ZONE, REVERSE, said, **more)  # type: ignore[arg-type]
    return reverse_path(leg(OWNER, made), ending=ending)  # type: ignore[arg-type]


def forward_zone(said: dict[Server, object], **more: object) -> evidence.Path:
    ending = more.pop("ending", Ending.BROKEN)
    made = zone(FORWARD_ZONE, FORWARD, said, **more)  # type: ignore[arg-type]
    return forward_path(made, ending=ending)  # type: ignore[arg-type]


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


# No PTR record, and why.


def test_a_missing_pointer_is_in_the_zone_that_denied_it() -> None:
    (finding,) = findings(NO_PTR, walk(pointing(Kind.NXDOMAIN)))
    assert (finding.code, finding.severity, finding.zone) == (
        "no-ptr",
        Severity.ERROR,
        REVERSE_ZONE,
    )


@pytest.mark.parametrize("denier", ["in-addr.arpa", "81.in-addr.arpa", "20.81.in-addr.arpa"])
def test_a_registry_that_denies_the_name_delegated_nothing(denier: str) -> None:
    last = zone(denier, REVERSE, {REGISTRY_SERVER: Kind.NXDOMAIN})
    (finding,) = findings(NO_PTR, walk(reverse_path(leg(OWNER, last))))
    assert (finding.code, finding.severity, finding.fixer) == (
        "reverse-not-delegated",
        Severity.ERROR,
        Fixer.ADDRESS_OWNER,
    )
    assert finding.details["zone"] == denier
    assert finding.details["registry"] == "RIPE NCC"
    assert finding.repairs[0].owner == OWNER.text


@pytest.mark.parametrize(
    ("denier", "servers"),
    [
        (REVERSE_ZONE, {REGISTRY_SERVER: Kind.NXDOMAIN}),  # some office of a registry
        ("20.81.in-addr.arpa", {REGISTRY_SERVER: Kind.NXDOMAIN, NS1: Kind.NXDOMAIN}),
        ("81.in-addr.arpa", {NS1: Kind.NXDOMAIN}),  # a block of the first days
    ],
)
def test_a_registrys_server_does_not_make_a_registrys_zone(
    denier: str, servers: dict[Server, Kind]
) -> None:
    last = zone(denier, REVERSE, servers)
    assert codes(NO_PTR, walk(reverse_path(leg(OWNER, last)))) == ["no-ptr"]


def test_blocks_of_ipv6_have_registries_too() -> None:
    question = Question(OWNER, RecordType.PTR)
    for text, expected in (
        ("0.a.2.ip6.arpa", True),
        ("6.0.1.0.0.2.ip6.arpa", True),
        ("8.b.d.0.1.0.0.2.ip6.arpa", False),
    ):
        assert is_registrys(zone(text, question, {REGISTRY_SERVER: Kind.NXDOMAIN})) is expected
    assert registry_of(Address.parse("2a02:100::1")) == "RIPE NCC"
    assert registry_of(Address.parse("2001:200::1")) == "APNIC"
    assert registry_of(Address.parse("177.1.2.3")) == "LACNIC"
    assert registry_of(Address.parse("10.1.2.3")) is None
    assert registry_of(Address.parse("2d00::1")) is None


CHILD_OWNER = name("10.0-127.30.20.81.in-addr.arpa")
CHILD_ZONE = "0-127.30.20.81.in-addr.arpa"


def child_path(said: dict[Server, object], ending: Ending = Ending.ANSWERED) -> evidence.Path:
    parent = zone(REVERSE_ZONE, REVERSE, {NS1: f"CNAME {CHILD_OWNER}"})
    question = Question(CHILD_OWNER, RecordType.PTR)
    child = zone(CHILD_ZONE, question, said)  # type: ignore[arg-type]
    return reverse_path(leg(OWNER, parent), leg(CHILD_OWNER, parent, child), ending=ending)


def test_an_alias_whose_target_has_no_pointer_is_the_delegates() -> None:
    verdict = verdict_of(msgspec.structs.replace(NONE, aliases=(CHILD_OWNER,)))
    (finding,) = findings(verdict, walk(child_path({NS2: Kind.NXDOMAIN})))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "classless-target-missing",
        Severity.ERROR,
        Fixer.DELEGATE,
        CHILD_ZONE,
    )
    assert finding.repairs[0].owner == CHILD_OWNER.text


def test_an_alias_that_stays_in_its_zone_is_in_nobody_elses_hands() -> None:
    denying = zone(REVERSE_ZONE, Question(CHILD_OWNER, RecordType.PTR), {NS1: Kind.NXDOMAIN})
    aliasing = zone(REVERSE_ZONE, REVERSE, {NS1: f"CNAME {CHILD_OWNER}"})
    path = reverse_path(leg(OWNER, aliasing), leg(CHILD_OWNER, denying))
    verdict = verdict_of(msgspec.structs.replace(NONE, aliases=(CHILD_OWNER,)))
    (finding,) = findings(verdict, walk(path))
    assert (finding.code, finding.fixer) == ("classless-target-missing", Fixer.ADDRESS_OWNER)


def test_an_alias_that_leads_to_a_pointer_is_well() -> None:
    seen = walk(child_path({NS2: HOST.text}), leading())
    assert codes(CONFIRMED, seen) == []


def test_a_child_zone_that_its_servers_do_not_serve_is_the_delegates() -> None:
    path = child_path({NS2: Kind.REFUSED}, Ending.BROKEN)
    (finding,) = findings(SERVFAIL, walk(path))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "classless-lame",
        Severity.TEMPORARY,
        Fixer.DELEGATE,
        CHILD_ZONE,
    )


def test_a_child_zone_without_the_parents_alias_is_never_found() -> None:
    found_in_child = probe(Purpose.CLASSLESS, CHILD_OWNER.text, HOST.text, beside=Kind.NXDOMAIN)
    seen = walk(pointing(Kind.NXDOMAIN), probes=(found_in_child,))
    (finding,) = findings(NO_PTR, seen)
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "classless-cname-missing",
        Severity.ERROR,
        Fixer.ADDRESS_OWNER,
        REVERSE_ZONE,
    )
    assert finding.details["child"] == CHILD_ZONE
    assert finding.repairs[0].zone_file == f"{OWNER}. IN CNAME {CHILD_OWNER}."


@pytest.mark.parametrize("purpose", [Purpose.CLASSLESS, Purpose.OWNER_DOUBLED])
@pytest.mark.parametrize("beside", [HOST.text, Kind.TIMEOUT, None])
def test_what_a_wildcard_may_have_answered_proves_nothing(
    purpose: Purpose, beside: Kind | str | None
) -> None:
    wild = probe(purpose, CHILD_OWNER.text, HOST.text, beside=beside)
    assert codes(NO_PTR, walk(pointing(Kind.NXDOMAIN), probes=(wild,))) == ["no-ptr"]


@pytest.mark.parametrize("ending", [Ending.LOOP, Ending.CHAIN])
def test_aliases_without_an_end_are_the_cause(ending: Ending) -> None:
    path = child_path({NS2: f"CNAME {OWNER}"}, ending)
    (finding,) = findings(SERVFAIL, walk(path))
    assert (finding.code, finding.severity, finding.zone) == (
        "reverse-cname-loop",
        Severity.ERROR,
        REVERSE_ZONE,
    )
    assert finding.details["loop"] is (ending is Ending.LOOP)
    assert finding.repairs[0].data == f"{EXAMPLE_HOST}."


def test_several_aliases_at_one_name_are_an_error() -> None:
    said = f"CNAME {CHILD_OWNER} 10.128-255.{REVERSE_ZONE}"
    path = reverse_zone({NS1: said}, ending=Ending.BROKEN)
    first, *_ = findings(SERVFAIL, walk(path))
    assert (first.code, first.severity, first.zone) == (
        "reverse-cname-multiple",
        Severity.ERROR,
        REVERSE_ZONE,
    )


def test_one_alias_said_twice_is_one() -> None:
    said = f"CNAME {CHILD_OWNER} {CHILD_OWNER}"
    path = reverse_zone({NS1: said}, ending=Ending.BROKEN)
    assert "reverse-cname-multiple" not in codes(SERVFAIL, walk(path))


# PTR records at the wrong place.


REVERSED_OWNER = "81.20.30.10.in-addr.arpa"


def test_octets_in_the_wrong_order_are_found_where_their_name_leads_here() -> None:
    swapped = probe(Purpose.OCTETS_REVERSED, REVERSED_OWNER, HOST.text)
    seen = walk(pointing(Kind.NXDOMAIN), probes=(swapped,))
    (finding,) = findings(NO_PTR, seen, resolves_to_client={HOST: True})
    assert (finding.code, finding.severity, finding.zone) == (
        "ptr-octets-reversed",
        Severity.ERROR,
        REVERSE_ZONE,
    )
    assert finding.details["found_at"] == REVERSED_OWNER
    assert finding.repairs[0].zone_file == f"{OWNER}. IN PTR {HOST}."


@pytest.mark.parametrize("resolves", [False, None])
def test_another_addresss_pointer_is_not_ours_reversed(resolves: bool | None) -> None:
    swapped = probe(Purpose.OCTETS_REVERSED, REVERSED_OWNER, HOST.text)
    seen = walk(pointing(Kind.NXDOMAIN), probes=(swapped,))
    assert codes(NO_PTR, seen, resolves_to_client={HOST: resolves}) == ["no-ptr"]


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.NOT_AUTHORITATIVE, Kind.NXDOMAIN])
def test_without_authority_a_misplaced_pointer_is_no_evidence(kind: Kind) -> None:
    swapped = probe(Purpose.OCTETS_REVERSED, REVERSED_OWNER, kind)
    seen = walk(pointing(Kind.NXDOMAIN), probes=(swapped,))
    assert codes(NO_PTR, seen, resolves_to_client={HOST: True}) == ["no-ptr"]


def test_the_right_owner_is_no_wrong_order() -> None:
    palindrome = probe(Purpose.OCTETS_REVERSED, OWNER.text, HOST.text)
    seen = walk(pointing(Kind.NXDOMAIN), probes=(palindrome,))
    assert codes(NO_PTR, seen, resolves_to_client={HOST: True}) == ["no-ptr"]


def test_an_owner_without_its_dot_got_the_zones_name_twice() -> None:
    doubled = f"{OWNER}.{REVERSE_ZONE}"
    found = probe(Purpose.OWNER_DOUBLED, doubled, HOST.text, beside=Kind.NXDOMAIN)
    (finding,) = findings(NO_PTR, walk(pointing(Kind.NXDOMAIN), probes=(found,)))
    assert (finding.code, finding.severity, finding.zone) == (
        "ptr-owner-doubled",
        Severity.ERROR,
        REVERSE_ZONE,
    )
    assert finding.repairs[0].zone_file == f"{OWNER}. IN PTR {HOST}."


def test_a_name_on_the_way_that_is_denied_cuts_off_what_is_below() -> None:
    upper = "20.81.in-addr.arpa"
    last = zone(upper, REVERSE, {NS1: HOST.text})
    for kind, expected in ((Kind.NXDOMAIN, ["reverse-cut-nxdomain"]), (Kind.NODATA, [])):
        between = probe(Purpose.BETWEEN, REVERSE_ZONE, kind, asked_of=upper)
        seen = walk(reverse_path(leg(OWNER, last)), leading(), probes=(between,))
        assert codes(CONFIRMED, seen) == expected


def test_whether_the_name_before_a_forgotten_dot_is_right_is_said() -> None:
    undotted = name(f"{HOST}.{REVERSE_ZONE}")
    found = msgspec.structs.replace(FOUND, names=(undotted,))
    verdict = verdict_of(found, Answer(Outcome.NXDOMAIN))
    question = Question(undotted, RecordType.A)
    denied = forward_path(zone(REVERSE_ZONE, question, {NS1: Kind.NXDOMAIN}), undotted)
    for known, phrase in ((True, "leads back"), (False, "does not lead"), (None, "not known")):
        results = findings(
            verdict, walk(pointing(undotted.text), denied), resolves_to_client={HOST: known}
        )
        (finding,) = [each for each in results if each.code == "ptr-missing-dot"]
        assert finding.details["meant_leads_here"] == [known]
        assert finding.zone == REVERSE_ZONE
        assert phrase in walk_sentence(finding, verdict)


# The forward side.


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({NS1: Kind.REFUSED, NS2: Kind.SERVFAIL}, "forward-lame"),
        ({NS1: Kind.TIMEOUT, NS2: Kind.TIMEOUT}, "forward-unreachable"),
    ],
)
def test_a_broken_forward_zone_is_the_domain_owners(said: dict[Server, object], code: str) -> None:
    (finding,) = findings(FORWARD_SERVFAIL, walk(pointing(), forward_zone(said)))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        code,
        Severity.TEMPORARY,
        Fixer.DOMAIN_OWNER,
        FORWARD_ZONE,
    )
    assert finding.details["names"] == [HOST.text]


def test_some_lame_servers_of_a_forward_zone_are_no_finding() -> None:
    path = forward_zone({NS1: Kind.REFUSED, NS2: CLIENT.text}, ending=Ending.ANSWERED)
    assert codes(CONFIRMED, walk(pointing(), path)) == []
    assert codes(FORWARD_SERVFAIL, walk(pointing(), path)) == ["forward-servfail"]


def test_a_forward_zone_whose_servers_have_no_address() -> None:
    gone = ("ns1.gone.example",)
    path = forward_zone({}, delegated_to=gone, unresolvable=gone)
    assert codes(FORWARD_SERVFAIL, walk(pointing(), path)) == ["forward-servers-unresolvable"]


def test_a_bogus_forward_zone() -> None:
    path = forward_zone({NS1: CLIENT.text}, signed=True, ending=Ending.ANSWERED)
    twice = {FORWARD: (Outcome.FOUND, Outcome.FOUND)}
    seen = walk(pointing(), path)
    assert codes(FORWARD_SERVFAIL, seen, checking_disabled=twice) == ["forward-dnssec-bogus"]
    assert codes(FORWARD_SERVFAIL, seen) == ["forward-servfail"]


def test_a_resolver_that_fails_on_a_working_forward_zone_is_at_fault() -> None:
    assert codes(FORWARD_SERVFAIL, walk(pointing(), leading())) == ["resolver-fault"]


def test_forward_servers_of_which_some_never_lead_here() -> None:
    path = forward_zone({NS1: CLIENT.text, NS2: OTHER}, rounds=3, ending=Ending.ANSWERED)
    (finding,) = findings(MISMATCH, walk(pointing(), path))
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "forward-inconsistent",
        Severity.TEMPORARY,
        Fixer.DOMAIN_OWNER,
        FORWARD_ZONE,
    )
    assert finding.details["leading"] == ["ns1.hosting.example (81.20.0.1)"]


@pytest.mark.parametrize(
    "said",
    [
        {NS1: [CLIENT.text, OTHER, CLIENT.text], NS2: [OTHER, CLIENT.text, OTHER]},
        {NS1: [f"{CLIENT} 81.20.99.1"] * 3, NS2: [f"{CLIENT} 81.20.99.2"] * 3},
    ],
)
def test_servers_that_take_turns_or_differ_elsewhere_are_not_inconsistent(
    said: dict[Server, object],
) -> None:
    path = forward_zone(said, ending=Ending.ANSWERED)
    assert codes(CONFIRMED, walk(pointing(), path)) == []


def test_a_mismatch_that_depends_on_the_turn_is_no_error() -> None:
    said: dict[Server, object] = {NS1: [CLIENT.text, OTHER, OTHER], NS2: [OTHER] * 3}
    path = forward_zone(said, ending=Ending.ANSWERED)
    (finding,) = findings(MISMATCH, walk(pointing(), path))
    assert (finding.code, finding.severity) == ("forward-mismatch", Severity.WARNING)


def test_a_mismatch_on_every_server_stays_one() -> None:
    (finding,) = findings(MISMATCH, walk(pointing(), leading(OTHER)))
    assert (finding.code, finding.severity, finding.zone) == (
        "forward-mismatch",
        Severity.ERROR,
        FORWARD_ZONE,
    )


def test_a_name_with_addresses_of_the_other_family() -> None:
    verdict = verdict_of(FOUND, Answer(Outcome.NODATA))
    found = probe(
        Purpose.OTHER_FAMILY,
        HOST.text,
        "2001:470::25",
        asked_of=FORWARD_ZONE,
        record_type=RecordType.AAAA,
    )
    seen = walk(pointing(), leading(Kind.NODATA), probes=(found,))
    (finding,) = findings(verdict, seen)
    assert (finding.code, finding.severity, finding.fixer, finding.zone) == (
        "forward-other-family",
        Severity.ERROR,
        Fixer.DOMAIN_OWNER,
        FORWARD_ZONE,
    )
    assert finding.details["addresses"] == ["2001:470::25"]
    assert codes(verdict, walk(pointing(), leading(Kind.NODATA))) == ["forward-nodata"]


def test_a_name_made_from_the_address_is_mended_in_the_reverse_zone() -> None:
    generic = name("host-81-20-30-10.hosting.example")
    verdict = verdict_of(msgspec.structs.replace(FOUND, names=(generic,)), Answer(Outcome.NODATA))
    path = forward_path(
        zone("hosting.example", Question(generic, RecordType.A), {NS1: Kind.NODATA}), generic
    )
    (finding,) = findings(verdict, walk(pointing(generic.text), path))
    assert (finding.code, finding.fixer, finding.zone) == (
        "forward-nodata",
        Fixer.ADDRESS_OWNER,
        REVERSE_ZONE,
    )


def test_a_domain_that_its_registry_denies_has_no_zone_yet() -> None:
    verdict = verdict_of(FOUND, Answer(Outcome.NXDOMAIN))
    path = forward_path(zone("example", FORWARD, {NS1: Kind.NXDOMAIN}))
    (finding,) = findings(verdict, walk(pointing(), path))
    assert (finding.code, finding.zone) == ("forward-nxdomain", None)


def test_what_the_servers_say_now_counts_more_than_what_our_resolver_remembers() -> None:
    verdict = verdict_of(FOUND, Answer(Outcome.NXDOMAIN))
    assert codes(verdict, walk(pointing(), leading(OTHER))) == ["forward-mismatch"]
    assert codes(NO_PTR, walk(pointing(), leading(OTHER))) == ["forward-mismatch"]


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
