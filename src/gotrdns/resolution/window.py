"""How many questions may be under way at once, so that a burst never drowns a resolver.

The window opens by one with each answer and halves when packets are seen to be lost. A question
that nobody ever answers is no sign of loss (its zone may be dead); one whose *repetition* is
answered is.
"""

from typing import Final

_FIRST: Final = 256  # A default receive buffer holds some 277 small packets.
_SMALLEST: Final = 16
_CALM: Final = 0.5  # seconds between two halvings: one burst is one mistake


class Window:
    """``size`` is the number of questions allowed under way."""

    __slots__ = ("_calm_until", "_largest", "size")

    def __init__(self, largest: int) -> None:
        self.size = min(_FIRST, largest)
        self._largest = largest
        self._calm_until = 0.0

    def answered(self, answers: int) -> None:
        self.size = min(self.size + answers, self._largest)

    def lost(self, now: float) -> None:
        if now >= self._calm_until:
            self._calm_until = now + _CALM
            self.size = max(_SMALLEST, self.size // 2)
