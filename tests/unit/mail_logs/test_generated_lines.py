"""A generated log of ten thousand lines: what is read is what its maker knows, by two readers."""

import re
from collections import Counter
from functools import cache

import pytest

from benchmarks.mail_log_lines import DOUBTS, MailLog
from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Flaw,
    Rejection,
)
from gotrdns.mail_logs.reading import Reading
from tests.unit.mail_logs.lines_read import LATEST, read_octets

LINES = 10_000
# As little as it takes for lines that nobody has forged.
SIMPLE = re.compile(
    r"smtpd\[(?P<pid>\d+)\]: (?:"
    r"connect from (?P<arrived>\S+)\[|disconnect from (?P<left>\S+)\[|\w+: client=(?P<taken>\S+)\["
    r"|warning: hostname (?P<claimed>\S+) does.*?address |warning: (?P<numeric>numeric) hostname: "
    r"|NOQUEUE: reject: RCPT from (?P<refused>\S+)\[)(?P<ip>[\d.]+)"
    r"(?:.*?: (?P<code>\d{3}) (?P<enhanced>[\d.]+) .*?from=<(?P<sender>.*?)>"
    r" to=<(?P<recipient>.*?)> proto=\S+ helo=<(?P<helo>.*?)>)?"
)
KINDS = {
    "arrived": Arrival,
    "left": Departure,
    "taken": Acceptance,
    "claimed": Doubt,
    "numeric": Doubt,
    "refused": Rejection,
}


@cache
def generated(seed: int) -> tuple[MailLog, list[str], list[Fact], Reading]:
    log = MailLog(seed)
    lines = list(log.lines(LINES))
    facts, reading = read_octets("".join(f"{line}\n" for line in lines).encode(), latest=LATEST)
    return log, lines, facts, reading


def simply(line: str) -> tuple[object, ...] | None:
    found = SIMPLE.search(line)
    if found is None:
        return None
    said = found.groupdict()
    kind = next(kind for key, kind in KINDS.items() if said[key])
    envelope = [said[key] for key in ("code", "enhanced", "sender", "recipient", "helo")]
    client = "" if said["numeric"] else said["ip"]
    return kind, client, said["pid"], said["claimed"] or "", *[each or "" for each in envelope]


def ours(fact: Fact) -> tuple[object, ...]:
    pid = fact.process.decode().split("[")[1].rstrip("]")
    claimed = fact.claimed.decode() if isinstance(fact, Doubt) and fact.client else ""
    parts = [b""] * 5
    if isinstance(fact, Rejection):
        parts = [fact.code, fact.enhanced, fact.sender, fact.recipient, fact.helo]
    return type(fact), fact.client.decode(), pid, claimed, *[part.decode() for part in parts]


@pytest.mark.parametrize("seed", [1, 2])
def test_two_readers_agree_on_every_line(seed: int) -> None:
    _, lines, facts, reading = generated(seed)
    expected = [said for said in map(simply, lines) if said is not None]

    assert [ours(fact) for fact in facts] == expected
    assert reading.lines == len(lines) >= LINES
    assert (reading.unknown, reading.damaged) == (0, 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_facts_are_those_that_were_made(seed: int) -> None:
    log, _, facts, _ = generated(seed)
    kinds = Counter(type(fact) for fact in facts)
    flaws = Counter(fact.flaw for fact in facts if isinstance(fact, Doubt))

    assert kinds[Arrival] == kinds[Departure] == log.sessions.total()
    assert kinds[Acceptance] == log.taken
    assert kinds[Rejection] == log.refused.total() + log.unknown_recipients
    assert kinds[Doubt] == sum(log.sessions[kind] for kind, text in DOUBTS.items() if text)
    assert flaws == {
        Flaw.MISMATCH: log.sessions["forward-mismatch"],
        Flaw.NXDOMAIN: log.sessions["forward-nxdomain"],
        Flaw.NODATA: log.sessions["forward-nodata"],
        Flaw.TEMPORARY: log.sessions["forward-servfail"],
        Flaw.UNUSABLE: log.sessions["ptr-unusable"],
    }
    assert all(flaws.values())


def test_times_are_as_they_were_made_across_new_year() -> None:
    log, lines, facts, _ = generated(1)
    times = [fact.at for fact in facts]

    assert times == sorted(times)
    assert times[0] - log.began < 60
    assert 1800 < times[-1] - times[0] < 86_400
    assert (lines[0][:6], lines[-1][:6]) == ("Dec 31", "Jan  1")
