"""From what was found in one check to what is said of it."""

from collections.abc import Iterable

from gotrdns.reports.examination import Check, Details, Finding, Well

_NO_DETAILS: Details = {}


def conclude(
    check: Check, found: Iterable[Finding], details: Details = _NO_DETAILS
) -> list[Finding]:
    """Each thing once, in the order in which they were found; that all is well if there is none."""
    distinct: list[Finding] = []
    for each in found:
        if each not in distinct:
            distinct.append(each)
    return distinct or [Well(check, details)]
