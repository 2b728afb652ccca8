"""Whether what a client was turned away for has been repaired since.

Owns the rule: what DNS says now counts first, then what the log shows after the last rejection.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.classification import HostClass, classify
from gotrdns.reports.logs.complaint import Event, Standing, Story, Turning
from gotrdns.reports.logs.report import Ground
from gotrdns.verification import Cause, Result, Verdict

_REVERSE_FAILED: Final = frozenset(
    {
        Cause.REVERSE_SERVFAIL,
        Cause.REVERSE_REFUSED,
        Cause.REVERSE_TIMEOUT,
        Cause.REVERSE_UNPROVEN,
    }
)
_UNCONFIRMED: Final = frozenset(
    {Cause.FORWARD_MISMATCH, Cause.FORWARD_NODATA, Cause.FORWARD_NXDOMAIN}
)
# What each ground may mean of what is no mere trouble; UNTOLD may be anything.
_SAME: Final[Mapping[Ground, frozenset[Cause]]] = {
    Ground.NO_PTR: frozenset({Cause.NO_PTR}),
    Ground.NO_PTR_OR_FAILED: frozenset({Cause.NO_PTR}) | _REVERSE_FAILED,
    Ground.FORWARD_MISMATCH: frozenset({Cause.FORWARD_MISMATCH}),
    Ground.FORWARD_NODATA: frozenset({Cause.FORWARD_NODATA}),
    Ground.FORWARD_NXDOMAIN: frozenset({Cause.FORWARD_NXDOMAIN}),
    Ground.FORWARD_UNCONFIRMED: _UNCONFIRMED,
    Ground.PTR_UNUSABLE: frozenset({Cause.PTR_UNUSABLE}),
}


def stand(story: Story, verdict: Verdict | None) -> Standing:
    """``verdict`` is what DNS says now, None where it was not asked."""
    last = story.last
    if last is None:
        return Standing.NEVER_TURNED_AWAY
    if verdict is not None and verdict.result is not Result.TEMPERROR:
        return _stand_now(last, verdict)
    since = _since(story, last)
    if since is not None:
        return since
    return Standing.NOT_ASKED if verdict is None else Standing.DNS_TROUBLE


def _stand_now(last: Turning, verdict: Verdict) -> Standing:
    if verdict.result is Result.PASS:
        still = last.ground is Ground.DYNAMIC_NAME and _is_dynamic(verdict)
        return Standing.STILL_DYNAMIC if still else Standing.CONFIRMED_NOW
    if last.ground is Ground.UNTOLD:
        return Standing.STILL_FAILS
    same = verdict.cause in _SAME.get(last.ground, ())
    return Standing.SAME_CAUSE if same else Standing.OTHER_CAUSE


def _is_dynamic(verdict: Verdict) -> bool:
    classes = {classify(verdict.address, each).host_class for each in verdict.confirmed}
    return classes == {HostClass.DYNAMIC}


def _since(story: Story, last: Turning) -> Standing | None:
    """What the log shows after the last time."""
    # Who only looks dynamic was confirmed all the time.
    if story.confirmed is not None and last.ground is not Ground.DYNAMIC_NAME:
        return Standing.CONFIRMED_SINCE
    taken_in_at = story.taken_in_at
    # Mail that is only warned of is taken in whatever is wrong.
    if last.event is not Event.WARNED and taken_in_at is not None and taken_in_at > last.at:
        return Standing.TAKEN_IN_SINCE
    return None
