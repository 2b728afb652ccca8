"""Whether a log has each rejection twice, and which of them are the copies.

Exim gives a rejection to syslog once for its main log and once for its reject log, unless
``syslog_duplication`` is off. Owns telling a copy from a client that did the same again.
"""

import itertools
from typing import Final

import msgspec

from gotrdns.mail_logs.facts import Rejection

_PROCESSES: Final = 20_000  # more than a mail server has
_BETWEEN: Final = 2.0  # seconds between a rejection and its copy
_SURE: Final = 20  # runs of one kind; what is set differently is noticed after as many of the other


class _Run(msgspec.Struct, gc=False):
    """Rejections of one process that say the same, one after another."""

    last: Rejection
    length: int = 1


class Copies:
    """Is asked about every rejection that may be a copy, in the order of each process's lines.

    Where each is logged twice, every run of the same has an even length. Until the log shows that
    it is otherwise, it is taken to be so: that is how Exim is made.
    """

    def __init__(self) -> None:
        self._runs: dict[bytes, _Run] = {}  # by process
        self._evenness = 0

    def is_copy(self, rejection: Rejection) -> bool:
        run = self._runs.get(rejection.process)
        if run is not None and _say_the_same(run.last, rejection):
            run.last = rejection
            run.length += 1
            return run.length % 2 == 0 and self._evenness >= 0
        if run is None:
            self._make_room()
        else:
            step = 1 if run.length % 2 == 0 else -1
            self._evenness = max(-_SURE, min(self._evenness + step, _SURE))
        self._runs[rejection.process] = _Run(rejection)
        return False

    def _make_room(self) -> None:
        if len(self._runs) >= _PROCESSES:
            for process in list(itertools.islice(self._runs, _PROCESSES // 2)):
                del self._runs[process]


def _say_the_same(one: Rejection, next_one: Rejection) -> bool:
    is_soon = 0 <= next_one.at - one.at < _BETWEEN
    return is_soon and msgspec.structs.replace(one, at=next_one.at) == next_one
