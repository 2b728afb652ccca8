"""Explanations in which strangers chose the names and the texts, and chose them to do harm."""

import functools
from typing import Final

import msgspec
from hypothesis import strategies as st

from gotrdns.contacts.mailbox import mailbox_of
from gotrdns.evidence import Kind, Path, Reply, Zone
from gotrdns.explaining.explanation import Choice, Explanation, HostName
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import DomainName
from gotrdns.verification import CheckedName, NameState
from tests.unit.explanations import finding, founding, pointer, server

# What HTML, Markdown or a ticket system might take for more than text.
ATTACKS: Final = (
    "<script>alert(1)</script>",
    "</pre></details><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "]]>--><style>*{}</style>",
    "&lt;b&gt;&#60;",
    "javascript:alert(1)",
    "https://evil.example/",
    "www.evil.example",
    "[x](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example",
    "```\n# title",
    "````````",
    "~~~",
    "`a``b",
    "| a | b |\n|---|---|",
    "---",
    "===",
    "1. one",
    "- one",
    "> quoted",
    "    code",
    "*a* _b_ ~~c~~ **d**",
    "@everyone #1 GH-1 :bomb: deadbeef1",
    "\x1b[2J\u202e\u2066\x00\x9b5m",
    "\u05e9\u05dc\u05d5\u05dd",
    "{{ 7 * 7 }} {% raw %} {0} %s",
    "\\",
    "\\`",
)

texts: Final = st.lists(
    st.sampled_from(ATTACKS) | st.text(max_size=40), min_size=1, max_size=5
).map("".join)
_labels: Final = st.binary(min_size=1, max_size=63) | st.sampled_from(
    [attack.encode()[:63] for attack in ATTACKS]
)


def _wire(labels: list[bytes]) -> bytes:
    return b"".join(bytes([len(label)]) + label.lower() for label in labels) + b"\x00"


names: Final = (
    st.lists(_labels, min_size=1, max_size=6)
    .map(_wire)
    .filter(lambda wire: len(wire) <= 255)
    .map(DomainName)
)


def named(name: DomainName) -> Explanation:
    """The founding example with this name wherever there is a stranger's."""
    whole = founding()
    assert whole.walk is not None
    [forward] = whole.walk.forward
    reverse = whole.walk.reverse
    record = pointer(reverse.question.name, name)
    replies = tuple(
        msgspec.structs.replace(each, records=(record,)) for each in reverse.last.zone.replies
    )
    details = {**whole.findings[0].details, "names": [name.text]}
    return msgspec.structs.replace(
        whole,
        verdict=msgspec.structs.replace(
            whole.verdict,
            names=(CheckedName(name, NameState.NODATA, Answer(Outcome.NODATA)),),
            reverse=Answer(Outcome.FOUND, names=(name,)),
        ),
        findings=(
            finding(
                "forward-nodata",
                whole.findings[0].severity,
                whole.findings[0].fixer,
                name.text,
                details,
            ),
        ),
        walk=msgspec.structs.replace(
            whole.walk,
            reverse=_with_zone(reverse, replies=replies),
            forward=(
                msgspec.structs.replace(
                    _with_zone(forward, name=name), question=Question(name, RecordType.A)
                ),
            ),
        ),
        host=HostName(name, Choice.PTR),
        records=tuple(
            msgspec.structs.replace(each, owner=name, data=f"{name}.", zone=name)
            for each in whole.records
        ),
        responsible=tuple(
            msgspec.structs.replace(each, zone=name, servers=(name,), mailbox=mailbox_of(name))
            for each in whole.responsible
        ),
    )


def _with_zone(path: Path, **changes: object) -> Path:
    leg = path.last
    zone = msgspec.structs.replace(leg.zone, **changes)
    leg = msgspec.structs.replace(leg, zones=(*leg.zones[:-1], zone))
    return msgspec.structs.replace(path, legs=(leg,))


@functools.cache
def crowded(servers: int = 1000) -> Explanation:
    """Twelve ways to zones of a thousand servers with the longest names, no two saying the same."""
    whole = founding()
    assert whole.walk is not None
    [forward] = whole.walk.forward
    ways = tuple(
        msgspec.structs.replace(
            forward,
            question=Question(_long_name(number), RecordType.A),
            legs=(
                msgspec.structs.replace(
                    forward.last, zones=(_crowded_zone(number, servers, forward.question),)
                ),
            ),
        )
        for number in range(12)
    )
    return msgspec.structs.replace(whole, walk=msgspec.structs.replace(whole.walk, forward=ways))


def _crowded_zone(number: int, servers: int, question: Question) -> Zone:
    replies = tuple(
        Reply(
            server(f"ns{each}.{_long_name(number)}", "192.0.2.1"),
            question,
            Kind.REFUSED if each % 2 else Kind.SERVFAIL,
            0.01,
            extended_errors=("`" * 80, "|" * 80, "<" * 80),
        )
        for each in range(servers)
    )
    return Zone(_long_name(number), servers=tuple(each.server for each in replies), replies=replies)


def _long_name(number: int) -> DomainName:
    return DomainName(_wire([b"`<|" * 20, b"\x1b" * 60, b"*" * 60, b"%d" % number]))
