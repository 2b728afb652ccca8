"""The findings of a walk: what the resolver's answers show, replaced by what the servers show.

Owns which finding gives way to which, and their order. The findings themselves are made in this
room's other files.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.classless import (
    endless_alias,
    missing_alias,
    missing_target,
    several_aliases,
)
from gotrdns.diagnosis.delegation import (
    Place,
    bogus_signatures,
    broken_delegation,
    differing_addresses,
    differing_delegation,
    differing_pointers,
    is_bogus,
    lame_servers,
)
from gotrdns.diagnosis.findings import Finding, Severity
from gotrdns.diagnosis.helo import Helo, HeloEvidence
from gotrdns.diagnosis.owners import cut_from_above, doubled_owner, reversed_octets
from gotrdns.diagnosis.places import forward_places, reverse_places
from gotrdns.diagnosis.refinements import not_delegated, other_family, say_what_was_meant, with_zone
from gotrdns.diagnosis.registries import is_registrys
from gotrdns.diagnosis.repairs import host_to_name
from gotrdns.diagnosis.stale import (
    FAILING,
    answer_of,
    confirms_everywhere,
    is_to_blame,
    resolver_fault,
    stale_answer,
    walked_verdict,
)
from gotrdns.diagnosis.sweeps import (
    about_the_name,
    ipv6_works,
    sweep,
    tells_without_authority,
)
from gotrdns.evidence import Path, Walk
from gotrdns.lookup import TEMPORARY, Outcome, Question
from gotrdns.names import DomainName, special_use
from gotrdns.verification import Cause, CheckedName, Result, Verdict


class WalkEvidence(msgspec.Struct, frozen=True):
    """A walk, and what was asked of resolvers because of it.

    ``checking_disabled`` has our resolver's outcomes with CD set, for questions that were asked
    so. ``resolves_to_client`` says of names found in misplaced PTR records, or before a forgotten
    dot, whether they lead to the client; None where DNS did not answer.
    """

    walk: Walk
    checking_disabled: Mapping[Question, tuple[Outcome, ...]] = {}
    resolves_to_client: Mapping[DomainName, bool | None] = {}


def diagnose_walk(
    verdict: Verdict, evidence: WalkEvidence, *, helo: Helo | None = None
) -> tuple[Finding, ...]:
    """Everything that the answers and the walk show: the verdict's cause first, then by weight.

    Without a way out of this host the walk shows nothing, and the resolver's answers stand alone.
    """
    heard = diagnose(verdict, helo=helo)
    if not evidence.walk.egress or _is_answered_locally(verdict, evidence.walk):
        return heard
    return _Diagnosis(verdict, evidence, helo, heard).findings()


def _is_answered_locally(verdict: Verdict, walk: Walk) -> bool:
    """Resolvers answer for special blocks themselves (RFC 6303): the servers outside know less."""
    if special_use(verdict.address) is None:
        return False
    inside, outside = verdict.reverse, answer_of(walk.reverse)
    if inside is None or outside is None or inside.outcome in TEMPORARY:
        return True
    return set(inside.names) != set(outside.names)


_REVERSE_FAILURES: Final = frozenset(
    {
        Cause.REVERSE_SERVFAIL,
        Cause.REVERSE_REFUSED,
        Cause.REVERSE_TIMEOUT,
        Cause.REVERSE_UNPROVEN,
    }
)
_WEIGHT: Final = {
    Severity.ERROR: 0,
    Severity.TEMPORARY: 1,
    Severity.WARNING: 2,
    Severity.INFO: 3,
}


class _Diagnosis:
    """One verdict beside one walk."""

    def __init__(
        self,
        verdict: Verdict,
        evidence: WalkEvidence,
        helo: Helo | None,
        heard: tuple[Finding, ...],
    ) -> None:
        self.verdict = verdict
        self.evidence = evidence
        self.walk = evidence.walk
        self.helo = helo
        self.heard = heard
        self.client = verdict.address
        self.host = host_to_name(self.client, helo)
        self.ipv6 = ipv6_works(self.walk)
        self.walked = self._trusted_walk()
        self.now = self._diagnose_walked(self.walked) if self.walked else ()
        walk_confirms = self.walked is not None and self.walked.cause is Cause.CONFIRMED
        self.confirms = verdict.cause is Cause.CONFIRMED or walk_confirms

    def _trusted_walk(self) -> Verdict | None:
        """What the servers' answers come to, where they settle it.

        A sweep with gaps may have missed the very server that our resolver had asked: it can bear
        the resolver out, or confirm, but not speak against it.
        """
        helo_name = self.helo.name if isinstance(self.helo, HeloEvidence) else None
        walked = walked_verdict(self.verdict, self.walk, helo_name)
        if walked is None or walked.result is Result.TEMPERROR:
            return None
        if walked.cause in {self.verdict.cause, Cause.CONFIRMED}:
            return walked
        names = {each.name for each in walked.names}
        paths = [self.walk.reverse, *(p for p in self.walk.forward if p.question.name in names)]
        whole = all(sweep(path.last.zone, ipv6=self.ipv6).complete for path in paths)
        return walked if whole else None

    def _diagnose_walked(self, walked: Verdict) -> tuple[Finding, ...]:
        findings = diagnose(walked, helo=self.helo)
        replies = about_the_name(self.walk.reverse.last.zone)
        if any(len(reply.answers) > 1 for reply in replies):
            return findings
        # Several names, of which no server gives more than one: that is another finding.
        return tuple(each for each in findings if each.code != "ptr-multiple")

    def findings(self) -> tuple[Finding, ...]:
        first = self._first()
        rest = sorted((*self._others(first), *self._seen_beside()), key=_weight)
        found = say_what_was_meant((*first, *rest), self.evidence.resolves_to_client)
        distinct: dict[object, Finding] = {}
        for finding in found:
            whole = with_zone(finding, self.walk, self.client)
            distinct.setdefault(_identity(whole), whole)
        return tuple(distinct.values())

    # What the verdict comes from.

    def _first(self) -> list[Finding]:
        match self.verdict.result:
            case Result.PASS:
                return []
            case Result.FAIL | Result.PERMERROR:
                return self._why_negative()
            case Result.TEMPERROR:
                return self._why_unanswered()

    def _why_negative(self) -> list[Finding]:
        cause = self.heard[0]
        if self.walked is None:
            return [cause]
        if self.walked.cause is not Cause.CONFIRMED:
            return self._replaced(self.now[0])
        if confirms_everywhere(self.walked, self.walk, ipv6=self.ipv6):
            if special_use(self.client) is None:
                return [stale_answer(self.verdict, self.walked)]
            return [cause]
        split = [each for each in self._seen_beside() if each.code in _INCONSISTENT]
        # Servers that take turns confirm for some receivers: not refused by all until changed.
        return split or [msgspec.structs.replace(cause, severity=Severity.WARNING)]

    def _why_unanswered(self) -> list[Finding]:
        cause = self.heard[0]
        if self.verdict.cause is Cause.RESOLVER_UNREACHABLE:
            return [cause]
        if self.verdict.cause in _REVERSE_FAILURES:
            found = list(self._reverse_failures())
            paths = [self.walk.reverse]
            blamed = self._blames_the_resolver(self.walk.reverse, self._reverse_outcome)
        else:
            failing = [each for each in self.verdict.names if each.state in FAILING]
            walked = [(each, path) for each in failing if (path := self._path(each.name))]
            found = [each for one, path in walked for each in self._forward_failures(one, path)]
            paths = [path for _, path in walked]
            blamed = len(walked) == len(failing) and all(
                self._blames_the_resolver(path, _outcome(one)) for one, path in walked
            )
        if found:
            return found
        if blamed and special_use(self.client) is None:
            return [resolver_fault(self.verdict, paths)]
        return [cause]

    @property
    def _reverse_outcome(self) -> Outcome:
        return self.verdict.reverse.outcome if self.verdict.reverse else Outcome.TIMEOUT

    def _blames_the_resolver(self, path: Path, heard: Outcome) -> bool:
        return is_to_blame(path, heard, self._unvalidated(path), ipv6=self.ipv6)

    def _unvalidated(self, path: Path) -> tuple[Outcome, ...]:
        return self.evidence.checking_disabled.get(path.question, ())

    def _path(self, name: DomainName) -> Path | None:
        return next((each for each in self.walk.forward if each.question.name == name), None)

    def _reverse_failures(self) -> Iterator[Finding]:
        path = self.walk.reverse
        yield from self._alias_trouble()
        yield from self._broken_reverse()
        if is_bogus(path.legs, self._reverse_outcome, self._unvalidated(path)):
            yield from (bogus_signatures(p) for p in reverse_places(path) if p.zone.signed)

    def _forward_failures(self, checked: CheckedName, path: Path) -> Iterator[Finding]:
        yield from self._broken(forward_places(path, self.walk, self.client), _outcome(checked))
        if is_bogus(path.legs, _outcome(checked), self._unvalidated(path)):
            places = forward_places(path, self.walk, self.client)
            yield from (bogus_signatures(each) for each in places if each.zone.signed)

    def _replaced(self, cause: Finding) -> list[Finding]:
        """A plain "there is none", by what the walk says of why."""
        path, probes = self.walk.reverse, self.walk.probes
        if cause.code == Cause.FORWARD_NODATA.value:
            return [other_family(cause, self.walk) or cause]
        if cause.code != Cause.NO_PTR.value or cause.details["null_target"]:
            return [cause]
        if len(path.legs) > 1:
            return [missing_target(cause, path)]
        if is_registrys(path.last.zone):
            # Nobody was ever given a special block, so nobody forgot to have it delegated.
            usual = special_use(self.client) is None
            return [not_delegated(cause, path.last.zone, self.client) if usual else cause]
        resolves = self.evidence.resolves_to_client
        found = [
            *missing_alias(cause, path, probes),
            *reversed_octets(cause, path, probes, resolves),
            *doubled_owner(cause, path, probes),
        ]
        return found or [cause]

    # What else there is to say.

    def _others(self, first: list[Finding]) -> Iterator[Finding]:
        passed = self.verdict.result is Result.PASS
        if passed or self.walked is None:
            yield from self.heard if passed else self.heard[1:]
            return
        borne_out = any(each.code == self.heard[0].code for each in first)
        if self.walked.cause is Cause.CONFIRMED:
            # Where the resolver's answer is what some receivers get, its findings hold as well.
            yield from self.heard[1:] if borne_out else self.now
            return
        if self.verdict.result is Result.TEMPERROR:
            yield from self._replaced(self.now[0])
        yield from self.now[1:]

    def _seen_beside(self) -> Iterator[Finding]:
        """What is wrong with servers and delegations, whatever the verdict."""
        yield from self._alias_trouble()
        yield from self._broken_reverse()
        for place in reverse_places(self.walk.reverse):
            yield from lame_servers(place, sweep(place.zone, ipv6=self.ipv6))
            yield from differing_pointers(place)
            yield from differing_delegation(place)
        yield from cut_from_above(self.walk.reverse, self.walk.probes, self.client)
        heard = {each.name: _outcome(each) for each in self.verdict.names}
        for path in self.walk.forward:
            places = tuple(forward_places(path, self.walk, self.client))
            yield from self._broken(places, heard.get(path.question.name, Outcome.TIMEOUT))
            for place in places:
                if place.leg is path.last:
                    yield from differing_addresses(place, self.client)

    def _alias_trouble(self) -> Iterator[Finding]:
        severity = Severity.WARNING if self.confirms else Severity.ERROR
        yield from endless_alias(self.walk.reverse, severity, self.host)
        yield from several_aliases(self.walk.reverse, severity, self.host)

    def _broken_reverse(self) -> Iterator[Finding]:
        yield from self._broken(reverse_places(self.walk.reverse), self._reverse_outcome)

    def _broken(self, places: Iterable[Place], heard: Outcome) -> Iterator[Finding]:
        """Zones that tell nobody anything; ``heard`` is what our resolver was told."""
        for place in places:
            if heard is not Outcome.FOUND or not tells_without_authority(place.zone):
                yield from broken_delegation(place, sweep(place.zone, ipv6=self.ipv6))


_INCONSISTENT: Final = frozenset({"reverse-inconsistent", "forward-inconsistent"})


def _weight(finding: Finding) -> int:
    return _WEIGHT[finding.severity]


def _identity(finding: Finding) -> tuple[str, str | None, object]:
    """One finding for each zone, but what is at odds is one name's matter."""
    owner = finding.details.get("owner") if finding.code in _INCONSISTENT else None
    return finding.code, finding.zone, owner


def _outcome(checked: CheckedName) -> Outcome:
    return checked.answer.outcome if checked.answer else Outcome.TIMEOUT
