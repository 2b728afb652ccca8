"""What is kept on disk: the list of registries, and the holders of networks."""

import asyncio
from pathlib import Path

import pytest

from gotrdns.contacts.cache import KEPT, Cache
from gotrdns.names import Address
from tests.unit.rdap.asking import Ask, Clock, open_at, refusal
from tests.unit.registrar import CLIENT, RIPE, Page, Registrar

# The list of registries


def test_the_list_is_fetched_once_a_week(ask: Ask, registrar: Registrar, clock: Clock) -> None:
    for _ in range(2):
        refusal(ask)
    assert registrar.asked.count("/iana/ipv4.json") == 1
    clock.now += KEPT + 1
    refusal(ask)
    assert registrar.asked.count("/iana/ipv4.json") == 2


def test_an_old_list_is_better_than_none(ask: Ask, registrar: Registrar, clock: Clock) -> None:
    registrar.publish(RIPE)
    ask()
    clock.now += 10 * KEPT
    registrar.pages["/iana/ipv4.json"] = Page(status=503)
    assert ask().name == "Example Telecom A.S."


def test_without_a_cache_one_registry_still_fetches_the_list_once(registrar: Registrar) -> None:
    registry = open_at(registrar, Cache(None))
    registrar.publish(RIPE)
    for _ in range(2):
        assert asyncio.run(registry.find_holder(CLIENT)).country == "TR"
    assert registrar.asked.count("/iana/ipv4.json") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"services":[]}',
        b'{"services":{}}',
        b'{"services":[7]}',
        b'{"services":[[["85.0.0.0/8"]]]}',
        b'{"services":[[["85.0.0.1/8"],["https://rdap.example.net/"]]]}',
        b'{"services":[[["not a prefix"],["https://rdap.example.net/"]]]}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_list(ask: Ask, registrar: Registrar, cache: Cache, body: bytes) -> None:
    registrar.pages["/iana/ipv4.json"] = Page(body)
    assert refusal(ask) == "the list of registries that 127.0.0.1 gave is malformed"
    assert cache.find_services("ipv4") is None


def test_a_damaged_list_is_fetched_again(registrar: Registrar, cache: Cache) -> None:
    registrar.publish(RIPE)
    assert cache.directory is not None
    cache.directory.mkdir(parents=True)
    for content in ("{", '{"fetched":1800000000,"services":[["x"]]}'):
        (cache.directory / "registries-ipv4.json").write_text(content)
        damaged = cache.counters.damaged
        holder = asyncio.run(open_at(registrar, cache).find_holder(CLIENT))
        assert holder.country == "TR"
        assert cache.counters.damaged == damaged + 1
        for path in cache.directory.iterdir():
            path.unlink()


# The cache


def test_neighbours_in_the_network_are_answered_from_disk(
    ask: Ask, registrar: Registrar, cache: Cache
) -> None:
    registrar.publish(RIPE)
    holder = ask()
    assert ask(Address.parse("85.105.64.200")) == holder
    assert (cache.counters.hits, cache.counters.misses) == (1, 1)
    assert len(registrar.asked) == 2


def test_the_far_end_of_a_large_block_may_have_another_holder(
    ask: Ask, registrar: Registrar
) -> None:
    far = Address.parse("85.105.90.1")
    customer = RIPE | {"startAddress": "85.105.90.0", "endAddress": "85.105.90.7", "country": "DE"}
    registrar.publish(RIPE)
    registrar.publish(customer, far)
    assert (ask().country, ask(far).country) == ("TR", "DE")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[1]", b'{"fetched":1,"holder":{"network":5}}', b"[" * 99999]
)
def test_a_damaged_file_is_asked_for_again(
    ask: Ask, registrar: Registrar, cache: Cache, content: bytes
) -> None:
    registrar.publish(RIPE)
    ask()
    assert cache.directory is not None
    (cache.directory / "55694000-556940ff.json").write_bytes(content)
    assert ask().name == "Example Telecom A.S."
    assert cache.counters.damaged == 1
    assert cache.find_holder(CLIENT) == ask()


def test_an_unwritable_directory_costs_only_time(
    ask: Ask, registrar: Registrar, tmp_path: Path
) -> None:
    registrar.publish(RIPE)
    (tmp_path / "file").write_text("in the way")
    for directory in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/gotrdns")):
        cache = Cache(directory)
        assert ask(kept=cache).name == "Example Telecom A.S."
        assert cache.counters.unwritable == 2
        assert cache.find_holder(CLIENT) is None
