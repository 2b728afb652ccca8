"""What stands around a message: the same message in every form, and times as they were."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from gotrdns.mail_logs.facts import Arrival
from gotrdns.mail_logs.formats.frames import Framer
from gotrdns.mail_logs.formats.times import Clock
from tests.unit.mail_logs.lines_read import AT, LATEST, read_line, read_octets

MESSAGE = b"connect from unknown[192.0.2.1]"
MICROSECONDS = str(int(AT * 1e6) + 123_456)
JOURNAL = {
    "__REALTIME_TIMESTAMP": MICROSECONDS,
    "SYSLOG_IDENTIFIER": "postfix/smtpd",
    "_PID": "123",
    "_HOSTNAME": "mx",
    "PRIORITY": "6",
}
SYSLOG = b"Nov 23 17:33:02 mx postfix/smtpd[123]: " + MESSAGE
DOCKER = {"log": SYSLOG.decode() + "\n", "stream": "stdout", "time": "2026-11-23T17:33:02.1Z"}


def encode(entry: Mapping[str, object]) -> bytes:
    return json.dumps(entry).encode()


FORMS = {
    "syslog": SYSLOG,
    "syslog with priority": b"<22>" + SYSLOG,
    "syslog with a year in front": SYSLOG.replace(b"23 17", b"23 2026 17"),
    "syslog with a year behind": SYSLOG.replace(b":02 mx", b":02 2026 mx"),
    "ISO 8601": b"2026-11-23T17:33:02.123456+00:00 mx postfix/smtpd[123]: " + MESSAGE,
    "ISO 8601 elsewhere": b"2026-11-23T19:03:02+0130 mx postfix/smtpd[123]: " + MESSAGE,
    "ISO 8601 without zone": b"2026-11-23 17:33:02,123 mx postfix/smtpd[123]: " + MESSAGE,
    "RFC 5424": b"<22>1 2026-11-23T17:33:02.123Z mx postfix/smtpd 123 - - \xef\xbb\xbf" + MESSAGE,
    "RFC 5424 with data": b"<22>1 2026-11-23T17:33:02Z mx postfix/smtpd 123 id "
    b'[a@1 b="c\\]d"][e f="g"] ' + MESSAGE,
    "journal": encode(JOURNAL | {"MESSAGE": MESSAGE.decode()}),
    "journal, as octets": encode(JOURNAL | {"MESSAGE": list(MESSAGE)}),
    "compose": b"mail-1  | " + SYSLOG,
    "compose with hyphens": b"mail-ab-1  | " + SYSLOG,
    "CRI": b"2026-11-23T17:33:02.123456789Z stdout F " + SYSLOG,
    "Docker": encode(DOCKER),
    "Docker of compose": b"mail-1  | " + encode(DOCKER),
}


@pytest.mark.parametrize("line", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_line_yields_the_same(line: bytes) -> None:
    fact = read_line(line)

    assert isinstance(fact, Arrival)
    assert int(fact.at) == AT
    assert fact.client == b"192.0.2.1"
    assert fact.process == b"mx postfix/smtpd[123]"


def test_forms_may_change_from_line_to_line() -> None:
    facts, reading = read_octets(b"\n".join([*FORMS.values(), *reversed(FORMS.values())]))

    assert len(facts) == 2 * len(FORMS)
    assert reading.unknown == 0


@pytest.mark.parametrize("form", ["syslog", "ISO 8601", "ISO 8601 without zone"])
def test_a_process_that_was_seen_before_is_framed_alike(form: str) -> None:
    framer = Framer(Clock(LATEST, UTC))
    first, again = framer.read(FORMS[form]), framer.read(FORMS[form])

    assert first is not None
    assert first == again
    other = FORMS[form].replace(b"[123]: ", b"[124]: ").replace(b"unknown", b"x]: y")
    frame = framer.read(other)
    assert frame is not None
    assert (frame.process, frame.message) == (
        b"mx postfix/smtpd[124]",
        b"connect from x]: y[192.0.2.1]",
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Nov 23 17:33:02",
        b"Nov 31 17:33:02 mx postfix/smtpd[1]: /smtpd",
        b"Xyz 23 17:33:02 mx postfix/smtpd[1]: /smtpd",
        b"2026-02-30T17:33:02Z mx postfix/smtpd[1]: /smtpd",
        b"2026-11-23T25:33:02Z mx postfix/smtpd[1]: /smtpd",
        b"<22>1 - mx postfix/smtpd 1 - - /smtpd",
        b'{"MESSAGE":',
        b'{"MESSAGE": [256], "__REALTIME_TIMESTAMP": "1"}',
        b'{"MESSAGE": "/smtpd", "__REALTIME_TIMESTAMP": "x"}',
        b'{"log":',
        b'{"log": "\\ud800"}',
        b'{"x":' + b"[" * 15_000,
        b'{"log": "a", "x":' + b'{"a":' * 3_000,
    ],
)
def test_what_has_no_known_form_is_no_frame(line: bytes) -> None:
    framer = Framer(Clock(LATEST, UTC))

    assert framer.read(line) is None
    assert framer.read(SYSLOG) is not None
    assert framer.read(line) is None


def test_a_broken_time_of_a_known_process_is_no_frame() -> None:
    framer = Framer(Clock(LATEST, UTC))
    framer.read(SYSLOG)

    for broken in (b"Nov 23 1x:33:02", b"Nov 23 17:33:xx", b"Nov xx 17:33:02", b"Nov 31 17:33:02"):
        assert framer.read(SYSLOG.replace(b"Nov 23 17:33:02", broken)) is None


def test_a_fraction_of_a_second_is_dropped_or_kept_but_never_rounded_up() -> None:
    fact = read_line(FORMS["journal"])

    assert isinstance(fact, Arrival)
    assert datetime.fromtimestamp(fact.at, UTC).second == 2
