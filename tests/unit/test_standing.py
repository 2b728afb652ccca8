"""Which servers have a change already, read from walks."""

from collections.abc import Iterable, Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.evidence import Ending, Kind, Path, Server, Walk
from gotrdns.explaining.standing import (
    Keeper,
    Place,
    Progress,
    Sought,
    Standing,
    keepers,
    read_progress,
    sayings,
)
from gotrdns.lookup import Question, RecordType
from gotrdns.names import DomainName
from gotrdns.verification import Result
from tests.support.evidence import (
    CLIENT,
    FORWARD,
    FORWARD_ZONE,
    HOST,
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

OLD = "old.provider.example"
Replies = Mapping[Server, Iterable[Said] | Said]


def reverse(said: Replies, *, swept: bool = True, left_out: tuple[Server, ...] = ()) -> Path:
    last = zone(REVERSE_ZONE, REVERSE, said, swept=swept, left_out=left_out)
    return reverse_path(leg(OWNER, last))


def forward(said: Replies, owner: DomainName = HOST) -> Path:
    return forward_path(zone(FORWARD_ZONE, Question(owner, RecordType.A), said), owner)


def standings(place: Place) -> list[str]:
    return [each.standing.value for each in place.servers]


def progress(
    *paths: Path, awaited: DomainName | None = None, served: Iterable[Keeper] = ()
) -> Progress:
    first, *others = paths
    return read_progress(CLIENT, walk(first, *others), name=awaited, served=frozenset(served))


def test_what_every_server_gives_is_everywhere() -> None:
    seen = progress(pointing(), leading())
    assert seen.everywhere
    assert seen.names == (HOST,)
    assert (seen.having, len(seen.servers)) == (4, 4)
    assert [place.zone.text for place in seen.places] == [REVERSE_ZONE, FORWARD_ZONE]


def test_one_server_that_lacks_the_ptr_record_keeps_it_from_being_everywhere() -> None:
    seen = progress(reverse({NS1: HOST.text, NS2: Kind.NXDOMAIN}), leading())
    assert seen.result is Result.FAIL
    assert standings(seen.places[0]) == ["has", "lacks"]


def test_an_old_name_beside_one_that_leads_back_is_not_the_change() -> None:
    path = forward({NS1: Kind.NODATA, NS2: Kind.NODATA}, name(OLD))
    seen = progress(reverse({NS1: HOST.text, NS2: OLD}), path, leading())
    assert seen.names == (HOST,)
    assert standings(seen.places[0]) == ["has", "lacks"]
    assert {place.question.name for place in seen.places} == {OWNER, HOST}


def test_while_no_name_leads_back_any_name_is_half_of_the_change() -> None:
    seen = progress(pointing(), leading(Kind.NODATA))
    assert [standings(place) for place in seen.places] == [["has", "has"], ["lacks", "lacks"]]
    assert seen.result is Result.FAIL


def test_only_the_name_awaited_will_do() -> None:
    other = name("mail.other.example")
    path = forward({NS1: CLIENT.text, NS2: CLIENT.text}, other)
    seen = progress(pointing(), leading(), path, awaited=other)
    assert not seen.everywhere
    assert seen.names == (other,)
    assert [standings(place) for place in seen.places] == [["lacks", "lacks"], ["has", "has"]]


def test_a_server_that_takes_turns_has_it_not_always() -> None:
    seen = progress(pointing(), forward({NS1: [CLIENT.text, "192.0.2.1"], NS2: CLIENT.text}))
    assert standings(seen.places[1]) == ["varies", "has"]
    assert seen.result is Result.FAIL


@pytest.mark.parametrize(
    ("kind", "standing"), [(Kind.TIMEOUT, Standing.SILENT), (Kind.SERVFAIL, Standing.FAILS)]
)
def test_a_server_that_never_served_holds_nobody_up(kind: Kind, standing: Standing) -> None:
    path = reverse({NS1: HOST.text, NS2: kind})
    seen = progress(path, leading())
    assert seen.places[0].servers[1].standing is standing
    assert seen.everywhere
    gone = progress(path, leading(), served=[(name(REVERSE_ZONE), NS2)])
    assert gone.places[0].servers[1].missed
    assert gone.result is Result.TEMPERROR


def test_a_server_that_cannot_be_asked_from_here_holds_nobody_up() -> None:
    seen = progress(reverse({NS1: HOST.text}, left_out=(NS6,)), leading())
    assert standings(seen.places[0]) == ["has", "not-asked"]
    assert seen.everywhere


def test_where_not_every_server_was_asked_nothing_is_everywhere() -> None:
    assert not progress(reverse({NS1: HOST.text}, swept=False), leading()).everywhere


def test_servers_that_all_fail_are_temporary_trouble() -> None:
    broken = zone(REVERSE_ZONE, REVERSE, {NS1: Kind.REFUSED, NS2: Kind.TIMEOUT})
    seen = progress(reverse_path(leg(OWNER, broken), ending=Ending.BROKEN))
    assert standings(seen.places[0]) == ["fails", "silent"]
    assert seen.result is Result.TEMPERROR


def test_a_name_that_no_host_can_have_is_no_change() -> None:
    assert standings(progress(pointing("192.0.2.1")).places[0]) == ["lacks", "lacks"]


def test_without_a_way_outside_nothing_is_known() -> None:
    nothing = msgspec.structs.replace(walk(pointing(), leading()), egress=False)
    for seen in (read_progress(CLIENT, nothing), read_progress(CLIENT, None)):
        assert (seen.reachable, seen.places, seen.result) == (False, (), Result.TEMPERROR)


CHILD = "0-127.30.20.81.in-addr.arpa"
TARGET = name(f"10.{CHILD}")


def classless(at_parent: Replies) -> Path:
    """RFC 2317: the provider's zone has a CNAME into the customer's."""
    below = zone(CHILD, Question(TARGET, RecordType.PTR), {NS1: HOST.text, NS2: HOST.text})
    return reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, at_parent)), leg(TARGET, below))


