"""What other receivers will do: they look at more than the check does, so more is asked.

Owns those further questions, and whose answers count. The rules are in ``receivers``.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from gotrdns.checking import check_address
from gotrdns.diagnosis.findings import Finding
from gotrdns.diagnosis.stale import walked_verdict
from gotrdns.evidence import Walk
from gotrdns.lookup import Outcome, Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import Address, DomainName
from gotrdns.receivers import Prediction, predict
from gotrdns.receivers.pointed_names import is_host_name_but_for_slashes
from gotrdns.verification import CheckedName, NameState, Verdict

# More than the check evaluates, since others go on; and a bound all the same.
_NAMES_FOLLOWED: Final = 100
# What our resolver says is then its own affair, and not what others hear.
_OUR_OWN_AFFAIR: Final = frozenset({"resolver-fault", "resolver-unreachable", "cache-stale"})
_STATES: Final = {
    Outcome.NXDOMAIN: NameState.NXDOMAIN,
    Outcome.NODATA: NameState.NODATA,
    Outcome.UNPROVEN: NameState.UNPROVEN,
    Outcome.SERVFAIL: NameState.SERVFAIL,
    Outcome.REFUSED: NameState.REFUSED,
}


async def foresee(
    resolver: Resolver, verdict: Verdict, walk: Walk | None, findings: Sequence[Finding]
) -> tuple[Prediction, ...]:
    """What each receiver makes of the client of ``verdict``.

    Where the trouble is our resolver, that follows from what the servers themselves say; nothing is
    foretold where they were not heard.
    """
    if any(each.code in _OUR_OWN_AFFAIR for each in findings):
        walked = walked_verdict(verdict, walk, None) if walk else None
        return () if walked is None else predict(walked)
    return await ask_and_foresee(resolver, verdict)


async def ask_and_foresee(resolver: Resolver, verdict: Verdict) -> tuple[Prediction, ...]:
    """The same for receivers that hear what this resolver says."""
    if any(each.state is NameState.NOT_ASKED for each in verdict.names):
        verdict = await check_address(resolver, verdict.address, limit=_NAMES_FOLLOWED)
    odd = [each.name for each in verdict.names if is_host_name_but_for_slashes(each.name)]
    asked = (_look_up(resolver, verdict.address, name) for name in odd[:_NAMES_FOLLOWED])
    return predict(verdict, await asyncio.gather(*asked))


async def _look_up(resolver: Resolver, client: Address, name: DomainName) -> CheckedName:
    kind = RecordType.AAAA if client.is_ipv6 else RecordType.A
    answer = await ask_and_wait(resolver, Question(name, kind))
    if answer.outcome is Outcome.FOUND:
        confirms = client in answer.addresses
        return CheckedName(name, NameState.CONFIRMED if confirms else NameState.MISMATCH, answer)
    return CheckedName(name, _STATES.get(answer.outcome, NameState.TIMEOUT), answer)
