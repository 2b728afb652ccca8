"""The metrics of a running daemon, as Prometheus reads them, and the documentation of them."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gotrdns.daemon.metrics import METRICS
from gotrdns.names import Address
from gotrdns.reports.english_metrics import METRICS as WORDS
from gotrdns.reports.english_metrics import PROCESS
from tests.unit.loopback import LoopbackServer, run
from tests.unit.running_service import Running, no_such_name
from tests.unit.running_service import ask_http as ask

DOCUMENTATION = Path(__file__).parents[2] / "docs"
CLIENT = Address.parse("85.105.64.87")
Values = dict[tuple[str, ...], float]


class Scraped:
    """What one scrape brought, read by Prometheus' own parser."""

    def __init__(self, response: httpx.Response) -> None:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        self.families = list(text_string_to_metric_families(response.text))

    def __getitem__(self, name: str) -> Values:
        """The samples of one name, by the values of their labels in the labels' order."""
        return {
            tuple(label for _, label in sorted(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name
        }

    def value(self, name: str) -> float:
        (value,) = self[name].values()
        return value


@asynccontextmanager
async def scraping(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Running, LoopbackServer]]:
    async with LoopbackServer(lambda query: [no_such_name(query)]) as resolver:
        monkeypatch.setattr(
            "gotrdns.resolution.servers.read_resolv_conf", lambda: (resolver.address,)
        )
        more = f'[metrics]\nlisten = ["unix:{directory}/metrics"]\n[control]\nsocket = ""\n'
        async with Running(directory, more) as daemon:
            yield daemon, resolver


async def scrape(directory: Path) -> Scraped:
    return Scraped(await ask(directory / "metrics", "/metrics"))


def test_every_metric_is_exposed_and_documented_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with scraping(tmp_path, monkeypatch) as (daemon, _):
            peer = await daemon.connect()
            await peer.ask(CLIENT)
            scraped = await scrape(tmp_path)
            await peer.close()
        names = {
            f"{family.name}_total" if family.type == "counter" else family.name: family
            for family in scraped.families
        }
        # Prometheus' parser takes the names of counters apart, but not those that it knows.
        assert set(names) == set(WORDS) | set(PROCESS)
        documented = (DOCUMENTATION / "metrics.md").read_text()
        for name, family in names.items():
            assert f"| `{name}` |" in documented
            assert family.documentation
        for metric in METRICS:
            family = names[metric.exposed_name]
            assert family.type == metric.kind.value
            for sample in family.samples:
                assert set(sample.labels) - {"le"} == set(metric.labels), metric.name

    run(main())


def test_the_reference_of_the_metrics_is_current() -> None:
    written = subprocess.run(
        [sys.executable, DOCUMENTATION / "generate_metrics.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert written.stdout == (DOCUMENTATION / "metrics.md").read_text()


def test_names_follow_the_conventions_of_prometheus() -> None:
    for metric in METRICS:
        name = metric.exposed_name
        assert name.startswith("gotrdns_")
        assert name.islower()
        assert name.endswith("_total") is (metric.kind.value == "counter")
        assert not name.endswith(("_ms", "_milliseconds", "_kb", "_mb", "_percent"))
        assert not set(metric.labels) & {"le", "job", "instance", "quantile"}


def test_what_happened_is_in_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with scraping(tmp_path, monkeypatch) as (daemon, resolver):
            peer = await daemon.connect()
            for _ in range(3):
                assert (await peer.ask(CLIENT)).startswith(b"action=550")
            peer.send(b"request=something_else\n\n")
            await peer.reply()
            now = await scrape(tmp_path)
            # In the order of the labels: action, cause, mode, result, rule, withheld.
            assert now["gotrdns_decisions_total"] == {
                ("refuse", "no-ptr", "strict", "permerror", "strict", ""): 3
            }
            assert now.value("gotrdns_decision_duration_seconds_count") == 3
            assert now.value("gotrdns_lookup_decision_duration_seconds_count") == 1
            assert now["gotrdns_junk_total"]["other-request",] == 1
            assert now["gotrdns_connections"] == {(f"unix:{tmp_path}/socket",): 1}
            assert now.value("gotrdns_cache_hits_total") == 2
            assert now.value("gotrdns_cache_misses_total") >= 1
            server = (resolver.address.text,)
            assert now["gotrdns_resolver_server_answers_total"][server] >= 1
            assert now.value("gotrdns_ready") == 1
            assert now["gotrdns_mode"] == {("observe",): 0, ("strict",): 1, ("protect",): 0}
            assert now["gotrdns_resolver_trust"]["sound",] == 1
            assert now.value("gotrdns_breaker_networks") == 1
            await peer.close()

    run(main())


def test_counters_go_on_through_a_reload_that_changes_mode_and_resolver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with scraping(tmp_path, monkeypatch) as (daemon, _):
            peer = await daemon.connect()
            await peer.ask(CLIENT)
            before = await scrape(tmp_path)
            daemon.configure(
                f'[metrics]\nlisten = ["unix:{tmp_path}/metrics"]\n[control]\nsocket = ""\n'
                "[resolver]\nwindow = 99\n",
                mode="observe",
            )
            await daemon.reload()
            await peer.ask(CLIENT)
            after = await scrape(tmp_path)
            assert after["gotrdns_decisions_total"] == {
                ("refuse", "no-ptr", "strict", "permerror", "strict", ""): 1,
                ("pass", "no-ptr", "observe", "permerror", "observe", "refuse"): 1,
            }
            name = "gotrdns_resolver_questions_total"
            assert after.value(name) > before.value(name)
            await peer.close()

    run(main())


def test_scrapes_and_idle_connections_do_not_disturb_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with scraping(tmp_path, monkeypatch) as (daemon, _):
            peer = await daemon.connect()
            idle = [
                await asyncio.open_unix_connection(str(tmp_path / "metrics")) for _ in range(1000)
            ]
            for _ in range(20):
                await asyncio.gather(*(scrape(tmp_path) for _ in range(5)))
                assert (await peer.ask(CLIENT)).startswith(b"action=550")
            assert "event=fault" not in daemon.log
            for _, writer in idle:
                writer.close()
            await peer.close()

    run(main())
