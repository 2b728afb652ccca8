"""The explanation for people: what it says, its width, and what strangers can do to it."""

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.contacts.holder import Role
from gotrdns.contacts.mailbox import Flaw
from gotrdns.diagnosis.findings import Details, Fixer, Severity
from gotrdns.evidence import Ending, Kind, Leg, Path, Record, Reply
from gotrdns.explaining.explanation import Choice, Explanation, HostName
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address
from gotrdns.receivers import predict
from gotrdns.reports import english_explain
from gotrdns.reports.explanation_outline import outline
from gotrdns.reports.explanation_sentences import tame, wait_in_words
from gotrdns.reports.explanation_text import compose_explanation
from gotrdns.reports.text import Style
from tests.unit import explanation_cases, explanations

FOUNDING_EXPLANATION = """\
85.105.64.87

  FAIL (forward-nodata): receivers that check reverse DNS refuse this address.

  Why
    The address leads to dsl.static851056487.ttnet.net.tr. That name exists, but
    it has no A record, so nothing leads back to 85.105.64.87.
    The name is made from the address, so it is the provider's; the sender can
    only ask the provider, best for a PTR record with the mail server's own
    name.
    What has to change is in the zone 64.105.85.in-addr.arpa, kept by the owner
    of the address block (the ISP or hosting company).

  What to publish
    The address has to be a static public one, which the ISP or hosting company
    gives. Then, in this order:
    1. At the registrar's or DNS host's panel, in the zone eddorre.com:
         mail IN A 85.105.64.87
    2. By the ISP or hosting company, in the zone 64.105.85.in-addr.arpa:
         87 IN PTR mail.eddorre.com.
    mail.eddorre.com is a proposal: "mail" in the domain of the client's HELO
    name.

  How long until it works
    Once they are changed, others may still hold the old answers for:
    1. up to 5 minutes
    2. up to 1 hour

  Who can change it
    - The A record is created by whoever manages the domain, at the registrar's
      or DNS host's panel, in the zone eddorre.com.
      Its name servers: ns1.registrar.net, ns2.registrar.net.
      The contact that the zone names (SOA): hostmaster@registrar.net.
    - The PTR record can only be created by the owner of the address block, the
      ISP or hosting company, in the zone 64.105.85.in-addr.arpa. Its support
      knows it as reverse DNS.
      Its name servers: ns1.ttnet.net.tr, ns2.ttnet.net.tr.
      The contact that the zone names (SOA): hostmaster@ttnet.net.tr.
      The address block: 85.105.0.0/16, Turk Telekomunikasyon Anonim Sirketi,
      TR, registered at RIPE NCC.
      Abuse contact: Abuse desk <abuse@ttnet.net.tr>
      Technical contact: DNS team <dns@ttnet.net.tr>

  Also seen
    - helo-differs (note, for the domain's owner): The HELO name eddorre.com
      leads to 192.0.2.9, not to 85.105.64.87. That alone refuses no mail (RFC
      5321 section 4.1.4), but counts against it.

  The way to 87.64.105.85.in-addr.arpa, from the root
    .                       13 servers    refers on
    in-addr.arpa             6 servers    refers on
    85.in-addr.arpa          5 servers    refers on
    64.105.85.in-addr.arpa  2 of 2 agree  PTR dsl.static851056487.ttnet.net.tr.

  The way to dsl.static851056487.ttnet.net.tr, from the root
    .             13 servers    refers on
    tr             6 servers    refers on
    ttnet.net.tr  2 of 2 agree  no A record
"""

SERVERS: Details = {
    "names": ["mail.isp.net"],
    "servers": ["ns1.isp.net", "ns2.isp.net"],
    "serials": [1, 2],
    "leading": ["ns1.isp.net"],
    "not_leading": ["ns2.isp.net"],
}

every_case = pytest.mark.parametrize(
    "build", explanation_cases.CASES.values(), ids=explanation_cases.CASES
)
Build = Callable[[], Explanation]


def test_the_founding_example_is_explained_to_the_sender() -> None:
    assert compose_explanation(explanations.founding()) == FOUNDING_EXPLANATION


