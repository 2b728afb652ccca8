"""A site with incidents in its store, and servers that are looked at from it."""

import asyncio
import contextlib
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from gotrdns.deciding.memory import Envelope
from gotrdns.explaining.awaiting import Pace
from gotrdns.names import Address
from gotrdns.policy import Action, Decision, Rule, Transaction
from gotrdns.policy.confirmations import Confirmation
from gotrdns.reports import english_incident as words
from gotrdns.store.queries import Store
from gotrdns.store.settings import StoreSettings
from gotrdns.verification import Verdict
from gotrdns.web.application import public_site
from gotrdns.web.means import Means
from gotrdns.web.settings import AdminSettings, PageSettings
from gotrdns.web.walks import Walks
from tests.unit.stores import NOW, Clock, remembering, transaction, url_of

PACE = Pace(interval=0.0, patience=600.0)


class Experts:
    """Whoever explains: gives the eyes that a test has prepared."""

    def __init__(self) -> None:
        self.eyes_for: Callable[[Address], Any] = _nobody
        self.looked_at: list[Address] = []

    def eyes(self, address: Address, *_asked: object) -> Any:
        self.looked_at.append(address)
        return self.eyes_for(address)


def _nobody(address: Address) -> Any:
    raise AssertionError(f"nobody was to look at {address}")


class Site:
    """Everybody's site. ``read`` gives a page as a person reads it."""

    def __init__(self, url: str, **page: Any) -> None:
        self.url = url
        self.clock = Clock()
        self.experts = Experts()
        self.paused: list[float] = []
        # What somebody else does while a page waits.
        self.meanwhile: Callable[[], object] = list
        means = Means(
            page=PageSettings(**page),
            admin=AdminSettings(),
            store=StoreSettings(url=url),
            expert=self.experts,  # type: ignore[arg-type]
            ask_daemon=bytes,
            clock=self.clock,
            pause=self._pause,
        )
        self.application = public_site(means)
        self.application.state.walks = Walks(means.expert, means.page, pace=PACE)
        # One loop for all, as in a real process.
        self.runner = asyncio.Runner()
        self.browser = self.open_browser()

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.to_thread(self.meanwhile)

    def open_browser(self) -> httpx.AsyncClient:
        """With cookies of its own."""
        transport = httpx.ASGITransport(self.application, client=("192.0.2.77", 40000))
        return httpx.AsyncClient(transport=transport, base_url="http://rdns.receiver.example")

    def close(self) -> None:
        self.runner.run(self.browser.aclose())
        self.runner.close()

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.runner.run(self.browser.get(path, **more))

    def post(self, path: str, form: dict[str, str]) -> httpx.Response:
        return self.runner.run(self.browser.post(path, data=form))

    def read(self, incident: str) -> str:
        answer = self.get(f"/i/{incident}")
        assert answer.status_code == 200
        return legible(answer.text)

    def token(self, incident: str) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.get(f"/i/{incident}").text)
        assert found is not None
        return found[1]

    def check(self, incident: str) -> httpx.Response:
        """Press the button, as a browser without scripts does."""
        return self.post(f"/i/{incident}/check", {"token": self.token(incident)})

    def watch(self, incident: str) -> list[str]:
        """Press it as a browser with scripts does: the fragment of each look."""
        found = re.search(r'data-live="([^"]+)"', self.get(f"/i/{incident}").text)
        assert found is not None
        answer = self.get(html.unescape(found[1]))
        assert answer.headers["content-type"].startswith("text/event-stream")
        begun, *looks = fragments(answer.text)
        assert words.CHECKING in begun
        assert "event: done" in answer.text.split("\n\n")[-2]
        return [legible(each) for each in looks]

    def remember(self, decision: Decision, told: Transaction | None = None, at: float = NOW) -> str:
        """The id of a decision that the daemon made."""
        verdict = decision.verdict
        told = told or transaction(verdict.address if verdict else None)
        with remembering(self.url, clock=self.clock, envelope=Envelope.ADDRESSES) as memory:
            return memory.remember(told, decision, at)

    def confirmation_of(self, address: Address) -> Confirmation | None:
        with Store(self.url, clock=self.clock) as store:
            return store.confirmation_of(address)


@contextlib.contextmanager
def site(directory: Path, **page: Any) -> Iterator[Site]:
    url = url_of(directory / "store.sqlite3")
    Store(url, create=True).close()
    with contextlib.closing(Site(url, **page)) as made:
        yield made


def refusal(verdict: Verdict, **fields: Any) -> Decision:
    return Decision(Action.REFUSE, Rule.STRICT, verdict, **fields)


def legible(markup: str) -> str:
    """The text of a page, one line for each paragraph."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", "", markup, flags=re.DOTALL)
    body = re.sub(r"</?(?:code|strong|span|time|a|em)\b[^>]*>", "", body)
    lines = (" ".join(line.split()) for line in re.sub(r"<[^>]+>", "\n", body).splitlines())
    return html.unescape("\n".join(line for line in lines if line))


def fragments(events: str) -> list[str]:
    """What server-sent events show one after the other; the first only says that it begins."""
    blocks = (block.splitlines() for block in events.split("\n\n") if block)
    return [
        "\n".join(line.removeprefix("data: ") for line in rest)
        for name, *rest in blocks
        if name in {"event: show", "event: done"}
    ]
