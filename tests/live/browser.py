"""A real Chromium that looks at the pages: on a telephone and a desk, light and dark.

Owns the browser, the four ways of looking, the pictures it keeps, and asking axe. Knows no page.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
PICTURES: Final = Path(__file__).parents[2] / "build" / "screenshots"
# WCAG 2.2 AA and what it builds upon, and what axe calls good practice.
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
Result = TypeVar("Result")
PATIENCE: Final = 30_000  # milliseconds for whatever a page waits for


@dataclass(frozen=True, slots=True)
class Look:
    """A way of looking at a page."""

    device: str
    width: int
    height: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.device}-{self.scheme}"


LOOKS: Final = tuple(
    Look(device, width, height, scheme)
    for device, width, height in (("telephone", 390, 844), ("desk", 1280, 900))
    for scheme in ("light", "dark")
)
DESK: Final = LOOKS[2]
NARROW: Final = Look("narrow", 320, 640, "light")


class Visitor:
    """Somebody with a browser of their own: no cookies of others, nothing remembered.

    ``complaints`` are what the browser itself said is wrong: scripts' errors, what a policy
    forbade, and whatever was asked for elsewhere than at the page's own place.
    """

    def __init__(self, page: Page, look: Look) -> None:
        self.page = page
        self.look = look
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)

    def _note_message(self, message: ConsoleMessage) -> None:
        # Chromium says so of every status above 399, which may be just what a test wants.
        expected = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.complaints.append(f"asked elsewhere: {request.url}")

    def violations(self) -> list[str]:
        """What axe finds wrong with the page as it is shown now."""
        result = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        return [
            f"{each['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for each in result.response["violations"]
            for node in each["nodes"]
        ]

    def overflows(self) -> bool:
        """Whether one has to scroll sideways."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide))

    def unfold(self) -> None:
        """Open whatever is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    def keep_picture(self, name: str) -> Path:
        """A screenshot of the whole page, for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}-{self.look}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


class Chromium:
    """Debian's Chromium, headless."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextlib.contextmanager
    def visitor(self, look: Look = DESK, *, scripts: bool = True) -> Iterator[Visitor]:
        context = self._browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme=look.scheme,
            java_script_enabled=scripts,
            is_mobile=look.device == "telephone",
            has_touch=look.device == "telephone",
            permissions=["clipboard-read", "clipboard-write"],
        )
        try:
            yield Visitor(context.new_page(), look)
        finally:
            context.close()


@contextlib.contextmanager
def chromium() -> Iterator[Chromium]:
    """The browser, for a whole run."""
    # Its own sandbox needs namespaces that root in a container may not make.
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield Chromium(browser)
        finally:
            browser.close()


def elsewhere(work: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
    """Do in another thread what needs an event loop: the browser's occupies this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work, *arguments, **options).result()
