"""Whom to write to: the mailbox in the SOA, and what is kept of the registries' answers."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gotrdns.contacts.cache import KEPT, Block, Cache, default_directory
from gotrdns.contacts.holder import Contact, Holder, Role
from gotrdns.contacts.mailbox import Flaw, Mailbox, mailbox_of
from gotrdns.contacts.rdap import open_registry
from gotrdns.names import ROOT, Address, DomainName

CLIENT = Address.parse("85.105.64.87")
CLIENT6 = Address.parse("2a02:ff80::25")

# The mailbox in the SOA


def mailbox(text: str) -> Mailbox | None:
    return mailbox_of(DomainName.parse(text))


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        ("hostmaster.ttnet.net.tr.", "hostmaster@ttnet.net.tr"),
        (r"john\.doe.ttnet.net.tr", "john.doe@ttnet.net.tr"),
        (r"dns+zones.ttnet.net.tr", "dns+zones@ttnet.net.tr"),
        (r"john\ doe.ttnet.net.tr", '"john doe"@ttnet.net.tr'),
        (r"\.john.ttnet.net.tr", '".john"@ttnet.net.tr'),
        (r"john\.\.doe.ttnet.net.tr", '"john..doe"@ttnet.net.tr'),
        (r"say\"hi\".ttnet.net.tr", r'"say\"hi\""@ttnet.net.tr'),
        (r"back\\slash.ttnet.net.tr", r'"back\\slash"@ttnet.net.tr'),
        ("root.example.ttnet.net.tr", "root@example.ttnet.net.tr"),
    ],
)
def test_the_first_label_is_the_local_part(contact: str, text: str) -> None:
    assert mailbox(contact) == Mailbox(text, placeholder=False)


def test_an_address_written_with_its_sign_is_understood() -> None:
    assert mailbox("hostmaster@ttnet.net.tr") == Mailbox("hostmaster@ttnet.net.tr", False)
    assert mailbox("hostmaster@.ttnet.net.tr") == Mailbox("hostmaster@ttnet.net.tr", False)
    assert mailbox("@.ttnet.net.tr") == Mailbox('"@"@ttnet.net.tr', False)


def test_the_root_is_no_mailbox() -> None:
    assert mailbox_of(ROOT) is None


@pytest.mark.parametrize(
    ("contact", "text", "flaw"),
    [
        ("hostmaster.example", "hostmaster@example", Flaw.RESERVED_DOMAIN),
        ("nobody.invalid", "nobody@invalid", Flaw.RESERVED_DOMAIN),
        ("root.localhost", "root@localhost", Flaw.RESERVED_DOMAIN),
        ("hostmaster.localhost", "hostmaster@localhost", Flaw.RESERVED_DOMAIN),
        ("root.localhost.localdomain", "root@localhost.localdomain", Flaw.RESERVED_DOMAIN),
        ("root.localhost.ttnet.net.tr", "root@localhost.ttnet.net.tr", Flaw.RESERVED_DOMAIN),
        ("you.example.com", "you@example.com", Flaw.RESERVED_DOMAIN),
        ("dns-admin.example.co.uk", "dns-admin@example.co.uk", Flaw.RESERVED_DOMAIN),
        ("dns-admin.ns.example.de", "dns-admin@ns.example.de", Flaw.RESERVED_DOMAIN),
        ("postmaster.example.org", "postmaster@example.org", Flaw.RESERVED_DOMAIN),
        ("admin.fritz.lan", "admin@fritz.lan", Flaw.RESERVED_DOMAIN),
        ("hostmaster.yourdomain.com", "hostmaster@yourdomain.com", Flaw.TEMPLATE),
        (r"your\.email.ttnet.net.tr", "your.email@ttnet.net.tr", Flaw.TEMPLATE),
        ("noreply.ttnet.net.tr", "noreply@ttnet.net.tr", Flaw.DISCARDED),
        ("dns.cloudflare.com", "dns@cloudflare.com", Flaw.PROVIDER),
        ("admin", "admin", Flaw.NO_DOMAIN),
        ("hostmaster.tr", "hostmaster@tr", Flaw.NO_DOMAIN),
        (r"a\007.ttnet.net.tr", r'"a\007"@ttnet.net.tr', Flaw.NOT_AN_ADDRESS),
        (r"a.b\ c.net.tr", r"a@b\032c.net.tr", Flaw.NOT_AN_ADDRESS),
        ("root.192.0.2.1", "root@192.0.2.1", Flaw.NOT_AN_ADDRESS),
    ],
)
def test_a_placeholder_is_recognised(contact: str, text: str, flaw: Flaw) -> None:
    assert mailbox(contact) == Mailbox(text, placeholder=True, flaw=flaw)


LABELS = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8)


def name_of(labels: list[bytes]) -> DomainName:
    return DomainName(b"".join(bytes([len(each)]) + each for each in labels).lower() + b"\x00")


@given(LABELS)
@example([b'a"b\\c', b"net"])
def test_any_name_gives_printable_text_and_a_reason_where_it_is_no_address(
    labels: list[bytes],
) -> None:
    found = mailbox_of(name_of(labels))
    assert found is not None
    assert found.text.isascii()
    assert found.text.isprintable()
    assert found.placeholder == (found.flaw is not None)


def unquote(local: str) -> str:
    """Read a local part back (RFC 5321 section 4.1.2)."""
    if not local.startswith('"'):
        assert '"' not in local
        return local
    content = iter(local[1:-1])
    return "".join(next(content) if each == "\\" else each for each in content)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), min_size=1))
@example("..")
@example('"')
def test_the_local_part_can_be_read_back(local: str) -> None:
    local = local[:63].replace("@", "").lower() or "x"
    found = mailbox_of(name_of([local.encode(), b"ttnet", b"net", b"tr"]))
    assert found is not None
    written, domain = found.text.rsplit("@", 1)
    assert domain == "ttnet.net.tr"
    assert unquote(written) == local


# The cache

HOLDER = Holder("85.105.64.0/24", "Example", "X", "TR", "ripe", (Contact(Role.NOC, "", "a@b"),))
BLOCK = Block(Address.parse("85.105.64.0"), Address.parse("85.105.64.255"))


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Cache:
    return Cache(tmp_path / "gotrdns" / "rdap", clock=clock)


def test_the_smallest_network_is_the_answer(cache: Cache) -> None:
    small = Block(Address.parse("85.105.64.80"), Address.parse("85.105.64.95"))
    large = Block(Address.parse("85.105.0.0"), Address.parse("85.105.255.255"))
    neighbour = Address.parse("85.105.64.1")
    cache.store_holder(CLIENT, small, Holder("small", "", "", "", ""))
    cache.store_holder(neighbour, large, Holder("large", "", "", "", ""))
    for address, name in ((CLIENT, "small"), (neighbour, "large")):
        holder = cache.find_holder(address)
        assert holder is not None
        assert holder.network == name
    assert cache.find_holder(Address.parse("85.105.65.1")) is None
    assert cache.find_holder(CLIENT6) is None


@pytest.mark.parametrize(
    ("passed", "fresh"), [(0, True), (KEPT - 1, True), (KEPT, False), (-1, False)]
)
def test_an_answer_is_kept_for_a_week(
    cache: Cache, clock: Clock, passed: float, fresh: bool
) -> None:
    cache.store_holder(CLIENT, BLOCK, HOLDER)
    clock.now += passed
    assert cache.find_holder(CLIENT) == (HOLDER if fresh else None)


def test_files_are_the_users_own(cache: Cache) -> None:
    cache.store_holder(CLIENT, BLOCK, HOLDER)
    cache.store_services("ipv4", [])
    assert cache.directory is not None
    assert stat.S_IMODE(cache.directory.stat().st_mode) == 0o700
    assert sorted(path.name for path in cache.directory.iterdir()) == [
        "55694000-556940ff.json",
        "registries-ipv4.json",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in cache.directory.iterdir()} == {0o600}


def test_files_of_others_are_left_alone(cache: Cache) -> None:
    cache.store_holder(CLIENT, BLOCK, HOLDER)
    assert cache.directory is not None
    (cache.directory / "notes.txt").write_text("mine")
    (cache.directory / "55694000-20010db8000000000000000000000000.json").write_text("{}")
    (cache.directory / "55694057-55694057.json").mkdir()
    assert cache.find_holder(CLIENT) is None
    assert cache.find_holder(Address.parse("85.105.64.1")) == HOLDER
    assert (cache.directory / "notes.txt").read_text() == "mine"


def test_the_oldest_networks_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=5)
    cache.store_services("ipv4", [])
    for n in range(8):
        address = Address.parse(f"85.105.{n}.1")
        cache.store_holder(address, Block(address, address), HOLDER)
        os.utime(tmp_path / f"5569{n:02x}01-5569{n:02x}01.json", (n, n))
    kept = [cache.find_holder(Address.parse(f"85.105.{n}.1")) is not None for n in range(8)]
    assert kept == [False] * 3 + [True] * 5
    assert cache.find_services("ipv4") is not None


def test_what_a_dead_writer_left_is_removed(cache: Cache) -> None:
    assert cache.directory is not None
    cache.directory.mkdir(parents=True)
    dead, busy = cache.directory / ".partial-dead", cache.directory / ".partial-busy"
    dead.write_text("{")
    busy.write_text("{")
    os.utime(dead, (0, 0))
    cache.store_holder(CLIENT, BLOCK, HOLDER)
    assert not dead.exists()
    assert busy.exists()


def test_writers_at_once_leave_whole_files(tmp_path: Path) -> None:
    addresses = [Address.parse(f"85.105.{n % 7}.1") for n in range(140)]

    def write(address: Address) -> None:
        cache = Cache(tmp_path, most=5)
        cache.store_holder(address, Block(address, address), HOLDER)
        assert cache.find_holder(address) in {HOLDER, None}  # None: others removed it
        assert cache.counters.damaged == cache.counters.unwritable == 0

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, addresses))
    cache = Cache(tmp_path)
    assert 1 <= len(list(tmp_path.iterdir())) <= 7
    assert not list(tmp_path.glob(".partial-*"))
    assert HOLDER in {cache.find_holder(address) for address in addresses}
    assert cache.counters.damaged == 0


@given(
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=4, max_size=4),
)
def test_what_is_kept_lies_in_the_block_and_around_the_address(
    one: bytes, two: bytes, three: bytes
) -> None:
    first, address, last = map(Address, sorted((one, two, three)))
    near = Block(first, last).near(address)
    assert address in near
    assert first <= near.first
    assert near.last <= last
    assert near.size <= 256


@pytest.mark.parametrize("base", ["", "relative/path"])
def test_the_cache_is_where_users_look_for_it(base: str, tmp_path: Path) -> None:
    assert default_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "gotrdns" / "rdap"
    assert default_directory({"XDG_CACHE_HOME": base}) == Path.home() / ".cache/gotrdns/rdap"


def test_without_a_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nobody)
    assert open_registry(environment={}).cache.directory is None
