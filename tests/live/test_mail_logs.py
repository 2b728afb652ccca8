"""What real mail servers log of clients whose reverse DNS is known, read back as facts."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gotrdns.mail_logs.facts import (
    Acceptance,
    Arrival,
    Departure,
    Doubt,
    Fact,
    Fate,
    Flaw,
    Rejection,
)
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sources.opening import File
from tests.live import clients, exim
from tests.live.clients import CLIENTS, Client
from tests.live.exim import Exim
from tests.live.gateway import addresses_on_loopback, gateway
from tests.live.mail_servers import EXIM_GATEWAY
from tests.live.postfix import STOCK, UNCHECKED, Postfix
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.smtp import Conversation, Envelope, Reply, deliver, deliver_many, say

# What libc tells Postfix of the first name, whichever trouble there is.
FLAWS = {
    "mismatch": Flaw.MISMATCH,
    "nxdomain": Flaw.NXDOMAIN,
    "nodata": Flaw.NODATA,
    "unproven": Flaw.NODATA,
    "servfail": Flaw.TEMPORARY,
    "refused": Flaw.TEMPORARY,
    "timeout": Flaw.TEMPORARY,
    "unusable": Flaw.UNUSABLE,
}
RECIPIENT = b"reader@recipient.example"
SENDER = b"someone@harbour.example"


class Listener:
    """What is written to a log from now on."""

    def __init__(self, path: Path, directory: Path) -> None:
        self._path = path
        self._copy = directory / "copy"
        self._begins = path.stat().st_size if path.exists() else 0
        self.reading = Reading()

    def facts(self) -> list[Fact]:
        with self._path.open("rb") as log:
            log.seek(self._begins)
            self._copy.write_bytes(log.read())
        self.reading = Reading()
        return [fact for some in read_facts([File(self._copy)], self.reading) for fact in some]

    def facts_once(self, kind: type[Fact], count: int) -> list[Fact]:
        """All facts, when there are so many of one kind."""
        wait_until(lambda: _count(self.facts(), kind) >= count, f"{count} times {kind.__name__}")
        return self.facts()


def _count(facts: Sequence[Fact], kind: type[Fact]) -> int:
    return sum(isinstance(fact, kind) for fact in facts)


@pytest.fixture
def listener(postfix: Postfix, tmp_path: Path) -> Listener:
    return Listener(postfix.mail_log, tmp_path)


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def expected_doubt(client: Client) -> tuple[bytes, bytes, Flaw] | None:
    """Client, claimed name and flaw, as Postfix takes the first name and logs it."""
    first = next(iter(client.pointers), None)
    # It has nothing to say of a leading hyphen.
    if first is None or first.state == "confirmed":
        return None
    if first.name == ".":
        return b"", b"", Flaw.NO_NAME
    named = b"" if first.state == "unusable" else str(client.address).encode()
    return named, first.name.encode(), FLAWS[first.state]


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_what_postfix_logs_of_a_session_is_what_was_said(
    client: Client, listener: Listener
) -> None:
    began = time.time()
    conversation = deliver(client.address, STOCK, helo=client.helo)
    facts = listener.facts_once(Departure, 1)
    address = str(client.address).encode()
    accepted = client.stock_postfix == "accepts"
    name = client.pointers[0].name.encode() if accepted else None

    assert began - 1 < facts[0].at <= time.time()
    assert len({fact.process for fact in facts}) == 1
    assert {
        (fact.client or address, fact.name) for fact in facts if not isinstance(fact, Doubt)
    } == {(address, name)}
    doubts = [(fact.client, fact.claimed, fact.flaw) for fact in facts if isinstance(fact, Doubt)]
    assert doubts == [doubt for doubt in [expected_doubt(client)] if doubt]
    rest = [fact for fact in facts if not isinstance(fact, Doubt)]
    assert [type(fact) for fact in rest] == [
        Arrival,
        Acceptance if accepted else Rejection,
        Departure,
    ]
    _assert_answer(rest[1], conversation, client)
    assert listener.reading.unknown == listener.reading.damaged == 0


def _assert_answer(fact: Fact, conversation: Conversation, client: Client) -> None:
    if isinstance(fact, Acceptance):
        assert fact.queue_id.decode() == conversation.queue_id
        return
    assert isinstance(fact, Rejection)
    reply = conversation.refusal
    assert reply is not None
    assert (int(fact.code), fact.enhanced.decode()) == (reply.code, reply.enhanced)
    assert fact.text.decode() == reply.text
    assert (fact.fate, fact.stage) == (Fate.DEFERRED, b"RCPT")
    assert (fact.helo.decode(), fact.sender, fact.recipient) == (client.helo, SENDER, RECIPIENT)


GOOD = str(clients.RIGHT_PAIR.address)
FORGED = (
    "NOQUEUE: reject: RCPT from unknown[6.6.6.6]: 450 4.7.25 Client host rejected: cannot find "
    "your hostname, [6.6.6.6]; from=<x@x.example> to=<y@y.example> proto=ESMTP helo=<z>"
)
HELOS = (
    "mail.harbour.example",
    FORGED,
    "x>; from=<v@v.example> to=<w@w.example> proto=SMTP helo=<y",
    "a\x01b\x1b[31mc\x7f",
    "\u00e9[6.6.6.6]",
    "4jcBXC5jXKzSJ: client=mail.good.example[6.6.6.6]",
    "h" * 600,
)
SENDERS = (
    "<a@v.example>",
    '<"a>; proto=SMTP helo=<x"@v.example>',
    '<"a\\"b; from=<c"@v.example>',
)
TARGETS = (
    "<nobody@nowhere.example>",
    '<"b>: Client host rejected: cannot find your hostname, ["@nowhere.example>',
    f'<"{FORGED[:60]}"@nowhere.example>',
)


def test_nothing_that_a_stranger_says_becomes_another_fact(listener: Listener) -> None:
    said = [(helo, sender, to) for helo in HELOS for sender in SENDERS for to in TARGETS]
    replies: list[Reply] = []
    for helo, sender, to in said:
        commands = (f"EHLO {helo}", f"MAIL FROM:{sender}", f"RCPT TO:{to}", "QUIT")
        replies.append(say(GOOD, STOCK, *commands)[3])
    facts = listener.facts_once(Departure, len(said))
    rejections = [fact for fact in facts if isinstance(fact, Rejection)]

    assert {type(fact) for fact in facts} == {Arrival, Rejection, Departure}
    assert {(fact.client, fact.name) for fact in facts} == {
        (GOOD.encode(), b"mail.harbour.example")
    }
    assert len(facts) == 3 * len(said)
    assert {(fact.code, fact.enhanced, fact.queue_id) for fact in rejections} == {
        (b"554", b"5.7.1", b"")
    }
    assert {(reply.code, reply.enhanced) for reply in replies} == {(554, "5.7.1")}
    senders = {sender[1:-1].encode() for sender in SENDERS} | {b""}
    assert {fact.sender for fact in rejections} <= senders
    assert {fact.recipient for fact in rejections} <= {to[1:-1].encode() for to in TARGETS} | {b""}
    assert listener.reading.unknown == 0


def test_a_message_that_is_not_sent_to_its_end_has_no_fact_of_its_own(listener: Listener) -> None:
    say(GOOD, UNCHECKED, "EHLO h", "MAIL FROM:<a@v.example>", "RSET")
    facts = listener.facts_once(Departure, 1)

    assert [type(fact) for fact in facts] == [Arrival, Departure]
    assert listener.reading.unknown == 0


@pytest.fixture(scope="module")
def exim_log(resolver: Resolver, live_directory: Path) -> Iterator[Path]:
    assert resolver.running
    directory = live_directory / "exim-log"
    with Exim(directory), addresses_on_loopback(client.address for client in CLIENTS):
        yield directory / "mainlog"


def flaw_for_exim(client: Client) -> Flaw:
    """Exim asks for all names; one that cannot be asked for spoils the others."""
    states = {pointer.state for pointer in client.pointers if pointer.name != "."}
    if not states:
        answered = client.reverse in {"names", "nodata", "nxdomain", "unproven"}
        return Flaw.NO_NAME if answered else Flaw.UNDETERMINED
    return Flaw.UNDETERMINED if states & {"servfail", "refused", "timeout"} else Flaw.UNCONFIRMED


def test_what_exim_logs_of_every_client_is_what_was_answered(
    exim_log: Path, tmp_path: Path
) -> None:
    listener = Listener(exim_log, tmp_path)
    conversations = asyncio.run(_to_exim([Envelope(each.address, each.helo) for each in CLIENTS]))
    facts = listener.facts()
    told = {
        fact.client.decode(): fact for fact in facts if isinstance(fact, Rejection | Acceptance)
    }

    assert len(told) == len(CLIENTS) == _count(facts, Rejection) + _count(facts, Acceptance)
    for client, conversation in zip(CLIENTS, conversations, strict=True):
        _assert_exim_told(told[str(client.address)], client, conversation)
    nameless = {fact.client for fact in facts if isinstance(fact, Doubt)}
    assert nameless == {
        fact.client for fact in facts if isinstance(fact, Rejection) and fact.flaw is Flaw.NO_NAME
    }
    assert listener.reading.unknown == listener.reading.damaged == 0


def _assert_exim_told(
    fact: Rejection | Acceptance, client: Client, conversation: Conversation
) -> None:
    assert fact.sender == SENDER
    if isinstance(fact, Acceptance):
        assert conversation.message is not None
        assert fact.queue_id.decode() in conversation.message.text
        assert fact.name in {pointer.name.encode() for pointer in client.pointers}
        return
    reply = conversation.refusal
    assert reply is not None
    assert fact.fate is (Fate.DEFERRED if reply.code < 500 else Fate.REFUSED)
    assert (fact.name, fact.helo.decode(), fact.recipient) == (None, client.helo, RECIPIENT)
    assert fact.flaw is flaw_for_exim(client), fact
    if fact.flaw is Flaw.UNCONFIRMED:
        assert fact.claimed == client.pointers[0].name.encode()


def test_nothing_that_a_stranger_says_to_exim_becomes_another_fact(
    exim_log: Path, tmp_path: Path
) -> None:
    listener = Listener(exim_log, tmp_path)
    stranger = clients.NO_PTR.address
    senders = [*SENDERS, '<"x) [6.6.6.6] "@v.example>', '<"x H=(y) [6.6.6.6] F=<z"@v.example>']
    targets = [to.replace("nowhere", "recipient") for to in TARGETS]
    envelopes = [
        Envelope(stranger, helo, sender[1:-1], (to[1:-1],))
        for helo in (*HELOS[:3], "[6.6.6.6]", "x) [6.6.6.6")
        for sender in senders
        for to in targets
    ]
    conversations = asyncio.run(_to_exim(envelopes))
    facts = listener.facts()
    answered = sum(len(conversation.recipients) for conversation in conversations)

    # What might be forged is not believed, but it is counted.
    assert _count(facts, Rejection) + listener.reading.unknown == answered
    assert _count(facts, Rejection) >= len(SENDERS) * len(TARGETS)
    assert {fact.client.decode() for fact in facts} == {str(stranger)}
    assert {type(fact) for fact in facts} == {Rejection, Doubt}
    rejections = [fact for fact in facts if isinstance(fact, Rejection)]
    assert {(fact.flaw, fact.name, fact.fate) for fact in rejections} == {
        (Flaw.NO_NAME, None, Fate.REFUSED)
    }


@pytest.mark.parametrize("local", ['"%s"', 'a."%s"', '"%s".a', 'a."%s".b'])
def test_whoever_delivers_to_exim_cannot_say_that_another_did(
    local: str, exim_log: Path, tmp_path: Path
) -> None:
    listener = Listener(exim_log, tmp_path)
    client = clients.RIGHT_PAIR
    sender = local % "b H=mail.good.example [6.6.6.6] c" + "@v.example"
    envelope = Envelope(client.address, client.helo, sender)
    [conversation] = asyncio.run(_to_exim([envelope]))
    [fact] = [each for each in listener.facts() if isinstance(each, Acceptance)]

    assert conversation.message is not None
    assert fact.queue_id.decode() in conversation.message.text
    assert (fact.client.decode(), fact.sender.decode()) == (str(client.address), sender)


async def _to_exim(envelopes: Sequence[Envelope]) -> list[Conversation]:
    async with gateway(EXIM_GATEWAY, exim.PORT):
        return await deliver_many(envelopes, EXIM_GATEWAY)
