"""The report on a replayed log, as people and as programs read it."""

import csv
import io
import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.policy import Mode, Rehearsal, Rule, Voucher
from gotrdns.reports.logs import english_what_if as words
from gotrdns.reports.logs.what_if import (
    Basis,
    Changed,
    Count,
    Setting,
    Was,
    WhatIf,
    Would,
)
from gotrdns.reports.logs.what_if_json import changed_csv, encode_what_if
from gotrdns.reports.logs.what_if_sentences import exceptions, groups, rests_on, verdict_on
from gotrdns.reports.logs.what_if_text import compose_what_if
from gotrdns.verification import Cause
from tests.unit.what_if_reports import REPORT, SENDER, changed, sender

pytestmark = pytest.mark.usefixtures("utc")


def verdict(report: WhatIf) -> str:
    return " ".join(verdict_on(report))


def test_it_begins_with_what_a_postmaster_decides_by() -> None:
    assert compose_what_if(REPORT, top=20).splitlines()[:7] == [
        "mail.log: 1,234 lines",
        "  2026-11-24 12:00 to 2026-11-25 12:00 (UTC)",
        "",
        "With protect, 1,204 of the 1,310 clients whose reverse DNS leaves doubts would",
        "be turned away. Of 40,211 messages that were taken in, 9 from one sender would",
        "be refused, and 3 from one sender would be deferred.",
        "",
    ]


def test_nothing_is_lost() -> None:
    safe = changed(REPORT, outcomes={(Was.TAKEN_IN, Would.LET_IN): Count(7, 2)}, changed=())
    assert verdict(safe).endswith("Of 7 messages that were taken in, none would be turned away.")
    assert verdict(changed(safe, doubtful=0)).startswith(
        "With protect, nobody would be turned away: every client is confirmed."
    )
    assert verdict(changed(safe, outcomes={})).endswith("No message was taken in.")


@pytest.mark.parametrize(
    ("away", "undecided", "would"),
    [
        (1, 0, "would be turned away."),
        (0, 0, "would be let in."),
        (0, 2, "might be turned away."),
    ],
)
def test_of_one_client_no_share_is_told(away: int, undecided: int, would: str) -> None:
    report = changed(REPORT, doubtful=1, turned_away=away, undecided=Count(undecided, undecided))
    told = f"With protect, the only client whose reverse DNS leaves doubts {would} "
    assert verdict(report).startswith(told)


def test_what_is_undecided_is_not_told_for_certain() -> None:
    report = changed(
        REPORT,
        undecided=Count(5, 2),
        outcomes={(Was.TAKEN_IN, Would.UNDECIDED): Count(5, 2)},
        changed=(sender(refused=0, deferred=0, undecided=5),),
    )
    assert "would certainly be turned away" in verdict(report)
    assert "5 from one sender would go either way" in verdict(report)


@pytest.mark.parametrize(
    ("setting", "beginning"),
    [
        (Setting(Mode.STRICT), "With strict, "),
        (Setting(Mode.STRICT, settings="a.toml"), "With strict and the other settings of a.toml, "),
        (
            Setting(Mode.OBSERVE, Rehearsal.PROTECT),
            "Observe turns nobody away. With protect, which it rehearses, ",
        ),
        (
            Setting(Mode.OBSERVE, Rehearsal.STRICT, settings="a\x1b.toml"),
            "Observe turns nobody away. With strict, which it rehearses, and the other settings of "
            "'a\\x1b.toml', ",
        ),
    ],
)
def test_under_which_settings_is_said_first(setting: Setting, beginning: str) -> None:
    assert verdict(changed(REPORT, setting=setting)).startswith(beginning)


def test_what_it_rests_on_is_told() -> None:
    told = list(
        rests_on(
            changed(
                REPORT,
                rests_on_today=Count(8, 2),
                undecided=Count(3, 1),
                helo_unknown=4,
                unasked=1,
                setting=Setting(Mode.PROTECT, asks_vouchers=True, exempts_recipients=True),
            )
        )
    )
    assert [each.split(" ", 3)[:3] for each in told] == [
        ["What", "was", "wrong"],
        ["For", "2", "clients"],
        ["About", "one", "client"],
        ["Who", "vouches", "is"],
        ["Once", "a", "client"],
        ["For", "4", "messages"],
        ["To", "whom", "a"],
        ["The", "past", "of"],
    ]
    offline = list(rests_on(changed(REPORT, setting=Setting(Mode.STRICT, offline=True))))
    assert offline[1].startswith("DNS was not asked (--offline)")


