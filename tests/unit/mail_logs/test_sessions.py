"""How the lines of a session are joined, and when a message is known to be taken in."""

import io

import pytest

from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Flaw, Rejection
from gotrdns.mail_logs.readers import WITH_SENDERS
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sessions import Noted, Sessions
from gotrdns.mail_logs.sources import Stream
from gotrdns.reports.mail_log import Ground
from tests.unit.mail_logs.facts_made import (
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    queued,
    rejection,
)

LOG = b"""\
Nov 23 12:00:00 mx postfix/smtpd[7]: connect from unknown[192.0.2.7]
Nov 23 12:00:01 mx postfix/smtpd[7]: 4F1A2B3C4D: client=unknown[192.0.2.7]
Nov 23 12:00:01 mx postfix/cleanup[8]: 4F1A2B3C4D: message-id=<a: from=<b@c>>
Nov 23 12:00:02 mx postfix/qmgr[9]: 4F1A2B3C4D: from=<%s>, size=412, nrcpt=1 (queue active)
Nov 23 12:00:02 mx postfix/smtpd[7]: disconnect from unknown[192.0.2.7]
Nov 23 12:00:03 mx postfix/qmgr[9]: 4F1A2B3C4D: removed
"""


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.rejections: list[tuple[Rejection, Ground | None, Noted]] = []
        self.taken_ins: list[tuple[Acceptance, Noted]] = []
        self.submissions: list[Acceptance] = []

    def arrived(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)

    def rejected(self, rejection: Rejection, ground: Ground | None, noted: Noted) -> None:
        self.rejections.append((rejection, ground, noted))

    def taken_in(self, acceptance: Acceptance, noted: Noted) -> None:
        self.taken_ins.append((acceptance, noted))

    def submitted(self, acceptance: Acceptance) -> None:
        self.submissions.append(acceptance)


def hear(*facts: Fact, ends: bool = True) -> Heard:
    heard = Heard()
    sessions = Sessions(heard)
    sessions.enter(facts)
    if ends:
        sessions.close()
    return heard


def test_what_was_noted_of_the_name_goes_with_the_message() -> None:
    noted = doubt(Flaw.MISMATCH)
    heard = hear(noted, arrival(), acceptance(b"A1"), departure())
    assert heard.taken_ins == [(acceptance(b"A1"), Noted(noted, is_whole=True))]


def test_a_session_that_began_before_the_log_is_not_whole() -> None:
    heard = hear(acceptance(b"A1"), rejection())
    assert heard.taken_ins[0][1] == Noted(None, is_whole=False)
    assert heard.rejections[0][2] == Noted(None, is_whole=False)


def test_a_message_in_the_queue_is_known_to_be_taken_in_and_from_whom() -> None:
    heard = hear(arrival(), acceptance(b"A1"), queued(b"A1", b"me@there.example"), ends=False)
    assert heard.taken_ins == [
        (acceptance(b"A1", sender=b"me@there.example"), Noted(None, is_whole=True))
    ]


def test_until_then_it_may_be_refused() -> None:
    assert not hear(arrival(), acceptance(b"A1"), ends=False).taken_ins
    end = rejection(stage=b"END-OF-MESSAGE", queue_id=b"A1", at=NOON + 1)
    assert not hear(arrival(), acceptance(b"A1"), end).taken_ins


def test_a_queued_message_that_nobody_brought_is_none_from_outside() -> None:
    heard = hear(queued(b"A1", b"root@our.example"))
    assert not heard.taken_ins


def test_users_who_log_in_are_told_of_apart() -> None:
    submission = acceptance(b"A1", login=b"bob")
    heard = hear(arrival(), submission, queued(b"A1", b"bob@our.example"))
    assert (heard.submissions, heard.taken_ins) == ([submission], [])


@pytest.mark.parametrize(
    "sender", [b"me@there.example", b"", b'"a>, size=1, nrcpt=1 (queue active)"@b.example']
)
def test_postfix_names_the_sender_in_a_line_of_its_queue(sender: bytes) -> None:
    reading, heard = Reading(), Heard()
    sessions = Sessions(heard)
    source = Stream("mail.log", io.BytesIO(LOG % sender), NOON)
    for facts in read_facts([source], reading, readers=WITH_SENDERS):
        sessions.enter(facts)
    [(taken_in, noted)] = heard.taken_ins
    assert (taken_in.sender, taken_in.client) == (sender, b"192.0.2.7")
    assert noted == Noted(None, is_whole=True)
    assert (reading.unknown, reading.damaged) == (0, 0)
