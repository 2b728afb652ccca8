"""What the verbs that report on targets have in common: reading them, remarks, the exit status."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from gotrdns.checking.targets import Place, Remark, Weight
from gotrdns.cli.output import complain
from gotrdns.cli.standard_input import read_lines
from gotrdns.reports import english as words
from gotrdns.reports.sentences import legible
from gotrdns.verification import Result

_STATUS_OF_RESULT: Final = {
    Result.PASS: 0,
    Result.FAIL: 1,
    Result.PERMERROR: 1,
    Result.TEMPERROR: 3,
}
_STATUS_OF_WEIGHT: Final = {Weight.NOTE: 0, Weight.UNDETERMINED: 3, Weight.IMPOSSIBLE: 2}
_GRAVEST_FIRST: Final = (2, 1, 3, 0)


class Outcomes:
    """Says the remarks, and remembers the gravest outcome of all targets.

    ``servers`` are the resolvers, for remarks about answers they did not give.
    """

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = servers
        self._statuses = {0}

    @property
    def status(self) -> int:
        """The exit status."""
        return next(each for each in _GRAVEST_FIRST if each in self._statuses)

    def note_remarks(self, remarks: Iterable[Remark]) -> None:
        for remark in remarks:
            self._statuses.add(_STATUS_OF_WEIGHT[remark.weight])
            complain(self._text(remark))

    def note_result(self, result: Result) -> None:
        self._statuses.add(_STATUS_OF_RESULT[result])

    def _text(self, remark: Remark) -> str:
        target = legible(remark.target)
        if remark.exchange_of is not None:
            target = words.EXCHANGE.format(
                host=target, preference=remark.preference, domain=remark.exchange_of
            )
        return words.TARGETS[remark.code].format(
            target=target, type=remark.record_type, servers=", ".join(self._servers)
        )


def origin_of(place: Place) -> str | None:
    """How an address was come by, in words; None where it was given itself."""
    if place.exchange_of is not None:
        return words.ORIGIN_EXCHANGE.format(
            host=place.host, preference=place.preference, domain=place.exchange_of
        )
    return str(place.host) if place.host is not None else None


async def read_targets(arguments: Sequence[str]) -> AsyncIterator[str]:
    """The command line's, and for "-" those of standard input, one a line."""
    for argument in arguments:
        if argument != "-":
            yield argument
            continue
        async for line in read_lines():
            target = line.partition("#")[0].strip()
            if target:
                yield target
