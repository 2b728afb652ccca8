"""What docs/logs.md says is what the program does."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gotrdns.mail_logs.clients.signs import WEIGHTS
from gotrdns.names import Address
from gotrdns.reports.logs.english import GROUNDS
from gotrdns.reports.logs.live import compose_line, compose_repetition, encode_turned_away
from gotrdns.reports.logs.report import Ground, TurnedAway
from tests.support.logged_day import a_day
from tests.unit.check_program import run_here

PAGE = (Path(__file__).parents[2] / "docs" / "logs.md").read_text()


@pytest.mark.usefixtures("utc")
def test_the_example_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mail.log").write_text("".join(a_day()))
    [shown] = re.findall(r"\$ gotrdns logs mail.log\n(.+?)```", PAGE, re.DOTALL)
    assert re.sub(r"20\d\d-11-23", "2026-11-23", run_here("logs", "mail.log").stdout) == shown


LIVE = TurnedAway(
    at=datetime(2026, 11, 23, 14, 5, 12, tzinfo=UTC).timestamp(),
    fate="deferred",
    address=Address.parse("85.105.64.87"),
    ground=Ground.FORWARD_NODATA,
    name="dsl.static851056487.ttnet.net.tr",
    helo="mail.eddorre.com",
    sender_domain="eddorre.com",
    code="450",
    enhanced="4.7.25",
)


@pytest.mark.usefixtures("utc")
def test_the_lines_of_a_log_that_is_written_are_those_that_are_shown() -> None:
    zombie = msgspec.structs.replace(
        LIVE,
        at=LIVE.at + 28,
        fate="refused",
        address=Address.parse("203.0.113.9"),
        ground=Ground.NO_PTR,
        name="",
        helo="user-pc",
    )
    again = msgspec.structs.replace(zombie, at=LIVE.at + 89)
    lines = [compose_line(LIVE), compose_line(zombie), compose_repetition(again, 48)]
    assert "mail.log\n{}\n{}\n{}\n^C\n".format(*lines) in PAGE
    assert f"```json\n{encode_turned_away(LIVE).decode()}\n```" in PAGE


def test_every_cause_and_sign_is_told_of() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", PAGE, re.MULTILINE))
    del rows["cause"]  # a heading
    expected = {each.value: words for each, words in GROUNDS.items()}
    expected |= {each.value: str(weight) for each, weight in WEIGHTS.items()}
    assert rows == expected
