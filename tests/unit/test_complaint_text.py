"""What is told of a complaint, as whoever has somebody on the phone reads it."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.logs import english_complaints as words
from gotrdns.reports.logs.complaint import (
    By,
    Case,
    Chapter,
    Chronicle,
    Complaint,
    Confirmation,
    Event,
    Match,
    Meant,
    Rest,
    Standing,
    State,
    Story,
    Turning,
    gravest_first,
)
from gotrdns.reports.logs.complaint_json import encode_complaint
from gotrdns.reports.logs.complaint_text import compose_complaint
from gotrdns.reports.logs.report import Amount, Envelope, Ground
from gotrdns.verification import Cause
from tests.unit.explanation_cases import CASES, confirmed, hostile, lame, resolver_fault
from tests.unit.explanations import founding
from tests.unit.hostile_explanations import ATTACKS

pytestmark = pytest.mark.usefixtures("utc")

NOON = 1_795_608_000.0
DAY = 86400
REPLY = "450 4.7.25 Client host rejected: cannot find your hostname, [85.105.64.87]"
STORY = Story(
    address=Address.parse("85.105.64.87"),
    matches=(Match(By.HELO, "mail.eddorre.com"), Match(By.SENDER_DOMAIN, "eddorre.com")),
    chronicle=Chronicle(
        (
            Chapter(Event.CONNECTED, NOON - 60, NOON - 60),
            Chapter(Event.DEFERRED, NOON, NOON + 4680, 3, Ground.FORWARD_NODATA),
            Chapter(Event.REFUSED, NOON + DAY, NOON + 2 * DAY, 2, reply="550 5.1.1 <...>: no"),
        )
    ),
    amount=Amount(clients=1, deferred=3),
    otherwise=2,
    deliveries=0,
    claimed=("dsl.static851056487.ttnet.net.tr",),
    helos=("mail.eddorre.com",),
    sender_domains=("eddorre.com",),
    last=Turning(
        NOON + 4680,
        Event.DEFERRED,
        Ground.FORWARD_NODATA,
        REPLY,
        "dsl.static851056487.ttnet.net.tr",
        "mail.eddorre.com",
    ),
)
TAKEN_IN = Chapter(Event.TAKEN_IN, NOON + 3 * DAY, NOON + 3 * DAY, 2, name="mail.eddorre.com")


def case(standing: Standing, explanation: Explanation | None = None, **others: Any) -> Case:
    return Case(msgspec.structs.replace(STORY, **others), standing, explanation)


def complaint(*cases: Case, **others: Any) -> Complaint:
    known: dict[str, Any] = {
        "whom": "eddorre.com",
        "meant": Meant.NAME,
        "logs": ("mail.log",),
        "lines": 1234,
        "first_at": NOON - DAY,
        "last_at": NOON + 9 * DAY,
        "cases": cases,
    }
    return Complaint(**{**known, **others})


def text_of(*cases: Case, **options: Any) -> str:
    return compose_complaint(complaint(*cases), **options)


def flat(text: str) -> str:
    """However it is broken into lines."""
    return " ".join(text.split())


def test_the_answer_comes_first_and_the_letter_last() -> None:
    text = text_of(case(Standing.SAME_CAUSE, founding()))
    assert text.startswith(
        """\
Complaint about eddorre.com
  mail.log: 1,234 lines, 2026-11-24 12:00 to 2026-12-04 12:00 (UTC)

85.105.64.87: NOT REPAIRED
  Last deferred for reverse DNS 2026-11-25 13:18: PTR name has no address. It is
  the same now.

  What to say to the caller
    "Our server turns away mail from 85.105.64.87: its name in reverse DNS,
    dsl.static851056487.ttnet.net.tr, has no address. That is in the DNS on the
"""
    )
    assert (
        """
  Who
    85.105.64.87, PTR dsl.static851056487.ttnet.net.tr, HELO mail.eddorre.com
    found by its HELO name mail.eddorre.com, senders of eddorre.com

  What happened
    2026-11-25 11:59: connected, and nothing came of it
    2026-11-25 12:00 to 13:18: deferred 3 times: PTR name has no address
    2026-11-26 12:00 to 2026-11-27 12:00: refused 2 times for something else:
      550 5.1.1 <...>: no

  What the sender was told
    450 4.7.25 Client host rejected: cannot find your hostname, [85.105.64.87]

  Now
    FAIL (forward-nodata): receivers that check reverse DNS refuse this address.
