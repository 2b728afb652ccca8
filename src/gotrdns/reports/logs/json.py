"""What a mail log says, for programs: one JSON object, or the senders as CSV.

Owns the keys, the columns, their order and their spelling. Nothing here is wording. Times are
RFC 3339, in UTC.
"""

from typing import Any, Final

import msgspec

from gotrdns.reports.logs.report import Amount, LogReport, Others, Sender
from gotrdns.reports.logs.spelling import spell_csv, spell_moment, spell_read

_COLUMNS: Final = (
    "domain",
    "network",
    "addresses",
    "clients",
    "refused",
    "deferred",
    "warned",
    "causes",
    "deliveries",
    "first",
    "last_rejection",
    "last_delivery",
    "names",
    "helos",
    "sender_domains",
    "score",
    "signs",
)


def encode_log_report(report: LogReport, *, top: int | None = None) -> bytes:
    """One JSON object without a line end; of the likely senders the first ``top``."""
    return msgspec.json.encode(
        {
            **spell_read(report),
            "clients": report.clients,
            "connections": report.connections,
            "deliveries": report.deliveries,
            "submissions": report.submissions,
            "reverse_dns": _amount(report.reverse_dns),
            "causes": [
                {"cause": ground.value, **_amount(amount)}
                for ground, amount in report.grounds.items()
            ],
            "otherwise": _amount(report.otherwise),
            "likely": len(report.likely),
            "senders": [_sender(each) for each in report.likely[:top]],
            "others": _others(report.others),
        }
    )


def senders_csv(report: LogReport, *, top: int | None = None) -> str:
    """A heading, and a line for each likely sender."""
    return spell_csv(_COLUMNS, map(_sender, report.likely[:top]))


def _sender(sender: Sender) -> dict[str, Any]:
    written: dict[str, Any] = {
        "domain": sender.domain,
        "network": sender.network,
        "addresses": [each.text for each in sender.addresses],
        **_amount(sender.amount),
        "causes": {ground.value: count for ground, count in sender.grounds.items()},
        "otherwise_refused": sender.otherwise_refused,
        "deliveries": sender.deliveries,
        "first": spell_moment(sender.first_at),
        "last_rejection": spell_moment(sender.last_rejection),
        "last_delivery": spell_moment(sender.last_delivery),
        "names": sender.names,
        "helos": sender.helos,
        "sender_domains": sender.sender_domains,
        "score": sender.score,
        "signs": [each.value for each in sender.signs],
    }
    if sender.envelopes:
        written["envelopes"] = [
            {"sender": each.sender, "recipient": each.recipient} for each in sender.envelopes
        ]
    return written


def _others(others: Others) -> dict[str, Any]:
    signs = sorted(others.signs.items(), key=lambda each: -each[1])
    return {
        **_amount(others.amount),
        "signs": {sign.value: count for sign, count in signs},
    }


def _amount(amount: Amount) -> dict[str, int]:
    return {
        "clients": amount.clients,
        "refused": amount.refused,
        "deferred": amount.deferred,
        "warned": amount.warned,
    }