def test_a_pass_is_short_and_shows_the_pair() -> None:
    lines = compose_explanation(explanation_cases.confirmed()).splitlines()
    assert lines[:7] == [
        "81.20.30.10",
        "",
        "  PASS (confirmed): name and address confirm one another.",
        "",
        "  The pair",
        "    10.30.20.81.in-addr.arpa.  3600  PTR  mail.business.org.",
        "    mail.business.org.  3600  A  81.20.30.10  <- the address itself",
    ]
    assert lines[8] == "  Also seen"
    assert len(lines) < 16


def test_a_pass_shows_what_to_publish_for_another_name() -> None:
    host = HostName(explanations.name("mail.new.org"), Choice.GIVEN)
    records = explanations.founding().records
    explanation = msgspec.structs.replace(explanation_cases.confirmed(), host=host, records=records)
    text = compose_explanation(explanation)
    assert "  The pair\n" in text
    assert "  What to publish\n" in text
    assert "proposal" not in text


def test_where_the_name_to_publish_leads_today_is_said() -> None:
    explanation = explanations.founding()
    assert explanation.walk is not None
    asked = Question(explanation.host.name, RecordType.A)
    answers = tuple(
        Record(asked.name, 300, "A", address.text, address=address)
        for address in map(Address.parse, ("192.0.2.9", "85.105.64.87", "192.0.2.10"))
    )
    answering = explanations.server("ns1.registrar.net", "192.0.2.53")
    reply = Reply(answering, asked, Kind.ANSWER, 0.02, "udp", "NOERROR", True, answers)
    zone = explanations.swept("eddorre.com", [reply])
    path = Path(asked, (Leg(asked.name, (zone,)),), Ending.ANSWERED)
    walk = msgspec.structs.replace(explanation.walk, forward=(*explanation.walk.forward, path))
    text = compose_explanation(msgspec.structs.replace(explanation, walk=walk))
    assert "mail.eddorre.com leads to 192.0.2.9, 192.0.2.10 today;" in " ".join(text.split())


@pytest.mark.parametrize(
    ("code", "reservation"),
    [
        ("forward-inconsistent", "a receiver that hears another of them does otherwise"),
        ("reverse-dnssec-bogus", "whose resolver does not verify signatures"),
        ("reverse-serial-skew", ""),
    ],
)
def test_why_other_receivers_may_do_otherwise_is_said(code: str, reservation: str) -> None:
    explanation = explanations.founding()
    seen = msgspec.structs.replace(
        explanation,
        findings=(
            *explanation.findings,
            explanations.finding(code, Severity.WARNING, Fixer.ADDRESS_OWNER, None, SERVERS),
        ),
        predictions=predict(explanation.verdict),
    )
    [others] = [each for each in outline(seen).others if "otherwise" in each] or [""]
    assert reservation in others
    assert bool(others) == bool(reservation)
    assert outline(msgspec.structs.replace(seen, predictions=())).others == ()


@every_case
def test_an_explanation_fits_a_terminal(build: Build) -> None:
    for line in compose_explanation(build()).splitlines():
        # A record to publish is copied, and stays in one piece.
        assert len(line) <= 80 or " IN " in line
        assert line == line.rstrip()


@every_case
def test_every_slot_of_a_sentence_is_filled(build: Build) -> None:
    text = compose_explanation(build())
    assert not re.search(r"[{}]|None|\w \.|: \.|, ,|\(\)", text)


def test_an_alias_goes_on_to_the_zone_that_was_handed_on() -> None:
    text = compose_explanation(explanation_cases.classless())
    assert "2 of 2 agree  CNAME 14.0-31.30.20.81.in-addr.arpa.\n" in text
    assert "so the way goes on to\n    14.0-31.30.20.81.in-addr.arpa:\n" in text
    assert "    0-31.30.20.81.in-addr.arpa   1 server  NXDOMAIN: no such name\n" in text
    assert text.count("    in-addr.arpa  ") == 1
    assert "root@localhost, is a placeholder:\n" in text
    assert "mail.example.com only stands for" in text
    assert "    1. an unknown time, rarely more than a day\n    2. up to 1 minute\n" in text


def test_servers_that_fail_are_shown_one_by_one() -> None:
    text = compose_explanation(explanation_cases.lame())
    assert "4 servers  none of them answers for it:" in text
    assert "      ns1.isp.net   81.20.0.1    13 ms  refused the question (REFUSED)\n" in text
    assert "its own remark: 22 (No Reachable Authority): zone expired\n" in text
    assert "      ns2.isp.net   81.20.0.2  4000 ms  no answer\n" in text
    assert (
        "      ns3.gone.net                      the name of this server has no address\n" in text
    )
    assert "      ns4.isp.net   10.0.0.53\n          not asked: this is a private address" in text
    assert "Here the way ends: no server of 30.20.81.in-addr.arpa answers for it." in text
    assert "ran out before" in text
    assert "dns@30.20.81.in-addr.arpa, lies in a\n" in text
    assert "What to publish" not in text


