"""Walks among name servers that were built to do harm: what they cost, and what is believed."""

import time
import tracemalloc

import dns.message
import dns.rdatatype
import msgspec
import pytest

from gotrdns.diagnosis.sweeps import sweep
from gotrdns.evidence import Ending, Kind, Path
from gotrdns.lookup import Question, RecordType
from gotrdns.names import ROOT, DomainName
from gotrdns.resolution.walk.exchange import Exchange
from tests.support import hostile
from tests.support import name_servers as servers
from tests.support.name_servers import Behaviour, NameServer
from tests.support.name_servers import Zone as Served
from tests.unit.loopback import run
from tests.unit.walks import (
    ADDRESS_OF_NAME,
    DELEGATION,
    SETTINGS,
    TO_Z,
    example,
    in_z,
    kinds,
    names,
    root,
    walk_z,
    walked,
    world,
    z_zone,
)

MOST = SETTINGS.questions


def counted(*tree: NameServer, question: Question = ADDRESS_OF_NAME) -> tuple[Path, int]:
    """The walk, and how many questions arrived; none may have been sent that is not counted."""
    paths: list[Path] = []
    sent: list[int] = []

    async def main() -> None:
        async with world(*tree) as walker:
            paths.append(await walker.walk(question))
            sent.append(walker.questions)

    run(main())
    arrived = sum(len(each.asked) for each in tree)
    assert arrived <= sent[0] <= MOST
    return paths[0], arrived


def test_referrals_to_the_deepest_name_end() -> None:
    deep = DomainName.parse("a." * 119 + "z.example")
    lower = in_z(behaviour=hostile.one_zone_lower("127.53.0.3", "z.example."))

    path, _ = counted(
        root(*DELEGATION), example(*TO_Z), lower, question=Question(deep, RecordType.A)
    )

    assert len(path.last.zones) > 100


def test_a_thousand_servers_below_further_thousands_cost_no_more_than_anything() -> None:
    nxns = in_z(behaviour=hostile.to_masses_of_servers("z.example.", 1000))

    path, _ = counted(root(*DELEGATION), example(*TO_Z), nxns)

    assert path.ending in {Ending.BROKEN, Ending.CUT_SHORT}


def test_of_servers_that_were_not_looked_up_nothing_is_concluded() -> None:
    lame = [
        NameServer(f"127.53.1.{n}", behaviour=servers.answering(dns.rcode.REFUSED))
        for n in range(1, 6)
    ]
    elsewhere = [f"n{n}.elsewhere A 127.53.1.{n}" for n in range(1, 7)]
    registry = example(*(f"z NS n{n}.elsewhere." for n in range(1, 7)))

    path = walked(root(*DELEGATION, *elsewhere), registry, *lame)

    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) == {Kind.REFUSED}
    assert path.last.zone.unresolvable == ()
    assert not sweep(path.last.zone, ipv6=True).complete


