"""What is done about a client: its verdict, who vouches, its past, and the settings decide."""

from gotrdns.policy.decisions import (
    NOBODY,
    Action,
    Alarm,
    Decision,
    Rule,
    Transaction,
    Trust,
    Vouched,
    Voucher,
)
from gotrdns.policy.exemptions import UNKNOWN_CLIENT
from gotrdns.policy.rules import Circumstances, Policy
from gotrdns.policy.settings import (
    InvalidSetting,
    Mode,
    PolicySettings,
    Rehearsal,
    allowed_actions,
    strict_action,
)

__all__ = [
    "NOBODY",
    "UNKNOWN_CLIENT",
    "Action",
    "Alarm",
    "Circumstances",
    "Decision",
    "InvalidSetting",
    "Mode",
    "Policy",
    "PolicySettings",
    "Rehearsal",
    "Rule",
    "Transaction",
    "Trust",
    "Vouched",
    "Voucher",
    "allowed_actions",
    "strict_action",
]
