"""Letters: a request, ready to send, to each of those who have to change something.

Owns which letters there are, to whom they go and what each holds; the words are a language's
module. A letter is plain text of 72 columns; strangers' text in it is tamed, and none of it gets
into the head of a mail unless it is an address.
"""

import re
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Final

import msgspec

from gotrdns.contacts.holder import Role
from gotrdns.diagnosis.findings import Finding, Fixer
from gotrdns.evidence import Path, Zone
from gotrdns.explaining.explanation import Choice, Explanation, Publication
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import DomainName, is_host_name
from gotrdns.reports import english_letters
from gotrdns.reports.explanation_sentences import (
    describe,
    divide,
    is_in_broken_zone,
    must_act,
    telling_replies,
    walk_of_use,
)
from gotrdns.reports.layout import LETTER_WIDTH, paragraph
from gotrdns.reports.sentences import listed
from gotrdns.reports.smtp import shorten_name

LANGUAGES: Final[dict[str, ModuleType]] = {"en": english_letters}

_INDENT: Final = "    "
_SERVERS_SHOWN: Final = 8
_NAMES_SHOWN: Final = 3
_LONGEST_NAME_IN_SUBJECT: Final = 60
# Registrants sign contracts; the abuse desk at least answers.
_ROLES: Final = (Role.TECHNICAL, Role.NOC, Role.ADMINISTRATIVE, Role.ABUSE, Role.REGISTRANT)
_PROPOSALS: Final = frozenset({Choice.HELO, Choice.PTR, Choice.MEANT, Choice.DOMAIN})
# RFC 5321's Mailbox without quoted strings. Nothing that a mail program or a mailto: link could
# take for more than one address, nor for an option.
_MAIL_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9.!#$'*+/=^_`{|}~-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)


class InvalidLanguage(ValueError):
    """There are no letters in that language; ``known`` are those there are."""

    def __init__(self, language: str, known: Sequence[str]) -> None:
        super().__init__(f"no letters in language {language!r}: there are {', '.join(known)}")
        self.language = language
        self.known = tuple(known)


class Letter(msgspec.Struct, frozen=True):
    """One request. ``to`` is None where no mail address is known; the body then says whom to ask.

    Remarks for the sender stand in brackets before the greeting.
    """

    fixer: Fixer
    to: str | None
    subject: str
    body: str

    @property
    def message(self) -> str:
        """Header fields and a body, as mail programs take them; without an addressee no To."""
        fields = [f"To: {self.to}"] if self.to else []
        return "\n".join([*fields, f"Subject: {self.subject}", "", self.body.rstrip("\n"), ""])


def require_language(language: str) -> None:
    """Raises InvalidLanguage."""
    if language not in LANGUAGES:
        raise InvalidLanguage(language, sorted(LANGUAGES))


def write_letters(explanation: Explanation, *, language: str = "en") -> tuple[Letter, ...]:
    """A letter to each of those who have to act, in the order of ``responsible``.

    Raises InvalidLanguage.
    """
    require_language(language)
    fixers = dict.fromkeys(each.fixer for each in explanation.responsible)
    return tuple(
        _Writer(explanation, fixer, LANGUAGES[language]).letter()
        for fixer in fixers
        if fixer is not Fixer.NOBODY and must_act(fixer, explanation)
    )


