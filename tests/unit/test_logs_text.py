"""The report on mail logs, as people read it."""

import csv
import io
import json

import msgspec
import pytest

from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.json import encode_log_report, senders_csv
from gotrdns.reports.logs.report import Amount, Envelope, Ground
from gotrdns.reports.logs.text import compose_log_report
from tests.unit.log_reports import NOTHING, REPORT, SENDER, changed

pytestmark = pytest.mark.usefixtures("utc")


def test_the_report_says_who_why_and_what_to_do() -> None:
    assert compose_log_report(REPORT, top=20).splitlines() == [
        "mail.log: 1,234 lines",
        "  2026-11-24 12:00 to 2026-11-25 12:00 (UTC)",
        "  Clients                      120, which connected 300 times",
        "  Taken in                     250 messages",
        "  Turned away for reverse DNS  41 clients: refused 43 times",
        "  Turned away otherwise        nobody",
        "",
        "Turned away for reverse DNS, by cause",
        "  CAUSE                    CLIENTS  REFUSED  DEFERRED",
        "  no PTR record                 40       40         0",
        "  PTR name has no address        1        3         0",
        "",
        "Senders among them that look legitimate",
        "  One. What a log says is no proof, but it is worth a look before somebody",
        "  complains.",
        "",
        "  1. eddorre.com",
        "     85.105.64.87, PTR dsl.static851056487.ttnet.net.tr, HELO mail.eddorre.com",
        "     refused 3 times, last 2026-11-25 12:00: PTR name has no address",
        "     because sender and HELO share a domain, HELO is a mail host's name; though",
        "       the PTR name is a provider's",
        "     gotrdns explain 85.105.64.87",
        "",
        "Another 40 clients look like nobody's mail servers: refused 40 times. Most often",
        "HELO is no public host name (30).",
    ]


@pytest.mark.parametrize("width", [50, 60, 80, 120, 300])
def test_it_fits_the_terminal_and_is_not_too_wide_to_read(width: int) -> None:
    long = changed(REPORT, grounds={Ground.NO_PTR_OR_FAILED: Amount(1_000, 10_000, 100_000)})
    text = compose_log_report(long, top=20, width=width)
    # Names and commands are to be copied, so they are never broken.
    lines = [each for each in text.splitlines() if "static851056487" not in each]
    assert max(map(len, lines)) <= min(width, 100)


def test_only_so_many_senders_are_shown_as_are_asked_for() -> None:
    several = changed(REPORT, likely=(SENDER,) * 5)
    text = compose_log_report(several, top=2)
    assert text.count("gotrdns explain 85.105.64.87") == 2
    assert "  3 more: --top 5\n" in text


def test_a_log_without_mail_says_so_and_one_of_another_time_too() -> None:
    empty = changed(REPORT, first_at=None, last_at=None, grounds={}, likely=(), others=NOTHING)
    assert compose_log_report(empty, top=20, width=100).splitlines() == [
        "mail.log: 1,234 lines",
        f"  {words.NOTHING_WITHIN}",
    ]
    assert compose_log_report(changed(empty, facts=0), top=20).splitlines()[1:] == [
        "  Nothing in it was written by a mail server that is known here (Postfix, Exim)",
        "  about a client.",
    ]


def test_a_log_in_which_nobody_was_turned_away_is_short() -> None:
    fine = changed(REPORT, reverse_dns=Amount(), grounds={}, likely=(), others=NOTHING)
    text = compose_log_report(fine, top=20)
    assert text.endswith(
        "  Turned away for reverse DNS  nobody\n  Turned away otherwise        nobody\n"
    )


def test_only_zombies_are_said_to_be_that() -> None:
    text = compose_log_report(changed(REPORT, likely=()), top=20)
    assert words.NONE_LIKELY in text
    assert "gotrdns explain" not in text


def test_what_postfix_does_not_tell_is_admitted() -> None:
    unsure = changed(REPORT, grounds={Ground.NO_PTR_OR_FAILED: Amount(clients=1, deferred=1)})
    text = compose_log_report(unsure, top=20)
    assert "no PTR record, or its look-up failed" in text
    assert "Postfix logs the same" in text


def test_lines_that_were_not_understood_are_counted() -> None:
    text = compose_log_report(changed(REPORT, unread=1, damaged=2), top=20)
    assert "  One line about a client has words that are not known here.\n" in text
    assert "  2 lines are damaged or too long.\n" in text


def test_warnings_have_a_column_where_there_are_any() -> None:
    amount = Amount(clients=1, warned=1)
    warned = changed(REPORT, reverse_dns=amount, grounds={Ground.UNTOLD: amount})
    assert "WARNED" in compose_log_report(warned, top=20)
    assert "one client: let in once with a warning" in compose_log_report(warned, top=20)


def test_every_ground_has_words() -> None:
    assert set(words.GROUNDS) == set(Ground)


def test_the_json_is_one_object() -> None:
    report = changed(
        REPORT, likely=(msgspec.structs.replace(SENDER, envelopes=(Envelope("a@b.example", "c"),)),)
    )
    told = json.loads(encode_log_report(report))
    assert told["causes"][1] == {
        "cause": "forward-nodata",
        "clients": 1,
        "refused": 3,
        "deferred": 0,
        "warned": 0,
    }
    assert told["senders"][0]["signs"] == [
        "sender-in-helo-domain",
        "mail-host-helo",
        "static-generic-ptr-name",
    ]
    assert told["senders"][0]["envelopes"] == [{"sender": "a@b.example", "recipient": "c"}]
    assert told["first"] == "2026-11-24T12:00:00Z"
    assert told["others"]["signs"] == {"no-host-name-helo": 30}
    assert "envelopes" not in json.loads(encode_log_report(REPORT))["senders"][0]


def test_the_csv_has_a_line_for_each_sender_and_no_formulas() -> None:
    evil = msgspec.structs.replace(SENDER, helos=("=cmd()", "mail.eddorre.com"))
    heading, row = csv.reader(io.StringIO(senders_csv(changed(REPORT, likely=(evil,)))))
    told = dict(zip(heading, row, strict=True))
    assert told["addresses"] == "85.105.64.87"
    assert told["causes"] == "forward-nodata"
    assert told["helos"] == "'=cmd() mail.eddorre.com"
    assert told["last_delivery"] == ""
