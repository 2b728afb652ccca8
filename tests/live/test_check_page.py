"""The check page as a program: what visitors see of a private Internet, while it is asked."""

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.live.daemon import accepts
from tests.live.internet import Internet
from tests.live.process import Process
from tests.live.resolver import Resolver
from tests.live.seeds import SEEDS, Seed
from tests.unit.web.pages import Read, read_page

PLACE = ("127.0.0.1", 8025)
FOUNDING = "85.105.64.87"
SETTINGS = """
[page]
listen = ["inet:127.0.0.1:8025"]
trusted-proxies = ["127.0.0.1"]
private-targets = true
root-hints = "{hints}"
walks-a-minute = 10000
walks-a-network = 1000
[resolver]
servers = ["127.0.0.53"]
[policy]
mode = "observe"
[store]
url = "sqlite:///{directory}/store.db"
[control]
socket = "unix:{directory}/control"
"""
SOWN = {title: seed for title, seed in SEEDS.items() if not seed.staged}


@pytest.fixture(scope="module", autouse=True)
def site(internet: Internet, resolver: Resolver, live_directory: Path) -> Iterator[Process]:
    directory = live_directory / "check-page"
    directory.mkdir()
    settings = directory / "gotrdns.toml"
    settings.write_text(SETTINGS.format(hints=internet.root_hints, directory=directory))
    resolver.flush()
    process = Process(
        "gotrdns web",
        [sys.executable, "-m", "gotrdns", "web", "--settings", settings],
        output=settings.with_suffix(".output"),
    )
    process.start(ready=lambda: accepts(PLACE))
    yield process
    assert process.terminate() == 0


def _open(target: str, visitor: str = "203.0.114.9") -> str:
    url = f"http://{PLACE[0]}:{PLACE[1]}/?{urlencode({'q': target})}"
    with urlopen(Request(url, headers={"X-Forwarded-For": visitor}), timeout=60) as answer:
        text: str = answer.read().decode()
    return text


@pytest.fixture(scope="module")
def pages() -> dict[str, Read]:
    """Of every sown defect, each asked for by somebody else."""
    with ThreadPoolExecutor(8) as visitors:
        texts = visitors.map(
            _open,
            [seed.client for seed in SOWN.values()],
            [f"203.{number}.114.9" for number in range(len(SOWN))],
        )
        return {title: read_page(text) for title, text in zip(SOWN, texts, strict=True)}


def test_the_founding_example_is_explained_while_servers_are_asked() -> None:
    page = read_page(_open(FOUNDING))
    said = [
        "Asking the name servers, from the root down",
        f"about {FOUNDING}: refers on to 64.105.85.in-addr.arpa",
        f"about {FOUNDING}: PTR dsl.static851056487.ttnet.net.tr.",
        "FAIL (forward-nodata): receivers that check reverse DNS refuse this address.",
        "What to publish",
        "Letters, ready to send",
        "Evidence",
    ]
    places = [page.words.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("seed", SOWN.values(), ids=SOWN)
def test_every_sown_defect_has_a_page_that_keeps_the_rules(
    seed: Seed, pages: dict[str, Read], request: pytest.FixtureRequest
) -> None:
    page = pages[request.node.callspec.id]
    assert f"Reverse DNS of {seed.client}" in page.words
    assert page.values("svg", "role") == ["img"]


def test_a_visitor_sees_life_long_before_the_end() -> None:
    """A zone whose servers never answer takes seconds."""
    silent = next(seed.client for seed in SOWN.values() if "reverse-unreachable" in seed.findings)
    begun = time.monotonic()
    with socket.create_connection(PLACE) as visitor:
        # With a name, or the explanation would be there already.
        query = f"/check/events?q={silent}&name=mail.example.org"
        visitor.sendall(f"GET {query} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        text, first_at = b"", 0.0
        while piece := visitor.recv(65536):
            text += piece
            first_at = first_at or (time.monotonic() if b"event: step" in text else 0.0)
    assert text.rpartition(b"event: ")[2].startswith(b"done\n")
    assert 0 < first_at - begun < time.monotonic() - begun - 0.5


def test_who_leaves_ends_what_was_asked_for(site: Process) -> None:
    for _ in range(20):
        with socket.create_connection(PLACE) as visitor:
            visitor.sendall(f"GET /check/events?q={FOUNDING} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            visitor.recv(1)
    read_page(_open("81.20.30.10"))
    assert site.running
