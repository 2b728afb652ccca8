"""Reports on replayed logs for tests: one sender that would be turned away."""

from typing import Any

import msgspec

from gotrdns.names import Address
from gotrdns.policy import Mode, Rule
from gotrdns.reports.logs.report import Sign
from gotrdns.reports.logs.what_if import (
    Basis,
    Changed,
    Count,
    ReasonCount,
    Setting,
    Was,
    WhatIf,
    Would,
)
from gotrdns.verification import Cause

NOON = 1_795_608_000.0
SENDER = Changed(
    network="85.105.64.0/24",
    domain="eddorre.com",
    addresses=(Address.parse("85.105.64.87"),),
    clients=1,
    names=("dsl.static851056487.ttnet.net.tr",),
    helos=("mail.eddorre.com",),
    sender_domains=("eddorre.com",),
    taken_in=12,
    turned_away=0,
    refused=9,
    deferred=3,
    undecided=0,
    admitted=0,
    causes={Cause.FORWARD_NODATA: 12},
    rules={Rule.UNVOUCHED: 9, Rule.FEW_FAILURES: 3},
    by=(),
    basis=(Basis.LOG,),
    repaired=False,
    passing=False,
    last_at=NOON,
    score=2,
    signs=(Sign.DELIVERED_BEFORE, Sign.STATIC_GENERIC_PTR_NAME),
    likely=True,
    keep=("85.105.64.87",),
)
REPORT = WhatIf(
    logs=("mail.log",),
    lines=1234,
    facts=900,
    unread=0,
    damaged=0,
    first_at=NOON - 86400,
    last_at=NOON,
    setting=Setting(Mode.PROTECT, asks_vouchers=True),
    clients=1400,
    doubtful=1310,
    turned_away=1204,
    repaired=0,
    submissions=0,
    otherwise=0,
    outcomes={
        (Was.TAKEN_IN, Would.LET_IN): Count(40_199, 90),
        (Was.TAKEN_IN, Would.REFUSED): Count(9, 1),
        (Was.TAKEN_IN, Would.DEFERRED): Count(3, 1),
    },
    reasons=(
        ReasonCount(Rule.UNVOUCHED, Would.REFUSED, 9, 0),
        ReasonCount(Rule.CONFIRMED, Would.LET_IN, 40_199, 0),
    ),
    vouchers={},
    rests_on_today=Count(),
    undecided=Count(),
    helo_unknown=0,
    unasked=0,
    changed=(SENDER,),
)


def changed(report: WhatIf, **others: Any) -> WhatIf:
    return msgspec.structs.replace(report, **others)


def sender(**others: Any) -> Changed:
    return msgspec.structs.replace(SENDER, **others)
