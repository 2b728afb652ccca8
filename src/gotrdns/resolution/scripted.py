"""A resolver in memory: answers come from a world written as zone-file lines.

Owns the text form of a world and what a correct resolver would answer from it. It does no input or
output and has no clock: whoever wants answers to come later passes a way to schedule them.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Self

import msgspec

from gotrdns.lookup import Answer, Listener, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName, InvalidAddress, InvalidName

LONGEST_CHAIN: Final = 8  # CNAMEs followed; a longer chain or a loop is SERVFAIL

_TROUBLES: Final = {
    outcome.value: outcome
    for outcome in (Outcome.SERVFAIL, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.UNPROVEN)
}
_UNREACHABLE: Final = Outcome.UNREACHABLE.value
_DEFAULT_TTL: Final = 3600
_FIELD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(?:[^\s;"\\]|\\.)+|(;.*)')


class InvalidWorld(ValueError):
    """A line of a world's text cannot be read."""

    def __init__(self, line_number: int, reason: str) -> None:
        super().__init__(f"line {line_number}: {reason}")
        self.line_number = line_number
        self.reason = reason


class World:
    """What a resolver can see: records, troubles, or nothing at all.

    One record a line, all names absolute: ``OWNER. [TTL] [IN] TYPE DATA``; ``;`` starts a comment.
    A trouble stands in the place of the type: ``OWNER. servfail`` (or ``refused``, ``timeout``,
    ``unproven``) is what every question about that name then gets. A line ``unreachable`` makes
    the resolver itself the trouble.
    """

    __slots__ = ("_answers", "_existing", "_troubles", "_zones", "unreachable")

    def __init__(self) -> None:
        self.unreachable = False
        self._answers: dict[Question, Answer] = {}
        self._troubles: dict[DomainName, Outcome] = {}
        self._existing: set[DomainName] = set()
        self._zones: dict[DomainName, int] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidWorld with the number of the first line that cannot be read."""
        world = cls()
        for line_number, line in enumerate(text.splitlines(), 1):
            try:
                world._add_line(list(_fields(line)))
            except (InvalidName, InvalidAddress) as error:
                raise InvalidWorld(line_number, str(error)) from None
            except (ValueError, IndexError):
                raise InvalidWorld(line_number, f"not a record or a trouble: {line}") from None
        return world

    def _add_line(self, fields: list[str]) -> None:
        if not fields:
            return
        if fields == [_UNREACHABLE]:
            self.unreachable = True
            return
        owner = _absolute_name(fields.pop(0))
        self._note_existence(owner)
        if len(fields) == 1 and fields[0] in _TROUBLES:
            self._troubles[owner] = _TROUBLES[fields[0]]
            return
        ttl = int(fields.pop(0)) if fields[0].isdecimal() else _DEFAULT_TTL
        if fields[0].upper() == "IN":
            fields.pop(0)
        self._add_record(owner, ttl, fields.pop(0).upper(), fields)

    def _add_record(self, owner: DomainName, ttl: int, type_text: str, data: list[str]) -> None:
        try:
            record_type = RecordType[type_text]
        except KeyError:
            raise ValueError(type_text) from None
        if record_type is RecordType.SOA:
            # RFC 2308 section 5: a negative answer lives no longer than the SOA and its last field.
            self._zones[owner] = min(ttl, int(data[6]))
        question = Question(owner, record_type)
        added = _answer_with(record_type, data)
        known = self._answers.get(question)
        if known is None:
            self._answers[question] = msgspec.structs.replace(added, ttl=ttl)
        else:
            self._answers[question] = Answer(
                Outcome.FOUND,
                names=known.names + added.names,
                addresses=known.addresses + added.addresses,
                ttl=min(known.ttl, ttl),
                exchanges=known.exchanges + added.exchanges,
                texts=known.texts + added.texts,
            )

    def _note_existence(self, name: DomainName) -> None:
        # RFC 8020: a name below which something exists exists itself.
        self._existing.update(_ancestors(name))

    def answer(self, question: Question) -> Answer:
        """What a resolver that sees this world answers."""
        if self.unreachable:
            return Answer(Outcome.UNREACHABLE)
        aliases: list[DomainName] = []
        name, ttls = question.name, []
        while (alias := self._alias_of(name, question.type)) is not None:
            name = alias.names[0]
            ttls.append(alias.ttl)
            aliases.append(name)
            if len(aliases) > LONGEST_CHAIN:
                return Answer(Outcome.SERVFAIL)
        final = self._answer_without_aliases(Question(name, question.type))
        return msgspec.structs.replace(final, ttl=min([final.ttl, *ttls]), aliases=tuple(aliases))

    def _alias_of(self, name: DomainName, wanted: RecordType) -> Answer | None:
        if wanted is RecordType.CNAME or name in self._troubles:
            return None
        return self._answers.get(Question(name, RecordType.CNAME))

    def _answer_without_aliases(self, question: Question) -> Answer:
        trouble = self._troubles.get(question.name)
        if trouble is not None:
            return Answer(trouble)
        found = self._answers.get(question)
        if found is not None:
            return found
        exists = question.name in self._existing
        zone = next((name for name in _ancestors(question.name) if name in self._zones), None)
        return Answer(
            Outcome.NODATA if exists else Outcome.NXDOMAIN,
            ttl=0 if zone is None else self._zones[zone],
            zone=zone,
        )


class ScriptedResolver:
    """Answers from a world: at once, or later if ``schedule`` is given (``loop.call_soon``...)."""

    __slots__ = ("_outstanding", "_schedule", "_world")

    def __init__(
        self, world: World, *, schedule: Callable[[Callable[[], None]], object] | None = None
    ) -> None:
        self._world = world
        self._schedule = schedule
        self._outstanding: list[tuple[Question, Listener, int]] = []

    @property
    def reachable(self) -> bool:
        return not self._world.unreachable

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        if self._schedule is None:
            return self._world.answer(question)
        asked = (question, listener, token)

        def deliver() -> None:
            if asked in self._outstanding:
                self._outstanding.remove(asked)
                listener(token, self._world.answer(question))

        self._outstanding.append(asked)
        self._schedule(deliver)
        return None

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        with contextlib.suppress(ValueError):
            self._outstanding.remove((question, listener, token))


def _fields(line: str) -> Iterator[str]:
    offset = 0
    line = line.strip()
    while offset < len(line):
        found = _FIELD.match(line, offset)
        if found is None:
            raise ValueError(line)
        if found[1]:
            return
        yield found[0]
        offset = found.end()
        offset += len(line[offset:]) - len(line[offset:].lstrip())


def _absolute_name(text: str) -> DomainName:
    if not text.endswith(".") or text.endswith("\\."):
        raise InvalidName(text, "it lacks the dot at the end")
    return DomainName.parse(text)


def _ancestors(name: DomainName) -> Iterable[DomainName]:
    """The name itself first, the root last."""
    offset = 0
    while name[offset]:
        yield DomainName(name[offset:])
        offset += 1 + name[offset]
    yield DomainName(name[offset:])


def _answer_with(record_type: RecordType, data: list[str]) -> Answer:
    match record_type:
        case RecordType.A | RecordType.AAAA:
            (text,) = data
            address = Address.parse(text)
            if address.is_ipv6 is not (record_type is RecordType.AAAA):
                raise InvalidAddress(text)
            return Answer(Outcome.FOUND, addresses=(address,))
        case RecordType.PTR | RecordType.CNAME | RecordType.NS:
            (text,) = data
            return Answer(Outcome.FOUND, names=(_absolute_name(text),))
        case RecordType.MX:
            preference, text = data
            exchange = MailExchange(int(preference), _absolute_name(text))
            return Answer(Outcome.FOUND, exchanges=(exchange,))
        case RecordType.TXT:
            texts = b"".join(each.strip('"').encode() for each in data)
            return Answer(Outcome.FOUND, texts=(texts,))
        case RecordType.SOA:
            return Answer(Outcome.FOUND, names=(_absolute_name(data[0]),))
        case RecordType.DS:
            return Answer(Outcome.FOUND)
