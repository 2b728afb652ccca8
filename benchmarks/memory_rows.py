"""Owns the made-up decisions of the store's benchmark: seeded, the same for every database.

A few clients, providers and senders are behind a large part of them, as in a real log."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Rule, Voucher
from gotrdns.policy.history import DAY
from gotrdns.policy.recorded import Evidence, RecordedAnswer, RecordedVouching
from gotrdns.store.recorded import encode
from gotrdns.store.texts import packed, packed_network
from gotrdns.verification import Cause, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_800_000_000.0
DAYS = 30
ALIEN = Address.parse("192.0.2.1")
_IDS = "abcdefghijklmnopqrstuvwxyz234567"
_PROVIDERS = 2_000
_SENDERS = 50_000
_CLIENTS_A_DECISION = 0.3
_NO_NAME = 0.3
_IPV6 = 0.1
_FOLLOW_UPS = 0.02
_DONE = 0.5


@dataclass(frozen=True, slots=True)
class Busy:
    """Who is behind most of them."""

    address: Address
    provider: DomainName
    sender_domain: str


def _address(client: int) -> Address:
    chance = random.Random(client)
    if client and chance.random() < _IPV6:
        return Address(b"\x20\x01" + chance.randbytes(6) + bytes(7) + b"\x19")
    return Address(bytes([chance.randrange(1, 224)]) + chance.randbytes(3))


def _provider(number: int) -> str:
    return f"provider{number}.example"


def _sender(number: int) -> str:
    return f"sender{number}.example"


BUSY = Busy(_address(0), DomainName.parse(_provider(0)), _sender(0))
_NOBODY = encode(RecordedVouching())
_SOMEBODY = encode(RecordedVouching((Voucher.MX,), ("sender.example",)))


def rows(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """In the order of time; every one has what the daemon writes."""
    chance = random.Random(seed)
    clients = max(1, int(count * _CLIENTS_A_DECISION))
    for number in range(count):
        at = START + DAYS * DAY * number / count
        # Cubes make the first ones common.
        client = int(clients * chance.random() ** 3)
        sender = _sender(int(_SENDERS * chance.random() ** 3))
        yield _row(_incident(chance), at, client, sender, chance)


def _incident(chance: random.Random) -> str:
    return "".join(chance.choices(_IDS, k=16))


def _row(
    incident: str, at: float, client: int, sender: str, chance: random.Random
) -> dict[str, Any]:
    address = _address(client)
    # By the client, so that it always has the same name.
    share = (client * 2_654_435_761 % 2**32) / 2**32
    provider = _provider(int(_PROVIDERS * share**4))
    has_name = share > _NO_NAME or client == 0
    label = address.text.replace(".", "-").replace(":", "-")
    host_name = f"host-{label}.{provider}" if has_name else f"{label}.rev.{provider}"
    follow_up = chance.random() < _FOLLOW_UPS
    cause = Cause.FORWARD_NODATA if has_name else Cause.FORWARD_NXDOMAIN
    forward_type = "AAAA" if address.is_ipv6 else "A"
    evidence = Evidence(
        RecordedAnswer(address.reverse_name.text, "PTR", "found", 3600, (host_name,)),
        (RecordedAnswer(host_name, forward_type, "nodata", 300, state="nodata", zone=provider),),
    )
    return {
        "id": incident,
        "first_at": at,
        "last_at": at + chance.random() * 600,
        "count": chance.randrange(1, 5),
        "address": address.text,
        "packed": packed(address),
        "network": packed_network(address),
        "host_name": host_name,
        "reversed_name": ".".join(reversed(host_name.split("."))),
        "helo": f"mail.{sender}",
        "sender": sender,
        "sender_domain": sender,
        "recipient": "receiver.example",
        "result": Result.FAIL.value,
        "reason": cause.value,
        "action": (Action.PASS if follow_up else Action.DEFER).value,
        "rule": (Rule.VOUCHED if follow_up else Rule.FEW_FAILURES).value,
        "withheld": "",
        "vouched": _SOMEBODY if follow_up else _NOBODY,
        "allowance": None,
        "follow_up": follow_up,
        "done_at": at + DAY if follow_up and chance.random() < _DONE else None,
        "evidence": encode(evidence),
    }
