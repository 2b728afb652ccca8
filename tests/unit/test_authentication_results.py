"""Authentication-Results: what is written, and whose a stranger's claims to be."""

import authres
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gotrdns.protocols.authentication_results import (
    HEADER,
    claims,
    read_authserv_id,
    write_iprev,
)
from gotrdns.verification import Cause

OURS = "mx.recipient.example"
host_names = st.from_regex(r"([a-z0-9]{1,9}\.){1,3}[a-z]{2,9}", fullmatch=True)


@given(host_names, st.sampled_from(Cause), st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_written_is_read_by_another_implementation(
    authserv_id: str, cause: Cause, address: object
) -> None:
    value = write_iprev(authserv_id, cause.result.value, cause.value, str(address))
    header = authres.AuthenticationResultsHeader.parse(f"{HEADER}: {value}")
    assert header.authserv_id == authserv_id
    (result,) = header.results
    assert (result.method, result.result) == ("iprev", cause.result.value)
    assert result.reason == cause.value
    assert [(each.type, each.name, each.value) for each in result.properties] == [
        ("policy", "iprev", str(address))
    ]
    assert claims(value, authserv_id)


def test_values_are_quoted_where_the_grammar_needs_it() -> None:
    assert write_iprev(OURS, "fail", "forward-nodata", "85.105.64.87") == (
        'mx.recipient.example;\n\tiprev=fail reason="forward-nodata" policy.iprev=85.105.64.87'
    )
    assert write_iprev("a b", "pass", 'x"\\', "2001:db8::1") == (
        '"a b";\n\tiprev=pass reason="x\\"\\\\" policy.iprev="2001:db8::1"'
    )


@pytest.mark.parametrize(
    "value",
    [
        "mx.recipient.example; iprev=pass",
        "mx.recipient.example;iprev=pass",
        "mx.recipient.example 1; none",
        "mx.recipient.example/1; none",
        "mx.recipient.example",
        "MX.Recipient.Example; iprev=pass",
        "mx.recipient.example.; iprev=pass",
        "  \t mx.recipient.example; iprev=pass",
        "\r\n\tmx.recipient.example;\r\n\tiprev=pass",
        '"mx.recipient.example"; iprev=pass',
        '"mx.\\recipient.example" 1; iprev=pass',
        "(a (nested \\) one) here) mx.recipient.example (after) 1 (more); iprev=pass",
        "(other.example)mx.recipient.example; iprev=pass",
        "(other.example;)(and)\n\t(again) mx.recipient.example(x); iprev=pass",
        # Not by the grammar, but somebody may read them so.
        "mx(a comment).recipient . example 1; iprev=pass",
        'mx."recipient".example; iprev=pass',
        '"mx".recipient.example; iprev=pass',
        "mx.recipient.example..; iprev=pass",
        "\N{NO-BREAK SPACE}mx.recipient.example; iprev=pass",
        "\N{LINE SEPARATOR}mx.recipient.example; iprev=pass",
        # No authserv-id that could be read.
        "",
        "; iprev=pass",
        "(never ended mx.recipient.example; iprev=pass",
        '"never ended mx.recipient.example; iprev=pass',
        "=?utf-8?q?mx=2Erecipient=2Eexample?=; iprev=pass",
        "\x0bmx.recipient.example; iprev=pass",
    ],
)
def test_a_forged_field_is_recognised_however_it_is_spelled(value: str) -> None:
    assert claims(value, OURS)


@pytest.mark.parametrize(
    ("value", "authserv_id"),
    [
        ("mx.sender.example; iprev=pass", "mx.sender.example"),
        ("recipient.example; iprev=pass", "recipient.example"),
        ("mx.recipient.example.org; iprev=pass", "mx.recipient.example.org"),
        ("(mx.recipient.example) mx.sender.example; none", "mx.sender.example"),
        ('"mx.sender.example"; x.y=mx.recipient.example', "mx.sender.example"),
        # As Exchange Online writes it, without an authserv-id.
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=mx.recipient.example", "spf"),
    ],
)
def test_another_hosts_field_stays(value: str, authserv_id: str) -> None:
    assert read_authserv_id(value) == authserv_id
    assert not claims(value, OURS)


def test_an_internationalised_id_has_two_spellings() -> None:
    assert claims("mx.bücher.example; none", "mx.xn--bcher-kva.example")
    assert claims('"no host..name"; none', "NO host..name")


comments = st.recursive(
    st.text("abc \\", max_size=6).map(lambda text: text.replace("\\", "\\)")),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"({''.join(parts)})"),
)
fillers = st.lists(
    st.one_of(
        st.sampled_from([" ", "\t", "\r\n ", "\n\t"]), comments.map(lambda text: f"({text})")
    ),
    max_size=4,
).map("".join)


@given(fillers, fillers, st.sampled_from([OURS, OURS.upper(), f'"{OURS}"']))
def test_comments_and_folding_hide_nothing(before: str, after: str, spelled: str) -> None:
    assert claims(f"{before}{spelled}{after}; iprev=pass", OURS)


@given(st.text(max_size=60))
@example("(" * 5000)
@example("(\\" * 5000)
@example('"' + "\\a" * 5000)
@example("(a" * 500_000)
def test_only_a_field_that_names_another_host_stays(value: str) -> None:
    claimed = read_authserv_id(value)
    assert claims(value, OURS) or (claimed is not None and claimed != OURS)
    assert claimed is None or claims(value, claimed)
