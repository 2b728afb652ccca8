"""`gotrdns check` as a program, on the private Internet."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.resolver import Resolver

GOTRDNS = (sys.executable, "-m", "gotrdns")


def check(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GOTRDNS, "check", *arguments], input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def verdicts(resolver: Resolver) -> dict[str, dict[str, Any]]:
    """All clients checked in one run, from a resolver that remembers nothing."""
    resolver.flush()
    done = check("--json", "-", stdin="".join(f"{client.address}\n" for client in CLIENTS))
    assert done.stderr == ""
    assert done.returncode == 1
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["address"] for each in objects] == [str(client.address) for client in CLIENTS]
    return {each["address"]: each for each in objects}


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_the_verdict_is_what_the_dns_deserves(
    client: Client, verdicts: dict[str, dict[str, Any]]
) -> None:
    verdict = verdicts[str(client.address)]
    assert (verdict["result"], verdict["cause"]) == (client.result, client.cause)
    states = {each["name"]: each["state"] for each in verdict["names"]}
    for pointer in client.pointers:
        if pointer.name != ".":
            assert states[pointer.name] in {pointer.state, "not-asked"}
    if client.result != "pass":
        assert verdict["findings"][0]["code"] == client.cause


@pytest.mark.parametrize(
    ("client", "status"),
    [
        (clients.RIGHT_PAIR, 0),
        (clients.FOUNDING, 1),
        (clients.NO_PTR, 1),
        (clients.REVERSE_SERVFAIL, 3),
    ],
    ids=str,
)
def test_the_exit_status_tells_the_result(
    client: Client, status: int, cold_resolver: Resolver
) -> None:
    assert cold_resolver.running
    assert check(str(client.address)).returncode == status


def test_the_text_names_the_records_and_who_mends_them(cold_resolver: Resolver) -> None:
    assert cold_resolver.running
    done = check("85.105.64.87")
    for part in ("dsl.static851056487.ttnet.net.tr", "no A record", "owner of the address block"):
        assert part in done.stdout
    assert "\x1b" not in done.stdout


def test_a_stopped_resolver_is_blamed_and_not_the_sender(resolver: Resolver) -> None:
    resolver.stop()
    try:
        done = check("--json", "85.105.64.87")
    finally:
        resolver.start()
    assert done.returncode == 3
    assert json.loads(done.stdout)["cause"] == "resolver-unreachable"
