"""A resolver for tests that answers when it is told to, and at once only what it knows."""

from gotrdns.lookup import Answer, Listener, Question


class SlowResolver:
    """Answers from what it knows at once; anything else when told to."""

    def __init__(self, known: dict[Question, Answer] | None = None) -> None:
        self.known = known or {}
        self.reachable = True
        self.asked: list[Question] = []
        self.waiting: dict[Question, tuple[Listener, int]] = {}

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        self.asked.append(question)
        if question in self.known:
            return self.known[question]
        self.waiting[question] = (listener, token)
        return None

    def forget(self, question: Question, _listener: Listener, _token: int) -> None:
        self.waiting.pop(question, None)

    def answer(self, question: Question, answer: Answer) -> None:
        listener, token = self.waiting.pop(question)
        listener(token, answer)
