"""Postfix's lists of restrictions, in every way that administrators write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.doctor.restrictions import (
    PolicyCall,
    Restriction,
    read_group,
    read_restrictions,
    read_seconds,
    split_list,
)

PLACE = "unix:private/gotrdns"
ATTRIBUTES = {"timeout": "15s", "try_limit": "1", "default_action": "DUNNO"}


@pytest.mark.parametrize(
    "text",
    [
        f"check_policy_service {{ {PLACE}, timeout=15s, try_limit=1, default_action=DUNNO }}",
        f"check_policy_service {{{PLACE} timeout=15s try_limit=1 default_action=DUNNO}}",
        f"check_policy_service {{ {PLACE}, timeout = 15s, try_limit =1, default_action= DUNNO }}",
        f"check_policy_service,{{ {PLACE}, {{ timeout = 15s }}, {{ try_limit = 1 }}"
        ", { default_action = DUNNO } }",
    ],
)
def test_a_call_is_read_however_it_is_written(text: str) -> None:
    assert list(read_restrictions(text, {})) == [PolicyCall(PLACE, ATTRIBUTES)]


def test_a_value_in_braces_may_have_spaces() -> None:
    call = read_group(f"{{ {PLACE}, {{ default_action = 451 4.3.5 Try again }} }}")
    assert call == PolicyCall(PLACE, {"default_action": "451 4.3.5 Try again"})


def test_a_call_without_braces_has_no_attributes() -> None:
    text = f"permit_mynetworks check_policy_service {PLACE} reject_unknown_client_hostname"
    assert list(read_restrictions(text, {})) == [
        Restriction("permit_mynetworks"),
        PolicyCall(PLACE),
        Restriction("reject_unknown_client_hostname"),
    ]


def test_only_the_restriction_after_warn_if_reject_is_a_warning() -> None:
    text = "warn_if_reject reject_unknown_client, reject_unknown_client_hostname"
    assert list(read_restrictions(text, {})) == [
        Restriction("reject_unknown_client", warned=True),
        Restriction("reject_unknown_client_hostname"),
    ]


def test_classes_are_followed_and_one_that_contains_itself_ends() -> None:
    classes = {"ours": f"check_policy_service {PLACE}, again", "again": "ours permit"}
    assert list(read_restrictions("ours", classes)) == [
        PolicyCall(PLACE),
        Restriction("ours"),
        Restriction("permit"),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15s", 15), ("100", 100), ("2m", 120), (" 1h ", 3600), ("1d", 86_400), ("1w", 604_800)],
)
def test_times_are_read_as_postfix_reads_them(text: str, seconds: float) -> None:
    assert read_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5s", "15 s s"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_seconds(text) is None


@given(st.text(alphabet="ab={},\t \n", max_size=40))
def test_whatever_is_written_there_it_is_read_to_the_end(text: str) -> None:
    words = split_list(text)
    assert "".join(words).translate({ord(each): None for each in ", \t\n"}) == "".join(
        each for each in text if each not in ", \t\n"
    )
    list(read_restrictions(text, {"a": text}))
    list(read_restrictions(f"check_policy_service {text}", {}))
