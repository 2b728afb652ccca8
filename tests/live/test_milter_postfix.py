"""The milter inside a real Postfix: who is refused, and what the messages that pass carry."""

import re
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import authres
import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.daemon import Daemon
from tests.live.milter import (
    FOREIGN,
    FORGED,
    MESSAGE,
    OURS,
    REFUSAL,
    results,
    settings_file,
    told,
)
from tests.live.postfix import (
    MILTER_OF_OLD,
    MILTER_OVER_TCP,
    MILTER_OVER_UNIX,
    MILTER_PORT,
    Postfix,
)
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.serving import events
from tests.live.smtp import Conversation, Reply, deliver, say

EVERY_PORT: Final = (MILTER_OVER_UNIX, MILTER_OVER_TCP, MILTER_OF_OLD)
FOUNDING: Final = clients.FOUNDING.address
CONFIRMED: Final = clients.RIGHT_PAIR.address


def make_daemon(directory: Path, postfix: Postfix, mode: str) -> Daemon:
    places = (f"unix:{postfix.milter_socket}", f"inet:127.0.0.1:{MILTER_PORT}")
    settings = settings_file(directory, mode, *places)
    return Daemon(settings, [postfix.milter_socket, ("127.0.0.1", MILTER_PORT)])


@pytest.fixture
def strict(postfix: Postfix, tmp_path: Path) -> Iterator[Daemon]:
    with make_daemon(tmp_path, postfix, "strict") as daemon:
        yield daemon


@pytest.fixture
def observe(postfix: Postfix, tmp_path: Path) -> Iterator[Daemon]:
    with make_daemon(tmp_path, postfix, "observe") as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def arrived(postfix: Postfix, conversation: Conversation) -> EmailMessage:
    """The message, without what delivery itself put on its top."""
    (copy, *_) = postfix.copies(conversation.queue_id)
    for name in ("Return-Path", "X-Original-To", "Delivered-To"):
        del copy.message[name]
    return copy.message


@pytest.mark.parametrize("port", EVERY_PORT)
def test_the_founding_example_is_refused_in_words_a_person_can_act_on(
    strict: Daemon, postfix: Postfix, port: int
) -> None:
    conversation = deliver(FOUNDING, port, helo="mail.business.example")
    assert [each.code for each in conversation.recipients] == [550]
    refusal = conversation.refusal
    assert refusal is not None
    assert refusal.enhanced == "5.7.25"
    assert refusal.text.startswith(REFUSAL)
    reject = "milter-reject: RCPT from unknown[85.105.64.87]: 550 5.7.25 85.105.64.87 has the"
    wait_until(lambda: any(reject in line for line in postfix.log()), "a line in Postfix's log")
    wait_until(lambda: bool(events(strict, "decision")), "a line in the log")
    (line,) = events(strict, "decision", "client=85.105.64.87")
    for part in ("result=fail", "cause=forward-nodata", "action=refuse"):
        assert part in line
    assert "helo=mail.business.example" in line
    assert "sender-domain=harbour.example" in line


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_each_client_gets_what_its_dns_deserves(
    client: Client, strict: Daemon, postfix: Postfix
) -> None:
    assert strict.running
    conversation = deliver(client.address, MILTER_OVER_UNIX, helo=client.helo)
    private = str(client.address).startswith("192.168.")
    if client.result != "pass" and not private:
        refusal = conversation.refusal
        assert refusal is not None, "let in"
        expected = (450, "4.7.25") if client.result == "temperror" else (550, "5.7.25")
        assert (refusal.code, refusal.enhanced) == expected, refusal
        assert str(client.address) in refusal.text
        return
    assert conversation.accepted, conversation.replies
    message = arrived(postfix, conversation)
    assert message.keys()[0] == "Authentication-Results"
    (value,) = results(message)
    header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    assert header.authserv_id == OURS
    (result,) = header.results
    assert (result.method, result.result) == ("iprev", client.result)
    assert result.reason == client.cause
    assert [each.value for each in result.properties] == [str(client.address)]


@pytest.mark.parametrize("port", EVERY_PORT)
def test_forged_fields_are_removed_and_others_stay(
    strict: Daemon, postfix: Postfix, port: int
) -> None:
    assert strict.running
    conversation = deliver(CONFIRMED, port, headers=FORGED)
    message = arrived(postfix, conversation)
    assert message.keys()[0] == "Authentication-Results"
    assert results(message) == [told("pass", "confirmed", CONFIRMED), FOREIGN]
    assert message.get_all("X-Gotrdns") is None
    assert message["Subject"] == "A test"


