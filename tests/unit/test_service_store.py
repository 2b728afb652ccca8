"""What is told of a daemon whose database has no place, or is changed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.loopback import LoopbackServer, run
from tests.unit.running_service import Running, ask_line, no_such_name


async def told(directory: Path) -> dict[str, Any]:
    status = json.loads(await ask_line(directory / "control", b"status"))
    assert isinstance(status, dict)
    return status


def test_a_default_place_that_is_not_there_is_told_until_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = f"sqlite:///{tmp_path}/absent/deep/store.sqlite3"
    monkeypatch.setattr("gotrdns.daemon.advice.DEFAULT_URL", default)
    more = f'[control]\nsocket = "unix:{tmp_path}/control"\n'

    async def main() -> None:
        async with LoopbackServer(lambda query: [no_such_name(query)]) as resolver:
            monkeypatch.setattr(
                "gotrdns.resolution.servers.read_resolv_conf", lambda: (resolver.address,)
            )
            async with Running(tmp_path, more, store=default) as daemon:
                assert daemon.log.count("event=without-store") == 1
                status = await told(tmp_path)
                assert status["wrong"] == [{"trouble": "without-store", "detail": ""}]
                assert status["store"]["place"] == ""

                named = f"sqlite:///{tmp_path}/store.sqlite3"
                daemon.configure(more, store=named)
                await daemon.reload()
                status = await told(tmp_path)
                assert status["wrong"] == []
                assert status["store"]["place"] == named

                daemon.configure(more)
                await daemon.reload()
                status = await told(tmp_path)
                assert (status["wrong"], status["store"]["place"]) == ([], "")

    run(main())