def test_every_server_has_to_give_the_alias_too() -> None:
    alias = f"CNAME {TARGET}"
    assert progress(classless({NS1: alias, NS2: alias}), leading()).everywhere
    half = progress(classless({NS1: alias, NS2: Kind.NXDOMAIN}), leading())
    assert not half.everywhere
    assert half.places[0].sought is Sought.ALIAS
    assert standings(half.places[0]) == ["has", "lacks"]


def test_an_alias_that_the_walk_did_not_follow_is_a_step() -> None:
    seen = progress(reverse({NS1: Kind.NXDOMAIN, NS2: f"CNAME {TARGET}"}))
    assert standings(seen.places[0]) == ["lacks", "has"]
    assert not seen.everywhere


def test_an_alias_beside_the_record_itself_leads_elsewhere() -> None:
    seen = progress(pointing(), forward({NS1: CLIENT.text, NS2: f"CNAME {TARGET}"}))
    assert standings(seen.places[1]) == ["has", "lacks"]
    assert not seen.everywhere


PARENT = "20.81.in-addr.arpa"
UPPER = server("ns.registry.example 81.20.0.8")
UPPER2 = server("ns2.registry.example 81.20.0.9")


def delegated(at_parent: Replies) -> Path:
    parent = zone(PARENT, REVERSE, at_parent)
    last = zone(REVERSE_ZONE, REVERSE, {NS1: HOST.text, NS2: HOST.text})
    return reverse_path(leg(OWNER, parent, last))


def test_a_delegation_that_some_servers_above_lack_is_awaited() -> None:
    seen = progress(delegated({UPPER: Kind.REFERRAL, UPPER2: Kind.NXDOMAIN}), leading())
    assert not seen.everywhere
    assert seen.places[0].sought is Sought.DELEGATION
    assert standings(seen.places[0]) == ["has", "lacks"]


def test_a_delegation_that_is_there_is_not_spoken_of() -> None:
    seen = progress(delegated({UPPER: Kind.REFERRAL, UPPER2: Kind.REFERRAL}), leading())
    assert seen.everywhere
    assert [place.sought for place in seen.places] == [Sought.RECORD, Sought.RECORD]


def test_what_servers_say_is_the_same_whoever_says_it() -> None:
    first = walk(reverse({NS1: HOST.text, NS2: Kind.NXDOMAIN}))
    second = walk(reverse({NS1: HOST.text, NS2: HOST.text}))
    silent = walk(reverse({NS1: HOST.text, NS2: Kind.TIMEOUT}))
    assert sayings(second) < sayings(first)
    assert sayings(silent) == sayings(second)


def test_who_answers_with_authority_serves_the_zone() -> None:
    seen: Walk = walk(reverse({NS1: Kind.NXDOMAIN, NS2: Kind.REFUSED}))
    assert set(keepers(seen)) == {(name(REVERSE_ZONE), NS1)}


SAID = st.sampled_from(
    [HOST.text, OLD, CLIENT.text, Kind.NXDOMAIN, Kind.NODATA, Kind.REFUSED, Kind.TIMEOUT]
)


@given(st.lists(SAID, min_size=2, max_size=4), st.lists(SAID, min_size=2, max_size=4))
def test_everywhere_means_that_nobody_who_answers_says_otherwise(
    reverse_said: list[Said], forward_said: list[Said]
) -> None:
    servers = [server(f"ns{n}.example 81.20.0.{n + 1}") for n in range(4)]
    forward_said = [each for each in forward_said if each not in {HOST.text, OLD}]
    seen = progress(
        reverse(dict(zip(servers, reverse_said, strict=False))),
        forward_path(zone(FORWARD_ZONE, FORWARD, dict(zip(servers, forward_said, strict=False)))),
    )
    answers = {each for each in reverse_said if each not in {Kind.REFUSED, Kind.TIMEOUT}}
    leads = {each for each in forward_said if each not in {Kind.REFUSED, Kind.TIMEOUT}}
    assert seen.everywhere is (answers == {HOST.text} and leads == {CLIENT.text})
