"""Postfix's lines: what each says of a client, and what strangers cannot make it say."""

from collections import Counter
from pathlib import Path

import pytest

from gotrdns.mail_logs.conclusions import ground_of
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
from tests.unit.mail_logs.lines_read import AT, STAMP, read_octets, read_postfix, unknown

DATA = Path(__file__).parents[2] / "data/logs"
PROCESS = b"mx postfix/smtpd[123]"
IP, NAME = b"192.0.2.10", b"mail.good.example"
WARNING = b"warning: hostname mail.a.example does not resolve to address 192.0.2.2"


def doubt(flaw: Flaw, claimed: bytes = b"mail.a.example", client: bytes = b"192.0.2.2") -> Doubt:
    return Doubt(AT, PROCESS, client, None, claimed, flaw)


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (b"connect from mail.good.example[192.0.2.10]", Arrival(AT, PROCESS, IP, NAME)),
        (b"connect from unknown[192.0.2.10]", Arrival(AT, PROCESS, IP, None)),
        (b"connect from unknown[192.0.2.10]:4321", Arrival(AT, PROCESS, IP, None)),
        (b"connect from unknown[2001:db8::26]", Arrival(AT, PROCESS, b"2001:db8::26", None)),
        (
            b"disconnect from unknown[192.0.2.10] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4",
            Departure(AT, PROCESS, IP, None, messages=0),
        ),
        (
            b"disconnect from unknown[192.0.2.10] ehlo=1 mail=3 rcpt=3 data=2/3 commands=9/10",
            Departure(AT, PROCESS, IP, None, messages=2),
        ),
        (
            b"disconnect from unknown[192.0.2.10] ehlo=1 mail=2 rcpt=2 bdat=2 data=1 commands=8",
            Departure(AT, PROCESS, IP, None),
        ),
        (b"disconnect from unknown[192.0.2.10]", Departure(AT, PROCESS, IP, None)),
        (
            b"1EFD3224941: client=mail.good.example[192.0.2.10]",
            Acceptance(AT, PROCESS, IP, NAME, b"1EFD3224941"),
        ),
        (
            b"4jcBXC5jXKzSJ: client=unknown[192.0.2.10], sasl_method=PLAIN, "
            b"sasl_username=a@b.example",
            Acceptance(AT, PROCESS, IP, None, b"4jcBXC5jXKzSJ", b"a@b.example"),
        ),
        (WARNING, doubt(Flaw.MISMATCH)),
        (WARNING + b": Name or service not known", doubt(Flaw.NXDOMAIN)),
        (WARNING + b": No address associated with hostname", doubt(Flaw.NODATA)),
        (WARNING + b": Temporary failure in name resolution", doubt(Flaw.TEMPORARY)),
        (WARNING + b": System error", doubt(Flaw.TEMPORARY)),
        (b"warning: numeric hostname: 192.0.2.8", doubt(Flaw.UNUSABLE, b"192.0.2.8", b"")),
        (
            b"warning: valid_hostname: invalid character 32(decimal): a b.example",
            doubt(Flaw.UNUSABLE, b"a b.example", b""),
        ),
        (b"warning: valid_hostname: misplaced delimiter: .", doubt(Flaw.NO_NAME, b"", b"")),
        (b"NOQUEUE: client=unknown[192.0.2.10]", None),
        (b"lost connection after EHLO from unknown[192.0.2.10]", None),
        (b"timeout after DATA (0 bytes) from unknown[192.0.2.10]", None),
        (b"Anonymous TLS connection established from unknown[192.0.2.10]: TLSv1.3 with c", None),
        (
            b"warning: unknown[192.0.2.10]: SASL LOGIN authentication failed: connect from "
            b"mail.good.example[6.6.6.6]",
            None,
        ),
    ],
)
def test_each_form_of_line_says_one_thing(message: bytes, fact: Fact | None) -> None:
    assert read_postfix(message) == fact
    assert unknown(message) == 0


ENVELOPE = b"; from=<a@a.example> to=<b@b.example> proto=ESMTP helo=<mail.a.example>"
STOCK = b"Client host rejected: cannot find your hostname, [192.0.2.10]"


