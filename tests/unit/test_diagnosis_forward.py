"""Findings about the forward side: the zones of the names that PTR records hold."""

import msgspec
import pytest

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.evidence import Ending, Kind, Purpose, Server
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FORWARD,
    FORWARD_ZONE,
    FOUND,
    HOST,
    NO_PTR,
    NS1,
    NS2,
    REVERSE_ZONE,
    forward_path,
    leading,
    name,
    pointing,
    probe,
    verdict_of,
    walk,
    zone,
)
from tests.unit.walk_findings import (
    FORWARD_SERVFAIL,
    MISMATCH,
    OTHER,
    codes,
    findings,
    forward_zone,
)

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
