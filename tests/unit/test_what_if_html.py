"""The page about a replayed log: it says all that the text says, and all of it is ours."""

import itertools
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address
from gotrdns.policy import Mode, Rehearsal, Rule, Voucher
from gotrdns.reports.logs import english as english_logs
from gotrdns.reports.logs.what_if import (
    Basis,
    Changed,
    Count,
    ReasonCount,
    Setting,
    Was,
    WhatIf,
    Would,
)
from gotrdns.reports.logs.what_if_html import compose_what_if_page
from gotrdns.reports.logs.what_if_sentences import groups, not_concerned, rests_on, verdict_on
from gotrdns.reports.logs.what_if_text import compose_what_if
from gotrdns.verification import Cause
from tests.unit import hostile_explanations
from tests.unit.log_pages import parse_ours
from tests.unit.parsed_page import Page
from tests.unit.what_if_reports import REPORT, SENDER, changed, sender

WHEN = "25 November 2026, 14:05 UTC"
ADMITTED = sender(
    domain=None,
    refused=0,
    deferred=0,
    taken_in=0,
    turned_away=3,
    admitted=2,
    rules={Rule.VOUCHED: 2},
    by=(Voucher.SPF, Voucher.MX),
    basis=(Basis.TODAY,),
    causes={Cause.NO_PTR: 3},
    keep=(),
)


def written(report: WhatIf, top: int = 100) -> str:
    return compose_what_if_page(report, top=top, generated=WHEN)


def page_of(report: WhatIf, top: int = 100) -> Page:
    return parse_ours(written(report, top), targets="")


def number_of_many(number: int, **others: object) -> Changed:
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    known = {
        "domain": f"firm-{number}.example",
        "addresses": (Address.parse(address),),
        "keep": (address,),
    }
    return msgspec.structs.replace(SENDER, **{**known, **others})


FULL = changed(
    REPORT,
    unread=1,
    damaged=2,
    submissions=7,
    otherwise=8,
    helo_unknown=9,
    unasked=3,
    rests_on_today=Count(31, 21),
    undecided=Count(5, 4),
    vouchers={Voucher.SPF: Count(4, 2)},
    setting=Setting(Mode.PROTECT, settings="my.toml", asks_vouchers=True, exempts_recipients=True),
    outcomes={
        **REPORT.outcomes,
        (Was.TAKEN_IN, Would.UNDECIDED): Count(5, 4),
        (Was.DEFERRED, Would.LET_IN): Count(2, 1),
        (Was.REFUSED, Would.REFUSED): Count(1_017, 99),
    },
    reasons=(
        *REPORT.reasons,
        ReasonCount(Rule.OWN_ACTION, Would.REFUSED, 0, 1_017),
        ReasonCount(Rule.OWN_ACTION, Would.DEFERRED, 3, 0),
        ReasonCount(Rule.VOUCHED, Would.LET_IN, 0, 2),
        ReasonCount(None, Would.UNDECIDED, 5, 0),
    ),
    changed=(
        sender(clients=3, mailboxes=("orders@eddorre.com",)),
        sender(refused=0, deferred=2),
        sender(refused=0, deferred=1, passing=True),
        sender(repaired=True),
        sender(refused=0, deferred=0, undecided=5, rules={}),
        ADMITTED,
    ),
)


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("offline", [False, True])
def test_the_page_says_all_that_the_text_says(offline: bool) -> None:
    report = changed(FULL, setting=msgspec.structs.replace(FULL.setting, offline=offline))
    text = " ".join(compose_what_if(report, top=20, width=10_000).split())
    page = page_of(report).text
    every, told = (set(re.findall(r"[\w./@<>-]+", each.lower())) for each in (text, page))
    assert every - told == set()


