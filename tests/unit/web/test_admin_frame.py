"""What is around every administrator's page."""

import asyncio
import threading

from gotrdns.reports.site.admin_layout import Frame, Section, compose_admin_page
from gotrdns.web.admin.daemon import Daemon
from tests.unit.stores import Clock
from tests.unit.web.admin_sites import no_daemon, well_daemon


def framed(frame: Frame) -> str:
    return compose_admin_page("admin_layout.html", frame, title="Exceptions")


def test_the_sections_are_linked_and_the_one_shown_is_marked() -> None:
    page = framed(Frame(Section.EXCEPTIONS))
    for path in ("/", "/follow-up", "/look-up"):
        assert f'<a href="{path}">' in page
    assert page.count('aria-current="page"') == 1
    assert '<a href="/exceptions" aria-current="page">Exceptions</a>' in page


def test_the_user_and_the_mode_are_told_and_escaped() -> None:
    page = framed(Frame(Section.NOW, "<b>anna</b>", "strict"))
    assert "Logged in: &lt;b&gt;anna&lt;/b&gt;" in page
    assert "Mode: strict" in page
    assert "Logged in" not in framed(Frame(Section.NOW))
    assert "No daemon answers" in framed(Frame(Section.NOW))


def test_the_daemon_is_asked_once_in_a_while() -> None:
    asked = []
    clock = Clock()

    def answer(question: bytes) -> bytes:
        asked.append(question)
        return well_daemon(question)

    async def visit() -> None:
        daemon = Daemon(answer, clock=clock)
        for _ in range(3):
            status = await daemon.status()
            assert status is not None and status.mode == "strict"
        assert asked == [b"status"]
        await asyncio.gather(*(daemon.status() for _ in range(3)))
        clock.now += 3
        await asyncio.gather(*(daemon.status() for _ in range(3)))
        assert asked == [b"status"] * 2

    asyncio.run(visit())


def test_no_page_waits_for_a_daemon_that_hangs() -> None:
    released = threading.Event()

    def hang(question: bytes) -> bytes:
        released.wait(30)
        return well_daemon(question)

    async def visit() -> None:
        daemon = Daemon(hang, patience=0.01)
        try:
            assert await daemon.status() is None
            assert await daemon.status() is None
        finally:
            released.set()
        for _ in range(1000):
            if await daemon.status() is not None:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never answers again")

    asyncio.run(visit())


def test_what_is_no_status_is_no_answer() -> None:
    async def visit() -> None:
        assert await Daemon(no_daemon).status() is None
        assert await Daemon(lambda _: b"SSH-2.0").status() is None

    asyncio.run(visit())
