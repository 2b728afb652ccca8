"""The report for people: its wording, its width, and how much of a hostile zone it shows."""

import asyncio
import string
import tomllib
from pathlib import Path

import pytest

from gotrdns.checking import check_address
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.diagnosis.helo import MalformedHelo
from gotrdns.lookup import Outcome
from gotrdns.names import Address, Flaw, SpecialUse
from gotrdns.reports import english
from gotrdns.reports.text import Style, compose
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import Result

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))

FOUNDING_REPORT = """\
85.105.64.87

  Which name does the address have?
    87.64.105.85.in-addr.arpa.  3600  PTR  dsl.static851056487.ttnet.net.tr.

  Does the name lead back to the address?
    dsl.static851056487.ttnet.net.tr.  A  no A record

  FAIL (forward-nodata): receivers that check reverse DNS refuse this address.

  Why
    The address leads to dsl.static851056487.ttnet.net.tr. That name exists, but
    it has no A record, so nothing leads back to 85.105.64.87.

  What to change
    The name is made from the address, so it is the provider's; the sender can
    only ask the provider, best for a PTR record with the mail server's own
    name.
    One of these, to be published by the owner of the address block (internet
    provider or hosting company):
      87.64.105.85.in-addr.arpa. IN PTR mail.example.com.
      dsl.static851056487.ttnet.net.tr. IN A 85.105.64.87
    mail.example.com stands for the mail server's own name.

  For the sender, in three steps
    1. Have a static public address.
    2. Create an A record that leads to it, usually for mail.<your domain>, in
       the panel of your registrar or DNS hosting company:
         mail.example.com. IN A 85.105.64.87
    3. Have the owner of the address block create the PTR record above, naming
       the same host. Only they can; the internet provider's or hosting
       company's support knows it as reverse DNS.
"""


def report(address: str, world: str) -> str:
    resolver = ScriptedResolver(World.parse(world))
    verdict = asyncio.run(check_address(resolver, Address.parse(address)))
    return compose(verdict, diagnose(verdict))


def scenario(name: str) -> str:
    path = Path(__file__).parents[1] / "scenarios" / f"{name}.toml"
    values = tomllib.loads(path.read_text())
    return report(values["client"], values["world"])


def test_the_founding_example_is_explained_to_the_sender() -> None:
    assert scenario("forward-nodata") == FOUNDING_REPORT


def test_a_pass_is_short() -> None:
    assert (
        scenario("confirmed")
        == """\
81.20.30.10

  Which name does the address have?
    10.30.20.81.in-addr.arpa.  3600  PTR  mail.business.example.

  Does the name lead back to the address?
    mail.business.example.  3600  A  81.20.30.10  <- the address itself

  PASS (confirmed): name and address confirm one another.
"""
    )


def test_the_name_that_fails_among_several_is_pointed_out() -> None:
    text = scenario("ptr-multiple")
    assert "second.business.example.  3600  A  81.20.30.10  <- the address itself" in text
    assert "not every name confirms: not first.business.example." in text


NAMES = "".join(f"10.30.20.81.in-addr.arpa. PTR {name}.example.\n" for name in ("a", "b"))


@pytest.mark.parametrize(
    ("world", "sentence"),
    [
        ("a.example. A 81.20.30.10\nb.example. A 81.20.30.10", "Every name confirms; one record"),
        ("a.example. A 81.20.30.10", "not every name confirms: not b.example."),
        ("a.example. A 81.20.30.11", "2 PTR records, and no name confirms."),
        (
            "a.example. A 81.20.30.11\nb.example. servfail",
            "There are 2 PTR records. Receivers that",
        ),
    ],
)
def test_several_names_are_spoken_of_as_they_are(world: str, sentence: str) -> None:
    assert sentence in " ".join(report("81.20.30.10", NAMES + world).split())


def test_eleven_names_of_which_ten_confirm_are_not_said_to_confirm_all() -> None:
    world = "".join(
        f"10.30.20.81.in-addr.arpa. PTR a{n:02}.example.\na{n:02}.example. A 81.20.30.10\n"
        for n in range(11)
    )
    text = " ".join(report("81.20.30.10", world).split())
    assert "11 PTR records. Every name that was looked up confirms" in text
    assert "10 of the names were looked up, 1 were not" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("my server", "calls itself my server,"),
        ("", "calls itself '',"),
        ("\x1b[31m\u202e", r"calls itself '\x1b[31m\u202e',"),
    ],
)
def test_what_was_said_in_helo_cannot_steer_the_terminal(said: str, shown: str) -> None:
    resolver = ScriptedResolver(World.parse("10.30.20.81.in-addr.arpa. PTR a.example."))
    verdict = asyncio.run(check_address(resolver, Address.parse("81.20.30.10")))
    text = compose(verdict, diagnose(verdict, helo=MalformedHelo(said)))
    assert shown in " ".join(text.split())


