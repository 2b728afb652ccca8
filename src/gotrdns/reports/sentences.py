"""From a finding to its sentence: the facts of each code, put into the words of the language.

Owns which facts a sentence may use and how lists are shortened; it holds no wording of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gotrdns.diagnosis.findings import Details, Finding
from gotrdns.names import Flaw, SpecialUse
from gotrdns.reports import english as words
from gotrdns.verification import Result, Verdict

_LONGEST_TEXT_SHOWN: Final = 80
_LISTED: Final = 3  # names or addresses in one sentence


def sentence(finding: Finding, verdict: Verdict, servers: Sequence[str] = ()) -> str:
    """What the finding says about the verdict's address; ``servers`` are the resolvers asked."""
    names = _texts(finding.details, "names")
    facts = {
        "address": verdict.address.text,
        "type": "AAAA" if verdict.address.is_ipv6 else "A",
        "count": str(len(names)),
        "servers": listed(servers),
        **{key: _fact(finding.details, key) for key in finding.details},
    }
    return _wording(finding, verdict, len(names)).format_map(facts)


def legible(text: str) -> str:
    """What a person or a log gave us, fit for one line of a terminal; quoted if it has to be."""
    if text and text.isprintable() and len(text) <= _LONGEST_TEXT_SHOWN:
        return text
    return repr(text[:_LONGEST_TEXT_SHOWN])


def legible_path(path: str) -> str:
    """A file's name, whole, since somebody is to find it by that; quoted if it has to be."""
    return path if path.isprintable() else repr(path)


def _wording(finding: Finding, verdict: Verdict, number: int) -> str:
    if finding.code == "no-ptr" and finding.details["null_target"]:
        return words.NULL_TARGET
    if finding.code == "forward-nxdomain" and finding.details["aliases"]:
        return words.ALIAS_LEADS_NOWHERE
    if finding.code == "ptr-multiple" and not finding.details["not_confirming"]:
        every = len(verdict.confirmed) == number
        return words.EVERY_NAME_CONFIRMS if every else words.EVERY_NAME_ASKED_CONFIRMS
    if finding.code == "ptr-multiple" and not finding.details["confirming"]:
        undecided = verdict.result is Result.TEMPERROR
        return words.NO_NAME_KNOWN_TO_CONFIRM if undecided else words.NO_NAME_CONFIRMS
    wording = words.FINDINGS[finding.code]
    return wording.several if wording.several and number > 1 else wording.one


def _fact(details: Details, key: str) -> str:
    value = details[key]
    if key == "kind":
        return words.SPECIAL_USES[SpecialUse(value)]
    if key == "helo":
        return legible(str(value))
    if key == "flaws":
        flaws = [words.FLAWS[Flaw(flaw)] for flaw in _texts(details, key)]
        named = zip(_texts(details, "names"), flaws, strict=True)
        return listed([words.FLAWED_NAME.format(name=name, flaw=flaw) for name, flaw in named])
    if isinstance(value, str | int | None):
        return str(value)
    return listed(_texts(details, key))


def listed(texts: Sequence[str]) -> str:
    """The first few; a hostile zone can hold thousands."""
    first = ", ".join(texts[:_LISTED])
    if len(texts) > _LISTED:
        return words.LISTED_MORE.format(listed=first, count=len(texts) - _LISTED)
    return first


def _texts(details: Details, key: str) -> list[str]:
    value = details.get(key)
    if not isinstance(value, Sequence):
        return []
    return [
        words.ALIAS.format_map(each) if isinstance(each, Mapping) else str(each) for each in value
    ]
