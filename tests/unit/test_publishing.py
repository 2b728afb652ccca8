"""Which records are proposed, under which name, in which zone, and to whom."""

import io
import sys

import pytest

from gotrdns.cli.progress import Progress
from gotrdns.diagnosis.findings import EXAMPLE_HOST, Finding, Fixer, Severity
from gotrdns.diagnosis.helo import HeloEvidence
from gotrdns.evidence import Ending, Kind, Purpose, Walk
from gotrdns.explaining.explanation import Choice, HostName, Publication
from gotrdns.explaining.naming import choose_host
from gotrdns.explaining.publishing import find_responsible, records_to_publish
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import DomainName
from gotrdns.verification import Verdict
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FORWARD_ZONE,
    FOUND,
    HOST,
    NO_PTR,
    NONE,
    NS1,
    NS2,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
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

NO_ADDRESS = verdict_of(FOUND, Answer(Outcome.NODATA, zone=name(FORWARD_ZONE)))
SERVFAIL = verdict_of(Answer(Outcome.SERVFAIL))
GIVEN = HostName(HOST, Choice.GIVEN)
PROPOSED = HostName(HOST, Choice.PTR)


def publish(
    verdict: Verdict,
    seen: Walk | None,
    host: HostName = GIVEN,
    *,
    resolves: bool = False,
    codes: tuple[str, ...] = (),
) -> list[str]:
    """``ZONE: RECORD (FIXER)``, with the owner as it is written in that zone."""
    findings = [Finding(code, Severity.INFO, Fixer.NOBODY, {}) for code in codes]
    records = records_to_publish(verdict, findings, seen, host, host_resolves=resolves)
    return [
        f"{each.zone or '?'}: {each.relative or each.owner} {each.type} {each.data}"
        f" ({each.fixer.value})"
        for each in records
    ]


def test_the_forward_record_comes_before_the_pointer() -> None:
    seen = walk(pointing(Kind.NXDOMAIN), leading(Kind.NXDOMAIN))
    assert publish(NO_PTR, seen) == [
        f"{FORWARD_ZONE}: mail A {CLIENT} (domain-owner)",
        f"{REVERSE_ZONE}: 10 PTR {HOST}. (address-owner)",
    ]


def test_what_is_there_already_is_not_asked_for() -> None:
    seen = walk(pointing(Kind.NXDOMAIN), leading())
    assert publish(NO_PTR, seen, resolves=True) == [
        f"{REVERSE_ZONE}: 10 PTR {HOST}. (address-owner)"
    ]
    seen = walk(pointing(), leading(Kind.NODATA))
    assert publish(NO_ADDRESS, seen, PROPOSED) == [
        f"{FORWARD_ZONE}: mail A {CLIENT} (domain-owner)"
    ]


@pytest.mark.parametrize(
    ("verdict", "codes"),
    [(CONFIRMED, ()), (SERVFAIL, ()), (NO_PTR, ("cache-stale",))],
    ids=["all is well", "the servers are the trouble", "it is right by now"],
)
def test_nothing_is_proposed_where_records_are_not_the_trouble(
    verdict: Verdict, codes: tuple[str, ...]
) -> None:
    assert publish(verdict, walk(pointing(), leading()), PROPOSED, codes=codes) == []


def test_a_name_that_was_asked_for_is_proposed_even_where_another_confirms() -> None:
    wanted = HostName(name("smtp.business.example"), Choice.GIVEN)
    assert publish(CONFIRMED, walk(pointing(), leading()), wanted) == [
        f"?: smtp.business.example A {CLIENT} (domain-owner)",
        f"{REVERSE_ZONE}: 10 PTR smtp.business.example. (address-owner)",
    ]


def test_in_a_child_zone_the_pointer_is_the_delegates() -> None:
    child = f"0-127.{REVERSE_ZONE}"
    target = name(f"10.{child}")
    seen = walk(
        reverse_path(
            leg(OWNER, zone(REVERSE_ZONE, REVERSE, {NS1: f"CNAME {target}"})),
            leg(target, zone(child, REVERSE, {NS1: Kind.NXDOMAIN})),
        ),
        leading(),
    )
    assert publish(NO_PTR, seen, resolves=True) == [f"{child}: 10 PTR {HOST}. (delegate)"]


def test_where_only_the_way_to_the_pointer_is_missing_the_alias_is_proposed() -> None:
    found = probe(Purpose.CLASSLESS, f"10.0-25.{REVERSE_ZONE}", HOST.text, beside=Kind.NXDOMAIN)
    seen = walk(pointing(Kind.NXDOMAIN), leading(), probes=(found,))
    assert publish(NO_PTR, seen, resolves=True) == [
        f"{REVERSE_ZONE}: 10 CNAME 10.0-25.{REVERSE_ZONE}. (address-owner)"
    ]


