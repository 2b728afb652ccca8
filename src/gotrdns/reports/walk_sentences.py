"""From a finding of a walk to its sentence, as `sentences` does for the resolver's answers.

Owns the phrases that are computed from a walk's facts; the words are in `english_walk`.
"""

from collections.abc import Sequence
from typing import Final

from gotrdns.diagnosis.findings import Details, Finding
from gotrdns.evidence import Kind
from gotrdns.reports import english_walk as words
from gotrdns.reports.sentences import listed, sentence
from gotrdns.verification import Verdict

# Up to twice a unit the smaller one is the clearer: 90 minutes, 36 hours.
_UNITS: Final = (
    (2 * 86400, 86400, words.DAYS),
    (2 * 3600, 3600, words.HOURS),
    (120, 60, words.MINUTES),
)


def walk_sentence(finding: Finding, verdict: Verdict, servers: Sequence[str] = ()) -> str:
    """What the finding says about the verdict's address; ``servers`` are the resolvers asked.

    For every code: those without a wording of the walk's are said as `sentences` says them.
    """
    details = finding.details
    only_heard = finding.code == "ptr-missing-dot" and "meant_leads_here" not in details
    if finding.code not in words.FINDINGS_OF_A_WALK or only_heard:
        return sentence(finding, verdict, servers)
    is_ipv6 = verdict.address.is_ipv6
    facts = {
        **{key: _fact(details, key) for key in details},
        "zone": finding.zone or str(details.get("zone", "")),
        "address": verdict.address.text,
        "type": str(details.get("type", "AAAA" if is_ipv6 else "A")),
        "other_type": "A" if is_ipv6 else "AAAA",
        "resolvers": listed(servers),
        **_phrases(finding),
    }
    wording = words.FINDINGS_OF_A_WALK[finding.code]
    several = wording.several if len(_texts(details, "names")) > 1 else None
    return (several or wording.one).format_map(facts)


def duration(seconds: int) -> str:
    """A time to wait, rounded up."""
    if seconds in words.ONE:
        return words.ONE[seconds]
    for least, unit, several in _UNITS:
        if seconds >= least:
            return several.format(count=-(-seconds // unit))
    return words.SECONDS.format(count=seconds)


def _phrases(finding: Finding) -> dict[str, str]:
    details = finding.details
    phrases = {}
    if "kinds" in details:
        kinds = [words.FAILURES[Kind(each)] for each in _texts(details, "kinds")]
        phrases["failures"] = _paired(words.FAILURE, "failure", details, kinds)
    if isinstance(details.get("answers"), list):
        answers = [", ".join(each) or words.NO_RECORD for each in _lists(details, "answers")]
        phrases["answers"] = _paired(words.ANSWER_OF_SERVER, "answer", details, answers)
    if "serials" in details:
        serials = _texts(details, "serials")
        phrases["serials"] = _paired(words.SERIAL_OF_SERVER, "serial", details, serials)
    if "chain" in details:
        count = len(_texts(details, "chain")) - 1
        phrases["chain"] = words.LOOP if details["loop"] else words.CHAIN.format(count=count)
    if "registry" in details:
        phrases["registry"] = str(details["registry"] or words.A_REGISTRY)
    if isinstance(seconds := details.get("seconds"), int):
        phrases["wait"] = duration(seconds)
    if "meant_leads_here" in details:
        phrases["leads_here"] = _leads_here(details)
    return phrases


def _leads_here(details: Details) -> str:
    known = details["meant_leads_here"]
    if not isinstance(known, list) or None in known:
        return words.MEANT_IS_UNKNOWN
    return words.MEANT_LEADS_HERE if all(known) else words.MEANT_LEADS_ELSEWHERE


def _paired(template: str, name: str, details: Details, texts: Sequence[str]) -> str:
    servers = _texts(details, "servers")
    return listed(
        [
            template.format_map({"server": server, name: text})
            for server, text in zip(servers, texts, strict=True)
        ]
    )


def _fact(details: Details, key: str) -> str:
    value = details[key]
    if isinstance(value, list | tuple):
        return listed(_texts(details, key))
    return "" if value is None else str(value)


def _texts(details: Details, key: str) -> list[str]:
    value = details.get(key)
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _lists(details: Details, key: str) -> list[list[str]]:
    value = details[key]
    if not isinstance(value, list | tuple):
        return []
    return [[str(text) for text in each] for each in value if isinstance(each, list | tuple)]
