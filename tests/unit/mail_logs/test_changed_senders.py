"""For which senders a replayed log means a change: who is one, in which order, and what is kept."""

import itertools
from collections.abc import Iterable, Iterator

from gotrdns.mail_logs.facts import Fact, Flaw
from gotrdns.mail_logs.today.enquiries import Today
from gotrdns.names import Address
from gotrdns.policy import Mode
from gotrdns.reports.logs.report import Sign
from gotrdns.reports.logs.what_if import Changed
from gotrdns.verification import Cause
from tests.unit.mail_logs.facts_made import NOON, acceptance, arrival, departure, doubt, rejection
from tests.unit.mail_logs.replays import Replays, today

numbers = itertools.count()


def delivered(
    client: bytes, count: int = 3, *, ptr: bytes = b"", sender: bytes = b"me@firm.example"
) -> Iterator[Fact]:
    """Messages two hours apart, of a client whose name has no address or that has none."""
    for number in range(count):
        at = NOON + number * 7200
        if ptr:
            yield doubt(Flaw.NODATA, at, client=client, claimed=ptr)
        else:
            yield doubt(Flaw.NO_NAME, at, client=client, claimed=b"")
        yield arrival(at, client=client)
        queue_id = b"A%d" % next(numbers)
        yield acceptance(queue_id, at, client=client, sender=sender, is_final=True)
        yield departure(at, client=client)


def changed(
    *facts: Iterable[Fact], mode: Mode = Mode.STRICT, says: dict[Address, Today] | None = None
) -> tuple[Changed, ...]:
    every = [fact for some in facts for fact in some]
    return Replays(every, mode, says=says or {}).report().changed


def test_a_businesss_hosts_in_one_network_are_one_sender() -> None:
    [one, other] = changed(
        delivered(b"203.0.113.5", ptr=b"mx1.firm.example"),
        delivered(b"203.0.113.6", ptr=b"mx2.firm.example"),
        delivered(b"198.51.100.7", ptr=b"mx3.firm.example", count=2),
    )
    assert (one.network, one.domain, one.clients) == ("203.0.113.0/24", "firm.example", 2)
    assert (one.refused, one.taken_in, one.names) == (
        6,
        6,
        ("mx2.firm.example", "mx1.firm.example"),
    )
    assert one.keep == ("203.0.113.6", "203.0.113.5")
    assert other.network == "198.51.100.0/24"


def test_many_addresses_are_kept_by_their_network() -> None:
    facts = [delivered(b"203.0.113.%d" % n, ptr=b"mx%d.firm.example" % n) for n in range(5)]
    assert changed(*facts)[0].keep == ("203.0.113.0/24",)


def test_a_network_is_not_kept_for_what_strangers_in_it_say_they_are() -> None:
    facts = [delivered(b"203.0.113.%d" % n, sender=b"me@bank.example") for n in range(5)]
    [found] = changed(*facts)
    assert (found.domain, found.clients) == ("bank.example", 5)
    assert set(found.keep) == {f"203.0.113.{n}" for n in range(5)}


def test_who_looks_like_nobodys_mail_server_is_not_kept_for_its_neighbour() -> None:
    zombies = [
        delivered(b"203.0.113.%d" % n, ptr=b"203-0-113-%d.dyn.provider.example" % n, sender=b"")
        for n in range(10, 16)
    ]
    [found] = changed(delivered(b"203.0.113.5", sender=b""), *zombies)
    assert (found.domain, found.clients, found.likely) == (None, 7, True)
    assert found.keep == ("203.0.113.5",)


def test_who_looks_legitimate_comes_first_and_then_who_has_more_to_lose() -> None:
    dynamic = b"192-0-2-5.dyn.provider.example"
    found = changed(
        delivered(b"192.0.2.5", count=9, ptr=dynamic),
        delivered(b"203.0.113.5", count=2),
        delivered(b"198.51.100.5", count=4),
        says=today("198.51.100.5", Cause.NO_PTR),
    )
    assert [each.addresses[0].text for each in found] == [
        "198.51.100.5",
        "203.0.113.5",
        "192.0.2.5",
    ]
    assert [each.likely for each in found] == [True, True, False]
    assert found[2].keep == ()


def test_who_is_right_today_comes_last_and_needs_no_exception() -> None:
    found = changed(
        delivered(b"198.51.100.5", count=9),
        delivered(b"203.0.113.5"),
        says=today("198.51.100.5", Cause.CONFIRMED),
    )
    assert [each.repaired for each in found] == [False, True]
    assert [each.keep for each in found] == [("203.0.113.5",), ()]


def test_the_founding_example_is_worth_an_exception() -> None:
    name = b"dsl.static851056487.ttnet.net.tr"
    [found] = changed(delivered(b"85.105.64.87", ptr=name, sender=b"orders@eddorre.com"))
    assert (found.domain, found.keep) == ("eddorre.com", ("85.105.64.87",))
    assert found.signs == (Sign.DELIVERED_BEFORE, Sign.STATIC_GENERIC_PTR_NAME)


def test_one_message_of_a_stranger_does_not_speak_for_it() -> None:
    [found] = changed(delivered(b"203.0.113.5", count=1))
    assert (found.refused, found.likely, found.signs, found.keep) == (1, False, (), ())
    [found] = changed(delivered(b"203.0.113.5", count=1, ptr=b"mail.firm.example"))
    assert found.likely


def test_a_domain_in_many_networks_is_forged() -> None:
    facts = [delivered(b"203.0.%d.1" % n, count=1, ptr=b"x.firm.example") for n in range(4)]
    found = changed(*facts)
    assert all(Sign.DOMAIN_IN_MANY_NETWORKS in each.signs for each in found)
    assert not any(each.likely for each in found)


def test_who_is_deferred_at_first_alone_needs_no_exception() -> None:
    name = b"203-0-113-5.dyn.provider.example"
    facts = [
        arrival(client=b"203.0.113.5", name=name),
        acceptance(b"A", client=b"203.0.113.5", name=name, is_final=True),
    ]
    [found] = changed(facts, mode=Mode.PROTECT, says=today("203.0.113.5", Cause.CONFIRMED))
    assert (found.deferred, found.passing, found.repaired, found.keep) == (1, True, False, ())


def test_what_strangers_said_is_escaped() -> None:
    facts = [
        doubt(Flaw.MISMATCH, claimed=b"a\x1b[31m.example"),
        arrival(),
        acceptance(b"A", helo=b"\x07", sender=b"me@\xe9\n", is_final=True),
    ]
    [found] = changed(facts)
    for text in (*found.names, *found.helos, *found.sender_domains):
        assert text.isprintable()


def test_who_was_turned_away_and_stays_so_is_no_change() -> None:
    assert changed([arrival(), rejection(), departure()]) == ()
