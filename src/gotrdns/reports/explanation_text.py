"""An explanation as text for people: why, the way through DNS, who acts, and what they publish.

Owns the layout for a terminal of 80 columns; the words are in `english_explain`. Names reach it
escaped (``DomainName.text``) and strangers' free text tamed, so nothing can steer the terminal.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.findings import Finding, Fixer
from gotrdns.evidence import Path, Walk
from gotrdns.explaining.explanation import Explanation, Publication, Responsible
from gotrdns.names import DomainName
from gotrdns.reports import english as words
from gotrdns.reports import english_explain as explain_words
from gotrdns.reports.delegation_text import way_lines
from gotrdns.reports.explanation_sentences import (
    describe_holder,
    divide,
    finding_sentence,
    is_in_broken_zone,
    tame,
    wait_in_words,
    walk_of_use,
)
from gotrdns.reports.layout import WIDTH, paragraph
from gotrdns.reports.records import forward_lines, reverse_lines
from gotrdns.reports.sentences import listed
from gotrdns.reports.text import Paint, Style, plain, result_lines
from gotrdns.verification import Cause, NameState, Verdict

_WAYS_SHOWN: Final = 10
_PAIRS_SHOWN: Final = 3
_CONTACTS_SHOWN: Final = 4
_REVERSE_TREES: Final = (DomainName.parse("in-addr.arpa"), DomainName.parse("ip6.arpa"))


def compose_explanation(
    explanation: Explanation, *, origin: str | None = None, paint: Paint = plain
) -> str:
    """The whole explanation of one address, every line ended.

    ``origin`` says where the address comes from (a host name, an MX).
    """
    verdict = explanation.verdict
    lines = [paint(verdict.address.text, Style.HEADING) + (f"  ({origin})" if origin else "")]
    lines += ["", *result_lines(verdict, paint)]
    for heading, section in _sections(explanation):
        body = list(section)
        if body:
            lines.append("")
            lines += [paint(line, Style.HEADING) for line in paragraph(heading, "  ")]
            lines += body
    return "".join(f"{line}\n" for line in lines)


def _sections(explanation: Explanation) -> Iterator[tuple[str, Iterable[str]]]:
    causes, remarks = divide(explanation)
    if explanation.verdict.cause is Cause.CONFIRMED:
        yield explain_words.PAIR, _pair(explanation.verdict)
    else:
        yield from _failure(causes, explanation)
    if explanation.records:
        yield explain_words.WHO, _who(explanation)
        yield explain_words.PUBLISH, _records(explanation)
        yield explain_words.HOW_LONG, _waits(explanation.records)
    elif causes:
        yield explain_words.WHO, _who(explanation)
        yield explain_words.TO_DO, _advice(causes[0])
    yield explain_words.ALSO, _remarks(remarks, explanation)


def _failure(
    causes: Sequence[Finding], explanation: Explanation
) -> Iterator[tuple[str, Iterable[str]]]:
    yield explain_words.REASON, _reason(causes, explanation)
    walk = explanation.walk
    if walk is not None and walk_of_use(explanation):
        yield from _ways(walk, explanation)
    else:
        yield explain_words.ANSWERS_HERE, _answers_here(explanation.verdict)


def _pair(verdict: Verdict) -> Iterator[str]:
    """The names that lead back; the others are spoken of in the remarks."""
    names = [each for each in verdict.names if each.state is NameState.CONFIRMED]
    pair = msgspec.structs.replace(verdict, names=tuple(names[:_PAIRS_SHOWN]))
    yield from reverse_lines(pair)
    yield from forward_lines(pair)
    if len(names) > _PAIRS_SHOWN:
        yield f"    {words.MORE.format(count=len(names) - _PAIRS_SHOWN)}"


def _reason(causes: Sequence[Finding], explanation: Explanation) -> Iterator[str]:
    said = ""
    for finding in causes:
        yield from paragraph(finding_sentence(finding, explanation))
        if finding.details.get("made_from_address"):
            yield from paragraph(words.MADE_FROM_ADDRESS)
        zone = finding.zone
        if zone and finding.fixer not in {Fixer.RECEIVER, Fixer.NOBODY}:
            keeper = explain_words.KEEPERS[finding.fixer]
            text = explain_words.CHANGE_IN_ZONE.format(zone=zone, keeper=keeper)
            if text != said:
                yield from paragraph(text)
            said = text
    if not walk_of_use(explanation):
        yield from paragraph(explain_words.NO_WALK)
    elif explanation.walk is not None and explanation.walk.cut_short:
        yield from paragraph(explain_words.CUT_SHORT)


def _ways(walk: Walk, explanation: Explanation) -> Iterator[tuple[str, Iterable[str]]]:
    yield _way_heading(walk.reverse, explanation), way_lines(walk.reverse)
    alike: dict[tuple[str, ...], list[Path]] = {}
    for path in walk.forward:
        alike.setdefault(tuple(way_lines(path)), []).append(path)
    for lines, (path, *others) in list(alike.items())[:_WAYS_SHOWN]:
        same = explain_words.SAME_WAY.format(names=_names_of(others))
        yield _way_heading(path, explanation), (*lines, *(paragraph(same) if others else ()))
    if len(alike) > _WAYS_SHOWN:
        left = [path for paths in list(alike.values())[_WAYS_SHOWN:] for path in paths]
        yield explain_words.MORE_WAYS.format(count=len(left)), paragraph(_names_of(left))


def _names_of(paths: Iterable[Path]) -> str:
    return listed([path.question.name.text for path in paths])


def _way_heading(path: Path, explanation: Explanation) -> str:
    name, verdict = path.question.name, explanation.verdict
    if name == explanation.host.name and name not in {each.name for each in verdict.names}:
        return explain_words.WAY_TO_NEW_NAME.format(name=name)
    heading = explain_words.WAY.format(name=name)
    if name == verdict.address.reverse_name and len(heading) + len("  ") > WIDTH:
        return explain_words.WAY_TO_ADDRESS.format(address=verdict.address)
    return heading


def _answers_here(verdict: Verdict) -> Iterator[str]:
    yield from reverse_lines(verdict)
    yield from forward_lines(verdict)


def _who(explanation: Explanation) -> Iterator[str]:
    several = len(explanation.responsible) > 1
    for responsible in explanation.responsible:
        lines = [
            line
            for sentence in _sentences_about(responsible, explanation)
            for line in paragraph(sentence, "      ")
        ]
        if several and lines:
            lines[0] = f"    - {lines[0].lstrip()}"
        elif lines:
            lines = [line[2:] for line in lines]
        yield from lines


def _sentences_about(responsible: Responsible, explanation: Explanation) -> Iterator[str]:
    fixer = responsible.fixer
    if fixer is Fixer.NOBODY:
        return
    if fixer is Fixer.RECEIVER:
        yield explain_words.RECEIVER.format(servers=listed(explanation.resolvers))
        return
    is_forward = _is_about_names(responsible, explanation.records)
    table = explain_words.KEEPS_FORWARD if is_forward else explain_words.KEEPS_REVERSE
    record_type = "AAAA" if explanation.verdict.address.is_ipv6 else "A"
    yield table[fixer].format(in_zone=_in_zone(responsible.zone), type=record_type)
    if responsible.servers:
        servers = listed([server.text for server in responsible.servers])
        yield explain_words.ITS_SERVERS.format(servers=servers)
    yield from _mailbox_sentences(responsible, explanation)
    if responsible.holder is not None:
        yield from _holder_sentences(responsible.holder)
    elif fixer is Fixer.ADDRESS_OWNER and not is_forward:
        yield _unknown_holder(explanation)


def _is_about_names(responsible: Responsible, records: Iterable[Publication]) -> bool:
    """Whether it is a name's addresses that this one keeps, and not the reverse side."""
    fixer, zone = responsible.fixer, responsible.zone
    types = {each.type for each in records if each.fixer is fixer and each.zone == zone}
    if types:
        return types <= {"A", "AAAA"}
    if zone is None:
        return fixer is Fixer.DOMAIN_OWNER
    return not any(zone.is_under(tree) for tree in _REVERSE_TREES)