def test_every_code_has_its_words() -> None:
    assert set(words.WAS) == set(Was) - {Was.OTHERWISE}
    for table in (words.WOULD, words.WOULD_BE):
        assert set(table) == set(Would)
    for table in (words.FATES, words.FATES_OF_ONE, words.FATES_OF_ALL, words.LOST_AS):
        assert set(table) == set(Would) - {Would.LET_IN}
    assert set(words.CAUSES) == set(Cause)
    assert set(words.BASES) == set(Basis)
    assert set(words.VOUCHERS) == set(Voucher)
    assert set(words.MODES) == {*Mode, *Rehearsal}
    # DNS that is not sound ends the whole replay, and what is not known is undecided.
    never = {
        Rule.AUTHENTICATED,
        Rule.UNKNOWN_CLIENT,
        Rule.REPAIR_SEEN,
        Rule.RESOLVER_UNREACHABLE,
        Rule.RESOLVER_SUSPECT,
        Rule.RESOLVER_LIES,
        Rule.EXCEPTIONS_UNKNOWN,
        Rule.OBSERVE,
        Rule.VOUCHING_UNKNOWN,
        Rule.HISTORY_UNKNOWN,
    }
    assert set(words.REASONS) == set(Rule) - never


counts = st.integers(0, 2)
senders = st.builds(
    sender,
    refused=counts,
    deferred=counts,
    undecided=counts,
    admitted=counts,
    taken_in=st.integers(6, 9),
    turned_away=st.integers(2, 3),
    repaired=st.booleans(),
    passing=st.booleans(),
    likely=st.booleans(),
    by=st.sampled_from(((), (Voucher.HELO,), (Voucher.MX, Voucher.SPF))),
    rules=st.sampled_from(({Rule.VOUCHED: 1}, {Rule.STRICT: 2}, {})),
    mailboxes=st.sampled_from(((), ("me@firm.example",))),
)


@given(st.lists(senders, max_size=5), st.sampled_from((60, 80, 100)))
def test_each_sender_is_told_of_once_and_fits_the_terminal(
    found: list[Changed], width: int
) -> None:
    told = [each for each in found if each.lost or each.undecided or each.admitted]
    report = changed(REPORT, changed=tuple(told))
    grouped = [each for group in groups(report) for each in group.senders]
    assert sorted(map(id, grouped)) == sorted(map(id, told))
    for line in compose_what_if(report, top=20, width=width).splitlines():
        assert len(line) <= width or " " not in line.strip() or line.startswith("gotrdns allow"), (
            line
        )


def test_the_first_few_senders_are_told_of() -> None:
    report = changed(REPORT, changed=(SENDER,) * 5)
    text = compose_what_if(report, top=2)
    assert "  3 more: --top 5\n" in text
    assert text.count("gotrdns allow add") == 2
    assert len(json.loads(encode_what_if(report, top=2))["senders"]) == 2


HOSTILE = "a'; touch /tmp/x; '$(id)`id`\n\\"


def test_lines_for_a_shell_say_nothing_but_what_they_are_meant_to() -> None:
    report = changed(
        REPORT,
        setting=Setting(Mode.PROTECT, settings=HOSTILE),
        changed=(sender(domain=HOSTILE, keep=("192.0.2.1", "2001:db8::1")),),
    )
    lines = list(exceptions(report))
    assert len(lines) == 2
    shown = subprocess.run(
        ["sh", "-c", f"""gotrdns() {{ printf '%s\\0' "$@"; }}\n{lines[1]}"""],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split("\0")[:-1] == [
        "allow",
        "add",
        "2001:db8::1",
        "--reason",
        f"{HOSTILE}: 12 messages that were taken in would be turned away",
        "--settings",
        HOSTILE,
    ]


def test_the_daemons_own_settings_need_not_be_named() -> None:
    default = Setting(Mode.PROTECT, settings="/etc/gotrdns/gotrdns.toml")
    [line] = exceptions(changed(REPORT, setting=default))
    assert shlex.split(line) == [
        *("gotrdns", "allow", "add", "85.105.64.87", "--reason"),
        "eddorre.com: 12 messages that were taken in would be turned away",
    ]


def test_programs_are_told_all_of_it() -> None:
    told = json.loads(encode_what_if(REPORT))
    assert (told["mode"], told["not_confirmed"], told["turned_away"]) == ("protect", 1310, 1204)
    assert told["outcomes"][1] == {
        "was": "taken-in",
        "would": "refused",
        "attempts": 9,
        "clients": 1,
    }
    assert told["senders"][0]["rules"] == {"unvouched": 9, "few-failures": 3}
    assert told["exceptions"][0].startswith("gotrdns allow add 85.105.64.87 ")


def test_the_csv_has_a_line_for_each_sender() -> None:
    hostile = sender(helos=("=cmd()",), domain=None)
    rows = list(csv.DictReader(io.StringIO(changed_csv(changed(REPORT, changed=(hostile,))))))
    assert len(rows) == 1
    assert rows[0]["would_be_refused"] == "9"
    assert rows[0]["helos"] == "'=cmd()"
    assert rows[0]["causes"] == "forward-nodata"


def test_a_log_about_nobody_is_told_of() -> None:
    empty = changed(REPORT, first_at=None, last_at=None, facts=0)
    assert compose_what_if(empty, top=20).endswith("(Postfix, Exim)\n  about a client.\n")
    assert json.loads(encode_what_if(empty))["first"] is None
