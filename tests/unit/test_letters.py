"""Letters: to whom they go, what they ask for, and that strangers cannot write them."""

import re
from collections.abc import Callable
from types import ModuleType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.contacts.holder import Contact, Role
from gotrdns.diagnosis.findings import Fixer
from gotrdns.evidence import Kind
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Outcome
from gotrdns.reports import english_letters
from gotrdns.reports.letters import (
    LANGUAGES,
    InvalidLanguage,
    Letter,
    require_language,
    write_letters,
)
from tests.unit import explanation_cases, explanations

every_case = pytest.mark.parametrize(
    "build", explanation_cases.CASES.values(), ids=explanation_cases.CASES
)
Build = Callable[[], Explanation]

FOUNDING_LETTER = """\
[Before sending: mail.eddorre.com is a proposal. Make sure that your
mail server is to have that name.]

Hello,

please publish this record for the mail server at 85.105.64.87:

In the zone 64.105.85.in-addr.arpa:

    87 IN PTR mail.eddorre.com.

or, with its name in full:

    87.64.105.85.in-addr.arpa. IN PTR mail.eddorre.com.

It makes a pair with this record, which somebody else is asked for:

    mail.eddorre.com. IN A 85.105.64.87

What is wrong

The address leads to dsl.static851056487.ttnet.net.tr. That name exists,
but it has no A record, so nothing leads back to 85.105.64.87.

What the name servers answer

  87.64.105.85.in-addr.arpa PTR
    ns1.ttnet.net.tr (195.175.39.10): PTR
      dsl.static851056487.ttnet.net.tr.
    ns2.ttnet.net.tr (195.175.39.11): PTR
      dsl.static851056487.ttnet.net.tr.
  dsl.static851056487.ttnet.net.tr A
    ns1.ttnet.net.tr (195.175.39.10): no A record
    ns2.ttnet.net.tr (195.175.39.11): no A record

Why it matters

Every mail server needs a name that leads back to its address: RFC 1912
section 2.1 asks that PTR and A records match. Receiving mail servers
verify it when a client connects (RFC 8601 section 3, "iprev"), and many
refuse mail where it fails, because machines that were taken over to
send spam look just like that.

How to verify it afterwards

    dig -x 85.105.64.87
    gotrdns check 85.105.64.87

Thank you,
and best regards
"""


def letter_to(fixer: Fixer, explanation: Explanation) -> Letter:
    [letter] = [each for each in write_letters(explanation) if each.fixer is fixer]
    return letter


def test_the_founding_example_asks_the_domain_and_the_address_owner() -> None:
    letters = write_letters(explanations.founding())
    assert [each.fixer for each in letters] == [Fixer.DOMAIN_OWNER, Fixer.ADDRESS_OWNER]
    assert letters[1].body == FOUNDING_LETTER
    assert letters[1].subject == "Reverse DNS of 85.105.64.87: please publish a PTR record"
    assert letters[0].subject == "DNS of mail.eddorre.com: please publish an A record"
    assert "    dig mail.eddorre.com A\n" in letters[0].body


def test_the_technical_contact_is_written_to_before_the_abuse_desk() -> None:
    assert letter_to(Fixer.ADDRESS_OWNER, explanations.founding()).to == "dns@ttnet.net.tr"


def test_a_domain_owner_is_written_to_at_the_zones_own_contact() -> None:
    assert letter_to(Fixer.DOMAIN_OWNER, explanations.founding()).to == "hostmaster@registrar.net"


def test_a_placeholder_is_not_written_to() -> None:
    letter = letter_to(Fixer.DELEGATE, explanation_cases.classless())
    assert letter.to is None
    assert letter.body.startswith("[To be sent to whoever keeps the reverse zone")
    assert "14.0-31.30.20.81.in-addr.arpa. IN PTR mail.example.com." in letter.body
    assert "only stands for your mail server's own" in letter.body


