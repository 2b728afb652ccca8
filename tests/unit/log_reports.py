"""Reports on mail logs for tests: one sender that looks legitimate, and zombies."""

from typing import Any

import msgspec

from gotrdns.names import Address
from gotrdns.reports.logs.report import Amount, Ground, LogReport, Others, Sender, Sign

NOON = 1_795_608_000.0
SENDER = Sender(
    network="85.105.64.0/24",
    domain="eddorre.com",
    addresses=(Address.parse("85.105.64.87"),),
    names=("dsl.static851056487.ttnet.net.tr",),
    helos=("mail.eddorre.com",),
    sender_domains=("eddorre.com",),
    amount=Amount(clients=1, refused=3),
    grounds={Ground.FORWARD_NODATA: 3},
    otherwise_refused=0,
    deliveries=0,
    first_at=NOON - 3600,
    last_rejection=NOON,
    last_delivery=None,
    score=4,
    signs=(Sign.SENDER_IN_HELO_DOMAIN, Sign.MAIL_HOST_HELO, Sign.STATIC_GENERIC_PTR_NAME),
)
REPORT = LogReport(
    logs=("mail.log",),
    lines=1234,
    facts=900,
    unread=0,
    damaged=0,
    first_at=NOON - 86400,
    last_at=NOON,
    clients=120,
    connections=300,
    deliveries=250,
    submissions=0,
    reverse_dns=Amount(clients=41, refused=43),
    grounds={
        Ground.NO_PTR: Amount(clients=40, refused=40),
        Ground.FORWARD_NODATA: Amount(clients=1, refused=3),
    },
    otherwise=Amount(),
    likely=(SENDER,),
    others=Others(Amount(clients=40, refused=40), {Sign.NO_HOST_NAME_HELO: 30}),
    hours={
        (int(NOON) // 3600 - 20, Ground.NO_PTR): 30,
        (int(NOON) // 3600 - 3, Ground.NO_PTR): 10,
        (int(NOON) // 3600, Ground.FORWARD_NODATA): 3,
    },
)
NOTHING = Others(Amount(), {})


def changed(report: LogReport, **others: Any) -> LogReport:
    return msgspec.structs.replace(report, **others)
