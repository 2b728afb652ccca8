"""What docs/logs.md says is what the program does."""

import re
from pathlib import Path

import pytest

from gotrdns.mail_logs.signs import WEIGHTS
from gotrdns.reports.english_logs import GROUNDS
from tests.support.logged_day import a_day
from tests.unit.check_program import run_here

PAGE = (Path(__file__).parents[2] / "docs" / "logs.md").read_text()


@pytest.mark.usefixtures("utc")
def test_the_example_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mail.log").write_text("".join(a_day()))
    [shown] = re.findall(r"\$ gotrdns logs mail.log\n(.+?)```", PAGE, re.DOTALL)
    assert re.sub(r"20\d\d-11-23", "2026-11-23", run_here("logs", "mail.log").stdout) == shown


def test_every_cause_and_sign_is_told_of() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", PAGE, re.MULTILINE))
    del rows["cause"]  # a heading
    expected = {each.value: words for each, words in GROUNDS.items()}
    expected |= {each.value: str(weight) for each, weight in WEIGHTS.items()}
    assert rows == expected
