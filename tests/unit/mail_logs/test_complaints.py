"""What the logs tell for a complaint: whose stories, and what is in them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from gotrdns.mail_logs.complaints.answering import Heard, hear
from gotrdns.mail_logs.complaints.nearest import Nearest
from gotrdns.mail_logs.complaints.whom import read_whom
from gotrdns.mail_logs.facts import Fact, Fate, Flaw
from gotrdns.mail_logs.formats.readers import Server
from gotrdns.mail_logs.reading import Reading
from gotrdns.mail_logs.sessions import Listener, Sessions
from gotrdns.reports.logs.complaint import By, Chapter, Confirmation, Event, Match, Story
from gotrdns.reports.logs.report import Amount, Envelope, Ground
from tests.unit.mail_logs.facts_made import (
    CLIENT,
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    queued,
    rejection,
)

NAME = b"mail.business.example.net"
HOUR = 3600.0


def heard_of(
    whom: str, facts: Sequence[Fact], *, top: int = 4, shows_mailboxes: bool = False
) -> Heard:
    def read(listener: Listener, clients: Callable[[], int]) -> Reading:
        reading = Reading()
        reading.facts[Server.POSTFIX] = len(facts)
        sessions = Sessions(listener)
        sessions.enter(facts)
        sessions.close()
        assert clients() >= 0
        return reading

    return hear(read_whom(whom), read, top=top, shows_mailboxes=shows_mailboxes)


def story_of(whom: str, facts: Sequence[Fact], **options: Any) -> Story:
    [story] = heard_of(whom, facts, **options).stories
    return story


def turned_away(at: float = NOON, **others: Any) -> list[Fact]:
    who = {key: others[key] for key in ("process", "client") if key in others}
    return [
        doubt(at=at, **who),
        arrival(at, **who),
        rejection(at=at + 1, **others),
        departure(at + 2, **who),
    ]


def let_in(at: float, queue_id: bytes, sender: bytes, **others: Any) -> list[Fact]:
    return [
        arrival(at, **others),
        acceptance(queue_id, at + 1, **others),
        queued(queue_id, sender, at + 1),
        departure(at + 2, **others),
    ]


def chapters(story: Story) -> list[tuple[Event, int]]:
    return [(each.event, each.times) for each in story.chronicle.beginning]


def test_a_story_is_told_from_the_first_connection_to_the_last() -> None:
    facts = [
        *turned_away(),
        *turned_away(NOON + 900),
        arrival(NOON + 7000),
        departure(NOON + 7001),
        *let_in(NOON + 9000, b"4F1A2", b"someone@business.example.net", name=NAME),
    ]
    story = story_of("203.0.113.25", facts)
    assert story.chronicle.beginning == (
        Chapter(Event.DEFERRED, NOON + 1, NOON + 901, 2, Ground.FORWARD_NODATA),
        Chapter(Event.CONNECTED, NOON + 7000, NOON + 7000),
        Chapter(Event.TAKEN_IN, NOON + 9001, NOON + 9001, name="mail.business.example.net"),
    )
    assert story.matches == (Match(By.ADDRESS),)
    assert (story.amount, story.deliveries) == (Amount(clients=1, deferred=2), 1)
    assert story.names == story.claimed == ("mail.business.example.net",)


def test_the_last_rejection_is_kept_as_the_sender_saw_it() -> None:
    story = story_of("203.0.113.25", [*turned_away(), *turned_away(NOON + 900, helo=b"x.example")])
    last = story.last
    assert last is not None
    assert (last.at, last.event, last.ground) == (
        NOON + 901,
        Event.DEFERRED,
        Ground.FORWARD_NODATA,
    )
    assert last.reply == (
        "450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.25]"
    )
    assert (last.name, last.helo) == ("mail.business.example.net", "x.example")


def test_a_confirmation_counts_from_the_last_rejection_on_by_the_order_of_the_lines() -> None:
    """Most logs tell no more than the second."""
    named = arrival(NOON, name=NAME)
    away = rejection(at=NOON)
    assert story_of("203.0.113.25", [away, named]).confirmed == Confirmation(
        NOON, "mail.business.example.net"
    )
    assert story_of("203.0.113.25", [named, away]).confirmed is None
    later = arrival(NOON + 60, name=NAME)
    assert story_of("203.0.113.25", [later, away]).confirmed is not None
    assert story_of("203.0.113.25", [rejection(at=NOON + 60), named]).confirmed is None


def test_other_reasons_are_told_by_the_reply_without_anybodys_mailbox() -> None:
    text = b"<us@our.example>: Recipient address rejected: unknown user joe@our.example, try %d"
    facts = [
        rejection(text % each, NOON + each, fate=Fate.REFUSED, code=b"550", enhanced=b"5.1.1")
        for each in range(3)
    ]
    [chapter] = story_of("203.0.113.25", facts).chronicle.beginning
    assert (chapter.event, chapter.times, chapter.ground) == (Event.REFUSED, 3, None)
    assert chapter.reply == ("550 5.1.1 <...>: Recipient address rejected: unknown user ..., try 2")
    [chapter] = story_of("203.0.113.25", facts, shows_mailboxes=True).chronicle.beginning
    assert "<us@our.example>" in chapter.reply


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"<joe>: Recipient address rejected", "450 4.7.25 <...>: Recipient address rejected"),
        (b'<"a b"@c.example>: no', "450 4.7.25 <...>: no"),
        (b"ask post@our.example, please", "450 4.7.25 ask ..., please"),
        (b"<unknown[203.0.113.25]>: no", "450 4.7.25 <unknown[203.0.113.25]>: no"),
        (b"\x1b[31m\x00red \xff\xe2\x80\xae", "450 4.7.25 [31m red \\xff"),
        (b"x" * 1000, "450 4.7.25 " + "x" * 386 + "..."),
    ],
)
def test_a_reply_is_fit_to_be_shown(text: bytes, shown: str) -> None:
    last = story_of("203.0.113.25", [rejection(text)]).last
    assert last is not None
    assert last.reply == shown


def test_envelopes_are_kept_only_on_request() -> None:
    assert story_of("203.0.113.25", turned_away()).envelopes == ()
    story = story_of("203.0.113.25", turned_away(), shows_mailboxes=True)
    assert story.envelopes == (Envelope("someone@business.example.net", "us@our.example"),)


def test_connections_count_only_where_nothing_came_of_them() -> None:
    facts = [
        arrival(NOON, process=b"a"),
        arrival(NOON + 1, process=b"b"),
        departure(NOON + 2, process=b"b"),
        rejection(at=NOON + 3, process=b"a"),
        arrival(NOON + 4, process=b"b"),
        departure(NOON + 5, process=b"b"),
    ]
    story = story_of("203.0.113.25", facts)
    assert sorted(chapters(story), key=lambda each: each[0].value) == [
        (Event.CONNECTED, 1),
        (Event.CONNECTED, 1),
        (Event.DEFERRED, 1),
    ]


def test_thousands_of_connections_take_no_room() -> None:
    facts = [arrival(NOON + each, process=b"p%d" % each) for each in range(5000)]
    assert chapters(story_of("203.0.113.25", facts)) == [(Event.CONNECTED, 5000)]


def test_messages_of_users_who_logged_in_are_told_apart() -> None:
    facts = [arrival(NOON), acceptance(b"4F1A2", NOON + 1, login=b"someone")]
    assert chapters(story_of("203.0.113.25", facts)) == [(Event.SUBMITTED, 1)]


def test_a_name_finds_clients_by_each_of_their_names() -> None:
    story = story_of("business.example.net", turned_away())
    assert story.matches == (
        Match(By.PTR_NAME, "mail.business.example.net"),
        Match(By.HELO, "mail.business.example.net"),
        Match(By.SENDER_DOMAIN, "business.example.net"),
    )


def test_what_was_before_a_client_was_found_is_told_too() -> None:
    facts = [*turned_away(helo=b"x", sender=b""), *turned_away(NOON + 900)]
    assert chapters(story_of("someone@business.example.net", facts)) == [(Event.DEFERRED, 2)]


def test_of_a_client_that_stands_in_an_envelope_only_that_mail_is_told() -> None:
    """And what is wrong with its reverse DNS, which is everybody's who sends by it."""
    big = {"client": b"198.51.100.1", "name": b"out.provider.example"}
    other = {**big, "helo": b"out.provider.example", "sender": b"joe@other.example"}
    greylisted = b"Recipient address rejected: Greylisted"
    facts: list[Fact] = [
        *let_in(NOON, b"4F1A1", b"joe@other.example", **big),
        *let_in(NOON + 60, b"4F1A2", b"someone@business.example.net", **big),
        rejection(greylisted, NOON + 90, enhanced=b"4.7.1", **other),
        rejection(greylisted, NOON + 95, enhanced=b"4.7.1", **{**other, "sender": b"x@y.example"}),
        arrival(NOON + 99, **big),
    ]
    story = story_of("@business.example.net", facts)
    assert chapters(story) == [(Event.TAKEN_IN, 1)]
    assert story.elsewhere == 3
    away = story_of("@business.example.net", [*facts, rejection(at=NOON + 100, **other)])
    assert chapters(away) == [(Event.TAKEN_IN, 1), (Event.DEFERRED, 1)]


