"""What the pages' process saw that somebody should read: at once, and floods as counts."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.throttle import Throttle
from gotrdns.web.connections import Closure
from gotrdns.web.means import Trouble

# What we did ourselves, and browsers and scanners bring about all day.
_ORDINARY: Final = frozenset({Closure.IDLE, Closure.IDLE_WHEN_FULL, Closure.HALF_SENT})


class PageWatch:
    """Implements the sites' Observer."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._throttle = Throttle(self._tell, clock)
        self._about: dict[str, tuple[str, str]] = {}

    def closed(self, closure: Closure, peer: str) -> None:
        """A connection was not kept."""
        if closure not in _ORDINARY:
            self._note(f"page-connection-closed {closure.value}", (peer, ""))

    def failed(self, error: BaseException | None, what: str = "a page could not be made") -> None:
        """A page could not be made, for a reason nobody expected."""
        where = _where(error)
        self._note(f"page-fault {where}", (what, repr(error)))

    def troubled(self, trouble: Trouble, about: str) -> None:
        """Somebody or something is kept from the pages."""
        self._note(f"page-trouble {trouble.value}", (about, ""))

    def tick(self) -> None:
        """Write what was held back."""
        self._throttle.tick()

    def _note(self, key: str, about: tuple[str, str]) -> None:
        self._about[key] = about
        self._throttle.note(key)

    def _tell(self, key: str, count: int) -> None:
        event, _, code = key.partition(" ")
        first, second = self._about.pop(key, ("", ""))
        if event == "page-fault":
            self._journal.write(
                Level.ERROR, event, what=first, error=second, where=code, count=count
            )
        elif event == "page-trouble":
            name = "visitor" if Trouble(code) is Trouble.LOGIN_REFUSED else "problem"
            self._journal.write(Level.WARNING, code, count=count, **{name: first})
        else:
            self._journal.write(Level.WARNING, event, kind=code, count=count, peer=first)


def _where(error: BaseException | None) -> str:
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