def test_servers_that_disagree_are_shown_one_by_one() -> None:
    text = compose_explanation(_with_second_answer("other.ttnet.net.tr"))
    assert " 2 servers  they do not agree:\n" in text
    assert "      ns1.ttnet.net.tr  195.175.39.10  48 ms\n          PTR dsl" in text
    assert "      ns2.ttnet.net.tr  195.175.39.11  48 ms  PTR other.ttnet.net.tr.\n" in text


def test_servers_with_long_names_and_answers_have_lines_of_their_own() -> None:
    target = f"{'long-' * 7}name.of-a-business.example.org"
    text = compose_explanation(_with_second_answer(target))
    assert f"      ns2.ttnet.net.tr  195.175.39.11  48 ms\n          PTR {target}.\n" in text
    assert all(len(line) <= 80 or target in line for line in text.splitlines())


def test_some_servers_that_fail_do_not_make_a_disagreement() -> None:
    text = compose_explanation(_with_second_answer(None))
    assert " 2 servers  not all of them answer for it:\n" in text


def _with_second_answer(target: str | None) -> Explanation:
    """The founding example, where the second server says something else."""
    whole = explanations.founding()
    assert whole.walk is not None
    path = whole.walk.reverse
    zone = path.last.zone
    second = explanations.TURKISH_SERVERS[1]
    records = (
        ()
        if target is None
        else (explanations.pointer(path.question.name, explanations.name(target)),)
    )
    kind = Kind.ANSWER if target else Kind.SERVFAIL
    replies = tuple(
        msgspec.structs.replace(each, kind=kind, records=records) if each.server == second else each
        for each in zone.replies
    )
    leg = msgspec.structs.replace(
        path.last, zones=(*path.last.zones[:-1], msgspec.structs.replace(zone, replies=replies))
    )
    walk = msgspec.structs.replace(whole.walk, reverse=msgspec.structs.replace(path, legs=(leg,)))
    return msgspec.structs.replace(whole, walk=walk)


def test_the_order_of_records_makes_no_disagreement() -> None:
    whole = explanations.founding()
    assert whole.walk is not None
    path = whole.walk.reverse
    zone = path.last.zone
    owner = path.question.name
    both = [explanations.pointer(owner, explanations.name(each)) for each in ("a.org", "b.org")]
    replies = tuple(
        msgspec.structs.replace(each, records=tuple(both[:: 1 if n % 2 else -1]))
        for n, each in enumerate(zone.replies)
    )
    leg = msgspec.structs.replace(
        path.last, zones=(msgspec.structs.replace(zone, replies=replies),)
    )
    walk = msgspec.structs.replace(whole.walk, reverse=msgspec.structs.replace(path, legs=(leg,)))
    text = compose_explanation(msgspec.structs.replace(whole, walk=walk))
    assert "2 of 2 agree  PTR a.org., b.org.\n" in text


def test_an_unreachable_outside_leaves_the_resolvers_answers() -> None:
    text = compose_explanation(explanation_cases.without_walk())
    assert "cannot be reached on port 53 from here" in text
    assert "from the root" not in text
    assert "dsl.static851056487.ttnet.net.tr.  A  no A record" in text
    assert "mail.eddorre.com. IN A 85.105.64.87" in text


def test_a_fault_of_ours_asks_nothing_of_the_sender() -> None:
    text = compose_explanation(explanation_cases.resolver_fault())
    assert "You, on the receiving side" in text
    assert "What to publish" not in text


def test_an_old_answer_needs_nothing_but_time() -> None:
    text = compose_explanation(explanation_cases.stale())
    assert "Nothing: the records are right" in text
    assert "for up to 4 minutes" in text


def test_ways_that_are_alike_are_shown_once() -> None:
    text = compose_explanation(explanation_cases.many_names(40))
    assert text.count("from the root\n") == 2
    assert "The same: host1.ttnet.net.tr, host2.ttnet.net.tr, host3.ttnet.net.tr and 36" in text


