"""Pages that come from no server: the browser is handed one."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Route

from tests.live.browser import Visitor

_PLACE: Final = "http://127.0.0.1:1/"  # nobody is there


def write_page(log: Path, *options: str) -> str:
    """What the program prints about the log, in which somebody was or would be turned away."""
    command = [sys.executable, "-m", "gotrdns", "logs", "--html", *options, log.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=log.parent)
    assert (done.returncode, done.stderr) == (1, "")
    return done.stdout


def hand_over(visitor: Visitor, page: str) -> None:
    """The page asks for nothing else."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=page, content_type="text/html; charset=utf-8")

    visitor.page.route("**/*", answer)
    visitor.page.goto(_PLACE)
    assert asked == [_PLACE]
