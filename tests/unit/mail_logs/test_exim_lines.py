"""Exim's lines: what each says of a client, with all that log_selector may add to them."""

import time
from collections import Counter
from pathlib import Path

import pytest

from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Flaw,
    Rejection,
)
from tests.unit.mail_logs.lines_read import AT, read_exim, read_line, read_octets

DATA = Path(__file__).parents[2] / "data/logs"
IP, NAME = b"192.0.2.10", b"mail.good.example"
PROCESS = b" 192.0.2.10"
WHO = (AT, PROCESS, IP)
FAILED = b"verify=reverse_host_lookup failed: host lookup failed "


def rejection(text: bytes, flaw: Flaw | None, claimed: bytes = b"") -> Rejection:
    envelope = (b"helo.example", b"a@a.example", b"b@b.example")
    return Rejection(
        *WHO, None, Fate.REFUSED, b"RCPT", b"", b"", text, *envelope, b"", flaw, claimed
    )


@pytest.mark.parametrize(
    ("text", "flaw", "claimed"),
    [
        (FAILED + b"(failed to find host name from IP address)", Flaw.NO_NAME, b""),
        (
            FAILED + b"(192.0.2.10 does not match any IP address for m.example)",
            Flaw.UNCONFIRMED,
            b"m.example",
        ),
        (
            b"host lookup failed for reverse lookup check (failed to find host name from IP "
            b"address)",
            Flaw.NO_NAME,
            b"",
        ),
        (b"host lookup deferred for reverse lookup check", Flaw.UNDETERMINED, b""),
        (b"relay not permitted", None, b""),
        (b"<a@a.example>: host lookup failed", None, b""),
    ],
)
def test_the_reply_tells_what_is_wrong_with_the_name(
    text: bytes, flaw: Flaw | None, claimed: bytes
) -> None:
    line = b"H=(helo.example) [192.0.2.10]:4 F=<a@a.example> rejected RCPT <b@b.example>: " + text

    assert read_exim(line) == rejection(text, flaw, claimed)


@pytest.mark.parametrize(
    ("before", "host", "after"),
    [
        (b"", b"H=(h) [192.0.2.10]", b""),
        (b"", b"H=(h) [192.0.2.10]:4321", b""),
        (b"", b"H=(h) [192.0.2.10]:4321 I=[192.0.2.25]:25", b""),
        (b"", b"H=(h) [192.0.2.10]:4321 I=[192.0.2.25]:25 U=someone", b""),
        (b"", b"H=(h) [192.0.2.10] X=TLS1.3:ECDHE_SECP256R1__AES_256_GCM:256 CV=no SNI=mx.a", b""),
        (b"[4321] ", b"H=(h) [192.0.2.10]", b""),
        (b"", b"H=(h) [192.0.2.10]", b"A=login:user@b.example "),
    ],
)
def test_what_log_selector_adds_changes_nothing(before: bytes, host: bytes, after: bytes) -> None:
    fact = read_exim(
        before + host + b" F=<a@a.example> " + after + b"temporarily rejected RCPT <b@b.example>: "
        b"5.7.25 no PTR"
    )

    assert isinstance(fact, Rejection)
    assert (fact.client, fact.name, fact.helo) == (IP, None, b"h")
    assert (fact.sender, fact.recipient) == (b"a@a.example", b"b@b.example")
    assert (fact.fate, fact.enhanced, fact.text) == (Fate.DEFERRED, b"5.7.25", b"no PTR")
    assert fact.process == (b"4321 192.0.2.10" if before else PROCESS)


@pytest.mark.parametrize(
    "stamp",
    [
        b"2026-11-23 17:33:02 ",
        b"2026-11-23 17:33:02.123 ",
        b"2026-11-23 18:33:02 +0100 ",
        b"Nov 23 17:33:02 mx exim[4321]: ",
        b"Nov 23 17:33:02 mx exim4[4321]: 2026-11-23 17:33:02 ",
        b"Nov 23 17:33:02 mx exim4[4321]: [1\\10] 2026-11-23 17:33:02 ",
        b"Nov 23 17:33:02 mx exim4[4321]: [1/2] 2026-11-23 17:33:02.123 +0000 [4321] ",
        b"Nov 23 17:33:02 mx exim4[4321]: [1\\2] ",
        b"2026-11-23T17:33:02.123456+00:00 mx exim[4321]: ",
    ],
)
def test_a_line_may_come_from_the_main_log_or_by_syslog(stamp: bytes) -> None:
    fact = read_line(
        stamp + b"H=mail.good.example (h) [192.0.2.10] F=<> rejected RCPT <b@b.example>"
    )

    assert isinstance(fact, Rejection)
    assert (fact.at, fact.client, fact.name, fact.sender) == (AT, IP, NAME, b"")


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (b"no host name found for IP address 192.0.2.10", Doubt(*WHO, None, b"", Flaw.NO_NAME)),
        (
            b"no IP address found for host m.example (during SMTP connection from (h) "
            b"[192.0.2.10]:4321)",
            Doubt(*WHO, None, b"m.example", Flaw.NXDOMAIN),
        ),
        (
            b"SMTP connection from [192.0.2.10]:4321 I=[192.0.2.25]:25 (TCP/IP connection count "
            b"= 1)",
            Arrival(*WHO, None, is_looked_up=False),
        ),
        (
            b"SMTP connection from mail.good.example (h) [192.0.2.10]:4321 D=0.1s closed by QUIT",
            Departure(*WHO, NAME),
        ),
        (
            b"1r7Abc-00000000abc-1234 <= a@a.example H=mail.good.example (h) [192.0.2.10]:4321 "
            b"P=esmtps X=TLS1.3:x:256 CV=no S=1234 id=A=x:forged@a.example",
            Acceptance(*WHO, NAME, b"1r7Abc-00000000abc-1234", b"", b"a@a.example", b"h", True),
        ),
        (
            b"1r7Abc-0001bc-Ab <= <> H=[192.0.2.10] P=smtp S=1234",
            Acceptance(*WHO, None, b"1r7Abc-0001bc-Ab", is_final=True),
        ),
        (
            b"1r7Abc-0001bc-Ab <= a@a.example H=(h) [192.0.2.10] P=esmtpsa A=plain:user S=12",
            Acceptance(*WHO, None, b"1r7Abc-0001bc-Ab", b"user", b"a@a.example", b"h", True),
        ),
        (b"1r7Abc-0001bc-Ab <= root U=root P=local S=12", None),
        (b'1r7Abc-0001bc-Ab => b@b.example R=r T=t H=mx.b.example [192.0.2.10] C="ok"', None),
        (
            b"H=(h) [192.0.2.10] Warning: no reverse name",
            Rejection(
                *WHO, None, Fate.WARNED, b"", b"", b"", b"no reverse name", b"h", b"", b"", b""
            ),
        ),
    ],
)
def test_each_form_of_line_says_one_thing(message: bytes, fact: Fact | None) -> None:
    assert read_exim(message) == fact