@pytest.mark.parametrize("offline", [False, True])
def test_every_sentence_of_the_text_is_on_the_page(offline: bool) -> None:
    report = changed(FULL, setting=msgspec.structs.replace(FULL.setting, offline=offline))
    page = page_of(report).text
    remarks = itertools.chain.from_iterable(group.remarks for group in groups(report))
    sentences = [*verdict_on(report), *not_concerned(report), *rests_on(report), *remarks]
    assert [each for each in sentences if each not in page] == []
    assert len(sentences) > 15


def test_what_the_page_says_is_in_the_order_of_reading() -> None:
    text = page_of(FULL).text
    order = [
        "What protect would change: mail.log",
        "With protect and the other settings of my.toml, 1,204 of the 1,310 clients",
        "2 attempts that were turned away would be let in.",
        "1,234 lines, 2026-11-24 12:00 to 2026-11-25 12:00. All times are UTC.",
        "Taken in 40,216 messages",
        "Of these, to be turned away 12 9 refused, 3 deferred",
        "Of these, undecided 5 messages",
        "Turned away for reverse DNS 1,019 attempts, of which 2 would be let in",
        "Clients in doubt 1,310 1,204 would be turned away",
        "In the log All Let in Deferred Refused Undecided",
        "taken in 40,216 40,199 3 9 5",
        "deferred for reverse DNS 2 2 0 0 0",
        "refused for reverse DNS 1,017 0 0 1,017 0",
        "Messages that were taken in: what would become of them, and why",
        "wrong for a day, nobody vouches 0 0 9 0",
        "it is confirmed 40,199 0 0 0",
        "the settings say so of the cause 0 3 0 0",
        "neither the log nor DNS tells 0 0 0 5",
        "Attempts turned away for reverse DNS: what would become of them, and why",
        "the settings say so of the cause 0 1,017",
        "Who vouches: the sender's SPF 4 times.",
        "Taken in, and would be refused",
        "1. eddorre.com",
        "85.105.64.87 and 2 more",
        "from <orders@eddorre.com>",
        "Taken in, and would be deferred",
        "Turned away, and would be let in",
        "What this rests on",
        "To let them in until their DNS is mended",
        "gotrdns allow add 85.105.64.87 --reason",
        "Made by gotrdns",
    ]
    places: list[int] = []
    for each in order:
        places.append(text.find(each, places[-1] if places else 0))
    assert -1 not in places, order[places.index(-1)]


@pytest.mark.parametrize(
    ("would", "tone"),
    [
        (Would.REFUSED, "bad"),
        (Would.DEFERRED, "bad"),
        (Would.UNDECIDED, "unsure"),
        (Would.LET_IN, "good"),
    ],
)
def test_the_verdict_has_the_colour_of_what_would_be_lost(would: Would, tone: str) -> None:
    report = changed(REPORT, outcomes={(Was.TAKEN_IN, would): Count(1, 1)})
    [verdict] = [v["class"] for _, v in page_of(report).elements if "verdict" in v.get("class", "")]
    assert verdict == f"verdict {tone}"


def test_the_title_names_the_mode_that_is_rehearsed() -> None:
    report = changed(REPORT, setting=Setting(Mode.OBSERVE, Rehearsal.STRICT), logs=("a", "b"))
    assert "What strict would change: 2 mail logs" in page_of(report).text


@pytest.mark.parametrize("count", [1, 10, 11, 100, 130])
def test_senders_are_shown_folded_or_counted_but_never_lost(count: int) -> None:
    many = tuple(map(number_of_many, range(count)))
    page = page_of(changed(REPORT, changed=(*many, ADMITTED)))
    shown = [values["id"] for tag, values in page.elements if tag == "section"]
    assert shown == [f"senders-1-{n}" for n in range(1, min(count, 100) + 1)] + ["senders-2-1"]
    assert ("The next" in page.text) == (count > 10)
    assert ("30 more are not on this page: --top 130" in page.text) == (count == 130)
    assert page.text.count("gotrdns allow add") == min(count, 100)
    assert ("more lines" in page.text) == (count > 21)


