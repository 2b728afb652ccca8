"""How the lines of a session are joined, and when a message is known to be taken in."""

import io

import pytest

from gotrdns.mail_logs.facts import Acceptance, Arrival, Fact, Fate, Flaw, Rejection
from gotrdns.mail_logs.formats.readers import WITH_SENDERS
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sessions import Noted, Sessions
from gotrdns.mail_logs.sources.opening import Stream
from gotrdns.reports.logs.report import Ground
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


def of_content(queue_id: bytes) -> Rejection:
    return Rejection(
        *(NOON, b"mx cleanup 2", b"", None, Fate.REFUSED, b"END-OF-MESSAGE"),
        *(b"", b"5.7.1", b"no such header", b"", b"", b"", queue_id),
    )


def test_a_refused_content_undoes_the_message_whose_queue_id_it_names() -> None:
    noted = doubt(Flaw.MISMATCH)
    begun = [acceptance(b"A1", client=b"192.0.2.9", process=b"mx smtpd 9"), acceptance(b"A2")]
    heard = hear(noted, arrival(), *begun, of_content(b"A2"))
    [(refused, ground, how)] = heard.rejections

    assert heard.taken_ins == [(begun[0], Noted(None, is_whole=False))]
    assert (refused.client, refused.queue_id, ground) == (begun[1].client, b"A2", None)
    assert how == Noted(noted, is_whole=True)


def test_of_a_refused_content_whose_message_is_not_known_nothing_is_told() -> None:
    heard = hear(arrival(), acceptance(b"A1"), of_content(b"A2"))
    assert (len(heard.taken_ins), heard.rejections) == (1, [])


@pytest.mark.parametrize(("messages", "taken_in"), [(None, 3), (3, 3), (2, 2), (0, 0), (4, 3)])
def test_what_a_session_did_not_send_to_its_end_is_not_taken_in(
    messages: int | None, taken_in: int
) -> None:
    begun = [acceptance(queue_id) for queue_id in (b"A1", b"A2", b"A3")]
    heard = hear(arrival(), *begun, departure(messages=messages))
    assert len(heard.taken_ins) == taken_in


def test_what_is_in_the_queue_was_sent_to_its_end() -> None:
    begun = [acceptance(queue_id) for queue_id in (b"A1", b"A2", b"A3")]
    known = (queued(b"A1", b"a@a.example"), queued(b"A3", b"a@a.example"))
    before = hear(arrival(), *begun, *known, departure(messages=2))
    assert {told.queue_id for told, _ in before.taken_ins} == {b"A1", b"A3"}
    refused = rejection(stage=b"END-OF-MESSAGE", queue_id=b"A1")
    undone = hear(arrival(), *begun, refused, departure(messages=2))
    assert {told.queue_id for told, _ in undone.taken_ins} == {b"A2", b"A3"}


def test_the_end_of_one_session_undoes_nothing_of_another() -> None:
    begun = acceptance(b"A1")
    heard = hear(arrival(), begun, arrival(), acceptance(b"A2"), departure(messages=0))
    assert [told for told, _ in heard.taken_ins] == [begun]
    elsewhere = hear(begun, arrival(process=b"mx smtpd 2"), departure(messages=0))
    assert len(elsewhere.taken_ins) == 1


def test_a_message_of_a_user_may_be_refused_or_given_up_too() -> None:
    submission = acceptance(b"A1", login=b"bob")
    assert not hear(arrival(), submission, of_content(b"A1")).submissions
    assert not hear(arrival(), submission, departure(messages=0)).submissions


def test_what_exim_gave_to_syslog_twice_is_told_once_and_what_a_client_did_twice_twice() -> None:
    assert len(hear(*[rejection(may_be_copy=True)] * 2).rejections) == 1
    assert len(hear(*[rejection()] * 2).rejections) == 2


def test_a_queued_message_that_nobody_brought_is_none_from_outside() -> None:
    heard = hear(queued(b"A1", b"root@our.example"))
    assert not heard.taken_ins


def test_users_who_log_in_are_told_of_apart() -> None:
    submission = acceptance(b"A1", login=b"bob")
    heard = hear(arrival(), submission, queued(b"A1", b"bob@our.example"))
    told = acceptance(b"A1", login=b"bob", sender=b"bob@our.example")
    assert (heard.submissions, heard.taken_ins) == ([told], [])


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


def test_where_the_queue_is_not_logged_a_message_is_told_of_after_an_hour() -> None:
    later = rejection(at=NOON + 3601)
    heard = hear(arrival(), acceptance(b"A1"), departure(), later, ends=False)
    assert heard.taken_ins == [(acceptance(b"A1"), Noted(None, is_whole=True))]
    soon = rejection(at=NOON + 3600)
    assert hear(arrival(), acceptance(b"A1"), departure(), soon, ends=False).taken_ins == []


def test_what_exim_takes_in_is_told_of_at_once_and_its_arrivals_promise_no_doubts() -> None:
    facts = (arrival(is_looked_up=False), acceptance(b"A1", is_final=True))
    assert hear(*facts, ends=False).taken_ins == [
        (acceptance(b"A1", is_final=True), Noted(None, is_whole=False))
    ]
