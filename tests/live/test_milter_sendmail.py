"""The real Sendmail, with the line that docs/sendmail.md gives, and the daemon as its filter."""

import asyncio
import re
from collections.abc import Iterator
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import authres
import pytest

from tests.live import clients
from tests.live.daemon import Daemon
from tests.live.gateway import addresses_on_loopback, gateway
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
from tests.live.port_numbers import Port
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.sendmail import Sendmail
from tests.live.serving import events
from tests.live.smtp import Conversation, Envelope, Reply, deliver_many, say

PORT: Final = Port.SENDMAIL
GATEWAY: Final = Port.SENDMAIL_GATEWAY
PAGE: Final = Path(__file__).parents[2] / "docs" / "sendmail.md"

FOUNDING: Final = clients.FOUNDING.address
CONFIRMED: Final = clients.RIGHT_PAIR.address


def documented_line(socket: Path) -> str:
    """The documentation's filter, for a socket elsewhere."""
    line = re.search(r"^INPUT_MAIL_FILTER\(.*$", PAGE.read_text(), re.MULTILINE)
    assert line is not None
    assert line[0].count("/run/gotrdns/milter") == 1
    return line[0].replace("/run/gotrdns/milter", str(socket))


class Site:
    """A mail host with Sendmail and gotrdns."""

    def __init__(self, directory: Path, mode: str) -> None:
        socket = directory / "milter.socket"
        self.daemon = Daemon(settings_file(directory, mode, f"unix:{socket}"), [socket])
        self.sendmail = Sendmail(directory / "sendmail", documented_line(socket), PORT)

    def send(self, *envelopes: Envelope) -> list[Conversation]:
        async def run() -> list[Conversation]:
            async with gateway(GATEWAY, PORT):
                return await deliver_many(envelopes, GATEWAY, at_once=20)

        with addresses_on_loopback(each.client_address for each in envelopes):
            return asyncio.run(run())

    def delivered(self, copies: int) -> list[EmailMessage]:
        """All messages, once so many have arrived."""
        wait_until(lambda: len(self.sendmail.delivered()) == copies, what="delivery")
        return self.sendmail.delivered()


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
    with site.daemon, site.sendmail:
        yield site


@pytest.fixture
def observe(directory: Path, resolver: Resolver) -> Iterator[Site]:
    assert resolver.running
    site = Site(directory, "observe")
    with site.daemon, site.sendmail:
        yield site


def test_the_founding_example_is_refused_in_words_to_act_on(strict: Site) -> None:
    (conversation,) = strict.send(Envelope(FOUNDING))
    assert [each.code for each in conversation.recipients] == [550]
    refusal = conversation.refusal
    assert refusal is not None
    assert refusal.enhanced == "5.7.25"
    assert refusal.text.startswith(f"<reader@recipient.example>... {REFUSAL}")
    wait_until(lambda: bool(events(strict.daemon, "decision")), "a line in the log")
    (decision,) = events(strict.daemon, "decision")
    assert "client=85.105.64.87" in decision
    assert "helo=client.example" in decision
    assert "sender-domain=harbour.example" in decision


def test_a_text_that_does_not_fit_beside_the_recipient_becomes_several_lines(strict: Site) -> None:
    recipient = f"{'r' * 220}@recipient.example"
    (conversation,) = strict.send(Envelope(FOUNDING, recipients=(recipient,)))
    refusal = conversation.refusal
    assert refusal is not None
    assert (refusal.code, refusal.enhanced) == (550, "5.7.25")
    lines = refusal.text.split("\n")
    assert len(lines) == 2
    assert all(len(f"550 5.7.25 {line}\r\n") <= 512 for line in lines)
    words = [word for line in lines for word in line.split() if "rrrr" not in word]
    assert " ".join(words).startswith("85.105.64.87 has the reverse name dsl.static851056487")
    assert "See https://rdns.recipient.example/i/" in " ".join(words)


