"""The explanation for programs: check's object, and the trace of the walk."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.explaining.explanation import Explanation
from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.verdict_json import encode_verdict
from tests.unit import explanation_cases, explanations

every_case = pytest.mark.parametrize(
    "build", explanation_cases.CASES.values(), ids=explanation_cases.CASES
)


def decoded(explanation: Explanation) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(encode_explanation(explanation))
    return values


@every_case
def test_it_begins_with_what_check_prints(build: Callable[[], Explanation]) -> None:
    explanation = build()
    values = decoded(explanation)
    plain = encode_verdict(explanation.verdict, explanation.findings, explanation.elapsed)
    expected = json.loads(plain)
    assert {key: values[key] for key in expected} == expected
    assert list(values) == [
        *expected,
        "trace",
        "responsible",
        "records",
        "host",
        "receivers",
        "no_rdap",
    ]


def test_findings_carry_their_zone() -> None:
    first = decoded(explanations.founding())["findings"][0]
    assert first["zone"] == "64.105.85.in-addr.arpa"


def test_there_is_no_trace_without_a_walk() -> None:
    assert decoded(explanation_cases.without_walk())["trace"] is None


def test_the_trace_shows_zones_servers_and_replies() -> None:
    trace = decoded(explanations.founding())["trace"]
    assert [path["question"] for path in trace["paths"]] == [
        {"name": "87.64.105.85.in-addr.arpa", "type": "PTR"},
        {"name": "dsl.static851056487.ttnet.net.tr", "type": "A"},
    ]
    assert trace["paths"][0]["ending"] == "answered"
    [leg] = trace["paths"][0]["legs"]
    assert leg["owner"] == "87.64.105.85.in-addr.arpa"
    zone = leg["zones"][-1]
    assert zone["name"] == "64.105.85.in-addr.arpa"
    assert zone["delegated_to"] == ["ns1.ttnet.net.tr", "ns2.ttnet.net.tr"]
    assert zone["claims"] is None
    assert zone["servers"][0] == {"name": "ns1.ttnet.net.tr", "address": "195.175.39.10"}
    assert zone["swept"] is True
    assert zone["signed"] is None
    assert zone["soa"]["contact"] == "hostmaster.ttnet.net.tr"
    assert zone["replies"][0] == {
        "server": "ns1.ttnet.net.tr",
        "address": "195.175.39.10",
        "transport": "udp",
        "kind": "answer",
        "rcode": "NOERROR",
        "authoritative": True,
        "ms": 48.0,
        "records": [
            {
                "owner": "87.64.105.85.in-addr.arpa",
                "ttl": 3600,
                "type": "PTR",
                "data": "dsl.static851056487.ttnet.net.tr.",
            }
        ],
        "referral": None,
        "extended_errors": [],
    }
    counts = {key: trace[key] for key in ("egress", "cut_short", "questions", "elapsed_ms")}
    assert counts == {"egress": True, "cut_short": False, "questions": 19, "elapsed_ms": 730.0}


def test_records_and_whoever_publishes_them() -> None:
    values = decoded(explanations.founding())
    assert values["records"][1] == {
        "owner": "87.64.105.85.in-addr.arpa",
        "type": "PTR",
        "data": "mail.eddorre.com.",
        "fixer": "address-owner",
        "zone": "64.105.85.in-addr.arpa",
        "relative": "87",
        "zone_file": "87.64.105.85.in-addr.arpa. IN PTR mail.eddorre.com.",
        "wait_seconds": 3600,
    }
    assert values["host"] == {"name": "mail.eddorre.com", "choice": "domain"}
    owner = values["responsible"][1]
    assert owner["fixer"] == "address-owner"
    assert owner["mailbox"] == {"text": "hostmaster@ttnet.net.tr", "placeholder": False}
    assert owner["holder"]["contacts"][1] == {
        "role": "technical",
        "name": "DNS team",
        "email": "dns@ttnet.net.tr",
    }


def test_what_is_not_known_is_null() -> None:
    values = decoded(explanation_cases.classless())
    assert values["responsible"][0]["zone"] is None
    assert values["responsible"][0]["mailbox"] is None
    assert values["records"][0]["relative"] is None
    assert values["records"][0]["wait_seconds"] is None


@given(st.text(min_size=1, max_size=900))
def test_strangers_text_is_bounded_and_harmless(text: str) -> None:
    encoded = encode_explanation(explanation_cases.hostile(f"\x1b]0;\x9b{text}"))
    assert all(each.isprintable() for each in encoded.decode())
    json.loads(encoded)