def test_a_long_reverse_name_gives_way_to_the_address() -> None:
    text = compose_explanation(explanation_cases.ipv6())
    assert "  The way to the reverse name of 2a01:4f8:c0c:1234::25, from the root\n" in text
    assert "not known: the registry did not answer" in text
    assert "still hold the old answer for up to 25 hours." in " ".join(text.split())


def test_the_way_to_a_proposed_name_is_no_way_to_a_ptr_name() -> None:
    whole = explanation_cases.many_names(1)
    host = HostName(explanations.name("host0.ttnet.net.tr"), Choice.DOMAIN)
    verdict = msgspec.structs.replace(whole.verdict, names=())
    text = compose_explanation(msgspec.structs.replace(whole, host=host, verdict=verdict))
    assert "The way to host0.ttnet.net.tr (the name to publish), from the root" in text


def test_the_origin_stands_beside_the_address() -> None:
    text = compose_explanation(explanation_cases.confirmed(), origin="mx1.business.org")
    assert text.startswith("81.20.30.10  (mx1.business.org)\n")


def test_paint_changes_nothing_but_the_looks() -> None:
    def mark(text: str, style: Style) -> str:
        return f"[{style.value}]{text}[/]"

    text = compose_explanation(explanations.founding(), paint=mark)
    assert "[bad]FAIL (forward-nodata)[/]" in text
    assert re.sub(r"\[[a-z/]+\]", "", text) == FOUNDING_EXPLANATION


@given(st.text(min_size=1, max_size=300))
def test_strangers_cannot_steer_the_terminal(text: str) -> None:
    shown = compose_explanation(explanation_cases.hostile(f"\x1b[2J\u202e{text}\r\n\x9b5m"))
    assert all(each.isprintable() for line in shown.split("\n") for each in line)
    assert len(shown.splitlines()) < 120


@given(st.text(max_size=200), st.integers(4, 100))
def test_tame_text_is_one_printable_line_of_a_bounded_length(text: str, longest: int) -> None:
    tamed = tame(text, longest)
    assert len(tamed) <= longest
    assert tamed.isprintable()
    assert tame(tamed, longest) == tamed


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "an unknown time, rarely more than a day"),
        (0, "no time: it works at once"),
        (1, "up to 1 second"),
        (90, "up to 90 seconds"),
        (300, "up to 5 minutes"),
        (3600, "up to 1 hour"),
        (7200, "up to 2 hours"),
        (90000, "up to 25 hours"),
        (172801, "up to 3 days"),
        (2**31, "more than a week"),
    ],
)
def test_waits_are_rounded_up(seconds: int | None, text: str) -> None:
    assert wait_in_words(seconds) == text


def test_every_code_has_its_words() -> None:
    assert set(english_explain.KINDS) == set(Kind)
    assert set(english_explain.ENDINGS) == set(Ending)
    assert set(english_explain.CHOICES) == set(Choice)
    assert set(english_explain.KEEPERS) == set(Fixer)
    assert set(english_explain.TO_PUBLISH) == set(Fixer)
    assert set(english_explain.ROLES) == set(Role)
    assert set(english_explain.PLACEHOLDERS) == set(Flaw)
    keepers = set(Fixer) - {Fixer.RECEIVER, Fixer.NOBODY}
    assert set(english_explain.KEEPS_REVERSE) == set(english_explain.KEEPS_FORWARD) == keepers


@pytest.mark.parametrize("fixer", Fixer)
@pytest.mark.parametrize("choice", Choice)
def test_any_fixer_and_choice_can_be_said(fixer: Fixer, choice: Choice) -> None:
    whole = explanations.founding()
    explanation = msgspec.structs.replace(
        whole,
        host=HostName(whole.host.name, choice),
        findings=tuple(
            msgspec.structs.replace(each, fixer=fixer, severity=Severity.TEMPORARY)
            for each in whole.findings
        ),
        records=tuple(msgspec.structs.replace(each, fixer=fixer) for each in whole.records),
        responsible=tuple(msgspec.structs.replace(each, fixer=fixer) for each in whole.responsible),
    )
    text = compose_explanation(explanation)
    settled = {Choice.GIVEN, Choice.CONFIRMED}
    assert ("mail.eddorre.com is a proposal" in text) == (choice not in {*settled, Choice.EXAMPLE})
