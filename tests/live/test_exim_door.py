"""The real Exim, with the lines that docs/exim.md gives, and the real daemon at its door."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import pytest

from tests.live import clients
from tests.live.daemon import Daemon
from tests.live.exim import Exim, documented_lines
from tests.live.gateway import addresses_on_loopback, gateway
from tests.live.port_numbers import Port
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.serving import events
from tests.live.smtp import Conversation, Envelope, deliver_many

PORT: Final = Port.EXIM_DOOR
GATEWAY: Final = Port.EXIM_DOOR_GATEWAY

FOUNDING: Final = ip_address("85.105.64.87")
CONFIRMED: Final = next(each.address for each in clients.CLIENTS if each.result == "pass")

SETTINGS: Final = """\
[policy]
mode = "{mode}"
pass-recipient-domains = ["optout.example"]

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = []

[exim]
listen = ["unix:{directory}/exim.socket"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = ""
"""


class Site:
    """A mail host with Exim and gotrdns."""

    def __init__(self, directory: Path, mode: str) -> None:
        socket = directory / "exim.socket"
        settings = directory / "gotrdns.toml"
        settings.write_text(SETTINGS.format(mode=mode, directory=directory))
        self.daemon = Daemon(settings, [socket])
        self.exim = Exim(directory / "exim", documented_lines(socket), PORT)

    def send(self, *envelopes: Envelope) -> list[Conversation]:
        async def run() -> list[Conversation]:
            async with gateway(GATEWAY, PORT):
                return await deliver_many(envelopes, GATEWAY, at_once=20)

        with addresses_on_loopback(each.client_address for each in envelopes):
            return asyncio.run(run())

    def marks(self, messages: int) -> list[Sequence[str]]:
        """The marks of each message, once so many have arrived."""
        wait_until(lambda: len(self.exim.delivered()) == messages, what="delivery")
        return [each.get_all("X-Gotrdns", []) for each in self.exim.delivered()]


@pytest.fixture
def directory(live_directory: Path, request: pytest.FixtureRequest) -> Path:
    directory = live_directory / re.sub(r"\W+", "-", request.node.name)[:40]
    directory.mkdir()
    directory.chmod(0o755)
    return directory


@pytest.fixture
def strict(directory: Path, resolver: Resolver) -> Iterator[Site]:
    assert resolver.running
    site = Site(directory, "strict")
    with site.daemon, site.exim:
        yield site


def test_the_founding_example_is_refused_in_words_to_act_on(strict: Site) -> None:
    (conversation,) = strict.send(Envelope(FOUNDING))
    refusal = conversation.refusal
    assert refusal is not None
    assert (refusal.code, refusal.enhanced) == (550, "5.7.25")
    assert " ".join(refusal.text.split()).startswith(
        "85.105.64.87 has the reverse name dsl.static851056487.ttnet.net.tr, but that name has no "
        "A record. Add A 85.105.64.87 where the DNS of that name is kept, or ask your Internet or "
        "hosting provider to make the PTR record name your mail host"
    )
    assert conversation.elapsed < 5.0  # gotrdns hangs up once it has answered
    (decision,) = events(strict.daemon, "decision")
    assert "client=85.105.64.87" in decision
    assert "helo=client.example" in decision
    assert "sender-domain=harbour.example" in decision


def test_every_catalogued_client_gets_what_its_verdict_asks_for(strict: Site) -> None:
    catalogue = [each for each in clients.CLIENTS if each.cause != "reverse-timeout"]
    conversations = strict.send(*[Envelope(each.address, helo=each.helo) for each in catalogue])
    for client, conversation in zip(catalogue, conversations, strict=True):
        refusal = conversation.refusal
        code = None if refusal is None else refusal.code
        public = not ip_address(client.address).is_private
        expected = {"pass": None, "temperror": 450}.get(client.result, 550) if public else None
        assert code == expected, (client, conversation.replies)


def test_a_confirmed_client_a_postmaster_and_an_opted_out_domain_are_let_in(strict: Site) -> None:
    conversations = strict.send(
        Envelope(CONFIRMED),
        Envelope(FOUNDING, recipients=("postmaster@recipient.example",)),
        Envelope(FOUNDING, recipients=("someone@optout.example",)),
    )
    assert all(each.accepted for each in conversations)
    assert strict.marks(3) == [[], [], []]


def test_of_several_recipients_each_is_decided_about(strict: Site) -> None:
    recipients = ("reader@recipient.example", "abuse@recipient.example")
    (conversation,) = strict.send(Envelope(FOUNDING, recipients=recipients))
    assert [each.code for each in conversation.recipients] == [550, 250]
    assert conversation.accepted


def test_what_a_client_says_cannot_pass_for_another_word(strict: Site) -> None:
    (conversation,) = strict.send(
        Envelope(FOUNDING, sender='"a auth=yes"@harbour.example'),
    )
    assert conversation.refusal is not None
    assert conversation.refusal.code == 550


def test_observe_marks_once_and_forged_marks_are_gone(directory: Path, resolver: Resolver) -> None:
    assert resolver.running
    site = Site(directory, "observe")
    with site.daemon, site.exim:
        (conversation,) = site.send(
            Envelope(
                FOUNDING,
                recipients=("reader@recipient.example", "writer@recipient.example"),
                headers={"X-Gotrdns": "iprev=pass"},
            )
        )
        assert conversation.accepted
        for (mark,) in site.marks(2):
            assert mark.startswith("iprev=fail cause=forward-nodata address=85.105.64.87")
            assert "action=would-refuse rule=observe" in mark


def test_without_the_daemon_mail_passes(strict: Site) -> None:
    strict.daemon.kill()
    (conversation,) = strict.send(Envelope(FOUNDING))
    assert conversation.accepted
