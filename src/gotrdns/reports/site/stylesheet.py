"""The one style of all pages: that of the report, the picture's and what the pages have beyond.

Owns the order of its parts and its address, which changes with what it says.
"""

import functools
import hashlib
from typing import Final

from gotrdns.reports.templating import render

_PARTS: Final = (
    "page.css",
    "facts.css",
    "loop_picture.css",
    "chart.css",
    "site/site.css",
    "site/incident.css",
    "site/admin.css",
    "site/now.css",
)


@functools.cache
def stylesheet() -> str:
    return "".join(render(part) for part in _PARTS)


@functools.cache
def stylesheet_address() -> str:
    """With a mark of its content, so that browsers may keep it for ever."""
    mark = hashlib.sha256(stylesheet().encode()).hexdigest()[:16]
    return f"/static/site-{mark}.css"
