"""What docs/complaints.md says is what the program does; its example is run with the live tests."""

import re
from pathlib import Path

from gotrdns.mail_logs.complaints.whom import read_whom
from gotrdns.reports.logs.complaint import STATES, Meant

PAGE = (Path(__file__).parents[2] / "docs" / "complaints.md").read_text()


def test_every_state_and_standing_is_told_of() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    known = {(state.value, standing.value) for standing, state in STATES.items()}
    assert set(rows) - {("state", "standing")} == known


def test_whoever_may_be_meant_is_told_of() -> None:
    table = PAGE.partition("| WHO | finds |")[2].partition("\n\n")[0]
    written = re.findall(r"^\| `(\S+)` \|", table, re.MULTILINE)
    assert {read_whom(each).meant for each in written} == set(Meant)
    assert all(f"`{each.value}`" in PAGE for each in Meant)
