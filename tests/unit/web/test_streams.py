"""Answers that grow: what a browser reads, and when they end."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from gotrdns.web import streams
from gotrdns.web.streams import Done, Event, Narration, SlowVisitor, grow_page, stream
from tests.unit.event_loops import Run


class Browser:
    """The other end of an answer: keeps what came, and goes when ``gone`` is set."""

    def __init__(self, method: str = "GET") -> None:
        self.gone = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()
        self.messages: list[Message] = []
        self._heard = asyncio.Event()
        self.ending = asyncio.Event()
        state = SimpleNamespace(means=SimpleNamespace(ending=self.ending))
        app = SimpleNamespace(state=state)
        self._scope = {"type": "http", "method": method, "headers": [], "app": app}
        self.request = Request(self._scope)

    async def watch(self, answer: Callable[..., Any]) -> None:
        await answer(self._scope, self._receive, self._send)

    @property
    def text(self) -> str:
        bodies = (each.get("body", b"") for each in self.messages)
        return b"".join(bodies).decode()

    @property
    def is_complete(self) -> bool:
        return self.messages[-1].get("more_body") is False

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.reading.wait()
        self.messages.append(message)
        self._heard.set()

    async def hear(self, text: str, times: int = 1) -> None:
        """Until it has come so often."""
        while self.text.count(text) < times:
            self._heard.clear()
            await self._heard.wait()


async def _some(*events: Event) -> AsyncIterator[Event]:
    for event in events:
        yield event


def _read(text: str) -> list[tuple[str, str]]:
    """As the HTML standard has it in section 9.2.6."""
    read: list[tuple[str, str]] = []
    name, data = "", list[str]()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                read.append((name, "\n".join(data)))
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
        else:
            assert field in {"", "retry"}, line
    return read


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n:")))
def test_a_browser_reads_the_lines_that_were_sent(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert _read(Event("step", text).encode().decode()) == [("step", lines)]


def test_text_that_is_no_unicode_is_told_nevertheless() -> None:
    assert Event("step", "\udcff").encode() == b"event: step\ndata: \\udcff\n\n"


def test_events_come_in_order_and_then_the_answer_ends(run: Run) -> None:
    async def watch() -> None:
        browser = Browser()
        await browser.watch(stream(browser.request, _some(Event("a", "1"), Event("b", "2"))))
        assert _read(browser.text) == [("a", "1"), ("b", "2")]
        assert browser.text.startswith("retry: ")
        assert browser.is_complete
        headers = dict(browser.messages[0]["headers"])
        assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert headers[b"x-accel-buffering"] == b"no"
        assert headers[b"cache-control"] == b"no-store"
        assert b"content-length" not in headers

    run(watch())


def test_each_event_is_sent_when_it_is_made(run: Run) -> None:
    async def watch() -> None:
        browser, more = Browser(), asyncio.Event()

        async def events() -> AsyncIterator[Event]:
            yield Event("a", "1")
            await more.wait()
            yield Event("b", "2")

        task = asyncio.ensure_future(browser.watch(stream(browser.request, events())))
        await browser.hear("event: a")
        assert not task.done()
        more.set()
        await task
        assert _read(browser.text) == [("a", "1"), ("b", "2")]

    run(watch())


def test_while_nothing_happens_there_are_signs_of_life(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_SIGN_OF_LIFE", 0.01)

    async def watch(begin: Callable[..., Any], first: object, sign: str) -> None:
        browser = Browser()

        async def pieces() -> AsyncIterator[object]:
            yield first
            await browser.hear(sign, times=3)

        await browser.watch(begin(browser.request, pieces()))
        assert browser.is_complete

    run(watch(stream, Event("a", "1"), ":\n\n"))
    run(watch(grow_page, "<p>", "\n"))


def test_a_page_comes_in_pieces(run: Run) -> None:
    async def watch() -> None:
        browser = Browser()

        async def pieces() -> AsyncIterator[str]:
            yield "<p>"
            yield "\u00e9</p>"

        await browser.watch(grow_page(browser.request, pieces()))
        assert browser.text == "<p>\u00e9</p>"
        assert [each.get("body") for each in browser.messages[1:]] == [
            b"<p>",
            "\u00e9</p>".encode(),
            b"",
        ]

    run(watch())


async def _endless(closed: asyncio.Event) -> AsyncGenerator[Event, None]:
    try:
        yield Event("a", "1")
        await asyncio.Event().wait()
    finally:
        closed.set()


@pytest.mark.parametrize("before", [True, False])
def test_when_the_visitor_goes_the_work_ends(run: Run, *, before: bool) -> None:
    async def watch() -> None:
        browser, closed, ended = Browser(), asyncio.Event(), asyncio.Event()

        async def work(_note: Callable[[str], None]) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        narration: Narration[str, None] = Narration(work)
        await asyncio.sleep(0)
        answer = stream(browser.request, _endless(closed), at_end=narration.close)
        if before:
            browser.gone.set()
        task = asyncio.ensure_future(browser.watch(answer))
        if not before:
            await browser.hear("event: a")
        browser.gone.set()
        await task
        assert ended.is_set()
        assert before or closed.is_set()

    run(watch())


def test_when_the_process_ends_so_does_what_is_watched(run: Run) -> None:
    async def watch() -> None:
        browser, closed = Browser(), asyncio.Event()
        task = asyncio.ensure_future(browser.watch(stream(browser.request, _endless(closed))))
        await browser.hear("event: a")
        browser.ending.set()
        await task
        assert closed.is_set()
        assert browser.is_complete

    run(watch())


def test_who_reads_nothing_is_given_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_PATIENCE", 0.01)

    async def watch() -> None:
        browser, closed = Browser(), asyncio.Event()

        async def events() -> AsyncGenerator[Event, None]:
            async with contextlib.aclosing(_endless(closed)) as endless:
                async for event in endless:
                    browser.reading.clear()
                    yield event

        with pytest.raises(SlowVisitor):
            await browser.watch(stream(browser.request, events()))
        assert closed.is_set()
        assert not browser.is_complete

    run(watch())


def test_who_asks_only_for_the_head_gets_no_more(run: Run) -> None:
    async def watch() -> None:
        browser = Browser("HEAD")
        await browser.watch(stream(browser.request, _some(Event("a", "1"))))
        assert browser.text == ""
        assert browser.is_complete

    run(watch())


def test_a_narration_is_what_was_noted_and_then_the_result(run: Run) -> None:
    async def work(note: Callable[[int], None]) -> str:
        for number in range(3):
            note(number)
            await asyncio.sleep(0)
        note(3)
        return "all"

    async def follow() -> None:
        assert [each async for each in Narration(work)] == [0, 1, 2, 3, Done("all")]

    run(follow())


def test_the_work_never_waits_for_who_watches(run: Run) -> None:
    async def work(note: Callable[[int], None]) -> str:
        for number in range(1000):
            note(number)
        return "all"

    async def follow() -> None:
        told = [each async for each in Narration(work)]
        assert told == [*range(len(told) - 1), Done("all")]
        assert len(told) <= 100

    run(follow())


def test_what_fails_at_once_is_known_before_anything_is_told(run: Run) -> None:
    async def fail(_note: Callable[[int], None]) -> str:
        raise ValueError("at once")

    async def wait(_note: Callable[[int], None]) -> str:
        await asyncio.sleep(0.05)
        raise ValueError("later")

    async def follow() -> None:
        with pytest.raises(ValueError, match="at once"):
            await Narration(fail).begin(within=5)
        narration = Narration(wait)
        await narration.begin(within=0.001)
        with pytest.raises(ValueError, match="later"):
            await anext(narration)

    run(follow())
