"""What is told of a whole log is what is true of it."""

from collections import Counter

import pytest

from benchmarks.mail_log_lines import GOOD, MailLog
from gotrdns.mail_logs.clients.summing import sum_up
from gotrdns.mail_logs.facts import Fate
from gotrdns.reports.logs.report import Amount, Ground, LogReport
from tests.unit.mail_logs.facts_made import NOON, acceptance, arrival, ledger_from, rejection
from tests.unit.mail_logs.lines_read import read_octets

GROUNDS = {
    "no-ptr": Ground.NO_PTR_OR_FAILED,
    "forward-mismatch": Ground.FORWARD_MISMATCH,
    "forward-nxdomain": Ground.FORWARD_NXDOMAIN,
    "forward-nodata": Ground.FORWARD_NODATA,
    "forward-servfail": Ground.FORWARD_FAILED,
    "ptr-unusable": Ground.PTR_UNUSABLE,
}


def report_on(octets: bytes) -> LogReport:
    facts, reading = read_octets(octets)
    return sum_up(ledger_from([facts]), reading, ["mail.log"])


@pytest.mark.parametrize("seed", [1, 25, 77])
def test_the_counts_of_a_made_log_are_right(seed: int) -> None:
    made = MailLog(seed)
    report = report_on("".join(f"{line}\n" for line in made.lines(20_000)).encode())
    assert report.connections == made.sessions.total()
    assert report.deliveries == made.taken
    assert report.otherwise.refused == made.unknown_recipients
    assert report.reverse_dns.deferred == made.refused.total()
    assert {ground: amount.deferred for ground, amount in report.grounds.items()} == {
        GROUNDS[kind]: count for kind, count in made.refused.items() if kind != GOOD
    }


@pytest.mark.parametrize("seed", [1, 25, 77])
def test_nobody_is_lost_between_the_likely_and_the_others(seed: int) -> None:
    lines = MailLog(seed).lines(20_000)
    report = report_on("".join(f"{line}\n" for line in lines).encode())
    assert report.likely
    clients = sum(each.amount.clients for each in report.likely)
    replies = sum(each.amount.replies for each in report.likely)
    assert clients + report.others.amount.clients == report.reverse_dns.clients
    assert replies + report.others.amount.replies == report.reverse_dns.replies
    grounds: Counter[Ground] = Counter()
    for sender in report.likely:
        grounds.update(sender.grounds)
    assert all(count <= report.grounds[ground].replies for ground, count in grounds.items())


def test_every_reply_for_reverse_dns_is_in_some_hour() -> None:
    lines = MailLog(25).lines(20_000)
    report = report_on("".join(f"{line}\n" for line in lines).encode())
    by_ground: Counter[Ground] = Counter()
    for (_, ground), count in report.hours.items():
        by_ground[ground] += count
    assert by_ground == {ground: amount.replies for ground, amount in report.grounds.items()}
    assert report.first_at is not None and report.last_at is not None
    assert all(
        report.first_at // 3600 <= hour <= report.last_at // 3600 for hour, _ in report.hours
    )


def test_a_client_with_two_causes_is_one_client() -> None:
    ledger = ledger_from(
        [
            [arrival(), rejection(), rejection(fate=Fate.REFUSED), acceptance(b"A1")],
            [rejection(b"Greylisted", enhanced=b"4.2.0", at=NOON + 60)],
        ]
    )
    _, reading = read_octets(b"")
    report = sum_up(ledger, reading, [])
    assert report.reverse_dns == Amount(clients=1, refused=1, deferred=1)
    assert report.grounds == {
        Ground.NO_PTR_OR_FAILED: Amount(clients=1, deferred=1),
        Ground.NO_PTR: Amount(clients=1, refused=1),
    }
    assert report.otherwise == Amount(clients=1, deferred=1)
    assert (report.first_at, report.last_at) == (NOON, NOON + 60)
    assert (report.clients, report.connections, report.deliveries) == (1, 1, 1)


def test_a_log_of_nobody_has_no_beginning() -> None:
    report = report_on(b"Nov 23 17:33:02 mx cron[7]: something\n")
    assert (report.lines, report.clients, report.first_at, report.likely) == (1, 0, None, ())
