"""`gotrdns logs --complaint` as a program, on a real Postfix's log, before and after a repair.

Owns the way of one complaint. What the log says otherwise is tested with `test_mail_logs`.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import clients
from tests.live.internet import Internet
from tests.live.postfix import STOCK, Postfix
from tests.live.process import wait_until
from tests.live.program import gotrdns
from tests.live.resolver import Resolver
from tests.live.smtp import deliver

ZONE = "ttnet.net.tr"
ADDRESS = str(clients.FOUNDING.address)
HELO = "mail.business.example"
SENDER = "orders@business.example"
RIGHT = clients.RIGHT_PAIR


class Log:
    """What Postfix writes from now on."""

    def __init__(self, postfix: Postfix, directory: Path) -> None:
        self._path = postfix.mail_log
        self._copy = directory / "mail.log"
        self._begins = self._path.stat().st_size if self._path.exists() else 0

    def once(self, pattern: str) -> Path:
        """A copy of it, when there is such a line."""
        wait_until(lambda: re.search(pattern, self._text()) is not None, f"{pattern} logged")
        self._copy.write_text(self._text())
        return self._copy

    def _text(self) -> str:
        with self._path.open("rb") as log:
            log.seek(self._begins)
            return log.read().decode()


@pytest.fixture
def log(postfix: Postfix, cold_resolver: Resolver, tmp_path: Path) -> Log:
    assert cold_resolver.running
    return Log(postfix, tmp_path)


@pytest.fixture
def repaired(internet: Internet, cold_resolver: Resolver) -> Iterator[Any]:
    """Publishes the missing address when it is called; it is withdrawn afterwards."""
    server = internet.servers["provider"]

    def repair() -> None:
        record = f"dsl.static851056487 A {ADDRESS}\n"
        server.replace_zone(ZONE, lambda text: text + record)
        cold_resolver.flush()

    yield repair
    server.restore_zones()


def complain(
    internet: Internet, whom: str, log: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    asking = ["--root-hints", str(internet.root_hints), "--private-servers"]
    return gotrdns("logs", "--complaint", whom, *asking, *options, str(log))


def told(internet: Internet, whom: str, log: Path, *options: str) -> dict[str, Any]:
    done = complain(internet, whom, log, "--json", *options)
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def turn_away(log: Log, times: int = 1, port: int = STOCK) -> Path:
    for _ in range(times):
        deliver(clients.FOUNDING.address, port, helo=HELO, sender=SENDER)
    return log.once(rf"(?s)(disconnect from unknown\[{re.escape(ADDRESS)}\].*){{{times}}}")


def test_a_complaint_is_answered_with_the_letter_and_later_with_the_repair(
    internet: Internet, log: Log, repaired: Any
) -> None:
    path = turn_away(log, 3)
    done = complain(internet, "business.example", path)
    assert (done.returncode, done.stderr) == (1, "")
    print(done.stdout)
    for piece in (
        f"{ADDRESS}: NOT REPAIRED",
        "deferred 3 times: PTR name has no address",
        f"450 4.7.25 Client host rejected: cannot find your hostname, [{ADDRESS}]",
        "senders of business.example",
        "It is the same now.",
        "FAIL (forward-nodata)",
        "To: hostmaster@ttnet.net.tr",
    ):
        assert piece in done.stdout
    repaired()
    done = complain(internet, "business.example", path)
    print(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{ADDRESS}: repaired" in done.stdout
    assert "Now name and address confirm one another." in done.stdout
    assert "Subject:" not in done.stdout
