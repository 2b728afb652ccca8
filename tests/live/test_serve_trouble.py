"""gotrdns inside a real Postfix when things go wrong or change: nothing is lost, nobody refused."""

import asyncio
from pathlib import Path

import pytest

from tests.live import clients
from tests.live.postfix import POLICY_OVER_UNIX, Postfix
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.serving import events, make_daemon
from tests.live.smtp import Conversation, Envelope, deliver, deliver_many


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def test_observe_refuses_nothing_and_marks_each_message_once(
    postfix: Postfix, tmp_path: Path
) -> None:
    recipients = ("one@recipient.example", "two@recipient.example", "three@recipient.example")
    with make_daemon(tmp_path, postfix, "observe") as daemon:
        refused = deliver(clients.FOUNDING.address, POLICY_OVER_UNIX, recipients=recipients)
        right = deliver(clients.RIGHT_PAIR.address, POLICY_OVER_UNIX, recipients=recipients)
        assert refused.accepted
        assert right.accepted
        for copy in postfix.copies(refused.queue_id):
            [mark] = copy.message.get_all("X-Gotrdns", [])
            assert "cause=forward-nodata" in mark
        for copy in postfix.copies(right.queue_id):
            assert copy.message.get_all("X-Gotrdns", []) == []
        assert events(daemon, "decision", "client=85.105.64.87")


def test_a_stopped_resolver_lets_mail_pass_marked_with_an_alarm_and_recovers(
    postfix: Postfix, resolver: Resolver, tmp_path: Path
) -> None:
    with make_daemon(tmp_path, postfix, "strict") as daemon:
        resolver.stop()
        try:
            conversation = deliver(clients.FOUNDING.address, POLICY_OVER_UNIX)
            assert conversation.accepted, conversation.refusal
            [copy] = postfix.copies(conversation.queue_id)
            assert "cause=resolver-unreachable" in copy.message["X-Gotrdns"]
            wait_until(
                lambda: bool(events(daemon, "alarm", "resolver-unreachable")), "alarm", seconds=5
            )
        finally:
            resolver.start()

        def refused_again() -> bool:
            refusal = deliver(clients.FOUNDING.address, POLICY_OVER_UNIX).refusal
            return refusal is not None and refusal.code == 550

        wait_until(refused_again, "recovery", seconds=5)


def test_a_frozen_resolver_lets_mail_pass_too(
    postfix: Postfix, resolver: Resolver, tmp_path: Path
) -> None:
    with make_daemon(tmp_path, postfix, "strict") as daemon:
        resolver.freeze()
        try:
            conversation = deliver(clients.FOUNDING.address, POLICY_OVER_UNIX)
            assert conversation.accepted, conversation.refusal
            assert conversation.elapsed < 12
            again = deliver(clients.RIGHT_PAIR.address, POLICY_OVER_UNIX)
            assert again.accepted
            assert again.elapsed < 3, "each mail waited for a resolver known to be down"
        finally:
            resolver.thaw()
        assert daemon.running


def test_reloading_under_load_drops_no_connection_and_takes_effect(
    postfix: Postfix, tmp_path: Path
) -> None:
    founding = clients.FOUNDING.address
    with make_daemon(tmp_path, postfix, "observe") as daemon:
        assert deliver(founding, POLICY_OVER_UNIX).accepted
        envelopes = [Envelope(each.address) for each in clients.load_clients()[:100]]

        async def load_and_reload() -> list[Conversation]:
            load = asyncio.ensure_future(deliver_many(envelopes, POLICY_OVER_UNIX, at_once=10))
            text = (tmp_path / "observe.toml").read_text()
            (tmp_path / "observe.toml").write_text(text.replace('"observe"', '"strict"'))
            daemon.reload()
            return list(await load)

        conversations = asyncio.run(load_and_reload())
        assert all(each.accepted for each in conversations)
        wait_until(lambda: bool(events(daemon, "reload")), "the reload's log line", seconds=5)
        refusal = deliver(founding, POLICY_OVER_UNIX).refusal
        assert refusal is not None
        assert refusal.code == 550
        assert not [line for line in postfix.log() if "policy" in line and "warning" in line]
