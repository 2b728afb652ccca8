"""What the resolver counts; the rooms above publish it."""

from gotrdns.lookup import TEMPORARY, Outcome


class Counters:
    """Totals since start. ``forged`` counts replies with a wrong id or question.

    Replies from a wrong source never get here: the kernel drops them at a connected socket.
    ``errors`` counts the questions that ended in trouble, by how they ended.
    """

    __slots__ = (
        "answers",
        "cache_hits",
        "cache_misses",
        "errors",
        "forged",
        "malformed",
        "questions",
        "retries",
        "timeouts",
        "truncated",
    )

    def __init__(self) -> None:
        self.questions = 0
        self.answers = 0
        self.retries = 0
        self.timeouts = 0
        self.forged = 0
        self.malformed = 0
        self.truncated = 0
        self.cache_hits = 0
        self.cache_misses = 0
        self.errors = dict.fromkeys(sorted(TEMPORARY, key=_code), 0)

    def copy(self) -> "Counters":
        """The totals by now."""
        return Counters().add(self)

    def add(self, other: "Counters", *, times: int = 1) -> "Counters":
        """Add what others counted, or with ``times`` -1 take it off again."""
        for name in _TOTALS:
            setattr(self, name, getattr(self, name) + times * getattr(other, name))
        for outcome, count in other.errors.items():
            self.errors[outcome] += times * count
        return self


_TOTALS = tuple(name for name in Counters.__slots__ if name != "errors")


def _code(outcome: Outcome) -> str:
    return outcome.value