def test_a_recipient_finds_who_was_turned_away() -> None:
    assert story_of("us@our.example", turned_away()).matches == (Match(By.RECIPIENT),)
    assert heard_of("them@our.example", turned_away()).stories == ()


def forged(number: int) -> Iterable[Fact]:
    for each in range(number):
        who = {"client": b"192.0.2.%d" % each, "process": b"mx %d" % each}
        yield rejection(at=NOON + each, **who, helo=b"user-pc")


def test_who_looks_like_a_mail_server_comes_before_those_who_forge_its_name() -> None:
    facts = [*forged(50), *turned_away(), *turned_away(NOON + 2 * HOUR)]
    heard = heard_of("business.example.net", facts, top=2)
    assert [each.address.text for each in heard.stories] == ["203.0.113.25", "192.0.2.49"]
    assert heard.rest.clients == 49
    assert heard.rest.amount == Amount(clients=49, deferred=49)


def test_who_was_turned_away_comes_before_who_was_not() -> None:
    good = {"client": b"198.51.100.1", "name": b"a.business.example.net", "process": b"mx 9"}
    facts = [
        *let_in(NOON, b"4F1A1", b"x@business.example.net", **good),
        *forged(1),
    ]
    heard = heard_of("business.example.net", facts)
    assert [each.address.text for each in heard.stories] == ["192.0.2.0", "198.51.100.1"]


