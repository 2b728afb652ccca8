"""What would become of a log's mail under other settings, for programs: one JSON object, or CSV.

Owns the keys, the columns, their order and their spelling. Nothing here is wording. Times are
RFC 3339, in UTC.
"""

from typing import Any, Final

import msgspec

from gotrdns.reports.logs.spelling import spell_csv, spell_moment, spell_read
from gotrdns.reports.logs.what_if import Changed, Count, WhatIf
from gotrdns.reports.logs.what_if_sentences import exceptions

_COLUMNS: Final = (
    "domain",
    "network",
    "addresses",
    "clients",
    "taken_in",
    "would_be_refused",
    "would_be_deferred",
    "undecided",
    "turned_away",
    "would_be_let_in",
    "causes",
    "rules",
    "vouchers",
    "basis",
    "confirmed_today",
    "last",
    "names",
    "helos",
    "sender_domains",
    "likely",
    "score",
    "signs",
)


def encode_what_if(report: WhatIf, *, top: int | None = None) -> bytes:
    """One JSON object without a line end; of the senders the first ``top``."""
    setting = report.setting
    return msgspec.json.encode(
        {
            **spell_read(report),
            "mode": setting.mode.value,
            "rehearsed": setting.rehearsed.value if setting.rehearsed else None,
            "settings": setting.settings or None,
            "offline": setting.offline,
            "clients": report.clients,
            "not_confirmed": report.doubtful,
            "turned_away": report.turned_away,
            "confirmed_today": report.repaired,
            "submissions": report.submissions,
            "otherwise": report.otherwise,
            "outcomes": [
                {"was": was.value, "would": would.value, **_count(count)}
                for (was, would), count in report.outcomes.items()
            ],
            "reasons": [
                {
                    "would": each.would.value,
                    "rule": each.rule.value if each.rule else None,
                    "taken_in": each.taken_in,
                    "turned_away": each.turned_away,
                }
                for each in report.reasons
            ],
            "vouchers": {
                voucher.value: _count(count) for voucher, count in report.vouchers.items()
            },
            "rests_on_today": _count(report.rests_on_today),
            "undecided": _count(report.undecided),
            "helo_unknown": report.helo_unknown,
            "vouchers_unasked": report.unasked,
            "senders": [_sender(each) for each in report.changed[:top]],
            "exceptions": list(exceptions(report, top)),
        }
    )


def changed_csv(report: WhatIf, *, top: int | None = None) -> str:
    """A heading, and a line for each sender."""
    return spell_csv(_COLUMNS, map(_sender, report.changed[:top]))


def _sender(sender: Changed) -> dict[str, Any]:
    written: dict[str, Any] = {
        "domain": sender.domain,
        "network": sender.network,
        "addresses": [each.text for each in sender.addresses],
        "clients": sender.clients,
        "taken_in": sender.taken_in,
        "would_be_refused": sender.refused,
        "would_be_deferred": sender.deferred,
        "undecided": sender.undecided,
        "turned_away": sender.turned_away,
        "would_be_let_in": sender.admitted,
        "causes": {cause.value: count for cause, count in sender.causes.items()},
        "rules": {rule.value: count for rule, count in sender.rules.items()},
        "vouchers": [each.value for each in sender.by],
        "basis": [each.value for each in sender.basis],
        "confirmed_today": sender.repaired,
        "last": spell_moment(sender.last_at),
        "names": sender.names,
        "helos": sender.helos,
        "sender_domains": sender.sender_domains,
        "likely": sender.likely,
        "score": sender.score,
        "signs": [each.value for each in sender.signs],
        "keep": sender.keep,
    }
    if sender.mailboxes:
        written["mailboxes"] = sender.mailboxes
    return written


def _count(count: Count) -> dict[str, int]:
    return {"attempts": count.attempts, "clients": count.clients}