@pytest.mark.parametrize("where", ["a silent server", "an address of a family that is not there"])
def test_a_server_whose_address_cannot_be_found_out_is_not_said_to_have_none(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [NameServer("127.53.0.9", behaviour=servers.silent)]
    glue = "ns.other. A 127.53.0.9"
    if where != "a silent server":
        kept, glue = [], "ns.other. AAAA 2a02:5321::53"
        monkeypatch.setattr(Exchange, "_has_route", lambda _, address: not address.is_ipv6)

    path = walked(root(*DELEGATION, "other. NS ns.other.", glue), example("z NS z.other."), *kept)

    assert path.ending is Ending.BROKEN
    assert path.last.zone.unresolvable == ()


def test_a_server_in_a_zone_that_nobody_serves_has_no_address() -> None:
    lame = NameServer("127.53.0.9", behaviour=servers.answering(dns.rcode.REFUSED))
    top = root(*DELEGATION, "other. NS ns.other.", "ns.other. A 127.53.0.9")

    path = walked(top, example("z NS z.other."), lame)

    assert path.last.zone.unresolvable == names("z.other")


@pytest.mark.parametrize(
    "lines",
    [
        ("ns CNAME ns",),
        ("ns CNAME b.ns", "b.ns CNAME ns"),
        tuple(f"{'a.' * n}ns CNAME {'a.' * (n + 1)}ns" for n in range(12)),
    ],
    ids=["to itself", "to one another", "on and on"],
)
def test_name_servers_that_are_endless_aliases_have_no_address(lines: tuple[str, ...]) -> None:
    other = NameServer("127.53.0.9", Served("other.", "@ NS it", "it A 127.53.0.9", *lines))
    top = root(*DELEGATION, "other. NS it.other.", "it.other. A 127.53.0.9")

    path, arrived = counted(top, example("z NS ns.other."), other)

    assert path.last.zone.unresolvable == names("ns.other")
    assert arrived < 60


def test_a_name_server_that_is_an_alias_is_found() -> None:
    other = NameServer(
        "127.53.0.9",
        Served("other.", "@ NS it", "it A 127.53.0.9", "ns CNAME real", "real A 127.53.0.3"),
    )
    top = root(*DELEGATION, "other. NS it.other.", "it.other. A 127.53.0.9")

    path = walked(top, example("z NS ns.other."), other, in_z("www A 192.0.2.1"))

    assert path.ending is Ending.ANSWERED


def test_a_name_that_is_its_own_alias_is_a_loop() -> None:
    assert walk_z(in_z("www CNAME www")).ending is Ending.LOOP


def test_an_alias_for_the_root_ends() -> None:
    path = walk_z(in_z("www CNAME ."))

    assert path.ending is Ending.ANSWERED
    assert path.last.owner == ROOT


@pytest.mark.parametrize("count", [500, 1000])
def test_masses_of_addresses_cost_no_more_than_anything(count: int) -> None:
    glue = [f"ns.z A 127.54.{n // 250}.{n % 250 + 1}" for n in range(count)]

    path, _ = counted(root(*DELEGATION), example("z NS ns.z", *glue))

    assert len(path.last.zone.servers) == count
    assert not sweep(path.last.zone, ipv6=True).complete


@pytest.mark.parametrize("deep", [False, True], ids=["short names", "names that unfold"])
def test_the_largest_answers_neither_hold_a_walk_up_nor_fill_memory(deep: bool) -> None:
    to_z = [line for n in range(3, 9) for line in (f"z NS ns{n}.z", f"ns{n}.z A 127.53.0.{n}")]
    behaviour = hostile.large_pointers(deep=deep)
    large = [NameServer(f"127.53.0.{n}", z_zone(), behaviour=behaviour) for n in range(3, 9)]
    settings = msgspec.structs.replace(SETTINGS, patience=5.0)
    question = Question(ADDRESS_OF_NAME.name, RecordType.PTR)

    started = time.perf_counter()
    tracemalloc.start()
    try:
        tree = (root(*DELEGATION), example(*to_z), *large)
        path = walked(*tree, question=question, settings=settings)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    replies = path.last.zone.replies
    assert max(len(each.records) for each in replies) > 3000
    assert sum(len(each.records) for each in replies) <= SETTINGS.records
    assert not path.last.zone.swept
    assert peak < 100_000_000
    assert time.perf_counter() - started < 15  # traced, everything takes several times as long


def test_a_flood_does_not_outlast_the_deadline() -> None:
    settings = msgspec.structs.replace(SETTINGS, deadline=1.0)

    started = time.perf_counter()
    path = walked(
        root(*DELEGATION),
        example(*TO_Z),
        in_z("www A 192.0.2.1", behaviour=hostile.flooding(2000)),
        settings=settings,
    )

    assert time.perf_counter() - started < 5
    assert path.last.zone.replies


def test_a_few_forgeries_do_not_hide_the_answer() -> None:
    path = walk_z(in_z("www A 192.0.2.1", behaviour=hostile.flooding(20)))

    assert kinds(path.last.zone) == {Kind.ANSWER}


POINTER_TO_ITSELF = b"\xc0\x1f" + b"\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\x01\x02\x03\x04"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (hostile.edited(flags=0x0400), Kind.MALFORMED),
        (hostile.edited(flags=0xAC00), Kind.MALFORMED),
        (hostile.edited(rest=POINTER_TO_ITSELF), Kind.MALFORMED),
        (hostile.edited(rest=b"\xc0\xff" + POINTER_TO_ITSELF[2:]), Kind.MALFORMED),
        (hostile.edited(rest=b"\x40" + POINTER_TO_ITSELF), Kind.MALFORMED),
        (hostile.edited(rest=b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\xff\xff"), Kind.MALFORMED),
        (hostile.edited(), Kind.MALFORMED),
        (hostile.records_of(dns.rdatatype.A, b"\x01\x02\x03"), Kind.MALFORMED),
        (hostile.records_of(dns.rdatatype.CNAME, b"\x01a"), Kind.MALFORMED),
        (hostile.records_of(dns.rdatatype.CNAME, b"\x00\x00"), Kind.MALFORMED),
        (hostile.records_of(dns.rdatatype.SOA, b"\x00\x00", section=1), Kind.MALFORMED),
        (hostile.records_of(dns.rdatatype.TXT, b"\x00"), Kind.EMPTY),
        (hostile.records_of(dns.rdatatype.HIP, b"\xc0\x0c" * 500), Kind.EMPTY),
        (hostile.records_of(dns.rdatatype.RRSIG, b""), Kind.EMPTY),
        (lambda query, *_: [query.id.to_bytes(2)], Kind.MALFORMED),
        (lambda query, *_: [query.to_wire()], Kind.MALFORMED),
    ],
)
def test_what_is_no_reply_is_not_believed(behaviour: Behaviour, kind: Kind) -> None:
    path = walk_z(in_z("www A 192.0.2.1", behaviour=behaviour))

    assert path.ending is Ending.BROKEN
    assert kinds(path.last.zone) == {kind}


@pytest.mark.parametrize(
    "extra",
    [
        hostile.TERMINAL.encode("utf-8", "surrogatepass"),
        b"\xff\xfe\x80" * 20,
        b"\x00" * 40,
        "\u202e\u2066\u200b".encode() * 9,
        b"long " * 12_000,
    ],
    ids=["terminal", "no UTF-8", "zeros", "bidi", "sixty thousand octets"],
)
def test_extended_errors_are_a_short_line_whatever_they_hold(extra: bytes) -> None:
    path = walk_z(in_z("www A 192.0.2.1", behaviour=hostile.with_option(15, b"\x00\x0f" + extra)))

    assert kinds(path.last.zone) == {Kind.ANSWER}
    errors = {error for reply in path.last.zone.replies for error in reply.extended_errors}
    assert errors
    for error in errors:
        assert error.startswith("15 (Blocked)")
        assert error.isprintable()
        assert len(error) < 250


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x0f"])
def test_junk_beside_an_answer_leaves_it_an_answer(data: bytes) -> None:
    option = hostile.with_option(15, data)

    assert kinds(walk_z(in_z("www A 192.0.2.1", behaviour=option)).last.zone) == {Kind.ANSWER}


def test_a_ttl_with_its_highest_bit_set_is_zero() -> None:
    behaviour = hostile.records_of(dns.rdatatype.A, b"\xc0\x00\x02\x01", ttl=0xFFFFFFFF)

    [reply, *_] = walk_z(in_z(behaviour=behaviour)).last.zone.replies

    assert reply.records[0].ttl == 0


def test_a_server_that_edns_makes_silent_is_asked_without() -> None:
    z = in_z("www A 192.0.2.1", behaviour=hostile.deaf_to_edns)

    path = walk_z(z)

    assert path.ending is Ending.ANSWERED
    assert [each.kind for each in path.last.zone.replies] == [
        Kind.TIMEOUT,
        Kind.ANSWER,
        Kind.ANSWER,
    ]
    assert path.last.zone.soa is not None


def test_a_server_deaf_to_datagrams_is_asked_the_rest_over_tcp() -> None:
    z = in_z("www A 192.0.2.1", behaviour=servers.deaf_to_datagrams)

    zone = walk_z(z).last.zone

    assert zone.soa is not None
    assert zone.claims == names("ns.z.example")
    assert {way for _, kind, way in z.asked if kind in {"SOA", "NS"}} == {"tcp"}
