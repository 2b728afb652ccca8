"""What docs/what-if.md says is what the program does."""

import re
from pathlib import Path

import pytest

from gotrdns.mail_logs.what_if.claiming import MOST_CLAIMS
from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import run_here
from tests.unit.week_of_mail import TODAY, a_week

PAGE = (Path(__file__).parents[2] / "docs" / "what-if.md").read_text()


@pytest.mark.usefixtures("utc")
def test_the_example_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mail.log").write_text(a_week())
    [shown] = re.findall(r"\$ gotrdns logs --what-if protect mail.log\n(.+?)```", PAGE, re.DOTALL)
    with serve(World.parse(TODAY)) as place:
        arguments = ("--what-if", "protect", "--resolver", place, "--rate", "1000")
        assert run_here("logs", *arguments, "mail.log").stdout == shown


def test_as_many_claims_are_asked_about_as_is_said() -> None:
    assert MOST_CLAIMS == 8 and "Eight pairs of HELO name and" in PAGE
