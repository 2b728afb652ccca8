"""The servers' own answers against those of our resolver.

Owns what the verdict would be if the servers had been asked, and the findings that follow where our
resolver says otherwise: it remembers what is no longer so, or it does not work.
"""

from collections.abc import Sequence
from typing import Final

from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.diagnosis.sweeps import UNVALIDATED_ANSWERS, about_the_name, content, sweep
from gotrdns.evidence import DENIALS, Ending, Kind, Path, Walk, Zone
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import ROOT, DomainName
from gotrdns.verification import CheckedName, NameState, Verdict, Verification

# States of names that say nothing about their addresses.
FAILING: Final = frozenset(
    {NameState.SERVFAIL, NameState.REFUSED, NameState.TIMEOUT, NameState.UNPROVEN}
)


def walked_verdict(verdict: Verdict, walk: Walk, helo: DomainName | None) -> Verdict | None:
    """What the servers' own answers come to; None where they gave none about the PTR record.

    Of a name that was not walked, or whose servers do not answer, our resolver's answer stands.
    """
    reverse = answer_of(walk.reverse)
    if reverse is None:
        return None
    verification = Verification(verdict.address, helo=helo)
    paths = {path.question.name: path for path in walk.forward}
    heard = {each.name: each.answer for each in verdict.names}
    for position, name in enumerate(verification.reverse_heard(reverse)):
        walked = answer_of(paths[name]) if name in paths else None
        answer = walked or heard.get(name) or Answer(Outcome.TIMEOUT)
        verification.forward_heard(position, answer)
    return verification.verdict()


def answer_of(path: Path) -> Answer | None:
    """All that the servers of the last zone gave, as one answer: any server may be the one asked.

    None where they gave nothing with authority.
    """
    if path.ending is not Ending.ANSWERED:
        return None
    aliases = tuple(leg.owner for leg in path.legs[1:])
    replies = about_the_name(path.last.zone)
    records = [record for reply in replies for record in reply.answers]
    if records:
        return Answer(
            Outcome.FOUND,
            names=tuple(dict.fromkeys(each.target for each in records if each.target is not None)),
            addresses=tuple(dict.fromkeys(each.address for each in records if each.address)),
            ttl=max(each.ttl for each in records),
            aliases=aliases,
        )
    denials = [reply for reply in replies if reply.kind in DENIALS]
    if not denials:
        return None
    # One server that knows the name outweighs those that do not.
    exists = any(reply.kind is Kind.NODATA for reply in denials)
    return Answer(
        Outcome.NODATA if exists else Outcome.NXDOMAIN, aliases=aliases, zone=path.last.zone.name
    )


def confirms_everywhere(walked: Verdict, walk: Walk, *, ipv6: bool) -> bool:
    """Whether some name confirms whichever server is asked."""
    *aliases, last = walk.reverse.legs
    if not all(
        sweep(leg.zone, ipv6=ipv6).complete
        and all(reply.kind is Kind.ALIAS for reply in about_the_name(leg.zone))
        for leg in aliases
    ):
        return False
    paths = {path.question.name: path for path in walk.forward}
    return any(
        name in paths
        and _everywhere(last.zone, name.text, ipv6=ipv6)
        and _everywhere(paths[name].last.zone, walked.address.text, ipv6=ipv6)
        for name in walked.confirmed
    )


def _everywhere(zone: Zone, wanted: str, *, ipv6: bool) -> bool:
    replies = about_the_name(zone)
    return (
        sweep(zone, ipv6=ipv6).complete
        and bool(replies)
        and all(wanted in content(reply) for reply in replies)
    )


def stale_answer(verdict: Verdict, walked: Verdict) -> Finding:
    """Our resolver still holds what was; ``seconds`` is how long at most."""
    if _pointers(verdict) != _pointers(walked):
        names: list[DomainName] = []
        held = verdict.reverse.ttl if verdict.reverse else 0
        owner, record_type = verdict.address.reverse_name, "PTR"
    else:
        # The client passes as soon as the first of these is forgotten.
        stale = [each for each in verdict.names if each.name in walked.confirmed]
        first = min(stale, key=_held)
        names, held, owner = [each.name for each in stale], _held(first), first.name
        record_type = "AAAA" if verdict.address.is_ipv6 else "A"
    details: Details = {
        "owner": owner.text,
        "type": record_type,
        "seconds": held,
        "instead_of": verdict.cause.value,
        "names": [each.text for each in names or walked.confirmed],
    }
    return Finding("cache-stale", Severity.INFO, Fixer.NOBODY, details)


def _pointers(verdict: Verdict) -> set[DomainName]:
    return {each.name for each in verdict.names} - {ROOT}


def _held(checked: CheckedName) -> int:
    return checked.answer.ttl if checked.answer else 0


def works(path: Path, *, ipv6: bool) -> bool:
    """Whether every server on the way to the answer does what it should."""
    return path.ending is Ending.ANSWERED and all(
        sweep(leg.zone, ipv6=ipv6).is_sound for leg in path.legs
    )


def is_to_blame(path: Path, heard: Outcome, unvalidated: Sequence[Outcome], *, ipv6: bool) -> bool:
    """Whether a failure is our resolver's: the servers work, and no broken signature explains it.

    SERVFAIL is also what validation says of bogus data, so a signed zone is innocent only where the
    question fails without validation, too.
    """
    if not works(path, ipv6=ipv6):
        return False
    if heard is not Outcome.SERVFAIL:
        return True
    if len(unvalidated) > 1 and UNVALIDATED_ANSWERS.isdisjoint(unvalidated):
        return True
    return all(leg.zone.signed is False for leg in path.legs)


def resolver_fault(verdict: Verdict, paths: Sequence[Path]) -> Finding:
    names = [each.name for each in verdict.names if each.state in FAILING]
    details: Details = {
        "owner": verdict.address.reverse_name.text,
        "names": [each.text for each in names],
        "instead_of": verdict.cause.value,
        "asked": list(
            dict.fromkeys(
                f"{server.name} ({server.address})"
                for path in paths
                for server in path.last.zone.asked
            )
        ),
    }
    return Finding("resolver-fault", Severity.TEMPORARY, Fixer.RECEIVER, details)
