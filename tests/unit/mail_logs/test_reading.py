"""A log as crashes and strangers leave it: what could be read counts, and the rest is said."""

import pytest

from gotrdns.mail_logs.facts import Arrival, Rejection
from gotrdns.mail_logs.formats.readers import Server
from tests.unit.mail_logs.lines_read import STAMP, read_octets

LINE = STAMP + b"postfix/smtpd[1]: connect from unknown[192.0.2.1]\n"
EXIM_LINE = b"2026-11-23 17:33:02 H=(h) [192.0.2.2] F=<a@a> rejected RCPT <b@b>: no\n"


def test_zeros_before_a_line_are_stepped_over() -> None:
    facts, reading = read_octets(LINE + bytes(4000) + LINE + LINE)

    assert len(facts) == 3
    assert (reading.lines, reading.damaged, reading.unknown) == (3, 1, 0)


def test_zeros_within_a_line_damage_that_line_only() -> None:
    facts, reading = read_octets(LINE + LINE[:64] + bytes(100) + LINE[66:] + LINE)

    assert len(facts) == 2
    assert (reading.damaged, reading.unknown) == (1, 0)


def test_a_damaged_line_that_might_be_of_two_mail_servers_counts_once() -> None:
    line = b"Nov 23 17:\0\0 mx postfix/smtpd[1]: reject: no host name found for ...\n"
    facts, reading = read_octets(line * 2)

    assert facts == []
    assert (reading.damaged, reading.unknown) == (2, 0)


@pytest.mark.parametrize("length", [20_000, 70_000, 3_000_000])
def test_a_very_long_line_is_damaged(length: int) -> None:
    long = LINE.rstrip() + b"x" * length + b"\n"
    facts, reading = read_octets(LINE + long + LINE)

    assert len(facts) == 2
    assert reading.damaged == 1


def test_the_last_line_may_have_no_end() -> None:
    facts, reading = read_octets(LINE + LINE.rstrip())

    assert len(facts) == reading.lines == 2


def test_a_last_line_that_was_cut_is_none() -> None:
    facts, reading = read_octets(LINE + LINE[:-5])

    assert len(facts) == 1
    assert (reading.lines, reading.unknown) == (2, 1)


def test_octets_that_are_no_text_stay_what_they_are() -> None:
    helo = bytes(octet for octet in range(1, 256) if octet not in b"\n<>;")
    facts, _ = read_octets(
        STAMP + b"postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.25 No; "
        b"from=<\xff> to=<\xc3\xa9> proto=ESMTP helo=<" + helo + b">\n"
    )

    [fact] = facts
    assert isinstance(fact, Rejection)
    assert (fact.helo, fact.sender, fact.recipient) == (helo, b"\xff", b"\xc3\xa9")


def test_lines_may_end_as_on_other_systems() -> None:
    facts, _ = read_octets(LINE.replace(b"\n", b"\r\n") * 3)

    assert len(facts) == 3


def test_the_mail_server_is_found_out_by_what_it_writes() -> None:
    facts, reading = read_octets(LINE * 2 + EXIM_LINE)

    assert reading.facts == {Server.POSTFIX: 2, Server.EXIM: 1}
    assert len(facts) == 3


def test_a_file_that_is_no_mail_log_yields_nothing() -> None:
    facts, reading = read_octets(b"#!/bin/sh\necho /smtpd\n" * 100 + bytes(range(256)) * 100)

    assert facts == []
    assert reading.unknown == 100
    assert not reading.facts


def test_the_facts_of_a_log_are_in_its_order() -> None:
    octets = b"".join(LINE.replace(b"2.1]", b"2.%d]" % number) for number in range(200))
    facts, _ = read_octets(octets)

    assert [fact.client for fact in facts] == [b"192.0.2.%d" % number for number in range(200)]
    assert all(isinstance(fact, Arrival) for fact in facts)