def test_a_contact_in_the_broken_zone_is_not_written_to() -> None:
    letter = letter_to(Fixer.ADDRESS_OWNER, explanation_cases.lame())
    assert letter.to is None
    assert letter.subject == "The name servers of 30.20.81.in-addr.arpa do not work"
    assert "ns1.isp.net (81.20.0.1): refused the question (REFUSED)" in letter.body
    assert " IN PTR " not in letter.body


def test_our_own_resolver_is_reported_on_our_side() -> None:
    [letter] = write_letters(explanation_cases.resolver_fault())
    assert letter.fixer is Fixer.RECEIVER
    assert letter.to is None
    assert "(127.0.0.1)" in letter.body


def test_there_is_nobody_to_write_to_where_nothing_has_to_change() -> None:
    assert write_letters(explanation_cases.confirmed()) == ()
    assert write_letters(explanation_cases.stale()) == ()


def test_without_a_walk_the_resolvers_answers_are_the_evidence() -> None:
    letter = letter_to(Fixer.ADDRESS_OWNER, explanation_cases.without_walk())
    assert "What the resolver answers" in letter.body
    assert "    PTR dsl.static851056487.ttnet.net.tr.\n" in letter.body
    assert "    no A record\n" in letter.body


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidLanguage) as raised:
        write_letters(explanations.founding(), language="tlh")
    assert raised.value.known == ("en",)
    assert str(raised.value) == "no letters in language 'tlh': there are en"
    require_language("en")


@every_case
def test_a_letter_can_be_quoted(build: Build) -> None:
    for letter in write_letters(build()):
        for line in letter.body.splitlines():
            # Records and names are copied, and stay in one piece.
            assert len(line) <= 72 or " IN " in line or " " not in line.strip()
            assert line == line.rstrip()


@every_case
def test_every_slot_of_a_letter_is_filled(build: Build) -> None:
    for letter in write_letters(build()):
        assert not re.search(r"[{}]|None|\(\)", letter.body + letter.subject)
        assert "\n\n\n" not in letter.body


@pytest.mark.parametrize(
    "email",
    [
        "a@b.org\r\nBcc: everybody@example.org",
        "a@b.org, c@d.org",
        "-oQ/tmp@b.org",
        "a?cc=c@d.org",
        '"a b"@c.org',
        "a@b",
        "",
        "\u0430@b.org",
    ],
)
def test_what_is_no_plain_address_is_not_written_to(email: str) -> None:
    whole = explanations.founding()
    holder = msgspec.structs.replace(
        explanations.HOLDER, contacts=(Contact(Role.TECHNICAL, "", email),)
    )
    responsible = tuple(
        msgspec.structs.replace(each, mailbox=None, holder=holder) for each in whole.responsible
    )
    letters = write_letters(msgspec.structs.replace(whole, responsible=responsible))
    assert {each.to for each in letters} == {None}


def test_commands_name_only_host_names() -> None:
    whole = explanations.founding()
    records = tuple(
        msgspec.structs.replace(each, owner=explanations.name("`reboot`.org"))
        for each in whole.records
    )
    letter = letter_to(Fixer.DOMAIN_OWNER, msgspec.structs.replace(whole, records=records))
    assert "dig `" not in letter.body


@given(st.text(min_size=1, max_size=300))
def test_strangers_cannot_write_a_letter(text: str) -> None:
    for letter in write_letters(explanation_cases.hostile(f"\x1b[2J{text}\r\n\x9b5m")):
        assert letter.subject.isprintable()
        assert letter.to is None or letter.to.isprintable()
        assert all(each.isprintable() for line in letter.body.split("\n") for each in line)
        assert len(letter.body.splitlines()) < 120


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_has_the_same_words(language: ModuleType) -> None:
    wanted = {each for each in vars(english_letters) if each.isupper() or each == "explain_finding"}
    assert wanted <= vars(language).keys()
    assert set(language.ADDRESSEES) == set(Fixer) - {Fixer.NOBODY}
    assert set(language.KINDS) == set(Kind)
    assert set(language.LACKS) == set(Outcome)