@pytest.mark.parametrize(
    ("what", "stage"),
    [
        (b'rejected connection in "connect" ACL: no', b"connection"),
        (b"rejected EHLO or HELO h: no", b"EHLO or HELO"),
        (b"F=<a@a.example> rejected MAIL <a@a.example>: no", b"MAIL"),
        (b"F=<a@a.example> rejected after DATA: no", b"after DATA"),
        (b"F=<a@a.example> rejected DATA: no", b"DATA"),
    ],
)
def test_every_command_can_be_rejected(what: bytes, stage: bytes) -> None:
    fact = read_exim(b"H=(h) [192.0.2.10] " + what)

    assert isinstance(fact, Rejection)
    assert (fact.stage, fact.text) == (stage, b"no")


@pytest.mark.parametrize(
    ("host", "sender", "recipient"),
    [
        (b"(h) [6.6.6.6] F=<> rejected RCPT <x>: 5.7.25 no PTR) [192.0.2.10]", b"a", b"b"),
        (b"(h) [192.0.2.10]", b'"x) [6.6.6.6] "@a.example', b"b"),
        (b"(h) [192.0.2.10]", b"a", b'"b>: 5.7.25 no PTR) [6.6.6.6]"@b.example'),
    ],
)
def test_what_may_be_a_forged_address_is_not_believed(
    host: bytes, sender: bytes, recipient: bytes
) -> None:
    line = b"H=%b F=<%b> rejected RCPT <%b>: relay not permitted" % (host, sender, recipient)
    facts, reading = read_octets(b"2026-11-23 17:33:02 " + line + b"\n")

    assert facts == []
    assert reading.unknown == 1


@pytest.mark.parametrize(
    "sender",
    [
        b'"b H=good.example [6.6.6.6] "@a.example',
        b'a."b H=good.example [6.6.6.6] ".c@a.example',
        b'"b H=good.example [6.6.6.6] ' + b"x" * 700 + b'"@a.example',
    ],
    ids=["quoted", "quoted-in-part", "long"],
)
def test_a_quoted_sender_cannot_say_who_delivered(sender: bytes) -> None:
    fact = read_exim(b"1r7Abc-0001bc-Ab <= %b H=(h) [192.0.2.10] P=esmtp S=12" % sender)

    assert fact == Acceptance(*WHO, None, b"1r7Abc-0001bc-Ab", b"", sender, b"h", is_final=True)


def test_quotes_without_end_take_no_time() -> None:
    began = time.perf_counter()
    read_exim(b"1r7Abc-0001bc-Ab <= " + b'"a"a' * 4000 + b'" H=x [192.0.2.10] S=1')

    assert time.perf_counter() - began < 1


def test_a_quoted_recipient_cannot_say_why_it_was_rejected() -> None:
    fact = read_exim(
        b'H=(h) [192.0.2.10] F=<"f> rejected RCPT <x>: y"@a> rejected RCPT '
        b'<"b>: 5.7.25 no PTR"@b.example>: relay not permitted'
    )

    assert isinstance(fact, Rejection)
    assert (fact.text, fact.enhanced) == (b"relay not permitted", b"")


def test_a_log_of_known_cases_is_read_whole() -> None:
    octets = (DATA / "exim-4.96.log").read_bytes()
    facts, reading = read_octets(octets)
    kinds = Counter(type(fact).__name__ for fact in facts)

    assert reading.unknown == 0
    assert kinds["Rejection"] == octets.count(b" rejected RCPT ")
    assert kinds["Doubt"] == octets.count(b"no host name found")
    flaws = {
        (fact.client, fact.flaw) for fact in facts if isinstance(fact, Rejection) and fact.flaw
    }
    assert flaws == {
        (b"127.0.77.1", Flaw.NO_NAME),
        (b"127.0.77.2", Flaw.UNCONFIRMED),
        (b"127.0.77.3", Flaw.UNCONFIRMED),
        (b"127.0.77.4", Flaw.UNDETERMINED),
        (b"127.0.77.5", Flaw.UNDETERMINED),
    }
