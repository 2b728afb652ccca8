"""An explanation of a remembered decision, from what was seen then: nobody is asked anything.

Owns what a decision alone can tell of the name that the host is to have. Only a walk can tell who
keeps which zone, and what the servers say by now.
"""

from typing import Final

from gotrdns.checking.helo import read_helo
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.helo import Helo, HeloEvidence, MalformedHelo
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.naming import choose_host, meant_names, names_a_host_of_its_own
from gotrdns.explaining.publishing import find_responsible, records_to_publish
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName, HostName
from gotrdns.policy import Voucher
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.verification import Verdict
from gotrdns.vouching.reach import registered

# RFC 6762 appendix G, and what routers and Windows domains are called: names of private networks,
# below which nobody can publish anything. A walk would find out.
_NEVER_PUBLIC: Final = frozenset(
    {b"corp", b"home", b"internal", b"intranet", b"lan", b"local", b"localdomain", b"private"}
)


def explain_recorded(decision: RecordedDecision) -> Explanation | None:
    """The explanation without a walk; None where DNS was not asked.

    Raises ValueError as ``decision.verdict`` does.
    """
    verdict = decision.verdict()
    return None if verdict is None else explain_verdict(verdict, decision)


def explain_verdict(verdict: Verdict, decision: RecordedDecision) -> Explanation:
    """The same of another verdict about the client, such as a later one."""
    name = read_helo(decision.helo) if decision.helo else None
    helo = _evidence(verdict.address, name, resolves=Voucher.HELO in decision.vouched.by)
    findings = diagnose(verdict, helo=helo)
    host = choose_host(
        verdict,
        meant=meant_names(findings),
        pointed_to=[each.name for each in verdict.names],
        given=None,
        helo=helo,
        helo_domain=_domain(verdict.address, name),
    )
    records = records_to_publish(verdict, findings, None, host, host_resolves=False)
    return Explanation(
        verdict=verdict,
        findings=findings,
        walk=None,
        host=host,
        records=records,
        responsible=find_responsible(findings, records, None, None),
        resolvers=(),
        elapsed=0.0,
    )


def _evidence(
    client: Address, name: HostName | MalformedHelo | None, *, resolves: bool
) -> Helo | None:
    """What is remembered of the HELO name: whether it led to the client, and nothing else."""
    if name is None or isinstance(name, MalformedHelo):
        return name
    return HeloEvidence(name, (Answer(Outcome.FOUND, addresses=(client,)),)) if resolves else None


def _domain(client: Address, name: HostName | MalformedHelo | None) -> DomainName | None:
    """The domain in which the host may have a name, by what it calls itself."""
    if name is None or isinstance(name, MalformedHelo):
        return None
    if name.labels[-1] in _NEVER_PUBLIC or not names_a_host_of_its_own(client, name):
        return None
    return registered(name)
