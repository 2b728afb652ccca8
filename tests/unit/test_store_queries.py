"""Questions about what is stored: by whom, from where, when; and what strangers put into it."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gotrdns.deciding.memory import Envelope
from gotrdns.names import Address, DomainName, Network
from gotrdns.policy import Action, Decision, Rule, Vouched, Voucher
from gotrdns.policy.allowances import AllowanceKind
from gotrdns.policy.history import DAY, HOUR, History, client_key
from gotrdns.policy.targets import InvalidAllowance
from gotrdns.store import queries
from gotrdns.store.exceptions import Granted
from gotrdns.store.queries import Search, Store
from gotrdns.store.texts import LONGEST, reversed_name, storable
from gotrdns.verification import Result
from tests.unit.stores import (
    CLIENT,
    NAME,
    NOW,
    Clock,
    deferral,
    failing,
    remembering,
    transaction,
    url_of,
    wait_until,
)

V6 = Address.parse("2001:db8::25")
# Its first octets are those of the IPv6 one.
NEAR = Address.parse("32.1.13.184")
OTHER = DomainName.parse("mail.ttnet-else.net.tr")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "store.sqlite3")


class Kept:
    """Five incidents, an hour apart, and the store they are in."""

    def __init__(self, store: Store, incidents: list[str]) -> None:
        self.store = store
        self.incidents = incidents

    def find(self, search: Search) -> list[int]:
        """The positions of those found."""
        return [self.incidents.index(each.id) for each in self.store.find(search)]


@pytest.fixture(params=[20_000, 1], ids=["sorted", "by time"])
def kept(
    url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kept]:
    for name in ("_SORTED_BY_INDEX", "_SORTED_BY_TABLE"):
        monkeypatch.setattr(queries, name, request.param)
    vouched = Decision(
        Action.PASS, Rule.VOUCHED, failing(), marked=True, vouched=Vouched((Voucher.MX,), (OTHER,))
    )
    with remembering(url) as memory:
        incidents = [
            memory.remember(transaction(), deferral(), NOW),
            memory.remember(transaction(V6), deferral(failing(V6, OTHER)), NOW + HOUR),
            memory.remember(transaction(NEAR), deferral(failing(NEAR, OTHER)), NOW + 2 * HOUR),
            memory.remember(transaction(sender="x@Bücher.example"), vouched, NOW + 3 * HOUR),
            memory.remember(
                transaction(None), Decision(Action.PASS, Rule.UNKNOWN_CLIENT), NOW + 4 * HOUR
            ),
        ]
    with Store(url, clock=Clock(NOW + DAY)) as store:
        yield Kept(store, incidents)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), [4, 3, 2, 1, 0]),
        (Search(limit=2), [4, 3]),
        (Search(limit=-1), []),
        (Search(address=CLIENT), [3, 0]),
        (Search(network=Network("85.105.64.0/24")), [3, 0]),
        (Search(network=Network("85.105.64.0/20")), [3, 0]),
        (Search(network=Network("85.105.64.87")), [3, 0]),
        (Search(network=Network("32.1.13.184/32")), [2]),
        (Search(network=Network("32.0.0.0/8")), [2]),
        (Search(network=Network("2001:db8::/48")), [1]),
        (Search(network=Network("2001:db8::/32")), [1]),
        (Search(network=Network("::/0")), [1]),
        (Search(network=Network("0.0.0.0/0")), [3, 2, 0]),
        (Search(host_name=NAME), [3, 0]),
        (Search(host_name=DomainName.parse("ttnet.net.tr")), []),
        (Search(below=DomainName.parse("ttnet.net.tr")), [3, 0]),
        (Search(below=DomainName.parse("TR")), [3, 2, 1, 0]),
        (Search(below=DomainName.parse(".")), [3, 2, 1, 0]),
        (Search(below=NAME), [3, 0]),
        (Search(sender_domain="SENDER.example."), [4, 2, 1, 0]),
        (Search(sender_domain="bücher.example"), [3]),
        (Search(since=NOW + 2 * HOUR), [4, 3, 2]),
        (Search(since=NOW + HOUR, until=NOW + 2 * HOUR), [2, 1]),
        (Search(latest=NOW + HOUR), [1, 0]),
        (Search(below=DomainName.parse("tr"), latest=NOW + HOUR), [1, 0]),
        (Search(network=Network("85.0.0.0/8"), latest=NOW, limit=1), [0]),
        (Search(follow_up=True), [3]),
        (
            Search(below=DomainName.parse("tr"), since=NOW + HOUR, sender_domain="sender.example"),
            [2, 1],
        ),
    ],
    ids=str,
)
def test_a_question_finds_what_fits_the_latest_first(
    kept: Kept, search: Search, found: list[int]
) -> None:
    assert kept.find(search) == found


def test_an_incident_is_told_with_its_evidence(kept: Kept) -> None:
    found = kept.store.find_incident(kept.incidents[0].upper() + " ")
    assert found is not None
    assert (found.address, found.host_name) == (CLIENT.text, NAME.text)
    assert (found.result, found.reason) == (Result.FAIL, "forward-nodata")
    assert (found.action, found.rule, found.withheld) == (Action.DEFER, Rule.FEW_FAILURES, None)
    reverse, [forward] = found.evidence.reverse, found.evidence.forward
    assert reverse is not None
    assert (reverse.name, reverse.values) == (CLIENT.reverse_name.text, (NAME.text,))
    assert (reverse.outcome, reverse.ttl) == ("found", 3600)
    assert (forward.name, forward.type, forward.outcome, forward.ttl, forward.state) == (
        NAME.text,
        "A",
        "nodata",
        60,
        "nodata",
    )
    assert kept.store.find_incident("nothing") is None


def test_a_decision_without_a_verdict_is_told_by_its_rule(kept: Kept) -> None:
    found = kept.store.find_incident(kept.incidents[4])
    assert found is not None
    assert (found.address, found.result, found.reason) == ("", None, "unknown-client")


def test_when_a_client_was_seen_first_is_known_while_that_is_kept(kept: Kept) -> None:
    assert kept.store.first_seen(CLIENT) == NOW
    assert kept.store.first_seen(V6) == NOW + HOUR
    assert kept.store.first_seen(Address.parse("192.0.2.1")) is None


def test_a_follow_up_is_done_once(kept: Kept) -> None:
    [open_one] = kept.store.find(Search(follow_up=True))
    assert (open_one.vouched.by, open_one.vouched.domains) == ((Voucher.MX,), (OTHER.text,))
    assert kept.store.mark_done(open_one.id)
    assert not kept.store.mark_done(open_one.id)
    assert not kept.store.mark_done(kept.incidents[0])
    assert kept.find(Search(follow_up=True)) == []
    done = kept.store.find_incident(open_one.id)
    assert done is not None and done.done_at == NOW + DAY


def test_a_follow_up_that_was_not_done_after_all_is_open_again(kept: Kept) -> None:
    [open_one] = kept.store.find(Search(follow_up=True))
    assert not kept.store.reopen(open_one.id)
    kept.store.mark_done(open_one.id)
    assert kept.store.reopen(open_one.id)
    assert [each.id for each in kept.store.find(Search(follow_up=True))] == [open_one.id]
    assert not kept.store.reopen(kept.incidents[0])


def test_exceptions_are_made_listed_and_ended(url: str) -> None:
    clock = Clock()
    with Store(url, create=True, clock=clock) as store:
        first = store.add_allowance(
            AllowanceKind.NAME, ".Mail.Example.org", reason="a\nb", author="me", ends=NOW + DAY
        ).allowance
        second = store.add_allowance(
            AllowanceKind.NETWORK, "192.0.2.0/24", reason="", author="", ends=None
        ).allowance
        assert (first.value, first.reason, first.created) == ("mail.example.org", "a\\x0ab", NOW)
        assert store.list_allowances() == [first, second]
        clock.now = NOW + DAY
        assert store.list_allowances() == [second]
        assert [each.number for each in store.list_allowances(ended=True)] == [1, 2]
        assert not store.end_allowance(first.number, "too late")
        assert not store.end_allowance(10**30, "no such number")
        assert store.end_allowance(second.number, "enough")
        assert store.list_allowances() == []
        assert store.list_allowances(ended=True)[1].note == "enough"
        with pytest.raises(InvalidAllowance):
            store.add_allowance(AllowanceKind.NAME, "com", reason="", author="", ends=None)


def test_an_exception_made_again_is_prolonged_and_never_shortened(url: str) -> None:
    clock = Clock()

    def add(ends: float | None, reason: str, target: str = "85.105.64.87") -> Granted:
        return store.add_allowance(
            AllowanceKind.ADDRESS, target, reason=reason, author=reason, ends=ends
        )

    with Store(url, create=True, clock=clock) as store:
        first = add(NOW + DAY, "first")
        assert first.before is None
        assert add(NOW + HOUR, "sooner") == Granted(first.allowance, first.allowance)
        longer = add(NOW + 2 * DAY, "longer", "[85.105.64.87]")
        assert longer.before == first.allowance
        assert (longer.allowance.number, longer.allowance.ends) == (1, NOW + 2 * DAY)
        assert (longer.allowance.reason, longer.allowance.author) == ("longer", "longer")
        lasting = add(None, "lasting")
        assert (lasting.before, lasting.allowance.ends) == (longer.allowance, None)
        assert add(NOW + 9 * DAY, "no longer") == Granted(lasting.allowance, lasting.allowance)
        assert store.list_allowances() == [lasting.allowance]
        assert add(NOW + DAY, "another", "85.105.64.88").allowance.number == 2
        store.end_allowance(1, "enough")
        assert add(NOW + DAY, "anew").before is None
        assert [each.number for each in store.list_allowances()] == [2, 3]


def test_of_two_who_make_the_same_exception_at_once_one_prolongs(url: str) -> None:
    Store(url, create=True).close()

    def add(number: int) -> Granted:
        with Store(url) as store:
            return store.add_allowance(
                AllowanceKind.NAME, "a.example", reason="", author="", ends=NOW * 2 + number
            )

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(add, range(8)))
    assert sum(each.before is None for each in granted) == 1
    with Store(url) as store:
        [left] = store.list_allowances()
    assert left.ends == NOW * 2 + 7


def test_open_follow_ups_are_found_by_their_index(kept: Kept) -> None:
    for search in (Search(follow_up=True), Search(follow_up=True, below=DomainName.parse("tr"))):
        with kept.store._database.read() as connection:
            plan = queries._plan(connection, search)
            text = str(plan.compile(connection, compile_kwargs={"literal_binds": True}))
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        assert "decisions_to_follow_up" in str(steps)


def test_what_is_older_than_the_retention_is_deleted(url: str) -> None:
    clock = Clock(NOW + 31 * DAY)
    with remembering(url, clock=Clock(NOW)) as memory:
        old = memory.remember(transaction(), deferral(), NOW)
        new = memory.remember(transaction(sender="x@y.example"), deferral(), NOW + 2 * DAY)
        memory.note_pass(CLIENT, NOW)
        memory.note_pass(V6, NOW + 2 * DAY)
    with remembering(url, clock=clock), Store(url) as store:
        wait_until(lambda: store.find_incident(old) is None, "the old one is gone")
        assert [each.id for each in store.find(Search())] == [new]
        wait_until(lambda: store.history_of(client_key(CLIENT)) is None, "the client is forgotten")
        assert store.history_of(client_key(V6)) == History(passed_at=NOW + 2 * DAY)
    with Store(url, clock=clock) as store:
        assert store.prune(DAY) == 1
        assert store.find(Search()) == []
        assert store.history_of(client_key(V6)) is not None


def test_a_short_retention_forgets_no_client_that_policy_still_counts(url: str) -> None:
    clock = Clock(NOW + 20 * DAY)
    with remembering(url, clock=clock, retention_days=1) as memory:
        memory.note_pass(CLIENT, NOW)
    with Store(url, clock=clock) as store:
        store.prune(DAY)
        assert store.history_of(client_key(CLIENT)) == History(passed_at=NOW)


HOSTILE = [
    "\0",
    "'",
    '"',
    "\\",
    ";--",
    "\r\n",
    "\x1b[2J",
    "\ud800",
    "\udfff",
    "\u202e",
    "é",
    "😀",
    "%",
    "_",
    "{}",
]


def hostile_texts(count: int) -> list[str]:
    chance = random.Random(15)
    return [
        "".join(
            chance.choice(HOSTILE) if chance.random() < 0.5 else chr(chance.randrange(0x110000))
            for _ in range(chance.randrange(1, 40))
        )
        for _ in range(count)
    ]


def test_a_thousand_hostile_texts_are_kept_escaped_and_found(url: str) -> None:
    texts = hostile_texts(1000)
    with remembering(url, envelope=Envelope.ADDRESSES) as memory:
        incidents = [
            memory.remember(
                transaction(helo=text, sender=f"{text}@{text}", recipient=text), deferral(), NOW
            )
            for text in texts
        ]
        assert memory.losses == 0
    with Store(url) as store:
        for incident in incidents:
            found = store.find_incident(incident)
            assert found is not None
            everything = found.helo + found.sender + found.recipient
            assert everything.isascii() and everything.isprintable()
        for text in texts[::50]:
            store.find(Search(sender_domain=text))
            assert store.find_incident(text) is None
            assert not store.mark_done(text)
    distinct = {text: storable(text) for text in texts}
    assert len(set(distinct.values())) == len(distinct)


def test_a_long_text_is_cut() -> None:
    assert storable("x" * 1000) == "x" * LONGEST


def test_reversed_names_keep_what_is_below_together() -> None:
    names = [DomainName.parse(text) for text in ("b.a", "a", "x.b.a", r"a\.b.a", "bb.a")]
    assert sorted(map(reversed_name, names)) == ["a", "a.a\\.b", "a.b", "a.b.x", "a.bb"]
