"""What is wrong with a settings file, and where."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing to correct. ``line`` is None when it concerns the whole file."""

    path: Path
    line: int | None
    text: str

    def __str__(self) -> str:
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.text}"


class InvalidSettings(ValueError):
    """The settings cannot be used; ``problems`` are all that were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
