"""Generated logs of ten thousand lines: what is read is what their maker knows, by two readers."""

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
    Fate,
    Flaw,
    Rejection,
)
from gotrdns.mail_logs.reading import Reading
from tests.unit.mail_logs.exim_lines_made import EximLog
from tests.unit.mail_logs.lines_read import LATEST, read_octets

LINES = 10_000
# As little as it takes for lines that nobody has forged.
POSTFIX = re.compile(
    r"smtpd\[(?P<pid>\d+)\]: (?:"
    r"connect from (?P<arrived>\S+)\[|disconnect from (?P<left>\S+)\[|\w+: client=(?P<taken>\S+)\["
    r"|warning: hostname (?P<doubted>\S+) does.*?address |warning: (?P<numeric>numeric) hostname: "
    r"|NOQUEUE: reject: RCPT from (?P<refused>\S+)\[)(?P<ip>[\d.]+)(?:: (?P<why>[A-Z][a-z ]+)$)?"
    r"(?:.*?: (?P<code>\d{3}) (?P<enhanced>[\d.]+) .*?from=<(?P<sender>.*?)>"
    r" to=<(?P<recipient>.*?)> proto=\S+ helo=<(?P<helo>.*?)>)?"
)
EXIM = re.compile(
    r"(?P<pid>\[\d+\]) (?:no host name found for IP address (?P<nameless>\S+)"
    r"|SMTP connection from (?:(?P<known>[^\s(]+) )?(?:\(\S+\) )?\[(?P<ip>\S+?)\]\S* "
    r"(?:(?P<arrived>\()|(?P<left>closed))"
    r"|(?P<taken>\S+) <= (?P<from>\S+) H=(?P<host>\S+) \((?P<hello>\S+)\) \[(?P<other>\S+?)\]"
    r"|H=(?:(?P<named>\S+) )?\((?P<helo>\S+)\) \[(?P<client>\S+?)\]:\d+ F=<(?P<sender>\S*)> "
    r"(?P<later>temporarily )?(?P<refused>rejected) RCPT <(?P<recipient>\S+)>: (?P<why>.*))"
)
KINDS: dict[str, type[Fact]] = {
    "arrived": Arrival,
    "left": Departure,
    "taken": Acceptance,
    "doubted": Doubt,
    "numeric": Doubt,
    "nameless": Doubt,
    "refused": Rejection,
}
FLAWS = {
    "Name or service not known": "nxdomain",
    "No address associated with hostname": "nodata",
    "Temporary failure in name resolution": "temporary",
}


@cache
def postfix(seed: int) -> tuple[MailLog, list[str], list[Fact], Reading]:
    log = MailLog(seed)
    lines = list(log.lines(LINES))
    facts, reading = read_octets("".join(f"{line}\n" for line in lines).encode(), latest=LATEST)
    return log, lines, facts, reading


@cache
def exim(seed: int) -> tuple[EximLog, list[str], list[Fact], Reading]:
    log = EximLog(seed)
    lines = list(log.lines(LINES))
    facts, reading = read_octets("".join(f"{line}\n" for line in lines).encode())
    return log, lines, facts, reading


def kind_of(said: dict[str, str | None]) -> type[Fact]:
    return next(kind for key, kind in KINDS.items() if said.get(key))


def simply_of_postfix(line: str) -> tuple[object, ...] | None:
    found = POSTFIX.search(line)
    if found is None:
        return None
    said = found.groupdict()
    name = next(filter(None, (said[key] for key in ("arrived", "left", "taken", "refused"))), "")
    flaw = ""
    if said["doubted"]:
        flaw = FLAWS[said["why"]] if said["why"] else "mismatch"
    elif said["numeric"]:
        flaw = "unusable"
    envelope = [said[key] or "" for key in ("code", "enhanced", "sender", "recipient", "helo")]
    return (
        kind_of(said),
        "" if said["numeric"] else said["ip"],
        name.replace("unknown", ""),
        said["pid"],
        said["doubted"] or (said["ip"] if said["numeric"] else ""),
        flaw,
        "deferred" if envelope[0][:1] == "4" else "refused" if envelope[0] else "",
        *envelope,
    )


