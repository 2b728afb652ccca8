"""How ``gotrdns logs --html`` prints a page, whatever it is about.

Owns how many senders a page tells of, and when it says that it was made.
"""

import time
from collections.abc import Mapping
from typing import Any, Final, Protocol

from gotrdns.cli.output import write_octets
from gotrdns.reports.moments import said_in_utc

_TOP: Final = 100


class Composer(Protocol):
    """Writes a page about a report that it has."""

    def __call__(self, *, top: int, generated: str) -> str: ...


def write_page(compose: Composer, options: Mapping[str, Any]) -> None:
    page = compose(top=options["top"] or _TOP, generated=said_in_utc(time.time()))
    write_octets(page.encode("utf-8", "backslashreplace"))
