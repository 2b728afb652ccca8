"""What the resolver counts; the rooms above publish it."""


class Counters:
    """Totals since start. ``forged`` counts replies with a wrong id or question.

    Replies from a wrong source never get here: the kernel drops them at a connected socket.
    """

    __slots__ = (
        "answers",
        "cache_hits",
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
