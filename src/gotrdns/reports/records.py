"""What was asked and answered, as record lines in the manner of dig.

Owns how a question's answer or its lack is shown, and how much of it.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Final

from gotrdns.lookup import TEMPORARY, Answer, Outcome
from gotrdns.names import ROOT, Address, DomainName
from gotrdns.reports import english as words
from gotrdns.reports.layout import WIDTH
from gotrdns.verification import CheckedName, NameState, Verdict

_INDENT: Final = "    "
# A hostile zone can hold thousands.
_NAMES_SHOWN: Final = 12
_ADDRESSES_SHOWN: Final = 6


def reverse_lines(verdict: Verdict, *, every_ttl: bool = False) -> Iterator[str]:
    """The PTR question and its answer; with ``every_ttl`` also how long a negative one holds."""
    owner = verdict.address.reverse_name
    answer = verdict.reverse or Answer(Outcome.TIMEOUT)
    owner = yield from _alias_lines(owner, answer.aliases)
    if answer.outcome is Outcome.FOUND:
        targets = [f"{checked.name}." for checked in _heard_first(verdict.names)]
        if ROOT in answer.names:
            targets.append(".")
        yield from _record_lines(owner, answer.ttl, "PTR", targets, _NAMES_SHOWN)
    else:
        yield from _line(owner, _negative_ttl(answer, every_ttl), "PTR", _lack(answer, "PTR"))


def forward_lines(verdict: Verdict, *, every_ttl: bool = False) -> Iterator[str]:
    """Each name's address question and its answer; ``every_ttl`` as above."""
    for checked in _heard_first(verdict.names)[:_NAMES_SHOWN]:
        yield from _name_lines(verdict.address, checked, every_ttl)
    yield from _rest(len(verdict.names) - _NAMES_SHOWN)


def _heard_first(names: Sequence[CheckedName]) -> list[CheckedName]:
    """The names that matter before those that were not asked about, each in the verdict's order."""
    return sorted(names, key=lambda checked: checked.answer is None)


def _name_lines(client: Address, checked: CheckedName, every_ttl: bool) -> Iterator[str]:
    wanted = "AAAA" if client.is_ipv6 else "A"
    answer = checked.answer
    if answer is None:
        yield from _line(checked.name, None, wanted, _why_unheard(checked.state, wanted))
        return
    owner = yield from _alias_lines(checked.name, answer.aliases)
    if answer.outcome is Outcome.FOUND:
        others = sorted(address for address in answer.addresses if address != client)
        if client in answer.addresses:
            data = f"{client}  <- {words.THE_ADDRESS_ITSELF}"
            yield from _line(owner, answer.ttl, wanted, data)
        yield from _record_lines(
            owner, answer.ttl, wanted, [str(address) for address in others], _ADDRESSES_SHOWN
        )
    else:
        yield from _line(owner, _negative_ttl(answer, every_ttl), wanted, _lack(answer, wanted))


def _negative_ttl(answer: Answer, wanted: bool) -> int | None:
    return answer.ttl if wanted and answer.outcome not in TEMPORARY else None


def _why_unheard(state: NameState, record_type: str) -> str:
    if state is NameState.UNUSABLE:
        return words.NO_HOST_NAME
    if state is NameState.NOT_ASKED:
        return words.TOO_MANY_NAMES
    return _lack(Answer(Outcome.TIMEOUT), record_type)


def _alias_lines(
    owner: DomainName, aliases: Sequence[DomainName]
) -> Generator[str, None, DomainName]:
    """Shows the chain and returns the name at its end."""
    for alias in aliases:
        yield from _line(owner, None, "CNAME", f"{alias}.")
        owner = alias
    return owner


def _lack(answer: Answer, record_type: str) -> str:
    return words.LACKS[answer.outcome].format(type=record_type)


def _record_lines(
    owner: DomainName, ttl: int, record_type: str, data: Sequence[str], shown: int
) -> Iterator[str]:
    for each in data[:shown]:
        yield from _line(owner, ttl, record_type, each)
    yield from _rest(len(data) - shown)


def _rest(count: int) -> Iterator[str]:
    if count > 0:
        yield _INDENT + words.MORE.format(count=count)


def _line(owner: DomainName, ttl: int | None, record_type: str, data: str) -> Iterator[str]:
    """One record; on two lines where it does not fit the screen."""
    record = f"{record_type}  {data}" if ttl is None else f"{ttl}  {record_type}  {data}"
    line = f"{_INDENT}{owner}.  {record}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield f"{_INDENT}{owner}."
        yield f"{_INDENT}{_INDENT}{record}"
