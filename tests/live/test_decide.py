"""`gotrdns decide` on the private Internet: what it foretells is what Postfix then does."""

import json
import time
from pathlib import Path

import pytest

from gotrdns.names import DomainName
from gotrdns.store.memory import StoredMemory
from gotrdns.store.queries import Store
from gotrdns.store.settings import StoreSettings
from gotrdns.vouching.reach import Spoken
from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.resolver import Resolver
from tests.unit.check_program import run_program

SETTINGS = """\
[policy]
mode = "{mode}"
pass-networks = ["85.105.64.90"]
[resolver]
servers = ["127.0.0.53"]
[store]
url = "sqlite:///{directory}/store.sqlite3"
"""


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def decide(directory: Path, *arguments: str, mode: str = "protect") -> tuple[int, str]:
    settings = directory / f"{mode}.toml"
    settings.write_text(SETTINGS.format(mode=mode, directory=directory))
    done = run_program("decide", "--settings", str(settings), *arguments)
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_strict_is_foretold_for_every_client(client: Client, tmp_path: Path) -> None:
    status, printed = decide(
        tmp_path, str(client.address), "--helo", client.helo, "--json", mode="strict"
    )
    found = json.loads(printed)
    assert (found["result"], found["cause"]) == (client.result, client.cause)
    private = str(client.address).startswith("192.168.")
    expected = {"pass": 0, "temperror": 3}.get(client.result, 1)
    assert status == (0 if private else expected)


def test_who_vouches_is_told_with_the_record_that_leads_to_the_client(tmp_path: Path) -> None:
    envelope = ("--helo", clients.VOUCHED.helo, "--sender", "owner@business.example")
    status, printed = decide(tmp_path, str(clients.VOUCHED.address), *envelope)
    assert status == 0
    for line in (
        "LET IN: somebody vouches for the client",
        "HELO name mail.business.example: vouches (mail.business.example)",
        "MX of business.example: vouches (mail.business.example)",
        "SPF of business.example: vouches (ip4:85.105.64.88)",
        "Seen before  never",
    ):
        assert line in printed


def test_a_wide_spf_is_told_to_be_too_wide(tmp_path: Path) -> None:
    founding = str(clients.FOUNDING.address)
    status, printed = decide(tmp_path, founding, "--sender", "bot@wide.botnet.example")
    assert status == 3
    assert "SPF of wide.botnet.example: leads to the client, too widely" in printed
    assert "What the client would be told" in printed
    assert "no A record" in printed


def test_a_domain_that_has_spoken_too_widely_is_known_from_the_store(tmp_path: Path) -> None:
    envelope = ("85.105.64.87", "--sender", "bot@narrow.botnet.example")
    assert decide(tmp_path, *envelope)[0] == 0
    memory = StoredMemory(StoreSettings(url=f"sqlite:///{tmp_path}/store.sqlite3"))
    memory.start()
    domain = DomainName.parse("botnet.example")
    for number in range(4):
        memory.note_spoken(Spoken(domain, bytes([4, 81, 20, number]), time.time()))
    memory.close()
    assert decide(tmp_path, *envelope)[0] == 3


def test_the_store_is_looked_into_and_an_exemption_needs_no_look_up(tmp_path: Path) -> None:
    founding = str(clients.FOUNDING.address)
    store = f"sqlite:///{tmp_path}/store.sqlite3"
    assert decide(tmp_path, founding)[0] == 3
    Store(store, create=True).close()
    added = run_program("allow", "add", founding, "--reason", "ours", "--store", store)
    assert added.returncode == 0
    status, printed = decide(tmp_path, founding)
    assert (status, "an exception holds" in printed, "ours" in printed) == (0, True, True)
    status, printed = decide(tmp_path, "85.105.64.90")
    assert (status, "pass-networks" in printed) == (0, True)