def test_memory_does_not_grow_with_clients_who_are_somebody_else() -> None:
    others = [
        rejection(client=b"198.51.100.%d" % (each % 256), helo=b"h", sender=b"x@y.example")
        for each in range(1000)
    ]
    heard = heard_of("203.0.113.0/24", [*others, *turned_away()])
    assert len(heard.stories) == 1
    assert heard.rest.clients == 0


def test_of_nobody_the_nearest_are_told() -> None:
    facts = [*turned_away(), *turned_away(client=b"203.0.114.1", helo=b"x", sender=b"")]
    assert heard_of("203.0.113.24", facts).nearest == ("203.0.113.25", "203.0.114.1")
    assert heard_of("busines.example.net", facts).nearest == (
        "business.example.net",
        "mail.business.example.net",
    )
    assert heard_of("nobody@business.example.net", facts).nearest[0] == "business.example.net"
    assert heard_of("2001:db8::1", facts).nearest == ()
    assert heard_of("something.else.example", facts).nearest == ()


def test_what_only_looks_like_an_address_is_nobody() -> None:
    assert heard_of("business.example.net", [rejection(client=b"999.1.1.1")]).stories == ()


def test_what_strangers_say_is_escaped() -> None:
    helo = b"a\x1b[31m.business.example.net"
    facts = [
        doubt(Flaw.NODATA, claimed=b"evil\x07.business.example.net"),
        arrival(),
        rejection(helo=helo, sender=b"x@\xffa.business.example.net", client=CLIENT),
    ]
    story = story_of("business.example.net", facts)
    texts = (
        *(each.text for each in story.matches),
        *story.helos,
        *story.claimed,
        *story.sender_domains,
        story.last.helo if story.last else "",
    )
    assert len(texts) >= 7
    assert all(each.isprintable() for each in texts)


def test_the_nearest_is_found_behind_whole_crowds() -> None:
    nearest = Nearest("busines.example.net", remembered=10)
    sessions = Sessions(nearest)
    for each in range(100):
        sessions.enter([rejection(helo=b"h%d.provider.example" % each, sender=b"")])
        sessions.enter(turned_away() if each in {0, 50, 99} else [])
    assert nearest.all() == ("business.example.net", "mail.business.example.net")
