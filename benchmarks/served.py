"""Owns the daemon that is measured on the private Internet of the live tests: its settings, its
life, and what it and the kernel say of it. Knows nothing of the load put on it."""

from __future__ import annotations

import contextlib
import http.client
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prometheus_client.parser import text_string_to_metric_families

from benchmarks import measure
from tests.live.daemon import Daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.samples import Sample

    from tests.live.daemon import Door

HOST: Final = "127.0.0.1"
POLICY_PORT: Final = 10140
MILTER_PORT: Final = 10141
METRICS_PORT: Final = 9925

SETTINGS: Final = """\
[policy]
mode = "{mode}"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{directory}/policy", "inet:127.0.0.1:{policy_port}"]
request-timeout = {patience}

[milter]
listen = ["unix:{directory}/milter", "inet:127.0.0.1:{milter_port}"]
request-timeout = {patience}

[exim]
listen = ["unix:{directory}/exim"]
request-timeout = {patience}

[metrics]
listen = ["inet:127.0.0.1:{metrics_port}"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = "unix:{directory}/control"
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the daemon has counted since it started."""

    decisions: int
    causes: Counter[str]
    junk: Counter[str]
    closures: Counter[str]
    connections: int


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Files and sockets that are open in so many processes; those towards the resolver are kept,
    opened as needed and made anew whenever it is out of reach."""

    others: int
    to_resolver: int
    processes: int


class Served:
    """`gotrdns serve` with every door open, its files in a directory that Postfix can enter.

    `workers` is passed on if given; `patience` is how many seconds a request may take to arrive;
    `more` are further sections of the settings.
    """

    def __init__(
        self,
        directory: Path,
        mode: str,
        *,
        workers: int | None = None,
        patience: float = 10.0,
        more: str = "",
    ) -> None:
        directory.mkdir()
        directory.chmod(0o711)
        self.policy_socket = directory / "policy"
        self.milter_socket = directory / "milter"
        self.exim_socket = directory / "exim"
        self._output = directory / "output"
        settings = directory / "gotrdns.toml"
        settings.write_text(
            SETTINGS.format(
                mode=mode,
                directory=directory,
                patience=patience,
                policy_port=POLICY_PORT,
                milter_port=MILTER_PORT,
                metrics_port=METRICS_PORT,
            )
            + more
        )
        doors: list[Door] = [self.policy_socket, self.milter_socket, self.exim_socket]
        doors += [(HOST, port) for port in (POLICY_PORT, MILTER_PORT, METRICS_PORT)]
        arguments = [] if workers is None else ["--workers", str(workers)]
        self._daemon = Daemon(settings, doors, arguments=arguments, output=self._output)

    def __enter__(self) -> Served:
        self._daemon.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._daemon.kill()

    @property
    def running(self) -> bool:
        return self._daemon.running

    def has_pages(self) -> bool:
        """Whether the pages beside it have begun to serve."""
        return "event=pages-started" in self._output.read_text()

    def cpu(self) -> float:
        """CPU seconds of all its processes since they started."""
        return measure.family_cpu(self._daemon.pid)

    def resident_kib(self) -> int:
        """Resident memory of all its processes."""
        return measure.family_memory(self._daemon.pid).resident_kib

    def descriptors(self) -> Descriptors:
        """What its processes have open."""
        others = to_resolver = 0
        members = measure.family(self._daemon.pid)
        for member in members:
            asking = _sockets_to_a_resolver(member)
            for each in Path(f"/proc/{member}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if str(each.readlink()) in asking:
                        to_resolver += 1
                    else:
                        others += 1
        return Descriptors(others, to_resolver, len(members))

    def counts(self) -> Counts:
        found: dict[str, list[Sample]] = {}
        for sample in self._samples():
            found.setdefault(sample.name, []).append(sample)
        decisions = found.get("gotrdns_decisions_total", [])
        return Counts(
            decisions=int(sum(each.value for each in decisions)),
            causes=_count(decisions, "cause"),
            junk=_count(found["gotrdns_junk_total"], "kind"),
            closures=_count(found["gotrdns_connections_closed_total"], "kind"),
            connections=int(sum(each.value for each in found["gotrdns_connections"])),
        )

    def _samples(self) -> Iterator[Sample]:
        connection = http.client.HTTPConnection(HOST, METRICS_PORT, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        for family in text_string_to_metric_families(text):
            yield from family.samples

    def take_lines(self) -> list[str]:
        """What it has logged since the last call."""
        lines = self._output.read_text(errors="replace").splitlines()
        # It appends, so that what follows begins anew.
        with self._output.open("r+b") as log:
            log.truncate()
        return lines


def _sockets_to_a_resolver(pid: int) -> set[str]:
    """As the links of its descriptors name them: UDP to port 53 of anywhere."""
    lines = Path(f"/proc/{pid}/net/udp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return {f"socket:[{each[9]}]" for each in fields if each[2].endswith(":0035")}


def _count(samples: list[Sample], label: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for sample in samples:
        counts[sample.labels[label]] += int(sample.value)
    return +counts
