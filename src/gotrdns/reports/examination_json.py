"""What the doctor found, as one JSON object.

Owns the keys, their order and their spelling. Sentences and remedies are those of the text.
"""

from collections.abc import Mapping, Sequence

import msgspec

from gotrdns.reports.examination import Check, Fault, Finding, Severity, Unmade, Wrong, is_wrong
from gotrdns.reports.examination_text import remedy, sentence


class _CheckObject(msgspec.Struct, frozen=True):
    code: Check
    severity: Severity
    fault: Fault | None
    obstacle: str | None
    seen: str
    remedy: list[str]
    details: Mapping[str, str]


class _ExaminationObject(msgspec.Struct, frozen=True):
    version: str
    wrong: bool
    checks: list[_CheckObject]


def encode_examination(findings: Sequence[Finding], version: str) -> bytes:
    """One JSON object without a line end."""
    checks = [
        _CheckObject(
            code=each.check,
            severity=each.severity,
            fault=each.fault if isinstance(each, Wrong) else None,
            obstacle=each.obstacle.value if isinstance(each, Unmade) else None,
            seen=sentence(each),
            remedy=remedy(each),
            details=each.details,
        )
        for each in findings
    ]
    wrong = any(is_wrong(each) for each in findings)
    return msgspec.json.encode(_ExaminationObject(version, wrong, checks))
