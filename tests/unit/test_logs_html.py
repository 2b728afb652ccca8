"""The page about mail logs: it says all that the text says, needs nothing else, and is ours."""

import base64
import hashlib
import itertools
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns import __version__
from gotrdns.names import Address
from gotrdns.reports.logs import english as words
from gotrdns.reports.logs.html import compose_log_report_page
from gotrdns.reports.logs.report import Amount, Envelope, Ground, LogReport, Sender
from gotrdns.reports.logs.text import compose_log_report
from tests.unit import hostile_explanations
from tests.unit.log_pages import parse_ours
from tests.unit.log_reports import NOON, NOTHING, REPORT, SENDER, changed
from tests.unit.parsed_page import Page

WHEN = "25 November 2026, 14:05 UTC"


def written(report: LogReport, top: int = 100) -> str:
    return compose_log_report_page(report, top=top, generated=WHEN)


def page_of(report: LogReport, top: int = 100) -> Page:
    return parse_ours(written(report, top), targets=r"#sender-\d+")


def sender(number: int, **others: object) -> Sender:
    known = {
        "domain": f"firm-{number}.example",
        "network": f"10.{number >> 16}.{number >> 8 & 255}.0/24",
        "addresses": (Address.parse(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"),),
    }
    return msgspec.structs.replace(SENDER, **{**known, **others})


@pytest.mark.usefixtures("utc")
def test_the_page_says_all_that_the_text_says() -> None:
    delivering = msgspec.structs.replace(
        SENDER,
        amount=Amount(clients=3, refused=3),
        deliveries=1_234,
        last_delivery=NOON + 60,
        envelopes=(Envelope("me@eddorre.com", "you@our.example"),),
    )
    amount = Amount(clients=2, warned=1, deferred=1)
    report = changed(
        REPORT,
        unread=1,
        damaged=2,
        submissions=7,
        likely=(delivering,),
        otherwise=amount,
        reverse_dns=amount,
        grounds={Ground.NO_PTR_OR_FAILED: amount},
    )
    text = " ".join(compose_log_report(report, top=20, width=10_000).split())
    page = page_of(report).text
    every, told = (set(re.findall(r"[\w./@<>-]+", each.lower())) for each in (text, page))
    assert every - told == set()


def test_what_the_page_says_is_in_the_order_of_reading() -> None:
    text = page_of(REPORT).text
    order = [
        "Reverse DNS in mail.log",
        "1,234 lines, 2026-11-24 12:00 to 2026-11-25 12:00. All times are UTC.",
        "Clients 120 which connected 300 times",
        "Taken in 250 messages",
        "Turned away for reverse DNS 41 clients: refused 43 times",
        "Turned away otherwise 0",
        "Turned away for reverse DNS, by cause in an hour",
        "no PTR record 40",
        "no PTR record 40 40 0",
        "PTR name has no address 1 3 0",
        words.LIKELY_HEADING,
        "One. What a log says is no proof",
        "eddorre.com 85.105.64.87 3 0",
        "1. eddorre.com",
        "PTR name dsl.static851056487.ttnet.net.tr",
        "HELO mail.eddorre.com",
        "Turned away refused 3 times, last 2026-11-25 12:00: PTR name has no address",
        "gotrdns explain 85.105.64.87",
        "Another 40 clients look like nobody's mail servers: refused 40 times.",
        f"Made by gotrdns {__version__}, {WHEN}",
    ]
    places: list[int] = []
    for each in order:
        places.append(text.find(each, places[-1] if places else 0))
    assert -1 not in places


def test_times_are_utc_wherever_the_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    here = written(REPORT)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert written(REPORT) == here


@pytest.mark.parametrize("count", [1, 10, 11, 100, 130])
def test_senders_are_shown_folded_or_counted_but_never_lost(count: int) -> None:
    report = changed(REPORT, likely=tuple(map(sender, range(count))))
    page = page_of(report)
    shown = [values["id"] for tag, values in page.elements if tag == "section"]
    assert shown == [f"sender-{number}" for number in range(1, min(count, 100) + 1)]
    assert ("The next" in page.text) == (count > 10)
    assert ("30 more are not on this page: --top 130" in page.text) == (count == 130)
    targets = {values["href"][1:] for tag, values in page.elements if tag == "a"}
    assert targets <= set(shown)


def test_the_largest_senders_have_bars_and_the_others_are_summed_up() -> None:
    likely = tuple(
        sender(number, amount=Amount(1, refused=number), deliveries=number) for number in range(40)
    )
    text = page_of(changed(REPORT, likely=likely)).text
    rows = re.findall(r"firm-(\d+)\.example [\d.]+ (\d+) (\d+) ", text)
    assert rows == [(str(number),) * 3 for number in range(39, 24, -1)]
    assert f"25 more {sum(range(25))} {sum(range(25))} " in text


def test_a_page_about_very_many_senders_is_not_large() -> None:
    likely = tuple(map(sender, range(100_000)))
    text = written(changed(REPORT, likely=likely))
    assert len(text) < 1_000_000
    assert "99,900 more are not on this page" in text


def test_the_longest_texts_that_a_log_yields_keep_the_page_below_a_megabyte() -> None:
    longest = tuple(f"{n}{'x' * 79}" for n in range(4))
    envelopes = tuple(Envelope(each, each) for each in longest)
    likely = tuple(
        sender(n, names=longest, helos=longest, envelopes=envelopes, signs=tuple(words.SIGNS))
        for n in range(200)
    )
    logs = tuple(f"{number}{'y' * 300}" for number in range(5_000))
    text = written(changed(REPORT, likely=likely, logs=logs))
    assert len(text) < 1_000_000
    assert "... and 4,950 more" in text


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        changed(REPORT, likely=tuple(map(sender, range(30)))),
        changed(REPORT, likely=()),
        changed(REPORT, likely=(), grounds={}, hours={}, others=NOTHING, reverse_dns=Amount()),
    ],
    ids=["one", "several", "only-zombies", "nobody"],
)
def test_headings_come_in_order_and_tables_have_captions(report: LogReport) -> None:
    page = page_of(report)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")
    for tag, values in page.elements:
        assert tag != "th" or values["scope"] in {"row", "col"}
        assert tag != "svg" or values.get("aria-hidden") or values["role"] == "img"


