"""How the log is spelled: nothing a stranger sends can forge a line or a field, in any form."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gotrdns.daemon.log_lines import Level, Lines, PrioritisedLines, Records, StampedLines
from gotrdns.daemon.log_spelling import LONGEST_LINE, Format, Value, format_value, spelling

FORMATS: tuple[Format, ...] = ("text", "json")
HOSTILE = (
    'x" level=error event="alarm',
    'x","event":"alarm","y":"',
    "x\nPRIORITY=0\nMESSAGE=forged",
    "x\n<0>event=alarm",
    "\x00\r\n\x1b[2J\x7f\x85\u2028",
    "\ud800",
    "",
)
TEXTS = st.one_of(st.text(max_size=400), st.text('"\\ =\n\r,{}[]<>0', max_size=40))
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    TEXTS,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(TEXTS, max_size=3).map(tuple),
)
FIELDS = st.dictionaries(
    st.sampled_from(("client", "helo", "sender-domain", "name", "count", "rule")), VALUES
)
LOGFMT = re.compile(r'([a-z_-]+)=([^ "=\\]+|"(?:[^"\\]|\\.)*")(?: |$)')


def stamped(form: Format) -> Lines:
    return StampedLines(spelling(form), lambda: 1_700_000_000.25)


def lines_of(form: Format) -> tuple[Lines, ...]:
    return (stamped(form), PrioritisedLines(spelling(form)), Records(spelling(form)))


def told(fields: Mapping[str, Value]) -> list[str]:
    """The names of the fields that are written."""
    return [name for name, value in fields.items() if value is not None]


def names_of(words: str) -> list[str]:
    found = list(LOGFMT.finditer(words))
    assert "".join(each[0] for each in found) == words
    return [each[1] for each in found]


def read_record(record: str) -> dict[str, str]:
    """As journald reads it: a field a line."""
    assert record.endswith("\n")
    pairs = [line.split("=", 1) for line in record[:-1].split("\n")]
    assert len({pair[0] for pair in pairs}) == len(pairs)
    return {pair[0]: pair[1] for pair in pairs}


@given(FIELDS)
def test_a_line_of_text_has_the_fields_that_were_told_and_no_others(
    fields: dict[str, Value],
) -> None:
    lines = stamped("text")
    line = lines.line(Level.INFO, lines.words(event="x", **fields))
    assert names_of(line[:-1]) == ["time", "level", "event", *told(fields)]


@given(TEXTS)
@example(HOSTILE[0])
def test_a_value_of_text_is_one_word_or_one_quoted_text(text: str) -> None:
    value = format_value(text)
    assert value.isascii()
    assert value.isprintable()
    assert re.fullmatch(r'[^ "=\\]+|"(?:[^"\\]|\\.)*"', value)
    assert len(value) <= 300 * 10 + 5


@given(FIELDS)
def test_a_line_of_json_has_the_fields_that_were_told_with_their_types(
    fields: dict[str, Value],
) -> None:
    lines = stamped("json")
    line = lines.line(Level.WARNING, lines.words(event="x", **fields))
    read = json.loads(line)
    assert list(read) == ["time", "level", "event", *told(fields)]
    assert read["level"] == "warning"
    assert {name: read[name] for name in told(fields)} == {
        name: as_json(value) for name, value in fields.items() if value is not None
    }


def as_json(value: Value) -> Any:
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if isinstance(value, str):
        cut = value if len(value) <= 300 else f"{value[:300]}..."
        return cut.encode("utf-8", "backslashreplace").decode()
    return value


@given(FIELDS, st.sampled_from(FORMATS))
def test_a_record_has_the_fields_that_were_told_and_no_others(
    fields: dict[str, Value], form: Format
) -> None:
    lines = Records(spelling(form))
    record = read_record(lines.line(Level.ERROR, lines.words(event="x", **fields)))
    own = {f"GOTRDNS_{name.upper().replace('-', '_')}" for name in ("event", *told(fields))}
    assert record.keys() == {"PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE", *own}
    assert (record["PRIORITY"], record["SYSLOG_IDENTIFIER"]) == ("3", "gotrdns")
    if form == "json":
        assert list(json.loads(record["MESSAGE"])) == ["event", *told(fields)]
    else:
        assert names_of(record["MESSAGE"]) == ["event", *told(fields)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_stranger_says_is_printable_ascii_in_one_line(form: Format, text: str) -> None:
    for lines in lines_of(form):
        line = lines.line(Level.INFO, lines.timed(lines.words(event="x", helo=text), 1.5))
        assert line.isascii()
        assert line.endswith("\n")
        assert all(each.isprintable() for each in line[:-1].split("\n"))
        assert line.count("\n") == (6 if isinstance(lines, Records) else 1)


def test_a_record_keeps_priority_message_and_each_field() -> None:
    lines = Records(spelling("text"))
    words = lines.timed(
        lines.words(event="decision", client="192.0.2.1", vouched=("helo", "mx")), 3.1
    )
    assert read_record(lines.line(Level.INFO, words)) == {
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "gotrdns",
        "GOTRDNS_EVENT": "decision",
        "GOTRDNS_CLIENT": "192.0.2.1",
        "GOTRDNS_VOUCHED": "helo,mx",
        "GOTRDNS_ELAPSED_MS": "3.1",
        "MESSAGE": "event=decision client=192.0.2.1 vouched=helo,mx elapsed_ms=3.1",
    }


def test_json_in_a_record_is_one_object() -> None:
    lines = Records(spelling("json"))
    words = lines.timed(lines.words(event="decision", vouched=("helo", "mx")), 3.1)
    message = read_record(lines.line(Level.INFO, words))["MESSAGE"]
    assert json.loads(message) == {
        "event": "decision",
        "vouched": ["helo", "mx"],
        "elapsed_ms": 3.1,
    }


def test_a_line_of_json_tells_time_and_level() -> None:
    lines = stamped("json")
    assert json.loads(
        lines.line(Level.INFO, lines.timed(lines.words(event="x", count=2), 0.0))
    ) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "info",
        "event": "x",
        "count": 2,
        "elapsed_ms": 0.0,
    }


@pytest.mark.parametrize(
    ("level", "priority"),
    [(Level.ERROR, 3), (Level.WARNING, 4), (Level.INFO, 6), (Level.DEBUG, 7)],
)
def test_where_journald_reads_a_line_begins_with_its_priority(level: Level, priority: int) -> None:
    text, as_object = (PrioritisedLines(spelling(form)) for form in FORMATS)
    assert text.line(level, text.words(event="x")) == f"<{priority}>event=x\n"
    assert as_object.line(level, as_object.words(event="x")) == f'<{priority}>{{"event":"x"}}\n'


@pytest.mark.parametrize("value", ["\x00" * 300, "x" * 300, "\N{WOMAN}" * 300])
@pytest.mark.parametrize("count", [1, 5, 9, 40, 1000])
def test_fields_that_a_line_cannot_take_are_left_out_and_counted(value: str, count: int) -> None:
    fields: dict[str, Value] = {f"field{number}": value for number in range(count)}
    for form in FORMATS:
        for lines in (stamped(form), PrioritisedLines(spelling(form))):
            words = lines.timed(lines.words(event="x", **fields), 123_456.7)
            line = lines.line(Level.WARNING, words)
            assert len(line) <= LONGEST_LINE
            shown = line.count("field")
            left = re.search(r'left_out"?[=:](\d+)', line)
            assert shown + (int(left[1]) if left else 0) == count
            if form == "json":
                json.loads(line.partition(">")[2] or line)
