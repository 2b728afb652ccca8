"""Restarts and reloads while mail comes in: nothing is refused, nothing is lost."""

from pathlib import Path

import pytest

from tests.live.postfix import POLICY_ASKED_TWICE, POLICY_OVER_UNIX, Postfix
from tests.live.restarting import Interruption, daemon_beside, endure

# A fiftieth of what `benchmarks.restarts` does.
MESSAGES = 100
INTERRUPTIONS = 6


@pytest.mark.parametrize("port", [POLICY_OVER_UNIX, POLICY_ASKED_TWICE], ids=["once", "twice"])
@pytest.mark.parametrize("interruption", Interruption)
@pytest.mark.parametrize("activated", [False, True], ids=["own-socket", "inherited-socket"])
def test_interrupted_again_and_again_the_daemon_refuses_and_loses_nothing(
    postfix: Postfix, tmp_path: Path, interruption: Interruption, port: int, *, activated: bool
) -> None:
    postfix.restart()  # no smtpd holds a connection to the daemon of another test
    with daemon_beside(postfix, tmp_path, activated=activated) as daemon:
        outcome = endure(
            postfix,
            daemon,
            interruption,
            messages=MESSAGES,
            interruptions=INTERRUPTIONS,
            port=port,
        )
    assert (outcome.refused, outcome.lost) == (0, 0)
    # Between so many kills, one message may meet two.
    survives = activated and port == POLICY_ASKED_TWICE and interruption is Interruption.TERMINATED
    if survives or interruption is Interruption.RELOADED:
        assert (outcome.unexamined, outcome.warnings) == (0, 0)