def test_a_flood_of_forged_fields_is_refused_and_does_not_keep_postfix_busy(
    observe: Daemon,
) -> None:
    assert observe.running
    forged = f"Authentication-Results: {OURS}; iprev=pass\r\n" * 8000
    began = time.monotonic()
    replies = say(
        CONFIRMED, MILTER_OVER_UNIX, "EHLO client.example", *MESSAGE[:3], f"{forged}\r\nText.\r\n."
    )
    assert time.monotonic() - began < 5  # to take each out takes Postfix longer
    assert (replies[-1].code, replies[-1].enhanced) == (550, "5.7.1")
    assert replies[-1].text.startswith("the message has more than 1000 header fields")


@pytest.mark.parametrize("port", EVERY_PORT)
def test_observe_refuses_nothing_and_tells_the_verdict(
    observe: Daemon, postfix: Postfix, port: int
) -> None:
    assert observe.running
    recipients = ("reader@recipient.example", "writer@recipient.example")
    conversation = deliver(FOUNDING, port, recipients=recipients, headers=FORGED)
    assert conversation.accepted
    message = arrived(postfix, conversation)
    assert message.keys()[:2] == ["Authentication-Results", "X-Gotrdns"]
    assert results(message) == [told("fail", "forward-nodata", FOUNDING), FOREIGN]
    (mark,) = message.get_all("X-Gotrdns", [])
    assert mark.startswith("iprev=fail cause=forward-nodata address=85.105.64.87")
    assert "action=would-refuse rule=observe" in mark
    first, second = events(observe, "decision", "mail-server-found=")
    # Postfix names a message once it has a recipient.
    assert "queue-id" not in first
    assert second.rstrip().split()[-2] == f"queue-id={conversation.queue_id}"


def test_of_several_recipients_each_is_decided_about(strict: Daemon, postfix: Postfix) -> None:
    assert strict.running
    recipients = ("reader@recipient.example", "Postmaster@recipient.example", "a@optout.example")
    conversation = deliver(FOUNDING, MILTER_OVER_UNIX, recipients=recipients)
    assert [each.code for each in conversation.recipients] == [550, 250, 250]
    assert conversation.accepted
    # What is refused to one is told to the others.
    expected = [told("fail", "forward-nodata", FOUNDING)]
    assert results(arrived(postfix, conversation)) == expected


def test_a_listed_client_gets_no_verdict_and_loses_forged_ones(
    strict: Daemon, postfix: Postfix
) -> None:
    assert strict.running
    conversation = deliver("85.105.64.90", MILTER_OVER_UNIX, headers=FORGED)
    assert results(arrived(postfix, conversation)) == [FOREIGN]


def queue_ids(replies: Sequence[Reply]) -> list[str]:
    return re.findall(r"queued as (\w+)", "\n".join(each.text for each in replies))


@pytest.mark.parametrize("port", EVERY_PORT)
def test_each_of_several_messages_of_a_session_gets_its_own_field(
    observe: Daemon, postfix: Postfix, port: int
) -> None:
    assert observe.running
    replies = say(
        FOUNDING, port, "EHLO client.example", *MESSAGE, MESSAGE[0], "RSET", *MESSAGE, *MESSAGE
    )
    accepted = queue_ids(replies)
    assert len(accepted) == 3
    everything = postfix.delivered(expecting=accepted)
    for queue_id in accepted:
        (copy,) = [each for each in everything if each.queue_id == queue_id]
        assert len(copy.message.get_all("Authentication-Results", [])) == 1
        assert len(copy.message.get_all("X-Gotrdns", [])) == 1


@pytest.mark.parametrize("port", EVERY_PORT)
def test_an_authenticated_client_passes_and_loses_forged_fields(
    strict: Daemon, postfix: Postfix, port: int
) -> None:
    assert strict.running
    login = "XCLIENT LOGIN=someone ADDR=85.105.64.87 NAME=[UNAVAILABLE]"
    hello = "EHLO client.example"
    assert say(FOUNDING, port, hello, *MESSAGE[:2])[-1].code == 550
    replies = say(FOUNDING, port, hello, login, hello, *MESSAGE, *MESSAGE)
    accepted = queue_ids(replies)
    assert len(accepted) == 2, replies
    for each in postfix.delivered(expecting=accepted):
        if each.queue_id in accepted:
            assert each.message.get_all("Authentication-Results", []) == []


def test_mail_passes_when_the_daemon_is_killed(strict: Daemon) -> None:
    strict.kill()
    for port in EVERY_PORT:
        assert deliver(FOUNDING, port).accepted
