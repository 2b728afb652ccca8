"""What docs/why.md and docs/allow.md show is what the program prints."""

import re
from pathlib import Path

import pytest

from gotrdns.cli.why import why
from gotrdns.policy.allowances import Allowance, AllowanceKind
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports.allowance_json import encode_allowance
from gotrdns.reports.allowance_text import allowances_table, granted
from gotrdns.reports.past import Past, Recheck
from gotrdns.reports.past_json import encode_past
from gotrdns.reports.past_text import story
from gotrdns.store.queries import Store
from tests.unit.remembered import Remembered
from tests.unit.stores import CLIENT, NOW, failing, url_of

pytestmark = pytest.mark.usefixtures("utc")

DOCS = Path(__file__).parents[2] / "docs"
WHY = (DOCS / "why.md").read_text()
ALLOW = (DOCS / "allow.md").read_text()
DAY = 86400.0


@pytest.fixture
def decision(tmp_path: Path) -> RecordedDecision:
    kept = Remembered(url_of(tmp_path / "store.sqlite3"))
    with Store(kept.url) as store:
        found = store.find_incident(kept.ids["deferred"])
    assert found is not None
    return found


def test_the_story_and_the_json_are_those_of_a_decision(decision: RecordedDecision) -> None:
    past = Past(decision, recheck=Recheck(NOW + 1200, failing()))
    identified = {decision.id: "mfrggzdfmztwq2lk"}
    [shown] = re.findall(r"\$ gotrdns why [^\n]+\n(.+?)```", WHY, re.DOTALL)
    assert shown == story(past).replace(decision.id, identified[decision.id])
    [object_shown] = re.findall(r"```json\n(.+?)\n```", WHY)
    assert object_shown == encode_past(past).decode().replace(decision.id, identified[decision.id])
    for key in re.findall(r'"(\w+)":', object_shown):
        assert f"`{key}`" in WHY or key in {"name", "type"}, key


def test_the_exceptions_are_those_that_are_printed() -> None:
    exception = Allowance(
        1,
        AllowanceKind.ADDRESS,
        CLIENT.text,
        "a customer's supplier, ticket 4711",
        "anna",
        NOW,
        NOW - NOW % DAY + 31 * DAY,
        hits=17,
        hit_at=NOW,
    )
    [shown] = re.findall(r"```console\n(.+?)```", ALLOW, re.DOTALL)
    printed = [
        '$ gotrdns allow add 85.105.64.87 --reason "a customer\'s supplier, ticket 4711"\n',
        granted(exception, None),
        "$ gotrdns allow list\n",
        allowances_table([exception], NOW),
    ]
    assert shown == "".join(printed)
    [object_shown] = re.findall(r"```json\n(.+?)\n```", ALLOW)
    assert object_shown == encode_allowance(exception, NOW).decode()
    for key in re.findall(r'"(\w+)":', object_shown):
        assert f"`{key}`" in ALLOW, key


def test_every_option_is_told_of() -> None:
    options = [name for each in why.params for name in each.opts if name.startswith("--")]
    assert not [name for name in options if name not in WHY]