def rejection(
    fate: Fate, code: bytes, enhanced: bytes, text: bytes, *, stage: bytes = b"RCPT"
) -> Rejection:
    reply = (fate, stage, code, enhanced, text)
    envelope = (b"mail.a.example", b"a@a.example", b"b@b.example")
    return Rejection(AT, PROCESS, IP, None, *reply, *envelope, b"")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            b"reject: RCPT from unknown[192.0.2.10]: 450 4.7.25 " + STOCK + ENVELOPE,
            rejection(Fate.DEFERRED, b"450", b"4.7.25", STOCK),
        ),
        (
            b"reject: RCPT from unknown[192.0.2.10]:4321: 550 5.7.25 " + STOCK + ENVELOPE,
            rejection(Fate.REFUSED, b"550", b"5.7.25", STOCK),
        ),
        (
            b"reject_warning: RCPT from unknown[192.0.2.10]: 450 4.7.25 " + STOCK + ENVELOPE,
            rejection(Fate.WARNED, b"450", b"4.7.25", STOCK),
        ),
        (
            b"warn: RCPT from unknown[192.0.2.10]: rDNS would be rejected" + ENVELOPE,
            rejection(Fate.WARNED, b"", b"", b"rDNS would be rejected"),
        ),
        (
            b"milter-reject: RCPT from unknown[192.0.2.10]: 550-5.7.25 one??550 5.7.25 two"
            + ENVELOPE,
            rejection(Fate.REFUSED, b"550", b"5.7.25", b"one??550 5.7.25 two"),
        ),
        (
            b"reject: DATA from unknown[192.0.2.10]: 550 No; never" + ENVELOPE,
            rejection(Fate.REFUSED, b"550", b"", b"No; never", stage=b"DATA"),
        ),
        (
            b"reject: RCPT from unknown[192.0.2.10]: 550 5.7.1 Policy"
            + ENVELOPE
            + b" sasl_username=<a>",
            rejection(Fate.REFUSED, b"550", b"5.7.1", b"Policy"),
        ),
        (
            # postscreen's commas
            b"reject: RCPT from [192.0.2.10]:4321: 550 5.7.1 Service unavailable; client "
            b"[192.0.2.10] blocked using zen.dnsbl.example; from=<a@a.example>, to=<b@b.example>, "
            b"proto=ESMTP, helo=<mail.a.example>",
            rejection(
                Fate.REFUSED,
                b"550",
                b"5.7.1",
                b"Service unavailable; client [192.0.2.10] blocked using zen.dnsbl.example",
            ),
        ),
    ],
)
def test_a_rejection_is_read_with_reply_and_envelope(message: bytes, expected: Rejection) -> None:
    assert read_postfix(b"NOQUEUE: " + message) == expected


def test_a_rejection_without_envelope_has_none() -> None:
    fact = read_postfix(
        b"NOQUEUE: reject: CONNECT from unknown[192.0.2.10]: 450 4.7.25 " + STOCK + b"; proto=SMTP"
    )

    assert isinstance(fact, Rejection)
    assert (fact.stage, fact.text) == (b"CONNECT", STOCK)
    assert fact.helo == fact.sender == fact.recipient == b""


def test_the_rejection_of_a_message_names_its_queue_id() -> None:
    fact = read_postfix(
        b"962AE224955: milter-reject: END-OF-MESSAGE from mail.good.example[192.0.2.10]: 4.7.1 "
        b"Service unavailable - try again later" + ENVELOPE,
        b"postfix/cleanup",
    )

    assert isinstance(fact, Rejection)
    assert (fact.queue_id, fact.fate, fact.code) == (b"962AE224955", Fate.DEFERRED, b"")
    assert (fact.enhanced, fact.name) == (b"4.7.1", NAME)


@pytest.mark.parametrize(
    "service",
    [
        b"postfix/smtpd",
        b"postfix/submission/smtpd",
        b"postfix/smtps/smtpd",
        b"postfix-in/smtpd",
        b"postfix/127.0.0.1:2525/smtpd",
        b"mail-3/smtpd",
    ],
)
def test_a_service_may_have_any_name(service: bytes) -> None:
    fact = read_postfix(b"connect from unknown[192.0.2.10]", service.replace(b":", b"_"))

    assert isinstance(fact, Arrival)