def test_aliases_in_a_circle_make_way_for_the_pointer() -> None:
    other = name(f"11.{REVERSE_ZONE}")
    held = zone(REVERSE_ZONE, REVERSE, {NS1: f"CNAME {other}"})
    seen = walk(reverse_path(leg(OWNER, held), leg(other, held), ending=Ending.LOOP))
    assert publish(NO_PTR, seen, resolves=True) == [
        f"{REVERSE_ZONE}: 10 PTR {HOST}. (address-owner)"
    ]


@pytest.mark.parametrize("ending", [Ending.CUT_SHORT, Ending.BROKEN])
def test_where_the_way_ended_too_early_no_zone_is_named(ending: Ending) -> None:
    seen = walk(reverse_path(leg(OWNER), ending=ending), leading())
    [record] = publish(NO_PTR, seen, resolves=True)
    assert record.startswith(f"?: {OWNER} PTR")


def test_without_a_walk_the_resolvers_answers_name_the_zone() -> None:
    assert publish(NO_PTR, None, resolves=True) == [
        f"{REVERSE_ZONE}: 10 PTR {HOST}. (address-owner)"
    ]


def choose(verdict: Verdict, **changes: object) -> tuple[str, Choice]:
    arguments = {"meant": (), "pointed_to": (), "given": None, "helo": None, "helo_domain": None}
    chosen = choose_host(verdict, **{**arguments, **changes})  # type: ignore[arg-type]
    return chosen.name.text, chosen.choice


def helo(text: str, *answers: Answer) -> HeloEvidence:
    return HeloEvidence(DomainName.parse(text), answers)


def test_the_name_is_chosen_by_how_much_speaks_for_it() -> None:
    leads = helo("out.business.example", Answer(Outcome.FOUND, addresses=(CLIENT,)))
    generic = name("81-20-30-10.pool.provider.example")
    assert choose(NO_PTR, given=HOST, helo=leads) == (HOST.text, Choice.GIVEN)
    assert choose(CONFIRMED, helo=leads) == (HOST.text, Choice.CONFIRMED)
    assert choose(NO_PTR, helo=leads, meant=(HOST,)) == ("out.business.example", Choice.HELO)
    assert choose(NO_PTR, meant=(HOST,), pointed_to=(generic,)) == (HOST.text, Choice.MEANT)
    assert choose(NO_PTR, pointed_to=(generic, HOST)) == (HOST.text, Choice.PTR)
    silent = helo("host.business.example", NONE)
    domain = name("business.example")
    assert choose(NO_PTR, pointed_to=(generic,), helo=silent, helo_domain=domain) == (
        "mail.business.example",
        Choice.DOMAIN,
    )
    assert choose(NO_PTR, helo_domain=name("example")) == (EXAMPLE_HOST.text, Choice.EXAMPLE)


def test_everybody_who_has_to_act_is_named_once() -> None:
    seen = walk(pointing(Kind.NXDOMAIN), leading(Kind.NXDOMAIN))
    records = records_to_publish(NO_PTR, (), seen, GIVEN, host_resolves=False)
    finding = Finding("no-ptr", Severity.ERROR, Fixer.ADDRESS_OWNER, {}, REVERSE_ZONE)
    found = find_responsible([finding], records, seen, None)
    assert [(each.fixer, each.zone) for each in found] == [
        (Fixer.DOMAIN_OWNER, name(FORWARD_ZONE)),
        (Fixer.ADDRESS_OWNER, name(REVERSE_ZONE)),
    ]


def test_servers_that_fail_have_their_keeper_without_any_record() -> None:
    held = zone(REVERSE_ZONE, REVERSE, {NS1: Kind.REFUSED, NS2: Kind.TIMEOUT})
    seen = walk(reverse_path(leg(OWNER, held), ending=Ending.BROKEN))
    finding = Finding("reverse-lame", Severity.TEMPORARY, Fixer.ADDRESS_OWNER, {}, REVERSE_ZONE)
    [keeper] = find_responsible([finding], (), seen, None)
    assert (keeper.fixer, keeper.zone) == (Fixer.ADDRESS_OWNER, name(REVERSE_ZONE))
    assert keeper.mailbox is None


def test_a_zones_own_name_is_written_as_zone_files_do() -> None:
    record = Publication(HOST, "A", CLIENT.text, Fixer.DOMAIN_OWNER, HOST, "@")
    assert record.zone_file == f"{HOST}. IN A {CLIENT}"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, shown in ((io.StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = Progress()
        progress.note_question(None)
        progress.clear()
        assert bool(stream.getvalue()) is shown
        if shown:
            assert stream.getvalue().endswith("\r\033[K")