class _Writer:
    """One letter: the explanation as far as it concerns one fixer."""

    def __init__(self, explanation: Explanation, fixer: Fixer, words: ModuleType) -> None:
        self._explanation = explanation
        self._fixer = fixer
        self._words = words
        self._address = explanation.verdict.address
        self._records = [each for each in explanation.records if each.fixer is fixer]
        self._roles = [each for each in explanation.responsible if each.fixer is fixer]
        self._causes = self._own_causes()
        self._type = "AAAA" if self._address.is_ipv6 else "A"

    def _own_causes(self) -> list[Finding]:
        """The causes that this one can end; for a record, whatever the record mends."""
        causes, _ = divide(self._explanation)
        return [each for each in causes if each.fixer is self._fixer] or list(causes)

    def letter(self) -> Letter:
        to = self._addressee()
        lines = [*self._notes(to), self._words.GREETING, "", *self._request()]
        for heading, section in self._sections():
            if section:
                lines += ["", heading, "", *section]
        lines += ["", *self._words.CLOSING]
        return Letter(self._fixer, to, self._subject(), "".join(f"{line}\n" for line in lines))

    def _addressee(self) -> str | None:
        """The holder of the block for its own zones, for others whoever the zone names."""
        holders = [
            contact.email
            for role in self._roles
            if role.holder is not None
            for contact in sorted(role.holder.contacts, key=lambda each: _ROLES.index(each.role))
        ]
        mailboxes = [
            role.mailbox.text
            for role in self._roles
            if role.mailbox is not None
            and not role.mailbox.placeholder
            and not is_in_broken_zone(role.mailbox.text, self._explanation)
        ]
        addresses = holders + mailboxes
        if self._fixer is not Fixer.ADDRESS_OWNER:
            addresses = mailboxes + holders
        usable = (each for each in addresses if _MAIL_ADDRESS.fullmatch(each))
        return None if self._fixer is Fixer.RECEIVER else next(usable, None)

    def _notes(self, to: str | None) -> Iterator[str]:
        host, notes = self._explanation.host, []
        if to is None:
            notes.append(self._words.ADDRESSEES[self._fixer].format(address=self._address))
        if self._records and host.choice is Choice.EXAMPLE:
            notes.append(self._words.PUT_YOUR_NAME.format(name=host.name))
        elif self._records and host.choice in _PROPOSALS:
            notes.append(self._words.CHECK_THE_NAME.format(name=host.name))
        for note in notes:
            yield from _paragraph(self._words.NOTE.format(text=note))
            yield ""

    def _subject(self) -> str:
        if self._fixer is Fixer.RECEIVER:
            return str(self._words.SUBJECT_TO_RECEIVER)
        if self._records:
            record = next((each for each in self._records if each.type == "PTR"), self._records[0])
            name = shorten_name(record.owner.text, _LONGEST_NAME_IN_SUBJECT)
            template = self._words.SUBJECTS[record.type]
            return str(template.format(address=self._address, name=name))
        if (zone := self._broken_zone()) is None:
            return str(self._words.SUBJECT_OF_MENDING_UNKNOWN.format(address=self._address))
        zone = shorten_name(zone, _LONGEST_NAME_IN_SUBJECT)
        return str(self._words.SUBJECT_OF_MENDING.format(zone=zone))

    def _broken_zone(self) -> str | None:
        return next((each.zone for each in self._causes if each.zone), None)

    def _request(self) -> Iterator[str]:
        words = self._words
        if self._fixer is Fixer.RECEIVER:
            resolvers = listed(self._explanation.resolvers)
            text = words.ASK_RECEIVER.format(resolvers=resolvers, address=self._address)
            yield from _paragraph(text)
        elif not self._records:
            zone = self._broken_zone()
            text = words.ASK_FOR_MENDING if zone else words.ASK_FOR_MENDING_UNKNOWN
            yield from _paragraph(text.format(zone=zone, address=self._address))
        else:
            several = len(self._records) > 1
            text = words.ASK_FOR_RECORDS if several else words.ASK_FOR_RECORD
            yield from _paragraph(text.format(address=self._address))
            for record in self._records:
                yield from self._record(record)
            yield from self._other_half()

    def _other_half(self) -> Iterator[str]:
        others = [each for each in self._explanation.records if each.fixer is not self._fixer]
        if others:
            yield ""
            yield from _paragraph(self._words.OTHER_HALF)
            yield ""
        yield from (f"{_INDENT}{record.zone_file}" for record in others)

    def _record(self, record: Publication) -> Iterator[str]:
        if record.zone is None or record.relative is None:
            yield from ("", f"{_INDENT}{record.zone_file}")
            return
        yield ""
        # The records in one piece however long they are: they are made to be copied.
        yield from _paragraph(self._words.IN_THE_ZONE.format(zone=record.zone))
        yield from ("", f"{_INDENT}{record.relative} IN {record.type} {record.data}")
        yield from ("", self._words.OR_IN_FULL, "", f"{_INDENT}{record.zone_file}")

    def _sections(self) -> Iterator[tuple[str, list[str]]]:
        words = self._words
        reasons = [words.explain_finding(each, self._explanation) for each in self._causes]
        yield words.REASON, [line for text in reasons for line in _paragraph(text)]
        if walk_of_use(self._explanation):
            yield words.EVIDENCE, list(self._servers_answers())
        else:
            yield words.EVIDENCE_OF_RESOLVER, list(self._resolvers_answers())
        rule = words.RULE_TO_RECEIVER if self._fixer is Fixer.RECEIVER else words.RULE
        yield words.WHY, list(_paragraph(rule.format(type=self._type)))
        yield words.VERIFY, list(self._commands())

    def _servers_answers(self) -> Iterator[str]:
        for path in self._paths():
            yield from self._path(path)

    def _paths(self) -> Sequence[Path]:
        """The walks that end in this one's zones, and the reverse one, which began it all."""
        walk = self._explanation.walk
        if walk is None:
            return ()
        names = {each.name for each in self._explanation.verdict.names}
        forward = [path for path in walk.forward if path.question.name in names]
        return (walk.reverse, *forward[:_NAMES_SHOWN])

    def _path(self, path: Path) -> Iterator[str]:
        for leg in path.legs:
            question = self._words.QUESTION.format(name=leg.owner, type=path.question.type.name)
            yield from _paragraph(question, "  ")
            yield from self._zone(leg.zone, path)

    def _zone(self, zone: Zone, path: Path) -> Iterator[str]:
        said = {server: telling_replies(zone, server, path) for server in zone.asked}
        for server, replies in list(said.items())[:_SERVERS_SHOWN]:
            text = self._words.AND_THEN.join(describe(each, self._words.KINDS) for each in replies)
            line = self._words.SERVER_SAID.format(
                name=server.name, address=server.address, said=text
            )
            yield from _paragraph(line, _INDENT, f"{_INDENT}  ")
        if len(said) > _SERVERS_SHOWN:
            yield _INDENT + self._words.MORE.format(count=len(said) - _SERVERS_SHOWN)
        if not said:
            yield _INDENT + self._words.SERVERLESS

    def _resolvers_answers(self) -> Iterator[str]:
        verdict = self._explanation.verdict
        yield from self._answer(self._address.reverse_name, "PTR", verdict.reverse)
        for checked in verdict.names[:_NAMES_SHOWN]:
            yield from self._answer(checked.name, self._type, checked.answer)

    def _answer(self, name: DomainName, record_type: str, answer: Answer | None) -> Iterator[str]:
        if answer is None:
            return
        yield from _paragraph(self._words.QUESTION.format(name=name, type=record_type), "  ")
        data = [f"{each}." for each in answer.names] or [each.text for each in answer.addresses]
        said = self._words.LACKS[answer.outcome].format(type=record_type, data=listed(data))
        if answer.outcome is Outcome.FOUND:
            said = f"{record_type} {said}"
        yield from _paragraph(said, _INDENT, f"{_INDENT}  ")

    def _commands(self) -> Iterator[str]:
        for record in self._records:
            # Other names could mean something to a shell.
            if record.type == self._type and is_host_name(record.owner):
                command = self._words.VERIFY_NAME.format(name=record.owner, type=record.type)
                yield f"{_INDENT}{command}"
        for command in self._words.VERIFY_COMMANDS:
            yield f"{_INDENT}{command.format(address=self._address)}"


def _paragraph(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return paragraph(text, first, rest, width=LETTER_WIDTH)