def _in_zone(zone: DomainName | None) -> str:
    return "" if zone is None else explain_words.IN_ZONE.format(zone=zone)


def _mailbox_sentences(responsible: Responsible, explanation: Explanation) -> Iterator[str]:
    mailbox = responsible.mailbox
    if mailbox is None:
        return
    sentence, flaw = explain_words.MAILBOX, ""
    if mailbox.placeholder:
        sentence, flaw = explain_words.PLACEHOLDER, explain_words.A_PLACEHOLDER
        if mailbox.flaw is not None:
            flaw = explain_words.PLACEHOLDERS[mailbox.flaw]
    elif is_in_broken_zone(mailbox.text, explanation):
        sentence = explain_words.MAILBOX_IN_BROKEN_ZONE
    yield sentence.format(mailbox=tame(mailbox.text), flaw=flaw)


def _holder_sentences(holder: Holder) -> Iterator[str]:
    facts = describe_holder(holder)
    if facts:
        yield explain_words.HOLDER.format(facts=facts)
    for contact in holder.contacts[:_CONTACTS_SHOWN]:
        name, email = tame(contact.name), tame(contact.email)
        who = name or email
        if name and email and name != email:
            who = explain_words.CONTACT_NAMED.format(name=name, email=email)
        if who:
            yield explain_words.CONTACT.format(role=explain_words.ROLES[contact.role], who=who)


