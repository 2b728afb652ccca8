"""The mode `protect` inside a real Postfix: zombies turned away in time, businesses let in."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest

from gotrdns.policy import Action
from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.history import DAY, HOUR
from gotrdns.store.queries import Search, Store
from tests.live import clients
from tests.live.hosted import Hosted
from tests.live.postfix import Postfix
from tests.live.resolver import Resolver
from tests.live.smtp import Conversation
from tests.unit.check_program import run_program

ZOMBIE = "85.105.64.89"
CONFIRMED_DYNAMIC = "85.105.64.91"
LIAR = "127.0.0.55"


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


@pytest.fixture
def host(postfix: Postfix, tmp_path: Path) -> Callable[..., Hosted]:
    def make(mode: str = "protect", **settings: str) -> Hosted:
        # An smtpd that still holds a connection to a former daemon would let one mail in.
        postfix.restart()
        return Hosted(tmp_path, postfix.policy_socket, mode, **settings)

    return make


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(main())


def codes(conversation: Conversation) -> tuple[int, str]:
    assert conversation.refusal is not None, "let in"
    return conversation.refusal.code, conversation.refusal.enhanced


@pytest.mark.parametrize("zombie", [ZOMBIE, str(clients.FOUNDING.address)])
def test_a_zombie_is_deferred_three_times_over_days_and_then_refused(
    host: Callable[..., Hosted], zombie: str
) -> None:
    async def main() -> None:
        async with host() as daemon:
            for _ in range(3):
                for _ in range(2):  # coming back at once is one failure
                    assert codes(await daemon.deliver(zombie)) == (450, "4.7.25")
                    daemon.now += 60
                daemon.now += 9 * HOUR
            assert codes(await daemon.deliver(zombie)) == (550, "5.7.25")
            assert daemon.events("decision", f"client={zombie}")[-1].count("rule=unvouched") == 1

    run(main)


def test_what_was_seen_outlives_the_daemon(host: Callable[..., Hosted]) -> None:
    async def main() -> None:
        for times, expected in enumerate([450, 450, 450, 550]):
            async with host() as daemon:
                daemon.now += times * 12 * HOUR
                assert codes(await daemon.deliver(ZOMBIE))[0] == expected

    run(main)


def test_a_business_that_somebody_vouches_for_is_let_in_marked_and_listed(
    host: Callable[..., Hosted], postfix: Postfix
) -> None:
    business = clients.VOUCHED

    async def main() -> None:
        async with host() as daemon:
            conversation = await daemon.deliver(
                business.address, helo=business.helo, sender="owner@business.example"
            )
            assert conversation.accepted, conversation.refusal
            [copy] = await asyncio.to_thread(postfix.copies, conversation.queue_id)
            mark = str(copy.message["X-Gotrdns"])
            for word in ("iprev=fail", "rule=vouched", "vouched=helo,mx,spf", "incident="):
                assert word in mark
            incident = mark.rpartition("incident=")[2]
        listed = await asyncio.to_thread(
            run_program, "why", "--follow-up", "--json", "--no-now", "--store", daemon.url
        )
        [found] = map(json.loads, listed.stdout.splitlines())
        assert (found["incident"], found["address"]) == (incident, str(business.address))
        assert found["vouched"]["by"] == ["helo", "mx", "spf"]

    run(main)


def test_the_same_client_with_a_foreign_envelope_is_not_vouched_for(
    host: Callable[..., Hosted],
) -> None:
    async def main() -> None:
        async with host() as daemon:
            conversation = await daemon.deliver(
                clients.VOUCHED.address, helo="mail.harbour.example", sender="x@harbour.example"
            )
            assert codes(conversation) == (450, "4.7.25")

    run(main)


def test_observe_lets_the_zombie_in_and_records_what_protect_would_do(
    host: Callable[..., Hosted],
) -> None:
    async def main() -> None:
        async with host("observe", policy='rehearse = "protect"') as daemon:
            for _ in range(4):
                assert (await daemon.deliver(ZOMBIE)).accepted
                daemon.now += 12 * HOUR
            would = [line.partition("withheld=")[2][:6] for line in daemon.events("decision")]
            assert would == ["defer ", "defer ", "defer ", "refuse"]
        with Store(daemon.url) as store:
            assert {each.withheld for each in store.find(Search())} == {Action.DEFER, Action.REFUSE}

    run(main)


def test_a_dynamic_name_that_confirms_gets_in_when_it_comes_back(
    host: Callable[..., Hosted],
) -> None:
    async def main() -> None:
        async with host() as daemon:
            assert codes(await daemon.deliver(CONFIRMED_DYNAMIC)) == (450, "4.7.25")
            daemon.now += 60
            assert codes(await daemon.deliver(CONFIRMED_DYNAMIC)) == (450, "4.7.25")
            daemon.now += 540
            assert (await daemon.deliver(CONFIRMED_DYNAMIC)).accepted

    run(main)


def test_a_domain_that_would_speak_for_half_the_internet_speaks_for_nobody(
    host: Callable[..., Hosted],
) -> None:
    async def main() -> None:
        async with host() as daemon:
            for bot in ("81.20.30.20", "81.20.35.11", "85.105.64.87"):
                conversation = await daemon.deliver(bot, sender="bot@wide.botnet.example")
                assert codes(conversation) == (450, "4.7.25")

    run(main)


def test_a_domain_speaks_for_three_networks_and_no_further(host: Callable[..., Hosted]) -> None:
    async def main() -> None:
        async with host() as daemon:
            sender = "bot@narrow.botnet.example"
            for bot in ("81.20.30.20", "81.20.35.11", "85.105.64.87"):
                assert (await daemon.deliver(bot, sender=sender)).accepted
            beyond = clients.FORTY_NAMES_BEYOND_TEN.address
            assert codes(await daemon.deliver(beyond, sender=sender)) == (450, "4.7.25")
            daemon.now += 8 * DAY
            assert (await daemon.deliver(beyond, sender=sender)).accepted

    run(main)


@pytest.mark.parametrize("mode", ["strict", "protect"])
def test_mail_to_postmaster_is_always_accepted(host: Callable[..., Hosted], mode: str) -> None:
    async def main() -> None:
        async with host(mode) as daemon:
            recipients = ("postmaster@recipient.example",)
            for _ in range(4):
                assert (await daemon.deliver(ZOMBIE, recipients=recipients)).accepted
                daemon.now += DAY

    run(main)


def test_an_exception_takes_effect_within_a_second_and_ends_in_one(
    host: Callable[..., Hosted],
) -> None:
    async def main() -> None:
        async with host("strict") as daemon:
            assert codes(await daemon.deliver(ZOMBIE)) == (550, "5.7.25")
            with Store(daemon.url, create=True) as store:
                granted = store.add_allowance(
                    AllowanceKind.ADDRESS, ZOMBIE, reason="customer", author="test", ends=None
                )
                await asyncio.sleep(1)
                assert (await daemon.deliver(ZOMBIE)).accepted
                store.end_allowance(granted.allowance.number, "mended")
                await asyncio.sleep(1)
                assert codes(await daemon.deliver(ZOMBIE)) == (550, "5.7.25")

    run(main)


def test_when_the_resolver_is_down_the_breaker_opens_and_nothing_is_deferred(
    host: Callable[..., Hosted], resolver: Resolver
) -> None:
    async def main() -> None:
        async with host() as daemon:
            resolver.stop()
            try:
                asked = [daemon.deliver(f"81.{network}.1.1") for network in range(100, 130)]
                conversations = await asyncio.gather(*asked)
                assert [each.refusal for each in conversations if not each.accepted] == []
                await daemon.until(lambda: bool(daemon.events("resolver-trust", "trust=suspect")))
            finally:
                resolver.start()
            assert not daemon.events("decision", "action=defer")

    run(main)


def test_one_dead_zone_leaves_the_breaker_shut(host: Callable[..., Hosted]) -> None:
    async def main() -> None:
        async with host() as daemon:
            dead = [daemon.deliver(f"81.20.32.{number}") for number in range(10, 50)]
            alive = [daemon.deliver(each.address) for each in clients.load_clients()[:40]]
            conversations = await asyncio.gather(*dead, *alive)
            assert {codes(each) for each in conversations[: len(dead)]} == {(450, "4.7.25")}
            assert all(each.accepted for each in conversations[len(dead) :])
            await asyncio.sleep(2)
            assert not daemon.events("resolver-trust")

    run(main)


@pytest.fixture
def liar() -> Iterator[str]:
    """A resolver that denies everything, with the proof."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((LIAR, 53))

    def lie() -> None:
        while True:
            data, peer = server.recvfrom(4096)
            if not data:
                return
            answer = dns.message.make_response(
                dns.message.from_wire(data), recursion_available=True
            )
            answer.set_rcode(dns.rcode.NXDOMAIN)
            answer.authority.append(
                dns.rrset.from_text(".", 60, "IN", "SOA", "a.root. nobody.root. 1 1 1 1 60")
            )
            server.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=lie)
    thread.start()
    yield LIAR
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"", (LIAR, 53))
    thread.join()
    server.close()


@pytest.mark.parametrize("mode", ["strict", "protect"])
def test_a_resolver_that_denies_everything_refuses_nobody(
    host: Callable[..., Hosted], liar: str, mode: str
) -> None:
    async def main() -> None:
        async with host(mode, resolver=liar) as daemon:
            for _ in range(4):
                for client in (clients.RIGHT_PAIR.address, ZOMBIE):
                    assert (await daemon.deliver(client)).accepted
                daemon.now += 12 * HOUR
            assert daemon.events("resolver-trust", "trust=lying")
            assert daemon.events("alarm", "alarm=resolver-lies")

    run(main)