def test_a_log_without_mail_says_so_and_one_of_another_time_too() -> None:
    empty = changed(
        REPORT, clients=0, first_at=None, last_at=None, grounds={}, likely=(), others=NOTHING
    )
    assert words.NOTHING_WITHIN in page_of(empty).text
    assert words.NOTHING_READ in page_of(changed(empty, facts=0)).text
    assert "Clients" not in page_of(empty).text


def test_a_log_in_which_nobody_was_turned_away_is_short() -> None:
    fine = changed(REPORT, reverse_dns=Amount(), grounds={}, hours={}, likely=(), others=NOTHING)
    page = page_of(fine)
    assert "Turned away for reverse DNS 0 " in page.text
    assert not [tag for tag, _ in page.elements if tag in {"figure", "table", "h2"}]


def test_several_logs_are_counted_and_named() -> None:
    text = page_of(changed(REPORT, logs=("mail.log", "mail.log.1"))).text
    assert text.count("Reverse DNS in 2 mail logs") == 2
    assert re.search(r"The logs mail\.log ?mail\.log\.1 ", text)


def test_mailboxes_are_on_the_page_only_if_they_are_in_the_report() -> None:
    assert "Mail from" not in page_of(REPORT).text
    private = msgspec.structs.replace(SENDER, envelopes=(Envelope("a@b.example", "c@d.example"),))
    text = page_of(changed(REPORT, likely=(private,))).text
    assert "Mail from <a@b.example> to <c@d.example> What is wrong now" in text


def test_a_page_needs_nothing_from_elsewhere() -> None:
    text = re.sub(r"'sha256-[^']*'", "", written(REPORT))
    text = re.sub(r'fill="url\(#[a-z0-9-]+\)"', "", text)
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\bon\w+=|style=", text)


def test_the_pages_own_policy_lets_in_its_own_style_only() -> None:
    page = page_of(REPORT)
    [policy] = [v["content"] for t, v in page.elements if v.get("http-equiv")]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'"


def hostile(text: str) -> LogReport:
    evil = msgspec.structs.replace(
        SENDER,
        domain=text,
        network=text,
        names=(text,),
        helos=(text,),
        sender_domains=(text,),
        amount=Amount(clients=2, refused=3),
        envelopes=(Envelope(text, text),),
    )
    return changed(REPORT, logs=(text, text), likely=(evil,) * 30)


@given(hostile_explanations.texts)
def test_strangers_texts_add_nothing_to_the_page(text: str) -> None:
    page = page_of(hostile(f"x{text}"))
    assert page.skeleton == page_of(hostile("x")).skeleton


@given(hostile_explanations.texts | st.just(""))
def test_a_logs_name_adds_nothing_to_the_page(text: str) -> None:
    page = page_of(changed(REPORT, logs=(text,)))
    assert page.skeleton == page_of(REPORT).skeleton
    assert all(each.isprintable() or each in "\n " for each in "".join(page.words))
