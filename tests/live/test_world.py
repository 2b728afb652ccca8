"""That the private Internet is as the catalogue of clients says, without gotrdns.

A test elsewhere that fails while these pass has found something.
"""

import asyncio
import socket
from collections.abc import Mapping
from typing import Literal, TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client, ForwardState, ReverseAnswer
from tests.live.internet import ADDRESSES, DROPPER_ADDRESS, Internet
from tests.live.postfix import STOCK, Postfix
from tests.live.resolver import Resolver
from tests.live.smtp import Conversation, Envelope, deliver_many

# Unbound tries a silent server for many seconds; everything else answers in milliseconds.
SILENCE = 1.0

NegativeAnswer: TypeAlias = Literal["nodata", "nxdomain", "refused", "servfail", "unproven"]

every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)


def ask(name: str, kind: str, server: str) -> dns.message.Message | None:
    """The answer, over TCP where the datagram was truncated; None for silence."""
    question = dns.message.make_query(name, kind, use_edns=True, payload=1232)
    try:
        answer, _ = dns.query.udp_with_fallback(question, server, timeout=SILENCE)
    except dns.exception.Timeout:
        return None
    return answer


def records(answer: dns.message.Message, kind: str) -> list[str]:
    wanted = dns.rdatatype.from_text(kind)
    return [
        record.to_text() for rrset in answer.answer if rrset.rdtype == wanted for record in rrset
    ]


def negative_answer(answer: dns.message.Message) -> NegativeAnswer:
    if answer.rcode() == dns.rcode.SERVFAIL:
        return "servfail"
    if answer.rcode() == dns.rcode.REFUSED:
        return "refused"
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return "nxdomain"
    assert answer.rcode() == dns.rcode.NOERROR
    proven = any(rrset.rdtype == dns.rdatatype.SOA for rrset in answer.authority)
    return "nodata" if proven else "unproven"


def reverse_answer(answer: dns.message.Message | None) -> ReverseAnswer:
    if answer is None:
        return "timeout"
    return "names" if records(answer, "PTR") else negative_answer(answer)


def forward_state(client: Client, name: str, server: str) -> ForwardState:
    labels = dns.name.from_text(name).labels[:-1]
    if not labels or labels[-1].isdigit():
        return "unusable"
    kind = "A" if client.address.version == 4 else "AAAA"
    answer = ask(name, kind, server)
    if answer is None:
        return "timeout"
    addresses = records(answer, kind)
    if addresses:
        return "confirmed" if str(client.address) in addresses else "mismatch"
    return negative_answer(answer)


def names_pointed_to(client: Client, server: str) -> list[str]:
    answer = ask(client.address.reverse_pointer, "PTR", server)
    assert answer is not None
    return [name if name == "." else name.removesuffix(".") for name in records(answer, "PTR")]


@every_client
def test_the_resolver_answers_the_ptr_question_as_catalogued(
    client: Client, cold_resolver: Resolver
) -> None:
    answer = ask(client.address.reverse_pointer, "PTR", cold_resolver.address)

    assert reverse_answer(answer) == client.reverse


@pytest.mark.parametrize("client", [each for each in CLIENTS if each.pointers], ids=str)
def test_the_names_and_their_addresses_are_as_catalogued(
    client: Client, cold_resolver: Resolver
) -> None:
    names = names_pointed_to(client, cold_resolver.address)

    assert names == [pointer.name for pointer in client.pointers]
    assert [forward_state(client, name, cold_resolver.address) for name in names] == [
        pointer.state for pointer in client.pointers
    ]


def test_clients_have_public_addresses_except_the_private_pair() -> None:
    private = [client for client in CLIENTS if not client.address.is_global]

    assert private == [clients.PRIVATE_RIGHT_PAIR]
    assert len({client.address for client in CLIENTS}) == len(CLIENTS)


def test_every_load_client_is_confirmed(resolver: Resolver) -> None:
    everyone = clients.load_clients()

    assert len(everyone) == 250
    for client in everyone:
        assert names_pointed_to(client, resolver.address) == [client.pointers[0].name]
        assert forward_state(client, client.pointers[0].name, resolver.address) == "confirmed"


@pytest.mark.parametrize(
    "client", [clients.FORTY_NAMES_WITHIN_TEN, clients.FORTY_NAMES_BEYOND_TEN], ids=str
)
def test_forty_long_names_do_not_fit_a_datagram(client: Client, resolver: Resolver) -> None:
    question = dns.message.make_query(client.address.reverse_pointer, "PTR", use_edns=True)

    assert dns.query.udp(question, resolver.address, timeout=5.0).flags & dns.flags.TC
    assert len(records(dns.query.tcp(question, resolver.address, timeout=5.0), "PTR")) == 40


