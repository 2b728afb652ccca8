"""Where a lost PTR record is looked for."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.evidence import Ending, Kind, Leg, Path, Purpose, Record, Reply, Server, Zone
from gotrdns.explaining.probing import classless_labels, probe_other_family, probe_reverse
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName

CLIENT = Address.parse("203.0.113.11")
ZONE = DomainName.parse("113.0.203.in-addr.arpa")
SERVER = Server(DomainName.parse("ns.provider.example"), Address.parse("192.0.2.53"))
HOST = DomainName.parse("mail.business.example")
ADDRESSES = st.builds(Address, st.binary(min_size=4, max_size=4))


def reply(question: Question, kind: Kind) -> Reply:
    record = Record(question.name, 300, question.type.name, f"{HOST}.", target=HOST)
    records = (record,) if kind is Kind.ANSWER else ()
    return Reply(SERVER, question, kind, 0.001, records=records)


def nowhere(_name: str) -> bool:
    return False


class FakeWalker:
    """Holds PTR records at some names, and remembers what it was asked."""

    def __init__(
        self,
        holds: Callable[[str], bool] = nowhere,
        otherwise: Kind = Kind.NXDOMAIN,
        *,
        refers: bool = False,
    ) -> None:
        self.holds = holds
        self.refers = refers
        self.otherwise = otherwise
        self.asked: list[str] = []

    async def ask_zone(self, _zone: Zone, question: Question, /) -> tuple[Reply, ...]:
        self.asked.append(question.name.text)
        held = Kind.REFERRAL if self.refers else Kind.ANSWER
        return (reply(question, held if self.holds(question.name.text) else self.otherwise),)

    async def walk(self, question: Question, /) -> Path:
        child = Zone(DomainName(question.name[3:]), replies=(reply(question, Kind.ANSWER),))
        return Path(question, (Leg(question.name, (child,)),), Ending.ANSWERED)


def reverse_path(client: Address, kind: Kind, zone: DomainName = ZONE) -> Path:
    question = Question(client.reverse_name, RecordType.PTR)
    last = Zone(zone, servers=(SERVER,), replies=(reply(question, kind),), swept=True)
    return Path(question, (Leg(client.reverse_name, (last,)),), Ending.ANSWERED)


def probe(walker: FakeWalker, client: Address = CLIENT, kind: Kind = Kind.NXDOMAIN) -> list[str]:
    probes = asyncio.run(
        probe_reverse(walker, client, reverse_path(client, kind), draw_label=lambda: b"random")
    )
    return [
        f"{each.purpose.value} {each.reply.question.name}"
        + (" (and beside it)" if each.beside and each.beside.answers else "")
        for each in probes
        if each.reply.answers
    ]


def test_a_record_whose_owner_lacked_its_dot_is_found() -> None:
    doubled = f"11.{ZONE}.{ZONE}"
    assert probe(FakeWalker(lambda name: name == doubled)) == [f"owner-doubled {doubled}"]


def test_a_wildcard_is_told_from_a_record() -> None:
    found = probe(FakeWalker(lambda name: name.endswith(f"in-addr.arpa.{ZONE}")))
    assert found == [f"owner-doubled 11.{ZONE}.{ZONE} (and beside it)"]


@pytest.mark.parametrize("name", ["203.0.113.11.in-addr.arpa", "11.203.0.113.in-addr.arpa"])
def test_octets_in_forward_order_are_found(name: str) -> None:
    assert probe(FakeWalker(lambda asked: asked == name)) == [f"octets-reversed {name}"]


def test_an_address_that_reads_the_same_both_ways_has_no_wrong_order() -> None:
    client = Address.parse("10.20.20.10")
    walker = FakeWalker()
    asyncio.run(probe_reverse(walker, client, reverse_path(client, Kind.NXDOMAIN)))
    assert client.reverse_name.text not in walker.asked


@pytest.mark.parametrize("label", ["0-127", "0/25", "0-25", "8-15", "8/29", "10/31"])
def test_the_usual_names_of_child_zones_are_tried(label: str) -> None:
    name = f"11.{label}.{ZONE}"
    assert probe(FakeWalker(lambda asked: asked == name)) == [f"classless {name}"]


def test_a_child_zone_on_servers_of_its_own_is_found() -> None:
    name = f"11.0-25.{ZONE}"
    walker = FakeWalker(lambda asked: asked == name, refers=True)
    assert probe(walker) == [f"classless {name}"]


@given(st.integers(0, 255))
def test_every_child_zone_tried_holds_the_address(octet: int) -> None:
    for label in classless_labels(octet):
        text = label.decode()
        start, _, rest = text.replace("/", "-").partition("-")
        assert int(start) <= octet
        assert "/" in text or int(rest) in range(25, 32) or octet <= int(rest)


def test_names_between_the_zone_and_the_leaf_are_asked_for() -> None:
    zone = DomainName.parse("203.in-addr.arpa")

    walker = FakeWalker(otherwise=Kind.NODATA)
    asyncio.run(probe_reverse(walker, CLIENT, reverse_path(CLIENT, Kind.ANSWER, zone)))
    assert walker.asked == ["113.0.203.in-addr.arpa", "0.203.in-addr.arpa"]


@pytest.mark.parametrize("kind", [Kind.TIMEOUT, Kind.REFUSED, Kind.SERVFAIL])
def test_servers_that_give_no_answer_are_not_asked_more(kind: Kind) -> None:
    walker = FakeWalker()
    assert probe(walker, kind=kind) == []
    assert walker.asked == []


def test_ipv6_has_no_octets_to_reverse() -> None:
    client = Address.parse("2001:db8::25")
    zone = DomainName.parse("8.b.d.0.1.0.0.2.ip6.arpa")

    walker = FakeWalker()
    asyncio.run(probe_reverse(walker, client, reverse_path(client, Kind.NXDOMAIN, zone)))
    assert walker.asked == [f"{client.reverse_name}.{zone}"]


@given(ADDRESSES)
def test_questions_besides_the_walk_are_few(client: Address) -> None:
    walker = FakeWalker(lambda _name: True)
    asyncio.run(probe_reverse(walker, client, reverse_path(client, Kind.NXDOMAIN)))
    assert len(walker.asked) <= 50
    assert client.reverse_name.text not in walker.asked


@pytest.mark.parametrize(("kind", "asked"), [(Kind.NODATA, 1), (Kind.NXDOMAIN, 0)])
def test_addresses_of_the_other_family_are_asked_for_where_the_name_exists(
    kind: Kind, asked: int
) -> None:
    question = Question(HOST, RecordType.A)
    zone = Zone(ZONE, servers=(SERVER,), replies=(reply(question, kind),))
    path = Path(question, (Leg(HOST, (zone,)),), Ending.ANSWERED)
    walker = FakeWalker()
    probes = asyncio.run(probe_other_family(walker, path))
    assert len(probes) == len(walker.asked) == asked
    assert all(each.purpose is Purpose.OTHER_FAMILY for each in probes)
    assert all(each.reply.question.type is RecordType.AAAA for each in probes)