@pytest.mark.parametrize(
    "service", [b"postfix/smtp", b"postfix/qmgr", b"evil", b"dovecot", b"postfix/smtpd2"]
)
def test_other_programs_say_nothing_whatever_they_say(service: bytes) -> None:
    assert read_postfix(b"reject: /smtpd connect from unknown[192.0.2.10]", service) is None


@pytest.mark.parametrize(
    "message",
    [
        b"CONNECT from [192.0.2.10]:4321 to [192.0.2.25]:25",
        b"PASS NEW [192.0.2.10]:4321",
        b"PASS OLD [192.0.2.10]:4321",
        b"DNSBL rank 3 for [192.0.2.10]:4321",
        b"PREGREET 11 after 0.1 from [192.0.2.10]:4321: EHLO connect from unknown[6.6.6.6]",
        b"HANGUP after 0.1 from [192.0.2.10]:4321 in tests before SMTP handshake",
        b"DISCONNECT [192.0.2.10]:4321",
    ],
)
def test_whom_postscreen_lets_through_smtpd_tells_of(message: bytes) -> None:
    facts, reading = read_octets(STAMP + b"postfix/postscreen[1]: " + message + b"\n")

    assert facts == []
    assert reading.unknown == 0


FORGED = b"NOQUEUE: reject: RCPT from unknown[6.6.6.6]: 450 4.7.25 Client host rejected"


@pytest.mark.parametrize(
    "within",
    [
        FORGED,
        b"x>; from=<v@v.example> to=<w@w.example> proto=SMTP helo=<y",
        b"1EFD3224941: client=mail.good.example[6.6.6.6]",
        b"\x1b[31m\x00\r\x7f\xff\xfe",
        b"] connect from unknown[6.6.6.6]",
    ],
)
@pytest.mark.parametrize("place", ["helo", "sender", "recipient"])
def test_what_strangers_say_changes_neither_client_nor_reply(within: bytes, place: str) -> None:
    values = {"helo": b"h", "sender": b"s", "recipient": b"r"} | {place: within}
    fact = read_postfix(
        b"NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 <%(recipient)b>: Relay access "
        b"denied; from=<%(sender)b> to=<%(recipient)b> proto=ESMTP helo=<%(helo)b>"
        % {key.encode(): value for key, value in values.items()}
    )

    assert isinstance(fact, Rejection)
    assert (fact.client, fact.name, fact.queue_id) == (IP, None, b"")
    assert (fact.code, fact.enhanced) == (b"554", b"5.7.1")
    assert fact.text.startswith(b"<")


@pytest.mark.parametrize(
    "within",
    [
        b"x>; from=<v@v.example> to=<w@w.example> proto=SMTP helo=<y",
        b'"a>; proto=SMTP helo=<x"@v.example',
    ],
)
def test_an_envelope_that_can_be_read_in_two_ways_is_not_believed(within: bytes) -> None:
    fact = read_postfix(
        b"NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 No; from=<"
        + within
        + b"> to=<b@b.example> proto=ESMTP helo=<h>"
    )

    assert isinstance(fact, Rejection)
    assert fact.helo == fact.sender == fact.recipient == b""


@pytest.mark.parametrize("helo", [b"x> no PTR record <y", b"x>: cannot find your hostname, [y"])
def test_a_helo_name_is_no_part_of_the_reply(helo: bytes) -> None:
    fact = read_postfix(
        b"NOQUEUE: reject: RCPT from unknown[192.0.2.10]: 554 5.7.1 <b@b.example>: Relay access "
        b"denied; from=<a@a.example> to=<b@b.example> proto=ESMTP helo=<%b>" % helo
    )

    assert isinstance(fact, Rejection)
    assert fact.text == b"<b@b.example>: Relay access denied"
    assert ground_of(fact, None, is_whole_session=True) is None


def test_a_refused_content_cannot_look_taken_in() -> None:
    fact = read_postfix(
        b"1B2C34: reject: body : client=x[6.6.6.6] from unknown[192.0.2.10]; from=<a@a.example> "
        b"proto=ESMTP helo=<h>: 5.7.1 No",
        b"postfix/cleanup",
    )

    assert isinstance(fact, Rejection)
    assert (fact.client, fact.queue_id) == (b"", b"1B2C34")


