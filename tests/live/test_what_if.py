"""What would become of the mail in a real Postfix's log is what `gotrdns decide` says of it.

The DNS of the private Internet does not change meanwhile, so whatever the log does not tell, and
whatever Postfix sees otherwise than gotrdns, must come out right by asking.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.postfix import STOCK, UNCHECKED, Postfix
from tests.live.process import wait_until
from tests.live.resolver import ADDRESS, Resolver
from tests.live.smtp import Envelope, deliver_many
from tests.unit.check_program import run_here

ASKING = ("--resolver", ADDRESS, "--timeout", "3")
SENDER = "owner@business.example"
WOULD = {0: "let-in", 1: "refused", 3: "deferred"}
# A name with a leading hyphen is none for libc, so Postfix finds no name; the worse is believed of
# who had none then and is confirmed today.
LOOKS_WORSE = {clients.LEADING_HYPHEN: "no-ptr"}


@pytest.fixture(scope="module")
def log(postfix: Postfix, resolver: Resolver, live_directory: Path) -> Path:
    """Each client delivers once where nothing is checked, and once tries where Postfix checks."""
    assert resolver.running
    begins = postfix.mail_log.stat().st_size if postfix.mail_log.exists() else 0
    envelopes = [Envelope(each.address, each.helo, SENDER) for each in CLIENTS]
    for port in (UNCHECKED, STOCK):
        asyncio.run(deliver_many(envelopes, port))

    def written() -> bytes:
        with postfix.mail_log.open("rb") as file:
            file.seek(begins)
            return file.read()

    wait_until(
        lambda: written().count(b" disconnect from ") == 2 * len(CLIENTS),
        "every session's end in the log",
        seconds=30.0,
    )
    copy = live_directory / "what-if.log"
    copy.write_bytes(written())
    return copy


def told(log: Path, mode: str) -> dict[str, Any]:
    done = run_here("logs", "--what-if", mode, "--json", "--rate", "1000", *ASKING, str(log))
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def decided(client: Client, mode: str) -> str:
    """What would become of a client that is new to the store."""
    envelope = ("--helo", client.helo, "--sender", SENDER)
    arguments = ("--mode", mode, *ASKING, *envelope, str(client.address))
    return WOULD[run_here("decide", *arguments).returncode]


def outcomes(report: Mapping[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in report["outcomes"]:
        found[each["would"]] += each["attempts"]
    return found


@pytest.mark.parametrize("mode", ["strict", "protect"])
def test_a_replay_comes_to_what_decide_says_of_each(log: Path, mode: str) -> None:
    report = told(log, mode)
    expected: Counter[str] = Counter()
    for client in CLIENTS:
        if client not in LOOKS_WORSE:
            expected[decided(client, mode)] += 2
    expected["refused" if mode == "strict" else "deferred"] += 2 * len(LOOKS_WORSE)
    assert outcomes(report) == expected
