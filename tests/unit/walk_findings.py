"""What a made-up walk adds to a verdict, for the tests of its findings."""

from gotrdns import evidence
from gotrdns.diagnosis.findings import Finding
from gotrdns.diagnosis.walked import WalkEvidence, diagnose_walk
from gotrdns.evidence import Ending, Server, Walk
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address
from gotrdns.reports.walk_sentences import walk_sentence
from gotrdns.verification import Verdict
from tests.support.evidence import (
    FORWARD,
    FORWARD_ZONE,
    FOUND,
    OWNER,
    REVERSE,
    REVERSE_ZONE,
    forward_path,
    leg,
    name,
    reverse_path,
    verdict_of,
    zone,
)

SERVFAIL = verdict_of(Answer(Outcome.SERVFAIL))
TIMEOUT = verdict_of(Answer(Outcome.TIMEOUT))
FORWARD_SERVFAIL = verdict_of(FOUND, Answer(Outcome.SERVFAIL))
MISMATCH = verdict_of(FOUND, Answer(Outcome.FOUND, addresses=(Address.parse("81.20.99.9"),)))
ANSWERED_UNVALIDATED = {REVERSE: (Outcome.FOUND, Outcome.FOUND)}
OTHER = "81.20.99.9"
CHILD_OWNER = name("10.0-127.30.20.81.in-addr.arpa")
CHILD_ZONE = "0-127.30.20.81.in-addr.arpa"


def findings(verdict: Verdict, seen: Walk, **more: object) -> tuple[Finding, ...]:
    found = diagnose_walk(verdict, WalkEvidence(seen, **more))  # type: ignore[arg-type]
    for finding in found:  # every finding can be said, and nothing is left to fill in
        sentence = walk_sentence(finding, verdict, ["192.0.2.53"])
        assert "{" not in sentence
        assert "  " not in sentence
    return found


def codes(verdict: Verdict, seen: Walk, **more: object) -> list[str]:
    return [each.code for each in findings(verdict, seen, **more)]


def reverse_zone(said: dict[Server, object], **more: object) -> evidence.Path:
    ending = more.pop("ending", Ending.BROKEN)
    made = zone(REVERSE_ZONE, REVERSE, said, **more)  # type: ignore[arg-type]
    return reverse_path(leg(OWNER, made), ending=ending)  # type: ignore[arg-type]


def forward_zone(said: dict[Server, object], **more: object) -> evidence.Path:
    ending = more.pop("ending", Ending.BROKEN)
    made = zone(FORWARD_ZONE, FORWARD, said, **more)  # type: ignore[arg-type]
    return forward_path(made, ending=ending)  # type: ignore[arg-type]