def test_lines_for_a_shell_are_those_of_the_text() -> None:
    many = tuple(map(number_of_many, range(30)))
    report = changed(REPORT, changed=many)
    lines = re.findall("(?m)^gotrdns allow .*$", compose_what_if(report, top=30))
    words = "".join(page_of(report).words)
    assert re.findall("(?m)^gotrdns allow .*$", words) == lines
    assert len(lines) == 30


def test_a_page_about_very_many_senders_with_the_longest_texts_stays_below_a_megabyte() -> None:
    long = tuple(f"{n}{'x' * 79}" for n in range(4))
    kinds: tuple[dict[str, object], ...] = (
        {},
        {"refused": 0},
        {"refused": 0, "passing": True},
        {"repaired": True},
        {"refused": 0, "deferred": 0, "undecided": 12},
        {"refused": 0, "deferred": 0, "turned_away": 3, "admitted": 3},
    )
    many = tuple(
        number_of_many(n, names=long, helos=long, domain=long[0], **kinds[n % 6])
        for n in range(12_000)
    )
    text = written(changed(REPORT, changed=many))
    assert len(text) < 1_000_000
    assert text.count("1,900 more are not on this page") == 6


@pytest.mark.parametrize(
    "report", [REPORT, FULL, changed(REPORT, changed=())], ids=["one", "full", "nobody"]
)
def test_headings_come_in_order_and_tables_have_captions(report: WhatIf) -> None:
    page = page_of(report)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")
    ids = [values["id"] for _, values in page.elements if "id" in values]
    assert len(ids) == len(set(ids))


def test_a_log_without_mail_says_so_and_one_of_another_time_too() -> None:
    empty = changed(REPORT, clients=0, first_at=None, last_at=None, outcomes={}, changed=())
    assert english_logs.NOTHING_WITHIN in page_of(empty).text
    assert english_logs.NOTHING_READ in page_of(changed(empty, facts=0)).text
    assert "With protect" not in page_of(empty).text


def test_a_log_without_mail_to_judge_is_short() -> None:
    page = page_of(changed(REPORT, outcomes={}, reasons=(), changed=(), doubtful=0))
    assert "No message was taken in." in page.text
    assert not [tag for tag, _ in page.elements if tag in {"figure", "table"}]


def test_mailboxes_are_on_the_page_only_if_they_are_in_the_report() -> None:
    assert "@" not in page_of(REPORT).text
    private = changed(REPORT, changed=(sender(mailboxes=("a@b.example",)),))
    assert "Senders from <a@b.example>" in page_of(private).text


def test_times_are_utc_wherever_the_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    here = written(FULL)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert written(FULL) == here


def test_a_page_needs_nothing_from_elsewhere() -> None:
    text = re.sub(r"'sha256-[^']*'", "", written(FULL))
    text = re.sub(r'fill="url\(#[a-z0-9-]+\)"', "", text)
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\bon\w+=|style=", text)


def hostile(text: str) -> WhatIf:
    evil = {
        "domain": text,
        "network": text,
        "clients": 2,
        "names": (text,),
        "helos": (text,),
        "sender_domains": (text,),
        "mailboxes": (text,),
    }
    many = tuple(number_of_many(n, **evil) for n in range(30))
    setting = Setting(Mode.PROTECT, settings=text)
    return changed(FULL, logs=(text, text), changed=many, setting=setting)


@given(hostile_explanations.texts)
def test_strangers_texts_add_nothing_to_the_page(text: str) -> None:
    page = page_of(hostile(f"x{text}"))
    assert page.skeleton == page_of(hostile("x")).skeleton


@given(hostile_explanations.texts | st.just(""))
def test_a_logs_name_adds_nothing_to_the_page(text: str) -> None:
    page = page_of(changed(REPORT, logs=(text,)))
    assert page.skeleton == page_of(REPORT).skeleton
    assert all(each.isprintable() or each in "\n " for each in "".join(page.words))
