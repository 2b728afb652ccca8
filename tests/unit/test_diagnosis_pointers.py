"""Findings about PTR records that are missing, misplaced or led astray."""

import msgspec
import pytest

from gotrdns import evidence
from gotrdns.diagnosis.findings import EXAMPLE_HOST, Fixer, Severity
from gotrdns.diagnosis.registries import is_registrys, registry_of
from gotrdns.evidence import Ending, Kind, Purpose, Server
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address
from gotrdns.reports.walk_sentences import walk_sentence
from tests.support.evidence import (
    CONFIRMED,
    FOUND,
    HOST,
    NO_PTR,
    NONE,
    NS1,
    NS2,
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
    reverse_path,
    verdict_of,
    walk,
    zone,
)
from tests.unit.walk_findings import (
    CHILD_OWNER,
    CHILD_ZONE,
    SERVFAIL,
    codes,
    findings,
    reverse_zone,
)

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
