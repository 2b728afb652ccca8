"""The store as the pages ask it: a few questions at a time, none for longer than it is patient."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gotrdns.store.queries import Store
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.web.stores import StoreDesk
from tests.unit.stores import url_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = url_of(tmp_path / "store.sqlite3")
    Store(url, create=True).close()
    return url


def held(gate: threading.Event) -> Callable[[Store], bool]:
    return lambda _store: gate.wait(10)


def test_a_question_is_answered_in_another_thread(url: str) -> None:
    here = threading.get_ident()
    asked = asyncio.run(StoreDesk(url).ask(lambda _store: threading.get_ident()))
    assert asked != here


def test_trouble_is_raised_as_it_is(tmp_path: Path) -> None:
    desk = StoreDesk(url_of(tmp_path / "nothing.sqlite3"))
    with pytest.raises(StoreUnavailable):
        asyncio.run(desk.ask(lambda _store: None))


def test_where_all_turns_are_taken_for_too_long_it_is_unavailable(url: str) -> None:
    gate = threading.Event()

    async def run() -> None:
        desk = StoreDesk(url, patience=0.05)
        taken = [asyncio.create_task(desk.ask(held(gate))) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable):
            await desk.ask(lambda _store: None)
        gate.set()
        assert await asyncio.gather(*taken) == [True] * 4
        assert await desk.ask(lambda _store: 1) == 1

    asyncio.run(run())


def test_a_visitor_who_goes_away_gives_no_turn_back_before_the_thread_has_ended(url: str) -> None:
    gate = threading.Event()

    async def run() -> None:
        desk = StoreDesk(url, patience=0.05)
        taken = [asyncio.create_task(desk.ask(held(gate))) for _ in range(4)]
        await asyncio.sleep(0.01)
        for each in taken:
            each.cancel()
        await asyncio.wait(taken)
        with pytest.raises(StoreUnavailable):
            await desk.ask(lambda _store: None)
        gate.set()
        while True:
            try:
                assert await desk.ask(lambda _store: 1) == 1
            except StoreUnavailable:
                continue
            return

    asyncio.run(asyncio.wait_for(run(), 10))