def test_an_alias_chain_is_shown_link_by_link() -> None:
    text = scenario("ptr-is-alias")
    assert "mail.business.example.  CNAME  mx.business.example.\n" in text
    assert "mx.business.example.  3600  A  81.20.30.10" in text


def test_a_delegated_reverse_name_is_shown_and_its_keeper_named() -> None:
    text = scenario("classless-delegation-without-ptr")
    assert "11.35.20.81.in-addr.arpa.  CNAME  11.0/25.35.20.81.in-addr.arpa." in text
    assert "11.0/25.35.20.81.in-addr.arpa. IN PTR mail.example.com." in text
    assert "RFC 2317" in text


def test_a_temporary_failure_asks_nothing_of_the_sender_yet() -> None:
    text = scenario("forward-servfail")
    assert "TEMPERROR (forward-servfail): no verdict" in text
    assert "Nothing yet: try again later." in text
    assert "in three steps" not in text


def test_a_sender_with_a_name_of_its_own_needs_no_three_steps() -> None:
    assert "in three steps" not in scenario("forward-mismatch")


def test_a_null_target_is_told_from_a_missing_record() -> None:
    assert "is a lone dot" in scenario("null-target")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_report_fits_a_terminal(path: Path) -> None:
    for line in scenario(path.stem).splitlines():
        # A record to publish is copied, and stays in one piece.
        assert len(line) <= 80 or " IN PTR " in line
        assert line == line.rstrip()


def test_thousands_of_names_are_cut_with_a_count() -> None:
    world = "".join(f"10.30.20.81.in-addr.arpa. PTR host{n:04}.example.\n" for n in range(3000))
    text = report("81.20.30.10", world)
    assert "    ... and 2988 more\n" in text
    assert len(text.splitlines()) < 100


def test_the_name_that_confirms_is_shown_however_many_others_there_are() -> None:
    world = "".join(f"10.30.20.81.in-addr.arpa. PTR a\\032{n:04}.example.\n" for n in range(500))
    world += "10.30.20.81.in-addr.arpa. PTR mail.example.\nmail.example. A 81.20.30.10\n"
    text = report("81.20.30.10", world)
    assert "10.30.20.81.in-addr.arpa.  3600  PTR  mail.example.\n" in text
    assert "mail.example.  3600  A  81.20.30.10  <- the address itself" in text


def test_of_many_records_that_would_do_a_few_are_offered() -> None:
    text = scenario("ptr-over-limit")
    assert text.count(" IN A 81.20.30.10") == 4
    assert "host01.business.example. IN A 81.20.30.10\n" in text
    assert "      ... and 6 more\n    or by the owner" in text


def test_thousands_of_addresses_are_cut_with_a_count() -> None:
    world = "10.30.20.81.in-addr.arpa. PTR a.example.\n" + "".join(
        f"a.example. A 81.30.{n // 250}.{n % 250}\n" for n in range(1000)
    )
    text = report("81.20.30.10", world)
    assert "    ... and 994 more\n" in text
    assert "81.30.0.0, 81.30.0.1, 81.30.0.2 and 997 more" in " ".join(text.split())
    assert len(text.splitlines()) < 40


def test_nothing_from_dns_reaches_the_terminal_raw() -> None:
    world = (
        "10.30.20.81.in-addr.arpa. PTR \\027[2J\\007\\155\\226\\128\\174evil.example.\n"
        "10.30.20.81.in-addr.arpa. PTR {0}{address}%s.example.\n"
    )
    text = report("81.20.30.10", world)
    assert set(text) <= set(string.printable) - set("\r\t\v\f")
    assert r"\027[2j\007\155\226\128\174evil.example." in text


def test_paint_touches_headings_and_the_result_alone() -> None:
    painted = []

    def paint(text: str, style: Style) -> str:
        painted.append((text, style))
        return text

    resolver = ScriptedResolver(World.parse("10.30.20.81.in-addr.arpa. servfail"))
    verdict = asyncio.run(check_address(resolver, Address.parse("81.20.30.10")))
    compose(verdict, diagnose(verdict), paint=paint)
    assert painted[0] == ("81.20.30.10", Style.HEADING)
    assert [text for text, style in painted if style is not Style.HEADING] == [
        "TEMPERROR (reverse-servfail)"
    ]


def test_every_code_has_words() -> None:
    assert set(english.RESULTS) == set(Result)
    assert set(english.LACKS) == set(Outcome) - {Outcome.FOUND}
    assert set(english.SEVERITIES) == set(Severity)
    assert set(english.FIXERS) == set(english.FIXERS_IN_SHORT) == set(Fixer)
    assert set(english.FLAWS) == set(Flaw)
    assert set(english.SPECIAL_USES) == set(SpecialUse)
