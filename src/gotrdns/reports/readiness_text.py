"""How a daemon does, in few words: what ``/readyz`` says, and what a service manager shows."""

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


def compose_condition(mode: str, connections: int, remarks: Sequence[Remark]) -> str:
    """One line."""
    codes = ", ".join(dict.fromkeys(each.trouble.value for each in remarks))
    return words.CONDITION.format(
        mode=mode,
        connections=_connections(connections),
        condition=words.CONDITION_WRONG.format(codes=codes) if codes else words.CONDITION_WELL,
    )


def compose_pages_condition(connections: int) -> str:
    """One line about the process of the pages."""
    return words.PAGES_CONDITION.format(connections=_connections(connections))


def _connections(count: int) -> str:
    if count == 1:
        return words.ONE_CONNECTION
    return words.CONNECTIONS.format(count=f"{count:,}")


def _one_line(remark: Remark) -> str:
    return f"{remark.trouble.value}: {' '.join(remark_text(remark).split())}"