def test_every_catalogued_client_gets_what_its_verdict_asks_for(strict: Site) -> None:
    catalogue = [each for each in clients.CLIENTS if each.cause != "reverse-timeout"]
    conversations = strict.send(*[Envelope(each.address, helo=each.helo) for each in catalogue])
    accepted = set()
    for client, conversation in zip(catalogue, conversations, strict=True):
        refusal = conversation.refusal
        code = None if refusal is None else refusal.code
        public = not ip_address(client.address).is_private
        expected = {"pass": None, "temperror": 450}.get(client.result, 550) if public else None
        assert code == expected, (client, conversation.replies)
        if expected is None:
            accepted.add((str(client.address), client.result, client.cause))
    verdicts = set()
    for message in strict.delivered(len(accepted)):
        (value,) = results(message)
        assert message.keys()[0] == "Authentication-Results"
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
        assert header.authserv_id == OURS
        (result,) = header.results
        verdicts.add((result.properties[0].value, result.result, result.reason))
    assert verdicts == accepted


def test_forged_fields_are_removed_and_others_stay(strict: Site) -> None:
    (conversation,) = strict.send(Envelope(CONFIRMED, headers=FORGED))
    assert conversation.accepted
    (message,) = strict.delivered(1)
    assert results(message) == [told("pass", "confirmed", CONFIRMED), FOREIGN]
    assert message.get_all("X-Gotrdns") is None
    assert message["Subject"] == "A test"


def test_observe_refuses_nothing_and_tells_the_verdict(observe: Site) -> None:
    recipients = ("reader@recipient.example", "writer@recipient.example")
    (conversation,) = observe.send(Envelope(FOUNDING, recipients=recipients, headers=FORGED))
    assert conversation.accepted
    for message in observe.delivered(2):
        assert results(message) == [told("fail", "forward-nodata", FOUNDING), FOREIGN]
        (mark,) = message.get_all("X-Gotrdns", [])
        assert mark.startswith("iprev=fail cause=forward-nodata address=85.105.64.87")
        assert "action=would-refuse rule=observe" in mark
    for line in events(observe.daemon, "decision"):
        assert "mail-server-found=" in line
        assert "queue-id=" in line


def test_of_several_recipients_each_is_decided_about(strict: Site) -> None:
    recipients = ("reader@recipient.example", "Postmaster@recipient.example", "a@optout.example")
    (conversation,) = strict.send(Envelope(FOUNDING, recipients=recipients))
    assert [each.code for each in conversation.recipients] == [550, 250, 250]
    assert conversation.accepted
    for message in strict.delivered(2):
        assert results(message) == [told("fail", "forward-nodata", FOUNDING)]


def test_each_of_several_messages_of_a_session_gets_its_own_field(observe: Site) -> None:
    commands = ("EHLO client.example", *MESSAGE, MESSAGE[0], "RSET", *MESSAGE, *MESSAGE)

    async def run() -> list[Reply]:
        async with gateway(GATEWAY, PORT):
            return await asyncio.to_thread(say, FOUNDING, GATEWAY, *commands)

    with addresses_on_loopback([FOUNDING]):
        replies = asyncio.run(run())
    assert [each.code for each in replies[-1::-4]][:2] == [250, 250]
    for each in observe.delivered(3):
        assert results(each) == [told("fail", "forward-nodata", FOUNDING)]
        assert len(each.get_all("X-Gotrdns", [])) == 1


def test_a_listed_client_gets_no_verdict_and_loses_forged_ones(strict: Site) -> None:
    (conversation,) = strict.send(Envelope(ip_address("85.105.64.90"), headers=FORGED))
    assert conversation.accepted
    (message,) = strict.delivered(1)
    assert results(message) == [FOREIGN]


def test_mail_passes_when_the_daemon_is_killed(strict: Site) -> None:
    strict.daemon.kill()
    (conversation,) = strict.send(Envelope(FOUNDING))
    assert conversation.accepted
