"""When a walk may be kept as a confirmation: only if every server says the same."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.evidence import Ending, Kind, Leg, Path, Server, Walk
from gotrdns.explaining.confirming import (
    Confirmability,
    Confirmable,
    Obstacle,
    Unconfirmable,
    read_confirmability,
)
from gotrdns.lookup import Question, RecordType
from gotrdns.names import DomainName
from tests.support.evidence import (
    CLIENT,
    CONFIRMED,
    FORWARD_ZONE,
    HOST,
    NO_PTR,
    NS1,
    NS2,
    NS6,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    Said,
    forward_path,
    leading,
    leg,
    name,
    pointing,
    reverse_path,
    server,
    walk,
    zone,
)
from tests.unit.explanations import finding, founding

Replies = Mapping[Server, Said | list[Said]]
NS3 = server("ns3.hosting.example 81.20.0.3")
WEB = name("web.business.example")


def judge(seen: Walk | None, *codes: str) -> Confirmability:
    """Our resolver still says that there is no PTR record."""
    findings = tuple(
        finding(code, Severity.TEMPORARY, Fixer.ADDRESS_OWNER) for code in ("cache-stale", *codes)
    )
    return read_confirmability(
        msgspec.structs.replace(founding(), verdict=NO_PTR, walk=seen, findings=findings)
    )


def reverse(said: Replies, **more: object) -> Path:
    return reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, said, **more)))  # type: ignore[arg-type]


def forward(said: Replies, owner: DomainName = HOST, *, ending: Ending = Ending.ANSWERED) -> Path:
    question = Question(owner, RecordType.A)
    return forward_path(zone(FORWARD_ZONE, question, said), owner, ending=ending)


def obstacles(*paths: Path) -> tuple[Obstacle, ...]:
    found = judge(walk(paths[0], *paths[1:]))
    assert isinstance(found, Unconfirmable)
    return found.obstacles


def test_a_loop_that_every_server_closes_is_confirmed_although_the_resolver_says_no() -> None:
    assert judge(walk(pointing(), leading())) == Confirmable(HOST)


def test_what_our_resolver_says_is_no_obstacle_either_way() -> None:
    seen = msgspec.structs.replace(
        founding(), verdict=CONFIRMED, walk=walk(pointing(), leading()), findings=()
    )
    assert read_confirmability(seen) == Confirmable(HOST)
    other = msgspec.structs.replace(seen, walk=walk(pointing(Kind.NXDOMAIN)))
    assert isinstance(read_confirmability(other), Unconfirmable)


TROUBLE = {
    Kind.NXDOMAIN: Obstacle.SERVER_DISAGREES,
    Kind.NODATA: Obstacle.SERVER_DISAGREES,
    Kind.REFUSED: Obstacle.SERVER_FAILS,
    Kind.SERVFAIL: Obstacle.SERVER_FAILS,
    Kind.LAME_REFERRAL: Obstacle.SERVER_FAILS,
    Kind.NOT_AUTHORITATIVE: Obstacle.SERVER_FAILS,
    Kind.EMPTY: Obstacle.SERVER_FAILS,
    Kind.MALFORMED: Obstacle.SERVER_FAILS,
    Kind.ERROR: Obstacle.SERVER_FAILS,
    Kind.TIMEOUT: Obstacle.SERVER_SILENT,
    Kind.UNREACHABLE: Obstacle.SERVER_SILENT,
}


@pytest.mark.parametrize(("kind", "obstacle"), TROUBLE.items())
def test_one_server_that_does_not_say_the_same_forbids_it(kind: Kind, obstacle: Obstacle) -> None:
    assert obstacle in obstacles(reverse({NS1: HOST.text, NS2: kind}), leading())
    assert obstacle in obstacles(pointing(), forward({NS1: kind, NS2: CLIENT.text}))


@given(
    st.permutations([NS1, NS2, NS3, NS6]),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from([*TROUBLE, "other.example", "192.0.2.1"]),
)
def test_whichever_server_of_many_differs_forbids_it(
    servers: list[Server], position: int, is_reverse: bool, odd: Said
) -> None:
    right = HOST.text if is_reverse else CLIENT.text
    if odd in ("other.example", "192.0.2.1"):
        odd = "other.example" if is_reverse else "192.0.2.1"
    agreed: dict[Server, Said] = dict.fromkeys(servers, right)
    differing = {**agreed, servers[position]: odd}
    for said, expected in ((agreed, Confirmable), (differing, Unconfirmable)):
        paths = (reverse(said), leading()) if is_reverse else (pointing(), forward(said))
        assert isinstance(judge(walk(*paths)), expected)


def test_a_server_that_gives_it_only_now_and_then_disagrees() -> None:
    said: Replies = {NS1: HOST.text, NS2: [HOST.text, Kind.NXDOMAIN]}
    assert Obstacle.SERVER_DISAGREES in obstacles(reverse(said), leading())


def test_servers_that_agree_on_another_address_leave_the_loop_open() -> None:
    found = obstacles(pointing(), leading("192.0.2.1"))
    assert found == (Obstacle.LOOP_OPEN, Obstacle.SERVER_DISAGREES)


def test_without_a_name_there_is_no_loop() -> None:
    assert Obstacle.LOOP_OPEN in obstacles(pointing(Kind.NXDOMAIN))
    assert Obstacle.LOOP_OPEN in obstacles(pointing())


def test_a_name_that_leads_back_is_enough_whatever_another_does() -> None:
    both = reverse(dict.fromkeys((NS1, NS2), f"{WEB} {HOST}"))
    stray = forward({NS1: Kind.TIMEOUT, NS2: "192.0.2.1"}, WEB)
    assert judge(walk(both, stray, leading())) == Confirmable(HOST)
    assert judge(walk(both, leading(), stray)) == Confirmable(HOST)
    unfinished = forward({NS1: "192.0.2.1"}, WEB, ending=Ending.CUT_SHORT)
    assert judge(walk(both, leading(), unfinished)) == Confirmable(HOST)


def test_of_two_names_that_lead_back_it_is_the_same_in_any_order() -> None:
    orders = [f"{WEB} {HOST}", f"{HOST} {WEB}"]
    there = forward({NS1: CLIENT.text, NS2: CLIENT.text}, WEB)
    found = [
        judge(walk(reverse({NS1: said, NS2: said}), *paths))
        for said in orders
        for paths in ((leading(), there), (there, leading()))
    ]
    assert found == [Confirmable(HOST)] * 4


def test_of_two_names_that_lead_back_a_dynamic_one_is_the_last_choice() -> None:
    dynamic = name("10-30-20-81.dynamic.business.example")
    both = reverse(dict.fromkeys((NS1, NS2), f"{dynamic} {HOST}"))
    there = forward(dict.fromkeys((NS1, NS2), CLIENT.text), dynamic)
    assert judge(walk(both, there, leading())) == Confirmable(HOST)
    assert judge(walk(both, there)) == Confirmable(dynamic)


def test_a_server_that_could_not_be_asked_forbids_it() -> None:
    assert obstacles(reverse({NS1: HOST.text}, left_out=(NS6,)), leading()) == (
        Obstacle.SERVER_NOT_ASKED,
    )
    unresolvable = reverse({NS1: HOST.text}, unresolvable=("ns9.hosting.example",))
    assert obstacles(unresolvable, leading()) == (Obstacle.SERVER_NOT_ASKED,)
    not_swept = reverse({NS1: HOST.text}, swept=False)
    assert Obstacle.SERVER_NOT_ASKED in obstacles(not_swept, leading())


def test_a_server_that_was_asked_at_one_of_its_addresses_was_asked() -> None:
    other_family = Server(NS1.name, NS6.address)
    path = reverse({NS1: HOST.text, NS2: HOST.text}, left_out=(other_family,))
    assert judge(walk(path, leading())) == Confirmable(HOST)


def test_a_walk_that_was_cut_short_forbids_it() -> None:
    seen = walk(pointing(), leading())
    cut = judge(msgspec.structs.replace(seen, cut_short=True))
    assert cut == Unconfirmable((Obstacle.CUT_SHORT,))
    there = forward({NS1: CLIENT.text, NS2: CLIENT.text}, ending=Ending.CUT_SHORT)
    assert Obstacle.CUT_SHORT in obstacles(pointing(), there)


def test_broken_signatures_forbid_it() -> None:
    for code in ("reverse-dnssec-bogus", "forward-dnssec-bogus"):
        found = judge(walk(pointing(), leading()), code)
        assert found == Unconfirmable((Obstacle.DNSSEC_BOGUS,))


def test_a_host_that_hears_nobody_confirms_nobody() -> None:
    unheard = msgspec.structs.replace(walk(pointing(), leading()), egress=False)
    assert judge(unheard) == judge(None) == Unconfirmable((Obstacle.NOTHING_HEARD,))


def test_an_alias_that_one_server_lacks_forbids_it() -> None:
    target = name("10.0-127.30.20.81.in-addr.arpa")
    aliased: dict[Server, Said] = {NS1: f"CNAME {target}", NS2: f"CNAME {target}"}
    below = leg(
        target,
        zone("0-127.30.20.81.in-addr.arpa", Question(target, REVERSE.type), {NS3: HOST.text}),
    )
    whole = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, aliased)), below)
    assert judge(walk(whole, leading())) == Confirmable(HOST)
    partly: dict[Server, Said] = {**aliased, NS2: Kind.NXDOMAIN}
    path = reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, partly)), below)
    assert Obstacle.SERVER_DISAGREES in obstacles(path, leading())


def test_an_alias_beside_the_record_itself_forbids_it() -> None:
    there = forward({NS1: CLIENT.text, NS2: "CNAME elsewhere.example"})
    assert Obstacle.SERVER_DISAGREES in obstacles(pointing(), there)
    named = reverse({NS1: HOST.text, NS2: "CNAME elsewhere.example"})
    assert Obstacle.SERVER_DISAGREES in obstacles(named, leading())


def test_servers_above_that_delegate_to_others_forbid_it() -> None:
    seen = walk(pointing(), leading())
    top = seen.reverse.last.zones[0]
    referral = msgspec.structs.replace(
        top.replies[0], referral=name(REVERSE_ZONE), name_servers=frozenset({NS1.name, NS2.name})
    )
    stale = msgspec.structs.replace(referral, name_servers=frozenset({NS1.name, NS3.name}))
    for replies, expected in (
        ((referral, referral), Confirmable(HOST)),
        ((referral, stale), Unconfirmable((Obstacle.SERVER_DISAGREES,))),
        ((stale, referral), Unconfirmable((Obstacle.SERVER_DISAGREES,))),
    ):
        above = msgspec.structs.replace(top, replies=replies, swept=True)
        last = Leg(OWNER, (above, seen.reverse.last.zone))
        assert judge(walk(reverse_path(last), leading())) == expected


def test_the_order_of_servers_changes_nothing() -> None:
    said: dict[Server, Said | list[Said]] = {NS1: CLIENT.text, NS2: Kind.TIMEOUT}
    paths = [forward(dict(order)) for order in (said.items(), reversed(said.items()))]
    assert len({obstacles(pointing(), each) for each in paths}) == 1
