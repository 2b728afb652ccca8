"""What `gotrdns logs` reports on Exim's logs, in whatever form it is told to write them."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS
from tests.live.daemon import Daemon
from tests.live.exim import STOCK, Exim, documented_lines
from tests.live.gateway import addresses_on_loopback, gateway
from tests.live.log_visits import (
    OTHER,
    READER,
    STRANGER,
    Account,
    Answers,
    Fate,
    Message,
    Visit,
    accounts_of,
    cause_by_gotrdns,
    make,
    report_on,
)
from tests.live.port_numbers import Port
from tests.live.process import wait_until
from tests.live.program import gotrdns
from tests.live.resolver import Resolver
from tests.live.syslog import Syslog

PORT: Final = Port.LOG_EXIM.value
GATEWAY: Final = Port.LOG_EXIM_GATEWAY.value
CHECK_CONTENT: Final = {"acl_smtp_data": "${if def:h_X-Refuse: {deny}{accept}}"}
# All that it can be told to add to its lines, and about more than it logs of itself.
EVERYTHING: Final = {
    "log_selector": "+all",
    "log_timezone": "yes",
    "tls_advertise_hosts": "*",
}
SETTINGS: Final = """\
[policy]
mode = "strict"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = []

[exim]
listen = ["unix:{socket}"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = ""
"""
MESSAGES: Final = (
    Message((READER, OTHER)),
    Message((READER, STRANGER)),
    Message((OTHER, STRANGER, READER), header="X-Refuse: yes"),
    Message(end="taken back"),
)


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def visits(*, over_tls: bool = False) -> list[Visit]:
    everyone = [Visit(client, GATEWAY, MESSAGES) for client in CLIENTS for _ in range(2)]
    users = [
        Visit(client, GATEWAY, MESSAGES, logs_in=True)
        for client in (clients.RIGHT_PAIR, clients.CLASSLESS_SLASH)
    ]
    others = [
        Visit(client, GATEWAY, MESSAGES, over_tls=over_tls)
        for client in (clients.FOUNDING, clients.RIGHT_PAIR)
    ]
    given_up = Visit(clients.RIGHT_PAIR, GATEWAY, (Message(), Message(end="broken off")))
    return [*everyone, *users, *others, given_up]


def make_all(planned: Sequence[Visit]) -> list[tuple[Visit, list[Answers]]]:
    async def run() -> list[tuple[Visit, list[Answers]]]:
        async with gateway(GATEWAY, PORT):
            return await asyncio.to_thread(make, planned)

    with addresses_on_loopback(client.address for client in CLIENTS):
        return asyncio.run(run())


def by_exim(visit: Visit, _: str, __: Fate) -> str | None:
    """Why it turns that client away itself: it asks for all names, and wants all answered."""
    states = {pointer.state for pointer in visit.client.pointers if pointer.name != "."}
    if states & {"servfail", "refused", "timeout"}:
        return "lookup-failed"
    # It takes a name with a leading hyphen for none.
    if "confirmed" in states and visit.client is not clients.LEADING_HYPHEN:
        return None
    if states:
        return "forward-unconfirmed"
    is_answered = visit.client.reverse in {"names", "nodata", "nxdomain", "unproven"}
    return "no-ptr" if is_answered else "lookup-failed"


def by_gotrdns(visit: Visit, _: str, __: Fate) -> str | None:
    return None if visit.logs_in else cause_by_gotrdns(visit.client)


def told(log: Path) -> dict[str, Any]:
    done = gotrdns("logs", "--json", str(log))
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    assert (report["unread"], report["damaged"]) == (0, 0)
    report["causes"] = {each.pop("cause"): each for each in report["causes"]}
    return report


def assert_is_told(log: Path, accounts: Mapping[str, Account]) -> None:
    """Once all of it is written."""
    expected = report_on(accounts)
    wait_until(lambda: told(log)["deliveries"] >= expected["deliveries"], "the end of the log")
    report = told(log)

    assert {key: report[key] for key in expected} == expected
    assert min(expected["deliveries"], expected["submissions"], expected["otherwise"]["refused"])


def test_every_count_of_exims_log_is_what_was_answered(directory: Path) -> None:
    with Exim(directory / "exim", STOCK, PORT, options=CHECK_CONTENT):
        accounts = accounts_of(make_all(visits()), by_exim)
    for each in accounts.values():
        each.connections = 0  # which it does not log unless told so
    assert_is_told(directory / "exim" / "mainlog", accounts)


def test_whatever_exim_adds_to_its_lines_the_counts_stay(directory: Path) -> None:
    with Exim(directory / "exim", STOCK, PORT, options=CHECK_CONTENT | EVERYTHING):
        accounts = accounts_of(make_all(visits(over_tls=True)), by_exim)
    accounts["127.0.0.1"] = Account(connections=1)  # the tests' own look whether it listens
    log = directory / "exim" / "mainlog"
    assert_is_told(log, accounts)
    lines = log.read_text()
    assert " X=TLS1." in lines
    assert " SNI=mx.recipient.example " in lines
    assert re.search(r"^[-0-9]{10} [:0-9]{8}\.\d{3} [+-]\d{4} \[\d+\] H=", lines, re.MULTILINE)


@pytest.mark.parametrize("is_doubled", [True, False], ids=["each twice", "each once"])
def test_what_exim_gives_to_syslog_counts_once(directory: Path, *, is_doubled: bool) -> None:
    log, socket = directory / "mail.log", directory / "syslog"
    options = CHECK_CONTENT | {"syslog_duplication": "yes" if is_doubled else "no"}
    with (
        Syslog(socket, log),
        Exim(directory / "exim", STOCK, PORT, options=options, syslog=socket),
    ):
        accounts = accounts_of(make_all(visits()), by_exim)
    for each in accounts.values():
        each.connections = 0
    assert_is_told(log, accounts)


def test_what_gotrdns_has_exim_say_is_told_with_every_cause(directory: Path) -> None:
    socket, settings = directory / "socket", directory / "gotrdns.toml"
    settings.write_text(SETTINGS.format(socket=socket, directory=directory))
    with (
        Daemon(settings, [socket]),
        Exim(directory / "exim", documented_lines(socket), PORT, options=CHECK_CONTENT),
    ):
        accounts = accounts_of(make_all(visits()), by_gotrdns)
    for each in accounts.values():
        each.connections = 0
    assert_is_told(directory / "exim" / "mainlog", accounts)