"""
        in text
    )
    order = [
        text.index(f"\n{heading}\n")
        for heading in ("  Why", "  What to publish", "  Who can change it", "  Next")
    ]
    assert order == sorted(order)
    assert text.index("The letters to send\n") > order[-1]
    assert text.count("\nSubject: ") == 2


@pytest.mark.parametrize("width", [60, 80, 120, 300])
@pytest.mark.parametrize("standing", Standing, ids=lambda each: each.value)
def test_it_fits_the_terminal(width: int, standing: Standing) -> None:
    explanation = founding() if standing is Standing.SAME_CAUSE else None
    long = Chapter(Event.DEFERRED, NOON, NOON + DAY, 2, reply="450 4.7.1 " + "try again " * 30)
    told = case(standing, explanation, chronicle=Chronicle((long, TAKEN_IN)), elsewhere=1000)
    told_of = complaint(told, told, whom="x" * 30, rest=Rest(3, Amount(3, deferred=4), 2))
    text = compose_complaint(told_of, width=width).partition("\nThe letters to send\n")[0]
    # Names, records and commands are to be copied, so they are never broken.
    lines = [each for each in text.splitlines() if "IN " not in each and "explain" not in each]
    assert max(map(len, lines)) <= min(width, 100)


def test_what_is_repaired_needs_nothing_and_no_letter() -> None:
    text = text_of(case(Standing.CONFIRMED_NOW, confirmed()))
    assert "85.105.64.87: repaired\n" in text
    assert "Now name and address confirm one another." in flat(text)
    assert "  Next\n    Nothing is to be done.\n" in text
    assert "PASS (confirmed)" in text
    assert "has been put right" in text
    assert "Subject:" not in text
    assert "What to publish" not in text


def test_what_the_log_shows_since_is_told_with_its_time() -> None:
    seen = Confirmation(NOON + 3 * DAY, "mail.eddorre.com")
    text = text_of(case(Standing.CONFIRMED_SINCE, confirmed=seen))
    assert "the log has its name confirmed, last 2026-11-28 12:00." in flat(text)
    text = text_of(case(Standing.TAKEN_IN_SINCE, taken_in_at=NOON + 3 * DAY))
    assert "Since then its mail was taken in, last 2026-11-28 12:00." in flat(text)
    assert "Mail from 85.105.64.87 is taken in again." in flat(text)
    assert "put right" not in text


def test_without_dns_the_command_to_run_is_told() -> None:
    text = text_of(case(Standing.NOT_ASKED))
    assert "whether it is repaired cannot be told" in text
    assert "    gotrdns explain --letter --helo mail.eddorre.com 85.105.64.87\n" in text
    last = msgspec.structs.replace(STORY.last, helo="$(evil)")  # type: ignore[type-var]
    text = text_of(case(Standing.NOT_ASKED, last=last, matches=(Match(By.ADDRESS),)))
    assert "    gotrdns explain --letter 85.105.64.87\n" in text


def test_trouble_with_dns_is_no_answer() -> None:
    text = text_of(case(Standing.DNS_TROUBLE, lame()))
    assert "Now it cannot be found out:" in flat(text)
    assert (
        "  Next\n    Send the letter below. If it may be a passing trouble, ask again first:\n"
        in text
    )


def test_our_own_trouble_is_not_blamed_on_the_sender() -> None:
    text = text_of(case(Standing.SAME_CAUSE, resolver_fault()))
    assert '"Our own resolver has trouble with 85.105.64.87. We look into it."' in text


def test_what_hides_the_sender_is_not_blamed_on_the_sender() -> None:
    told = case(Standing.SAME_CAUSE, founding(), address=Address.parse("192.168.1.1"))
    text = text_of(told)
    assert "The mail came to our server from 192.168.1.1, which is no public" in flat(text)
    for blaming in ("What to publish", "Who can change it", "letter", "To: ", "Subject: "):
        assert blaming not in text
    assert "Find out why your mail server sees this address" in flat(text)
    assert json.loads(encode_complaint(complaint(told)))["stories"][0]["letters"] == []


def test_the_helo_name_that_the_complaint_is_about_goes_into_the_command() -> None:
    last = msgspec.structs.replace(STORY.last, helo="other.example")  # type: ignore[type-var]
    assert "--helo mail.eddorre.com 85" in text_of(case(Standing.NOT_ASKED, last=last))
    told = case(Standing.NOT_ASKED, last=last, matches=(Match(By.ADDRESS),))
    assert "--helo other.example 85" in text_of(told)


def test_what_is_only_warned_of_is_not_said_to_be_turned_away() -> None:
    last = msgspec.structs.replace(STORY.last, event=Event.WARNED)  # type: ignore[type-var]
    text = text_of(case(Standing.SAME_CAUSE, founding(), last=last))
    assert "Last let in with a warning about reverse DNS 2026-11-25 13:18" in text
    assert "Our server lets in mail from 85.105.64.87 with a warning" in text
    assert "turns away" not in text.partition("What happened")[0]


def test_who_was_turned_away_for_something_else_is_told_so() -> None:
    text = text_of(case(Standing.NEVER_TURNED_AWAY, last=None, amount=Amount()))
    assert "85.105.64.87: not turned away for reverse DNS\n" in text
    assert "but for another reason" in flat(text)
    text = text_of(case(Standing.NEVER_TURNED_AWAY, last=None, amount=Amount(), otherwise=0))
    assert "  Next\n    Nothing is to be done.\n" in text


def test_a_dynamic_name_is_asked_to_be_changed() -> None:
    text = text_of(case(Standing.STILL_DYNAMIC, confirmed()))
    assert "NOT REPAIRED" in text
    assert "a PTR record with a name of its own" in text
    assert "looks like any customer's line" in flat(text)


def test_of_several_clients_the_first_is_told_in_full_and_all_are_counted() -> None:
    told = case(Standing.SAME_CAUSE, founding())
    text = compose_complaint(
        complaint(told, told, rest=Rest(38, Amount(38, deferred=40), deliveries=1))
    )
    assert "  40 clients are meant.\n" in text
    assert text.count("  What happened\n") == 2
    assert text.count("  What to publish\n") == text.count("  What to say") == 1
    assert "    This writes the letter to send:\n    gotrdns explain --letter --helo" in text
    assert (
        "Another 38 clients are meant, too: deferred 40 times for reverse DNS, one message taken "
        "in. With --top 10 more are told of." in flat(text)
    )


def test_who_is_not_repaired_is_told_of_first() -> None:
    good, bad = case(Standing.CONFIRMED_NOW, confirmed()), case(Standing.SAME_CAUSE, founding())
    unknown = case(Standing.NOT_ASKED)
    assert gravest_first([good, unknown, bad]) == (bad, unknown, good)
    assert complaint(good, unknown, bad).state is State.NOT_REPAIRED
    assert complaint(good, unknown).state is State.UNTOLD
    assert complaint(good).state is State.REPAIRED
    assert complaint().state is None


@pytest.mark.parametrize("meant", Meant, ids=lambda each: each.value)
def test_of_nobody_the_log_and_the_nearest_are_told(meant: Meant) -> None:
    nobody = complaint(whom="edorre.com", meant=meant, nearest=("eddorre.com", "x.example"))
    text = compose_complaint(nobody)
    assert text.startswith("Complaint about edorre.com\n  mail.log: 1,234 lines, 2026-11-24 12:00")
    assert "The nearest to it: eddorre.com, x.example.\n" in text
    assert flat(words.NOBODY[meant]) in flat(text)


def test_a_long_story_is_shown_by_its_beginning_and_its_end() -> None:
    chapters = tuple(
        Chapter(Event.TAKEN_IN if each % 2 else Event.DEFERRED, NOON + each, NOON + each)
        for each in range(100)
    )
    text = text_of(case(Standing.NOT_ASKED, chronicle=Chronicle(chapters)))
    assert "    ... 88 more, in 88 turns, which are left out ...\n" in text


def test_mailboxes_that_are_given_are_shown() -> None:
    told = case(Standing.NOT_ASKED, envelopes=(Envelope("a@eddorre.com", "us@our.example"),))
    assert "    from <a@eddorre.com> to <us@our.example>\n" in text_of(told)


@pytest.mark.parametrize("attack", ATTACKS, ids=ascii)
def test_nothing_that_strangers_publish_steers_the_terminal(attack: str) -> None:
    text = text_of(case(Standing.STILL_FAILS, hostile(attack)))
    assert all(each.isprintable() for each in text.splitlines())


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_every_explanation_can_be_told(make: Callable[[], Explanation]) -> None:
    text = text_of(case(Standing.OTHER_CAUSE, make()))
    assert "{" not in text


def test_every_code_has_words() -> None:
    assert set(words.BY) == set(By)
    assert set(words.EVENTS) == set(Event)
    assert set(words.STATE) == set(State)
    assert set(words.STANDINGS) == set(Standing)
    assert set(words.CAUSES) == set(Cause)
    assert set(words.NOBODY) == set(Meant)


def test_the_json_holds_the_story_and_the_explanation_as_explain_prints_it() -> None:
    told = json.loads(encode_complaint(complaint(case(Standing.SAME_CAUSE, founding()))))
    assert (told["complaint"], told["meant"], told["state"], told["clients"]) == (
        "eddorre.com",
        "name",
        "not-repaired",
        1,
    )
    [story] = told["stories"]
    assert story["explanation"] == json.loads(encode_explanation(founding()))
    assert [each["fixer"] for each in story["letters"]] == ["domain-owner", "address-owner"]
    assert story["found_by"][0] == {"by": "helo", "text": "mail.eddorre.com"}
    assert story["chapters"][1] == {
        "event": "deferred",
        "first": "2026-11-25T12:00:00Z",
        "last": "2026-11-25T13:18:00Z",
        "times": 3,
        "cause": "forward-nodata",
        "name": None,
        "reply": None,
    }
    assert story["last_rejection"]["reply"] == REPLY
    assert (story["state"], story["standing"]) == ("not-repaired", "same-cause")
    assert "envelopes" not in story


def test_the_json_of_nobody_says_so() -> None:
    told = json.loads(encode_complaint(complaint(nearest=("eddorre.com",))))
    assert (told["state"], told["stories"], told["nearest"]) == (None, [], ["eddorre.com"])
