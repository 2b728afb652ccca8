"""What the pages' process writes to the log of those who were kept out."""

from pathlib import Path

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.page_watch import PageWatch
from gotrdns.web.means import Trouble
from tests.unit.stores import Clock


def test_trouble_is_told_at_once_and_a_flood_as_a_count(tmp_path: Path) -> None:
    clock = Clock(0.0)
    path = tmp_path / "log"
    with path.open("wb", buffering=0) as file:
        watch = PageWatch(Journal(file.fileno(), Level.INFO, lambda: 1_700_000_000.0), clock)
        watch.troubled(Trouble.PASSWORDS_UNUSABLE, "/etc/passwords holds no passwords")
        for number in range(50):
            watch.troubled(Trouble.LOGIN_REFUSED, f"192.0.2.{number}")
        clock.now += 61
        watch.tick()
    words = [line.partition("level=")[2] for line in path.read_text().splitlines()]
    assert words == [
        'warning event=passwords-unusable count=1 problem="/etc/passwords holds no passwords"',
        "warning event=login-refused count=1 visitor=192.0.2.0",
        "warning event=login-refused count=49 visitor=192.0.2.49",
    ]