def _unknown_holder(explanation: Explanation) -> str:
    if explanation.no_rdap:
        reason = tame(explanation.no_rdap, 200).rstrip(".")
        return explain_words.NO_HOLDER.format(reason=reason)
    return explain_words.HOLDER_NOT_ASKED.format(address=explanation.verdict.address)


def _records(explanation: Explanation) -> Iterator[str]:
    records = explanation.records
    yield from paragraph(explain_words.ORDER if len(records) > 1 else explain_words.ONE_RECORD)
    for number, record in enumerate(records, 1):
        where = explain_words.TO_PUBLISH[record.fixer].format(in_zone=_in_zone(record.zone))
        mark = explain_words.NUMBERED.format(number=number) if len(records) > 1 else ""
        yield from paragraph(f"{mark}{where}", "    ", " " * (4 + len(mark)))
        # In one piece however long it is: it is made to be copied.
        yield f"         {written(record)}"
    choice = explain_words.CHOICES[explanation.host.choice]
    yield from paragraph(choice.format(name=explanation.host.name))


def written(record: Publication) -> str:
    """The record as it is written within its zone, or in full where the zone is not known."""
    if record.zone is None or record.relative is None:
        return record.zone_file
    return f"{record.relative} IN {record.type} {record.data}"


def _waits(records: Sequence[Publication]) -> Iterator[str]:
    waits = [wait_in_words(record.wait) for record in records]
    if len(set(waits)) == 1:
        yield from paragraph(explain_words.WAIT_OF_ONE.format(wait=waits[0]))
        return
    yield from paragraph(explain_words.WAIT_OF_EACH)
    for number, wait in enumerate(waits, 1):
        mark = explain_words.NUMBERED.format(number=number)
        yield from paragraph(f"{mark}{wait}", "    ", " " * (4 + len(mark)))


def _advice(cause: Finding) -> Iterator[str]:
    """What there is to do where no record is missing."""
    if cause.fixer is Fixer.RECEIVER:
        yield from paragraph(words.CHECK_THE_RESOLVER)
    elif cause.fixer is Fixer.NOBODY:
        yield from paragraph(explain_words.WAIT)
        seconds = cause.details.get("seconds")
        if isinstance(seconds, int):
            wait = wait_in_words(seconds)
            yield from paragraph(explain_words.STALE_FOR.format(wait=wait))
    else:
        keeper = explain_words.KEEPERS[cause.fixer]
        yield from paragraph(explain_words.WAIT_OR_MEND.format(keeper=keeper))


def _remarks(findings: Iterable[Finding], explanation: Explanation) -> Iterator[str]:
    for finding in findings:
        text = words.REMARK.format(
            code=finding.code,
            severity=words.SEVERITIES[finding.severity],
            fixer=words.FIXERS_IN_SHORT[finding.fixer],
            sentence=finding_sentence(finding, explanation),
        )
        yield from paragraph(text, "    - ", "      ")