@pytest.mark.usefixtures("internet")
def test_each_level_of_the_tree_refers_to_the_next() -> None:
    reverse_name = clients.FOUNDING.address.reverse_pointer
    cuts = []
    for level in ("root", "infrastructure"):
        answer = ask(reverse_name, "PTR", ADDRESSES[level][0])
        assert answer is not None
        assert not answer.flags & dns.flags.AA
        cuts.append(str(answer.authority[0].name))
    last = ask(reverse_name, "PTR", ADDRESSES["provider"][0])

    assert cuts == ["arpa.", "64.105.85.in-addr.arpa."]
    assert last is not None
    assert last.flags & dns.flags.AA
    assert records(last, "PTR") == ["dsl.static851056487.ttnet.net.tr."]


@pytest.mark.usefixtures("internet")
def test_name_servers_answer_over_ipv6_as_well() -> None:
    for level in ("provider", "customer"):
        over_ipv4, over_ipv6 = (ask("hosting.example", "SOA", each) for each in ADDRESSES[level])
        assert over_ipv4 is not None
        assert over_ipv6 is not None
        assert over_ipv4.rcode() == over_ipv6.rcode()


@pytest.mark.usefixtures("internet")
def test_the_dropper_never_answers() -> None:
    assert ask("mail.silent.example", "A", DROPPER_ADDRESS) is None


def test_flushing_makes_the_resolver_ask_again(internet: Internet, resolver: Resolver) -> None:
    client, provider = clients.RIGHT_PAIR, internet.servers["provider"]

    def answered() -> ReverseAnswer:
        return reverse_answer(ask(client.address.reverse_pointer, "PTR", resolver.address))

    before = answered()
    provider.stop()
    try:
        remembered = answered()
        resolver.flush()
        forgotten = answered()
    finally:
        provider.start()
        resolver.flush()

    assert (before, remembered) == ("names", "names")
    assert forgotten in {"servfail", "timeout"}
    assert answered() == "names"


def test_the_resolver_can_be_stopped_and_started_again(resolver: Resolver) -> None:
    resolver.stop()
    try:
        with pytest.raises(OSError, match="refused"):
            dns.query.tcp(dns.message.make_query(".", "NS"), resolver.address, timeout=5.0)
    finally:
        resolver.start()

    assert names_pointed_to(clients.RIGHT_PAIR, resolver.address) == ["mail.harbour.example"]


def test_a_frozen_resolver_is_silent_until_it_is_thawed(resolver: Resolver) -> None:
    resolver.freeze()
    try:
        silence = ask(".", "NS", resolver.address)
    finally:
        resolver.thaw()

    assert silence is None
    assert ask(".", "NS", resolver.address) is not None


def test_libc_asks_the_private_resolver(cold_resolver: Resolver) -> None:
    assert cold_resolver.running
    assert socket.gethostbyaddr("81.20.30.10")[0] == "mail.harbour.example"


def test_no_packet_can_leave() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward,
        pytest.raises(OSError, match="unreachable"),
    ):
        outward.connect(("192.0.2.1", 53))


@pytest.fixture(scope="module")
def stock_replies(postfix: Postfix, resolver: Resolver) -> Mapping[Client, Conversation]:
    """Every client's delivery to Postfix with `reject_unknown_client_hostname`, all at once."""
    assert postfix.running
    resolver.flush()
    envelopes = [Envelope(client.address, helo=client.helo) for client in CLIENTS]
    conversations = asyncio.run(deliver_many(envelopes, STOCK))
    return dict(zip(CLIENTS, conversations, strict=True))


@every_client
def test_stock_postfix_treats_the_client_as_catalogued(
    client: Client, stock_replies: Mapping[Client, Conversation]
) -> None:
    conversation = stock_replies[client]

    assert conversation.broken is None
    if client.stock_postfix == "accepts":
        assert conversation.accepted, conversation.refusal
    else:
        assert str(conversation.refusal) == (
            f"450 4.7.25 Client host rejected: cannot find your hostname, [{client.address}]"
        )


def test_stock_postfix_delivers_what_it_accepted(
    postfix: Postfix, stock_replies: Mapping[Client, Conversation]
) -> None:
    accepted = {each.queue_id for each in stock_replies.values() if each.accepted}
    delivered = {each.queue_id for each in postfix.delivered(expecting=accepted)}

    assert len(accepted) == sum(client.stock_postfix == "accepts" for client in CLIENTS)
    assert accepted <= delivered
