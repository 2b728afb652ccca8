"""What pages are made of beside their HTML, and how long browsers keep it."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gotrdns.reports.site.stylesheet import stylesheet, stylesheet_address
from gotrdns.web.static_files import static_route

STATIC = Path("src/gotrdns/web/static")


def _get(path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[static_route()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as browser:
            return await browser.get(path, headers=headers)

    return asyncio.run(ask())


def test_the_style_may_be_kept_for_ever_for_its_address_changes_with_it() -> None:
    answer = _get(stylesheet_address())
    assert answer.text == stylesheet()
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]


def test_of_other_files_browsers_ask_whether_they_have_changed() -> None:
    answer = _get("/static/live.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    again = _get("/static/live.js", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert _get("/static/live.js", **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["nosuch.js", "../means.py", "..%2Fmeans.py", "%2e%2e/means.py"])
def test_there_is_nothing_but_the_files(name: str) -> None:
    assert _get(f"/static/{name}").status_code == 404


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert not re.search(r"https?:|//|@import|url\(", stylesheet())
    for script in STATIC.glob("*.js"):
        code = re.sub(r"^\s*//.*$", "", script.read_text(), flags=re.MULTILINE)
        assert not re.search(r"https?:|import\b|innerHTML|outerHTML|insertAdjacent|\beval\b", code)
        assert not re.search(r"document\.write|setHTMLUnsafe|\bFunction\(|\.style\b", code)


def test_links_and_buttons_stand_out_from_their_ground_in_light_and_dark() -> None:
    palettes = re.findall(r":root \{([^}]*)\}", stylesheet())
    grounds = [palette for palette in palettes if "--surface" in palette]
    inks = [palette for palette in palettes if "--link" in palette]
    assert len(grounds) == len(inks) == 2
    for ground, ink in zip(grounds, inks, strict=True):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", ground + ink))
        # WCAG 2.2, 1.4.3.
        assert _contrast(colours["on-link"], colours["link"]) >= 4.5
        for below in ("back", "surface", "raised"):
            assert _contrast(colours["link"], colours[below]) >= 4.5
            assert _contrast(colours["text"], colours[below]) >= 4.5
            assert _contrast(colours["muted"], colours[below]) >= 4.5
            assert _contrast(colours["bad"], colours[below]) >= 4.5
        # 1.4.11: the edge of a field.
        for below in ("back", "raised"):
            assert _contrast(colours["edge"], colours[below]) >= 3


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
