"""Whether the clients' own addresses arrive here, or a proxy, NAT or container bridge hides them.

Owns what of a mail log and of the store tells it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gotrdns.doctor.circumstances import Circumstances
from gotrdns.doctor.host import Host
from gotrdns.names import Address, InvalidAddress, SpecialUse, special_use
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.store.inspecting import StoreCondition

_LOG_OCTETS: Final = 4 << 20  # the latest
# Both of Postfix's front doors log each client.
_CONNECTION: Final = re.compile(
    r"(?:smtpd|postscreen)\[\d+\]: (?:connect from \S*\[|CONNECT from \[)([0-9A-Fa-f.:]+)\]"
)
_ENOUGH: Final = 20  # connections, to judge by
_FEW: Final = 3  # addresses: a bridge has one, or one for each family


def examine_clients(host: Host, around: Circumstances, store: StoreCondition | None) -> Finding:
    """``store`` is None where it could not be looked at."""
    settings = around.valid_settings
    if settings is not None and settings.policy.refuse_non_public:
        return Unmade(Check.CLIENTS_VISIBLE, Obstacle.INTRANET)
    log, read = _read(host, around.mail_logs)
    if isinstance(read, OSError):
        return _by_store(store, {"path": log, "reason": read.strerror or str(read)})
    seen = _connections(read)
    if seen.total() < _ENOUGH:
        details = {"source": log, "count": str(seen.total()), "wanted": str(_ENOUGH)}
        return _by_store(store, details)
    details = {"source": log, "count": str(seen.total()), "distinct": str(len(seen))}
    if len(seen) <= _FEW and all(special_use(each) is not None for each in seen):
        addresses = ", ".join(sorted(each.text for each in seen))
        return Wrong(Fault.CLIENTS_HIDDEN, {**details, "addresses": addresses})
    if len(seen) == 1:
        [address] = seen
        return Wrong(Fault.CLIENTS_ONE_ADDRESS, {**details, "addresses": address.text})
    return Well(Check.CLIENTS_VISIBLE, details)


def _read(host: Host, paths: Sequence[Path]) -> tuple[str, str | OSError]:
    """The first that can be read, and its end; else the first, and what hinders."""
    troubles: list[tuple[str, OSError]] = []
    for path in paths:
        try:
            return str(path), host.read_end(path, _LOG_OCTETS)
        except OSError as error:
            troubles.append((str(path), error))
    return troubles[0]


def _by_store(store: StoreCondition | None, log: Mapping[str, str]) -> Finding:
    """The store holds no client that simply passed, so it can tell of hidden ones alone."""
    hidden = store.hidden_clients if store is not None else {}
    count = sum(hidden.values())
    if count >= _ENOUGH and len(hidden) <= _FEW:
        details = {"count": str(count), "distinct": str(len(hidden))}
        addresses = ", ".join(sorted(hidden))
        return Wrong(Fault.CLIENTS_HIDDEN, {**details, "source": "", "addresses": addresses})
    obstacle = Obstacle.UNREADABLE if "reason" in log else Obstacle.FEW_CLIENTS
    return Unmade(Check.CLIENTS_VISIBLE, obstacle, log)


def _connections(log: str) -> Counter[Address]:
    """How often each came; this host itself does not count."""
    seen: Counter[Address] = Counter()
    for text, count in Counter(_CONNECTION.findall(log)).items():
        try:
            address = Address.parse(text)
        except InvalidAddress:
            continue
        if special_use(address) is not SpecialUse.LOOPBACK:
            seen[address] += count
    return seen
