"""Who keeps what has to change, and how to reach them, sentence by sentence.

Owns which of the facts about a responsible party are said; the words are in `english_explain`.
Strangers' free text is tamed here.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.explanation import Explanation, Publication, Responsible
from gotrdns.names import DomainName
from gotrdns.reports import english_explain as words
from gotrdns.reports.explanation_sentences import describe_holder, is_in_broken_zone, tame
from gotrdns.reports.readers import Reader
from gotrdns.reports.sentences import listed

_CONTACTS_SHOWN: Final = 4
_REVERSE_TREES: Final = (DomainName.parse("in-addr.arpa"), DomainName.parse("ip6.arpa"))


def sentences_about(
    responsible: Responsible, explanation: Explanation, reader: Reader = Reader.RECEIVER
) -> Iterator[str]:
    """What this one keeps, then how to reach them; nothing where nobody has to act."""
    fixer = responsible.fixer
    if fixer is Fixer.NOBODY:
        return
    if fixer is Fixer.RECEIVER:
        to_sender = reader is Reader.SENDER
        sentence = words.RECEIVER_TO_SENDER if to_sender else words.RECEIVER
        yield sentence.format(servers=listed(explanation.resolvers))
        return
    is_forward = _is_about_names(responsible, explanation.records)
    table = words.KEEPS_FORWARD if is_forward else words.KEEPS_REVERSE
    record_type = "AAAA" if explanation.verdict.address.is_ipv6 else "A"
    yield table[fixer].format(in_zone=in_zone(responsible.zone), type=record_type)
    if responsible.servers:
        servers = listed([server.text for server in responsible.servers])
        yield words.ITS_SERVERS.format(servers=servers)
    yield from _mailbox_sentences(responsible, explanation)
    if responsible.holder is not None:
        yield from _holder_sentences(responsible.holder)
    elif fixer is Fixer.ADDRESS_OWNER and not is_forward:
        yield _unknown_holder(explanation, reader)


def in_zone(zone: DomainName | None) -> str:
    return "" if zone is None else words.IN_ZONE.format(zone=zone)


def _is_about_names(responsible: Responsible, records: Iterable[Publication]) -> bool:
    """Whether it is a name's addresses that this one keeps, and not the reverse side."""
    fixer, zone = responsible.fixer, responsible.zone
    types = {each.type for each in records if each.fixer is fixer and each.zone == zone}
    if types:
        return types <= {"A", "AAAA"}
    if zone is None:
        return fixer is Fixer.DOMAIN_OWNER
    return not any(zone.is_under(tree) for tree in _REVERSE_TREES)


def _mailbox_sentences(responsible: Responsible, explanation: Explanation) -> Iterator[str]:
    mailbox = responsible.mailbox
    if mailbox is None:
        return
    sentence, flaw = words.MAILBOX, ""
    if mailbox.placeholder:
        sentence, flaw = words.PLACEHOLDER, words.A_PLACEHOLDER
        if mailbox.flaw is not None:
            flaw = words.PLACEHOLDERS[mailbox.flaw]
    elif is_in_broken_zone(mailbox.text, explanation):
        sentence = words.MAILBOX_IN_BROKEN_ZONE
    yield sentence.format(mailbox=tame(mailbox.text), flaw=flaw)


def _holder_sentences(holder: Holder) -> Iterator[str]:
    facts = describe_holder(holder)
    if facts:
        yield words.HOLDER.format(facts=facts)
    for contact in holder.contacts[:_CONTACTS_SHOWN]:
        name, email = tame(contact.name), tame(contact.email)
        who = name or email
        if name and email and name != email:
            who = words.CONTACT_NAMED.format(name=name, email=email)
        if who:
            yield words.CONTACT.format(role=words.ROLES[contact.role], who=who)


def _unknown_holder(explanation: Explanation, reader: Reader) -> str:
    if explanation.no_rdap:
        return words.NO_HOLDER.format(reason=tame(explanation.no_rdap, 200).rstrip("."))
    to_sender = reader is Reader.SENDER
    sentence = words.HOLDER_NOT_ASKED_HERE if to_sender else words.HOLDER_NOT_ASKED
    return sentence.format(address=explanation.verdict.address)
