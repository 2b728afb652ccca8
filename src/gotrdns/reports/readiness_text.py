"""What ``/readyz`` says: a word, and a line for each thing that is wrong."""

from collections.abc import Iterable, Sequence
from typing import Final

from gotrdns.reports import english_status as words
from gotrdns.reports.status import Remark

ALIVE: Final = f"{words.ALIVE}\n"


def remark_text(remark: Remark) -> str:
    """A sentence, and where or why if that is known."""
    sentence = words.TROUBLES[remark.trouble]
    if not remark.detail:
        return sentence.removesuffix(":")
    return f"{sentence.removesuffix('.').removesuffix(':')}: {remark.detail}"


def compose_readiness(reasons: Sequence[Remark], warnings: Iterable[Remark]) -> str:
    """Ready where there is no reason not to be."""
    lines = [words.NOT_READY.format(reason=_one_line(each)) for each in reasons]
    lines = lines or [words.READY]
    lines += [words.WARNING.format(reason=_one_line(each)) for each in warnings]
    return "".join(f"{line}\n" for line in lines)


def _one_line(remark: Remark) -> str:
    return f"{remark.trouble.value}: {' '.join(remark_text(remark).split())}"