def simply_of_exim(line: str) -> tuple[object, ...] | None:
    found = EXIM.search(line)
    if found is None:
        return None
    said = found.groupdict()
    why = said["why"] or ""
    claimed = why.rpartition(" for ")[2].rstrip(")") if "match any" in why else ""
    flaw = "no-name" if said["nameless"] or "failed to find" in why else ""
    if not flaw and "lookup" in why:
        flaw = "unconfirmed" if claimed else "undetermined"
    fate = "deferred" if said["later"] else "refused" if said["refused"] else ""
    return (
        kind_of(said),
        said["nameless"] or said["ip"] or said["other"] or said["client"],
        said["known"] or said["host"] or said["named"] or "",
        said["pid"],
        claimed,
        flaw,
        fate,
        *("", "", said["sender"] or said["from"] or "", said["recipient"] or ""),
        said["helo"] or said["hello"] or "",
    )


def ours(fact: Fact) -> tuple[object, ...]:
    process = fact.process.decode()
    pid = process.rsplit("[")[1].rstrip("]") if "[" in process else f"[{process.split()[0]}]"
    claimed, flaw, fate, parts = b"", None, "", [b""] * 5
    if isinstance(fact, Doubt):
        claimed, flaw = fact.claimed, fact.flaw
    elif isinstance(fact, Rejection):
        claimed, flaw, fate = fact.claimed, fact.flaw, fact.fate.value
        parts = [fact.code, fact.enhanced, fact.sender, fact.recipient, fact.helo]
    elif isinstance(fact, Acceptance):
        parts = [b"", b"", fact.sender, b"", fact.helo]
    return (
        type(fact),
        fact.client.decode(),
        (fact.name or b"").decode(),
        pid,
        claimed.decode(),
        flaw.value if flaw else "",
        fate,
        *[part.decode() for part in parts],
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_two_readers_agree_on_every_line_of_postfixs(seed: int) -> None:
    _, lines, facts, reading = postfix(seed)
    expected = [said for said in map(simply_of_postfix, lines) if said is not None]

    assert [ours(fact) for fact in facts] == expected
    assert reading.lines == len(lines) >= LINES
    assert (reading.unknown, reading.damaged) == (0, 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_readers_agree_on_every_line_of_exims(seed: int) -> None:
    _, lines, facts, reading = exim(seed)
    expected = [said for said in map(simply_of_exim, lines) if said is not None]

    assert [ours(fact) for fact in facts] == expected
    assert reading.lines == len(lines) >= LINES
    assert (reading.unknown, reading.damaged) == (0, 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_facts_of_postfixs_log_are_those_that_were_made(seed: int) -> None:
    log, _, facts, _ = postfix(seed)
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


@pytest.mark.parametrize("seed", [1, 2])
def test_the_facts_of_exims_log_are_those_that_were_made(seed: int) -> None:
    log, _, facts, _ = exim(seed)
    kinds = Counter(type(fact) for fact in facts)
    rejections = [fact for fact in facts if isinstance(fact, Rejection)]

    assert kinds[Arrival] == kinds[Departure] == log.sessions.total()
    assert kinds[Acceptance] == log.taken
    assert kinds[Doubt] == log.sessions[Flaw.NO_NAME]
    assert Counter(fact.flaw for fact in rejections) == log.rejected
    assert {fact.fate for fact in rejections if fact.flaw is Flaw.UNDETERMINED} == {Fate.DEFERRED}
    assert all(log.rejected.values())


def test_times_are_as_they_were_made_across_new_year() -> None:
    log, lines, facts, _ = postfix(1)
    times = [fact.at for fact in facts]

    assert times == sorted(times)
    assert times[0] - log.began < 60
    assert 1800 < times[-1] - times[0] < 86_400
    assert (lines[0][:6], lines[-1][:6]) == ("Dec 31", "Jan  1")
