"""That Postfix, the SMTP client and the daemon's helper do what tests rely on, without gotrdns."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import clients
from tests.live.daemon import Daemon, accepts
from tests.live.postfix import (
    POLICY_OVER_TCP,
    POLICY_OVER_UNIX,
    POLICY_SERVICE_PORT,
    STOCK,
    UNCHECKED,
    Postfix,
)
from tests.live.process import NotReady, wait_until
from tests.live.smtp import Envelope, deliver, deliver_many

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))


@pytest.fixture
def stand_in(postfix: Postfix, tmp_path: Path) -> Iterator[Daemon]:
    """A policy service behind both of Postfix's policy ports."""
    settings = tmp_path / "settings"
    settings.write_text(f"{postfix.policy_socket}\n{POLICY_SERVICE_PORT}\n")
    doors = (postfix.policy_socket, ("127.0.0.1", POLICY_SERVICE_PORT))
    with Daemon(settings, doors, command=STAND_IN) as daemon:
        yield daemon


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("port", [POLICY_OVER_UNIX, POLICY_OVER_TCP])
def test_a_policy_service_marks_what_postfix_delivers(postfix: Postfix, port: int) -> None:
    conversation = deliver(clients.FOUNDING.address, port)
    copies = postfix.copies(conversation.queue_id)

    assert [copy.message["X-Gotrdns"] for copy in copies] == ["stand-in"]


@pytest.mark.parametrize("port", [POLICY_OVER_UNIX, POLICY_OVER_TCP])
def test_mail_passes_unmarked_without_a_policy_service(postfix: Postfix, port: int) -> None:
    postfix.policy_socket.unlink(missing_ok=True)
    conversation = deliver(clients.FOUNDING.address, port)
    copies = postfix.copies(conversation.queue_id)

    assert [copy.message["X-Gotrdns"] for copy in copies] == [None]


def test_every_recipient_gets_a_copy(postfix: Postfix) -> None:
    recipients = ["first@recipient.example", "second@optout.example"]
    conversation = deliver(
        clients.IPV6_RIGHT_PAIR.address,
        UNCHECKED,
        recipients=recipients,
        headers={"X-Case": "copies"},
        body=".begins with a dot\n",
    )
    copies = postfix.copies(conversation.queue_id)

    assert sorted(each.recipient for each in copies) == recipients
    assert {each.message["X-Case"] for each in copies} == {"copies"}
    assert {each.message.get_content() for each in copies} == {".begins with a dot\n"}
    assert all("[IPv6:2001:470:1f0b:10::25]" in each.message["Received"] for each in copies)


def test_mail_for_other_domains_is_not_relayed(postfix: Postfix) -> None:
    assert postfix.running
    conversation = deliver(
        clients.RIGHT_PAIR.address,
        UNCHECKED,
        recipients=["somebody@elsewhere.example", "reader@recipient.example"],
    )

    assert [reply.code for reply in conversation.recipients] == [554, 250]
    assert conversation.accepted


def test_no_message_of_many_at_once_is_lost(postfix: Postfix) -> None:
    envelopes = [
        Envelope(client.address, helo=client.helo) for client in clients.load_clients()[:100]
    ]
    conversations = asyncio.run(deliver_many(envelopes, STOCK))

    assert [each.broken for each in conversations] == [None] * 100
    assert all(each.accepted for each in conversations)
    assert len({each.queue_id for each in conversations}) == 100
    postfix.delivered(expecting=[each.queue_id for each in conversations])


def test_postfix_starts_again_after_it_stopped(postfix: Postfix) -> None:
    for _ in range(3):
        postfix.stop()
        stopped = deliver(clients.RIGHT_PAIR.address, STOCK)
        postfix.start()

        assert stopped.broken is not None
        assert deliver(clients.RIGHT_PAIR.address, STOCK).accepted


def test_the_log_tells_why_postfix_does_not_know_a_client(postfix: Postfix) -> None:
    deliver(clients.FORWARD_NXDOMAIN.address, STOCK)
    warning = (
        "hostname gone.harbour.example does not resolve to address 81.20.30.31: "
        "Name or service not known"
    )

    wait_until(lambda: any(warning in line for line in postfix.log()), "the warning")


def test_a_daemon_reloads_and_ends_when_told(stand_in: Daemon) -> None:
    stand_in.reload()
    wait_until(lambda: "reloaded" in stand_in.lines(), "the reload")

    assert stand_in.running
    assert stand_in.terminate() == 0
    assert stand_in.lines() == ["reloaded", "ended"]


def test_a_killed_daemon_leaves_its_socket_and_starts_again(
    stand_in: Daemon, postfix: Postfix
) -> None:
    stand_in.kill()

    assert not stand_in.running
    assert postfix.policy_socket.exists()
    assert not accepts(postfix.policy_socket)
    stand_in.start()
    assert accepts(postfix.policy_socket)


def test_a_daemon_that_ends_at_once_says_why(tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text("only-one-word")
    daemon = Daemon(settings, [tmp_path / "socket"], command=STAND_IN)

    with pytest.raises(NotReady, match=r"status 1: .*ValueError"):
        daemon.start()
    assert not daemon.running


def test_a_daemon_that_never_listens_is_not_ready(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import signal; signal.pause()")
    daemon = Daemon(tmp_path / "settings", [tmp_path / "socket"], command=command)

    with pytest.raises(NotReady, match="not within"):
        daemon.start(seconds=0.5)
    assert not daemon.running
