"""What the lines of each client's sessions come to, however they are interleaved."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gotrdns.mail_logs.clients.accounts import KEPT, Account, Ledger, Otherwise, Tally, each_said
from gotrdns.mail_logs.facts import Fact, Fate, Flaw
from gotrdns.reports.logs.report import Ground
from tests.unit.mail_logs.facts_made import (
    CLIENT,
    NOON,
    acceptance,
    arrival,
    departure,
    doubt,
    ledger_from,
    rejection,
)

OTHER = b"198.51.100.7"


def ledger_of(*facts: Fact, envelopes: bool = False) -> Ledger:
    return ledger_from([facts], keeps_envelopes=envelopes)


def account_of(*facts: Fact) -> Account:
    return ledger_of(*facts).accounts[CLIENT]


def test_a_note_about_the_name_explains_the_rejections_of_its_session() -> None:
    account = account_of(doubt(Flaw.NODATA), arrival(), rejection(), rejection(), departure())
    assert account.tallies == (Tally(Ground.FORWARD_NODATA, Fate.DEFERRED, 2),)
    assert account.claimed == b"mail.business.example.net"
    assert (account.connections, account.deliveries) == (1, 0)


def test_a_note_does_not_outlive_its_session() -> None:
    account = account_of(doubt(), arrival(), departure(), arrival(), rejection())
    assert account.tallies == (Tally(Ground.NO_PTR_OR_FAILED, Fate.DEFERRED, 1),)


def test_a_note_about_one_client_is_not_held_against_the_next() -> None:
    account = account_of(
        doubt(client=OTHER), arrival(client=OTHER), arrival(), rejection(), departure()
    )
    assert account.tallies == (Tally(Ground.NO_PTR_OR_FAILED, Fate.DEFERRED, 1),)


def test_a_note_that_names_no_client_is_about_the_one_that_is_served() -> None:
    account = account_of(doubt(Flaw.UNUSABLE, client=b""), arrival(), rejection())
    assert account.tallies == (Tally(Ground.PTR_UNUSABLE, Fate.DEFERRED, 1),)


def test_a_note_of_another_process_is_about_another_session() -> None:
    account = account_of(doubt(process=b"mx smtpd 2"), arrival(), rejection())
    assert account.tallies == (Tally(Ground.NO_PTR_OR_FAILED, Fate.DEFERRED, 1),)


def test_what_was_noted_long_ago_is_not_believed_where_no_end_is_logged() -> None:
    account = account_of(doubt(), rejection(at=NOON + 7200))
    assert account.tallies == (Tally(Ground.UNTOLD, Fate.DEFERRED, 1),)


def test_a_message_that_is_refused_at_its_end_is_no_delivery() -> None:
    end = rejection(b"spam", stage=b"END-OF-MESSAGE", queue_id=b"A1", process=b"mx cleanup 9")
    account = account_of(acceptance(b"A1"), acceptance(b"A2", at=NOON + 5), end)
    assert (account.deliveries, account.last_delivery) == (1, NOON + 5)


def test_a_refused_recipient_does_not_undo_the_message_to_others() -> None:
    refused = rejection(b"User unknown", enhanced=b"5.1.1", fate=Fate.REFUSED, queue_id=b"A1")
    account = account_of(acceptance(b"A1"), refused)
    assert (account.deliveries, account.otherwise.refused) == (1, 1)


def test_another_client_cannot_undo_a_message() -> None:
    end = rejection(b"spam", stage=b"END-OF-MESSAGE", queue_id=b"A1", client=OTHER)
    assert account_of(acceptance(b"A1"), end).deliveries == 1


def test_a_queue_id_may_be_used_again() -> None:
    assert account_of(acceptance(b"A1"), acceptance(b"A1", at=NOON + 9)).deliveries == 2


def test_users_who_log_in_deliver_nothing_from_outside() -> None:
    account = account_of(acceptance(b"A1", login=b"me"))
    assert (account.deliveries, account.submissions) == (0, 1)


def test_other_rejections_are_told_apart_by_their_fate() -> None:
    account = account_of(
        rejection(b"Greylisted", enhanced=b"4.2.0"),
        rejection(b"blocked using x", enhanced=b"5.7.1", fate=Fate.REFUSED),
        rejection(b"Host not found", enhanced=b"5.7.1", fate=Fate.WARNED),
    )
    assert account.tallies == ()
    assert account.last_rejection is None
    assert account.otherwise == Otherwise(refused=1, deferred=1, warned=1)


def test_a_few_of_a_clients_words_are_kept_without_mailboxes() -> None:
    account = account_of(
        *(rejection(helo=b"H%d" % n, sender=b"Me@D%d.example" % n) for n in range(9))
    )
    assert each_said(account.helos) == (b"h0", b"h1", b"h2", b"h3")
    assert len(each_said(account.sender_domains)) == KEPT
    assert each_said(account.sender_domains)[0] == b"d0.example"
    assert account.envelopes == ()


def test_mailboxes_are_kept_on_request() -> None:
    accounts = ledger_of(rejection(), rejection(), envelopes=True).accounts
    assert accounts[CLIENT].envelopes == ((b"someone@business.example.net", b"us@our.example"),)


DEEDS = ("reject", "refuse", "otherwise", "accept", "undo", "give up")
SESSIONS = st.lists(
    st.tuples(
        st.sampled_from([b"192.0.2.1", b"192.0.2.2", b"2001:db8::1"]),
        st.sampled_from([None, *Flaw]),
        st.lists(st.sampled_from(DEEDS), max_size=4),
        st.booleans(),
    ),
    max_size=6,
)


def session(
    number: int, client: bytes, flaw: Flaw | None, deeds: list[str], ends: bool
) -> list[Fact]:
    """Each in a process of its own, as sessions that are going on together are."""
    who: dict[str, Any] = {
        "client": client,
        "process": b"mx smtpd %d" % number,
        "at": NOON + number,
    }
    facts: list[Fact] = [arrival(**who)]
    if flaw is not None:
        facts.insert(0, doubt(flaw, **who))
    for each, deed in enumerate(deeds):
        queue_id = b"Q%d-%d" % (number, each)
        match deed:
            case "reject":
                facts.append(rejection(**who))
            case "refuse":
                facts.append(rejection(fate=Fate.REFUSED, **who))
            case "otherwise":
                facts.append(rejection(b"Greylisted", enhanced=b"4.2.0", **who))
            case "accept" | "give up":
                facts.append(acceptance(queue_id, **who))
            case _:
                facts.append(acceptance(queue_id, **who))
                end = {**who, "process": b"mx cleanup", "stage": b"END-OF-MESSAGE"}
                facts.append(rejection(b"spam", enhanced=b"5.7.1", queue_id=queue_id, **end))
    return [*facts, departure(messages=deeds.count("accept"), **who)] if ends else facts


def interleaved(sessions: Sequence[list[Fact]], order: list[int]) -> list[Fact]:
    """One fact of some session after the other, each session in its own order."""
    left = [list(each) for each in sessions if each]
    facts = []
    for choice in order:
        if left:
            chosen = left[choice % len(left)]
            facts.append(chosen.pop(0))
            left = [each for each in left if each]
    return facts + [fact for each in left for fact in each]


def sums(facts: Sequence[Fact]) -> dict[bytes, tuple[object, ...]]:
    """All that is kept, but for the order in which things were first heard."""
    return {
        client: (
            account.first_at,
            account.last_at,
            account.connections,
            account.deliveries,
            account.last_delivery,
            account.first_rejection,
            account.last_rejection,
            frozenset(account.tallies),
            account.otherwise,
            frozenset(each_said(account.claimed)),
        )
        for client, account in ledger_of(*facts).accounts.items()
    }


@given(SESSIONS, st.lists(st.integers(0, 5), max_size=40))
def test_the_sums_do_not_depend_on_how_sessions_interleave(
    made: list[tuple[bytes, Flaw | None, list[str], bool]], order: list[int]
) -> None:
    sessions = [session(number, *each) for number, each in enumerate(made)]
    one_after_another = [fact for each in sessions for fact in each]
    assert sums(interleaved(sessions, order)) == sums(one_after_another)