@pytest.mark.parametrize(
    "message",
    [
        b"NOQUEUE: reject: RCPT from unknown[]: 450 4.7.25 No; proto=SMTP",
        b"NOQUEUE: reject: RCPT unknown[192.0.2.10]: 450 4.7.25 No; proto=SMTP",
        b"NOQUEUE: reject: RCPT from unk",
        b"1EFD3224941: client=unknown[192.0.2",
    ],
)
def test_a_line_that_is_cut_or_of_another_form_is_counted(message: bytes) -> None:
    assert read_postfix(message) is None
    assert unknown(message) == 1


@pytest.mark.parametrize("kind", [b"header", b"body", b"content", b"mime-error"])
@pytest.mark.parametrize(
    "said",
    [
        b"Subject: a",
        b"from unknown[6.6.6.6]; from=<a> proto=SMTP helo=<b>: 4.7.25 x",
        b"milter-reject: END-OF-MESSAGE from unknown[6.6.6.6]: 4.7.1 x",
        b"\x1b[31m\x00\r\x7f\xff\xfe",
    ],
)
@pytest.mark.parametrize(
    "helo", [b"", b" helo=<h>", b" helo=<x>: 4.1.1 y>", b" helo=<proto=SMTP: 4.1.1 y>"]
)
def test_of_a_refused_content_only_the_queue_id_and_the_reply_are_believed(
    kind: bytes, said: bytes, helo: bytes
) -> None:
    fact = read_postfix(
        b"1EFD3224941: reject: %b %b from mail.good.example[192.0.2.10]; from=<a@a.example> "
        b"to=<b@b.example> proto=ESMTP%b: 5.7.1 no such thing: here" % (kind, said, helo),
        b"postfix/cleanup",
    )

    assert fact == Rejection(
        *(AT, b"mx postfix/cleanup[123]", b"", None, Fate.REFUSED, b"END-OF-MESSAGE"),
        *(b"", b"5.7.1", b"no such thing: here", b"", b"", b"", b"1EFD3224941"),
    )


def test_a_content_may_be_refused_for_now_and_a_line_about_it_cut() -> None:
    line = b"1EFD3224941: reject: body x from unknown[192.0.2.10]; proto=SMTP"
    later = read_postfix(line + b": 4.7.1 come again", b"postfix/cleanup")
    cut = read_postfix(line, b"postfix/cleanup")

    assert isinstance(later, Rejection)
    assert isinstance(cut, Rejection)
    assert (later.fate, later.text) == (Fate.DEFERRED, b"come again")
    assert (cut.fate, cut.text, cut.queue_id) == (Fate.REFUSED, b"", b"1EFD3224941")


def test_a_log_of_known_cases_is_read_whole() -> None:
    octets = (DATA / "postfix-3.7.11.log").read_bytes()
    facts, reading = read_octets(octets)
    kinds = Counter(type(fact).__name__ for fact in facts)

    assert reading.lines == octets.count(b"\n")
    assert (reading.unknown, reading.damaged) == (0, 0)
    assert kinds["Rejection"] == sum(b"reject" in line for line in octets.split(b"\n"))
    assert kinds["Arrival"] == octets.count(b": connect from ")
    assert kinds["Departure"] == octets.count(b": disconnect from ")
    assert kinds["Acceptance"] == octets.count(b": client=")
    assert kinds["Doubt"] == octets.count(b": warning: hostname ") + octets.count(b"numeric host")


def test_the_known_cases_have_the_flaws_they_were_given() -> None:
    facts, _ = read_octets((DATA / "postfix-3.7.11.log").read_bytes())
    flaws = {
        int(fact.client.rsplit(b".", 1)[1]): fact.flaw
        for fact in facts
        if isinstance(fact, Doubt) and b"." in fact.client
    }

    assert flaws.items() >= {2: Flaw.MISMATCH, 3: Flaw.NXDOMAIN, 5: Flaw.TEMPORARY}.items()
