"""What every look-up here needs: registries on loopback, a clock, and a cache of its own."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.contacts.cache import Cache
from gotrdns.contacts.holder import Holder
from gotrdns.names import Address
from tests.unit.rdap.asking import Ask, Clock, open_at
from tests.unit.registrar import CLIENT, Registrar


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registrar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registrar]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    opened = Registrar()
    opened.publish_lists()
    yield opened
    opened.close()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Cache:
    return Cache(tmp_path / "gotrdns" / "rdap", clock=clock)


@pytest.fixture
def ask(registrar: Registrar, cache: Cache) -> Ask:
    def look_up(
        address: Address = CLIENT, *, kept: Cache = cache, deadline: float = 10.0
    ) -> Holder:
        registry = open_at(registrar, kept, deadline)
        return asyncio.run(registry.find_holder(address))

    return look_up
