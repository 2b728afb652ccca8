"""A resolver that is not believed: told once when it begins, and once when it is over."""

import json
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import pytest

from gotrdns.names import Address
from tests.unit.loopback import LoopbackServer, reply, run
from tests.unit.running_service import SOA, Running, ask_http, ask_line, no_such_name

CLIENT = "85.105.64.{}"


class Liar:
    """A resolver that denies even the root, until it is told not to."""

    def __init__(self) -> None:
        self.lies = True

    def answer(self, query: dns.message.Message) -> list[bytes]:
        if self.lies:
            return [reply(query, authority=(SOA,), rcode=dns.rcode.NXDOMAIN)]
        return [no_such_name(query)]


def lines_about_trust(daemon: Running) -> list[str]:
    return [line for line in daemon.log.splitlines() if "event=resolver-trust" in line]


def test_the_breaker_opens_and_closes_in_log_metrics_and_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gotrdns.deciding.sentinel.CALM", 1.0)
    monkeypatch.setattr("gotrdns.deciding.sentinel.ASSURED_FOR", 0.2)
    monkeypatch.setattr("gotrdns.daemon.service._TICK", 0.05)

    async def metrics() -> str:
        return (await ask_http(tmp_path / "metrics", "/metrics")).text

    async def told() -> dict[str, object]:
        status = json.loads(await ask_line(tmp_path / "control", b"status"))
        assert isinstance(status, dict)
        return status

    async def main() -> None:
        liar = Liar()
        async with LoopbackServer(liar.answer) as resolver:
            monkeypatch.setattr(
                "gotrdns.resolution.servers.read_resolv_conf", lambda: (resolver.address,)
            )
            more = (
                f'[metrics]\nlisten = ["unix:{tmp_path}/metrics"]\n'
                f'[control]\nsocket = "unix:{tmp_path}/control"\n'
            )
            async with Running(tmp_path, more) as daemon:
                peer = await daemon.connect()
                for last in range(5):
                    answer = await peer.ask(Address.parse(CLIENT.format(last)))
                    assert answer.startswith(b"action=PREPEND X-Gotrdns: iprev=permerror")
                (opened,) = lines_about_trust(daemon)
                assert "level=error event=resolver-trust trust=lying" in opened
                assert 'gotrdns_resolver_trust{trust="lying"} 1.0\n' in await metrics()
                assert 'gotrdns_resolver_trust{trust="sound"} 0.0\n' in await metrics()
                status = await told()
                assert status["wrong"] == [{"trouble": "resolver-lies", "detail": ""}]
                assert "resolver-lies" in status["alarms"]  # type: ignore[operator]  # a table

                liar.lies = False
                await daemon.until(lambda: len(lines_about_trust(daemon)) > 1)
                _, closed = lines_about_trust(daemon)
                assert "level=warning event=resolver-trust trust=sound" in closed
                text = await metrics()
                assert 'gotrdns_resolver_trust{trust="sound"} 1.0\n' in text
                for trust, count in (("sound", 1), ("lying", 1), ("suspect", 0)):
                    line = f'gotrdns_resolver_trust_changes_total{{trust="{trust}"}} {count}.0\n'
                    assert line in text
                await peer.close()

    run(main())


def test_another_resolver_is_believed_at_once_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        liar = Liar()
        async with (
            LoopbackServer(liar.answer) as lying,
            LoopbackServer(lambda query: [no_such_name(query)]) as honest,
        ):
            chosen = [lying.address]
            monkeypatch.setattr(
                "gotrdns.resolution.servers.read_resolv_conf", lambda: tuple(chosen)
            )
            async with Running(tmp_path) as daemon:
                peer = await daemon.connect()
                await peer.ask(Address.parse(CLIENT.format(1)))
                assert len(lines_about_trust(daemon)) == 1
                chosen[0] = honest.address
                await daemon.reload()
                _, closed = lines_about_trust(daemon)
                assert "trust=sound" in closed
                answer = await peer.ask(Address.parse(CLIENT.format(2)))
                assert answer.startswith(b"action=550")
                await peer.close()

    run(main())
