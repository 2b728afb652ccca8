"""What would be decided, in words."""

import pytest

from gotrdns.names import Address
from gotrdns.policy import Circumstances, Mode, Policy, PolicySettings, Transaction
from gotrdns.policy.history import DAY, History
from gotrdns.reports.deliberation import Deliberation
from gotrdns.reports.deliberation_text import tell
from gotrdns.verification import Cause, Verdict

CLIENT = Address.parse("85.105.64.87")
NOW = 1_800_000_000.0


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("failures", "failing_since", "said"),
    [
        (1, NOW, "Seen before  failed once, on 2027-01-15 08:00\n"),
        (3, NOW - DAY, "Seen before  failed 3 times since 2027-01-14 08:00, the last time on"),
    ],
)
def test_how_often_a_client_failed_is_told(failures: int, failing_since: float, said: str) -> None:
    past = Circumstances(
        now=NOW, history=History(failures=failures, failing_since=failing_since, failed_at=NOW)
    )
    decision = Policy(PolicySettings(mode=Mode.PROTECT)).decide(
        Verdict(CLIENT, Cause.NO_PTR, (), None, False), past
    )
    assert said in tell(Deliberation(Transaction(CLIENT), Mode.PROTECT, decision, past))
