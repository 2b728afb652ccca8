"""From what was seen to words: a server's reply, a wait, and strangers' free text.

Owns how facts are put into the tables of `english_explain`; layout is `explanation_text`'s.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.findings import Finding, Fixer, Severity
from gotrdns.evidence import SILENT, Ending, Kind, Path, Record, Reply, Server, Zone
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName, InvalidName
from gotrdns.reports import english_explain
from gotrdns.reports.sentences import listed
from gotrdns.reports.walk_sentences import duration, walk_sentence
from gotrdns.verification import Cause

_LONGEST_TEXT_SHOWN: Final = 80
_WEEK: Final = 7 * 86400


def tame(text: str, longest: int = _LONGEST_TEXT_SHOWN) -> str:
    """A stranger's free text on one line, without what could steer a terminal, and bounded."""
    printable = "".join(each if each.isprintable() else " " for each in text)
    words = " ".join(printable.split())
    return words if len(words) <= longest else f"{words[: longest - 3]}..."


def divide(explanation: Explanation) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that are the cause, and the remarks."""
    findings = explanation.findings
    if explanation.verdict.cause is Cause.CONFIRMED:
        return (), findings
    grave = {Severity.ERROR, Severity.TEMPORARY}
    number = 1
    while number < len(findings) and findings[number].severity in grave:
        number += 1
    return findings[:number], findings[number:]


def finding_sentence(finding: Finding, explanation: Explanation) -> str:
    """What the finding says about this address."""
    return walk_sentence(finding, explanation.verdict, explanation.resolvers)


def wait_in_words(seconds: int | None) -> str:
    if seconds is None:
        return english_explain.UNKNOWN_WAIT
    if seconds <= 0 or seconds > _WEEK:
        return english_explain.AT_ONCE if seconds <= 0 else english_explain.OVER_A_WEEK
    return english_explain.UP_TO.format(duration=duration(seconds))


def record_data(record: Record) -> str:
    """A record's data; names in their escaped form, whoever published them."""
    if record.target is not None:
        return record.target.text if record.target.text == "." else f"{record.target}."
    return record.address.text if record.address is not None else tame(record.data)


def describe(reply: Reply, kinds: Mapping[Kind, str] = english_explain.KINDS) -> str:
    """What a server answered; equal for equal answers, in whatever order the records came."""
    wanted = "CNAME" if reply.kind is Kind.ALIAS else reply.question.type.name
    data = sorted({record_data(each) for each in reply.records if each.type == wanted})
    return kinds[reply.kind].format(
        type=reply.question.type.name, data=listed(data), rcode=tame(reply.rcode)
    )


def telling_replies(zone: Zone, server: Server, path: Path) -> list[Reply]:
    """The different things that a server said about the question of ``path``, in order.

    A lost packet says nothing about a server that was heard otherwise.
    """
    replies = [each for each in zone.replies_of(server) if each.question.type is path.question.type]
    heard = [each for each in replies if each.kind not in SILENT] or replies[-1:]
    return list({describe(each): each for each in heard}.values())


def is_in_broken_zone(mailbox: str, explanation: Explanation) -> bool:
    """Whether mail to the address cannot be expected to arrive."""
    try:
        domain = DomainName.parse(mailbox.rpartition("@")[2])
    except InvalidName:
        return False
    walk = explanation.walk
    paths = (walk.reverse, *walk.forward) if walk is not None else ()
    return any(
        path.ending is Ending.BROKEN and domain.is_under(path.last.zone.name) for path in paths
    )


def walk_of_use(explanation: Explanation) -> bool:
    """Whether servers outside could be asked at all."""
    return explanation.walk is not None and explanation.walk.egress


def must_act(fixer: Fixer, explanation: Explanation) -> bool:
    """Whether this one has a record to publish or servers to mend."""
    causes, _ = divide(explanation)
    grave = {Severity.ERROR, Severity.TEMPORARY}
    return any(each.fixer is fixer for each in explanation.records) or any(
        each.fixer is fixer and each.severity in grave for each in causes
    )


def describe_holder(holder: Holder) -> str:
    """The block and whose it is; registries leave out one fact or another."""
    facts = [tame(text) for text in (holder.network, holder.name, holder.country)]
    if registry := tame(holder.registry):
        registry = english_explain.REGISTRIES.get(registry, registry)
        facts.append(english_explain.REGISTERED_AT.format(registry=registry))
    return ", ".join(filter(None, facts))
