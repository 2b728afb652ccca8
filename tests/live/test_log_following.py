"""`gotrdns logs --follow` beside a Postfix that writes, and the logrotate that rotates its log."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.port_numbers import Port
from tests.live.postfix import Postfix, Service
from tests.live.process import wait_until
from tests.live.resolver import Resolver
from tests.live.smtp import deliver
from tests.live.unpacked import unpacked
from tests.support.following import Follower

PORT: Final = Port.LOG_FOLLOWED.value
# As one who is not let into everything.
ORDINARY: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
# Their reverse DNS is wrong, each in a way that Postfix's log tells.
CAUSES: Final = {
    clients.FOUNDING: "forward-nodata",
    clients.MISMATCH: "forward-mismatch",
    clients.FORWARD_NXDOMAIN: "forward-nxdomain",
    clients.NO_PTR: "no-ptr-or-reverse-failed",
    clients.PTR_UNUSABLE: "ptr-unusable",
}
ROTATION: Final = """\
{log} {{
    {how}
    rotate 3
    compress
    delaycompress
    postrotate
        {postrotate}
    endscript
}}
"""


class Site:
    """Postfix, and the rotation of its log. Postfix goes on in the old file until it is told."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.postfix = Postfix(
            directory / "postfix",
            services=[
                Service(PORT, {"smtpd_client_restrictions": "reject_unknown_client_hostname"})
            ],
        )
        self.log = self.postfix.mail_log
        self.sent = 0

    def send(self, client: Client) -> None:
        """Returns once the log has the session's end."""
        before = self._ends()
        deliver(client.address, PORT, helo=client.helo)
        wait_until(lambda: self._ends() > before, "the end of a session in the log")
        self.sent += 1

    def rotate(self, how: str, postrotate: str = "true") -> None:
        configuration = self._directory / "logrotate.conf"
        configuration.write_text(ROTATION.format(log=self.log, how=how, postrotate=postrotate))
        subprocess.run(
            [
                unpacked("logrotate", "usr/sbin/logrotate"),
                "--force",
                "--state",
                self._directory / "logrotate.state",
                configuration,
            ],
            check=True,
            capture_output=True,
        )

    @property
    def reload(self) -> str:
        return f"postfix -c {self.postfix.configuration} reload 2>/dev/null"

    def _ends(self) -> int:
        # After rotation what was begun before goes on in the old one for a while.
        logs = (log for log in (self.log, self.log.with_name("log.1")) if log.exists())
        return sum(log.read_bytes().count(b" disconnect from ") for log in logs)


@pytest.fixture
def site(directory: Path, cold_resolver: Resolver) -> Iterator[Site]:
    assert cold_resolver.running
    site = Site(directory)
    with site.postfix:
        yield site


def assert_is_told(follower: Follower, client: Client) -> None:
    told = follower.told()
    assert (told["address"], told["cause"]) == (str(client.address), CAUSES[client])
    assert (told["fate"], told["code"], told["helo"]) == ("deferred", 450, client.helo)
    at = datetime.fromisoformat(told["time"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 5


@pytest.mark.parametrize("how", ["create", "copytruncate"])
def test_whatever_logrotate_does_each_client_is_told_of_once(site: Site, how: str) -> None:
    site.send(clients.FORWARD_CNAME_DANGLING)  # before anybody looks
    postrotate = site.reload if how == "create" else "true"
    with Follower(site.log, "--json") as follower:
        follower.wait_until_it_follows()
        for client in CAUSES:
            site.send(client)
            assert_is_told(follower, client)
            site.rotate(how, postrotate)
            site.send(clients.RIGHT_PAIR)
        site.send(clients.FOUNDING)
        assert_is_told(follower, clients.FOUNDING)
        report = json.loads(follower.end())

    assert [path.name for path in sorted(site.log.parent.glob("log.*"))] == [
        "log.1",
        "log.2.gz",
        "log.3.gz",
    ]
    assert report["connections"] == site.sent
    assert report["deliveries"] == len(CAUSES)
    assert report["reverse_dns"]["deferred"] == len(CAUSES) + 2
    assert (report["unread"], report["damaged"]) == (0, 0)


def test_people_see_a_client_while_it_goes_on(site: Site) -> None:
    site.send(clients.RIGHT_PAIR)
    with Follower(site.log) as follower:
        follower.wait_until_it_follows()
        site.send(clients.FOUNDING)
        line = follower.line()
        report = follower.end()

    name = clients.FOUNDING.pointers[0].name
    assert line.endswith(f"PTR name has no address, PTR {name}, HELO {clients.FOUNDING.helo}")
    assert re.match(r"\d\d:\d\d:\d\d  deferred  85\.105\.64\.87 ", line)
    assert "Turned away for reverse DNS  one client: deferred once\n" in report


def test_a_log_that_may_not_be_read_after_rotation_is_told_of(site: Site) -> None:
    site.log.chmod(0o644)
    with Follower(site.log, "--json", prefix=ORDINARY) as follower:
        follower.wait_until_it_follows()
        site.rotate("create 0200 root root", site.reload)
        follower.wait_for("Permission denied: waiting until it can be read")
        site.send(clients.FOUNDING)
        site.log.chmod(0o644)
        assert_is_told(follower, clients.FOUNDING)
        assert json.loads(follower.end())["connections"] == 1


def test_a_log_that_is_not_there_before_postfix_starts_is_waited_for(site: Site) -> None:
    site.postfix.stop()
    site.log.unlink()
    with Follower(site.log, "--json") as follower:
        follower.wait_for("is not there yet: waiting for it")
        site.postfix.start()
        site.send(clients.MISMATCH)
        assert_is_told(follower, clients.MISMATCH)


def test_it_is_hardly_ever_busy(site: Site) -> None:
    with Follower(site.log, "--json") as follower:
        follower.wait_until_it_follows()
        site.send(clients.FOUNDING)
        assert_is_told(follower, clients.FOUNDING)
        before = cpu_seconds(follower.process.pid)
        began = time.monotonic()
        for client in CLIENTS[:20]:
            site.send(client)
        wait_until(lambda: time.monotonic() - began > 3.0, "some time")
        assert cpu_seconds(follower.process.pid) - before < 0.3


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0
