"""A status as a daemon tells it, for tests that only read it."""

from typing import Any

import msgspec

from gotrdns.reports.status import (
    Breaker,
    CacheUse,
    Decided,
    Listener,
    Period,
    Resolver,
    Server,
    Status,
    Store,
    Waiting,
)

WELL = Status(
    version="1.2.3",
    python="3.11.7",
    pid=4321,
    mode="strict",
    started_at=1_800_000_000.0,
    uptime_seconds=3 * 86_400 + 4 * 3600 + 59.0,
    memory_octets=44_040_192,
    wrong=(),
    alarms={},
    listeners=(
        Listener("postfix", "unix:/var/spool/postfix/private/gotrdns", 12),
        Listener("postfix", "inet:[::1]:10033", 1),
        Listener("metrics", "inet:127.0.0.1:9125", 0),
    ),
    since_start=Period(
        273_659.0,
        (
            Decided("pass", "confirmed", "pass", "", 1_204_567),
            Decided("permerror", "no-ptr", "refuse", "", 90_001),
            Decided("temperror", "forward-timeout", "defer", "", 700),
            Decided("", "", "pass", "", 12),
        ),
    ),
    lately=Period(
        300.0,
        (
            Decided("pass", "confirmed", "pass", "", 1_500),
            Decided("permerror", "no-ptr", "refuse", "", 5),
        ),
    ),
    waiting=Waiting(34_567, 0.0123, 0.05),
    resolver=Resolver(
        reachable=True,
        trust="sound",
        servers=(
            Server("127.0.0.1:53", False, 123_456, 123_450, 6),
            Server("[2001:db8::53]:53", True, 7, 0, 7),
        ),
        questions=123_463,
        answers=123_450,
        retries=6,
        timeouts=13,
        forged=0,
        malformed=0,
        truncated=3,
        errors={"refused": 0, "servfail": 21, "timeout": 4, "unproven": 0, "unreachable": 0},
    ),
    breaker=Breaker(321, 4, False),
    cache=CacheUse(12_345, 20_000, 930, 70),
    store=Store("sqlite:////var/lib/gotrdns/gotrdns.sqlite3", False, 3, 10_000, 91_234, 0, 0),
)


def status(**changes: Any) -> Status:
    return msgspec.structs.replace(WELL, **changes)
