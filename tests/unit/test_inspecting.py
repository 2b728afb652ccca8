"""What one answer tells about the resolver that gave it."""

import dns.flags
import dns.message
import dns.rcode
import pytest

from gotrdns.lookup import CONTROL_QUESTION, Outcome, Question, RecordType
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.resolution.inspecting import Heard, inspect
from gotrdns.resolution.servers import ServerAddress
from tests.unit.loopback import Handler, LoopbackServer, reply, run
from tests.unit.resolvers import SOA, failing, silent

NAME = Question(DomainName.parse("arpa"), RecordType.A)
SIGNED = Question(ROOT, RecordType.SOA)
ROOT_SOA = ". 60 IN SOA a.root. h.root. 1 2 3 4 5"
SIGNATURE = ". 60 IN RRSIG SOA 8 0 60 20300101000000 20200101000000 1 . AAAA"


def hear(handler: Handler, question: Question = NAME, patience: float = 2.0) -> Heard:
    found: list[Heard] = []

    async def main() -> None:
        async with LoopbackServer(handler) as server:
            found.append(await inspect(server.address, question, patience=patience))

    run(main())
    return found[0]


@pytest.mark.parametrize(
    ("handler", "outcome"),
    [
        (lambda query: [reply(query, "arpa. 60 IN A 192.0.2.1")], Outcome.FOUND),
        (lambda query: [reply(query, authority=(SOA,))], Outcome.NODATA),
        (lambda query: [reply(query)], Outcome.UNPROVEN),
        (lambda query: [reply(query, rcode=dns.rcode.NXDOMAIN)], Outcome.NXDOMAIN),
        (failing(dns.rcode.REFUSED), Outcome.REFUSED),
        (failing(dns.rcode.SERVFAIL), Outcome.SERVFAIL),
        (failing(dns.rcode.NOTIMP), Outcome.SERVFAIL),
        (lambda query: [query.id.to_bytes(2) + b"\x81\x80" + b"\xff" * 9], Outcome.SERVFAIL),
    ],
)
def test_each_answer_has_its_outcome(handler: Handler, outcome: Outcome) -> None:
    heard = hear(handler)
    assert heard.outcome is outcome
    assert heard.came
    assert 0 < heard.seconds < 2


def test_silence_ends_with_time() -> None:
    heard = hear(silent, patience=0.2)
    assert (heard.outcome, heard.came) == (Outcome.TIMEOUT, False)


def test_a_lost_datagram_is_no_silence() -> None:
    asked: list[dns.message.Message] = []

    def lose_the_first(query: dns.message.Message) -> list[bytes]:
        asked.append(query)
        return [] if len(asked) == 1 else [reply(query, authority=(SOA,))]

    assert hear(lose_the_first, patience=1.0).outcome is Outcome.NODATA


def test_where_nobody_listens_nothing_is_reached() -> None:
    async def main() -> None:
        async with LoopbackServer(silent) as server:
            port = server.port
        nobody = ServerAddress(Address.parse("127.0.0.1"), port)
        heard = await inspect(nobody, CONTROL_QUESTION, patience=2.0)
        assert (heard.outcome, heard.came) == (Outcome.UNREACHABLE, False)

    run(main())


def test_the_bits_and_signatures_of_an_answer_are_seen() -> None:
    queries: list[dns.message.Message] = []

    def signed(query: dns.message.Message) -> list[bytes]:
        queries.append(query)
        return [reply(query, ROOT_SOA, SIGNATURE, flags=dns.flags.AD)]

    heard = hear(signed, SIGNED)
    assert (heard.authenticated, heard.signed, heard.recursive) == (True, True, True)
    [query] = queries
    assert query.flags & dns.flags.AD and query.flags & dns.flags.RD
    assert query.ednsflags & dns.flags.DO
    plain = hear(lambda query: [reply(query, ROOT_SOA)], SIGNED)
    assert (plain.authenticated, plain.signed) == (False, False)


def test_an_answer_without_recursion_is_seen() -> None:
    def authoritative(query: dns.message.Message) -> list[bytes]:
        response = dns.message.from_wire(reply(query, authority=(SOA,)))
        response.flags &= ~dns.flags.RA
        return [response.to_wire()]

    assert not hear(authoritative).recursive


def test_a_truncated_answer_is_asked_for_over_tcp() -> None:
    async def main() -> None:
        def truncated(query: dns.message.Message) -> list[bytes]:
            return [reply(query, flags=dns.flags.TC)]

        def whole(query: dns.message.Message) -> list[bytes]:
            return [reply(query, "arpa. 60 IN A 192.0.2.1")]

        async with LoopbackServer(truncated, whole) as server:
            heard = await inspect(server.address, NAME, patience=2.0)
        assert heard.outcome is Outcome.FOUND

    run(main())
