"""That a repair was seen is told wherever somebody asks why a client passed."""

import json
from pathlib import Path

import pytest

from gotrdns.names import DomainName
from gotrdns.policy import Action, Decision, Mode, Rule
from gotrdns.policy.confirmations import overrule
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.reports.past import Past, Recheck
from gotrdns.reports.past_json import encode_past
from gotrdns.reports.past_text import comparison, story
from gotrdns.reports.smtp import mark_value
from gotrdns.reports.status import Repairs, decode_status, encode_status
from gotrdns.reports.status_text import compose_status
from gotrdns.resolution.scripted import World
from gotrdns.store.queries import Store
from gotrdns.verification import Cause
from tests.support.loopback_server import serve
from tests.unit.check_program import lines_of, run_here
from tests.unit.statuses import WELL, status
from tests.unit.stores import (
    CLIENT,
    NAME,
    NOW,
    failing,
    passing,
    remembering,
    transaction,
    url_of,
)
from tests.unit.test_watch import Case as Watched

pytestmark = pytest.mark.usefixtures("utc")

HOST = DomainName.parse("mail.business.example")
OVERRULED = overrule(failing(), HOST)
DECISION = Decision(Action.PASS, Rule.REPAIR_SEEN, OVERRULED)


@pytest.fixture
def kept(tmp_path: Path) -> RecordedDecision:
    """As the store gives it back."""
    url = url_of(tmp_path / "store.sqlite3")
    with remembering(url) as memory:
        incident = memory.remember(transaction(), DECISION, NOW)
    with Store(url) as store:
        found = store.find_incident(incident)
    assert found is not None
    return found


def test_the_store_gives_back_both_verdicts(kept: RecordedDecision) -> None:
    assert (kept.host_name, kept.reason, kept.rule) == (HOST.text, "confirmed", Rule.REPAIR_SEEN)
    verdict = kept.verdict()
    assert verdict is not None
    assert (verdict.cause, verdict.confirmed) == (Cause.CONFIRMED, (HOST,))
    said = verdict.overruled
    assert said is not None
    assert (said.cause, [each.name for each in said.names]) == (Cause.FORWARD_NODATA, [NAME])
    assert not kept.follow_up


def test_the_story_tells_what_our_resolver_said_and_why_that_did_not_count(
    kept: RecordedDecision,
) -> None:
    told = " ".join(story(Past(kept)).split())
    assert "LET IN: every authoritative server confirms the client" in told
    assert "pass (confirmed); our own resolver said fail (forward-nodata)" in told
    assert f"{NAME}. 60 A no A record" in told
    assert "Rule repair-seen" in told


def test_what_is_said_now_is_compared_with_both(kept: RecordedDecision) -> None:
    assert "does not know the repair yet" in comparison(kept, failing())
    assert comparison(kept, passing()) == "The same: pass (confirmed)."
    assert "our own resolver still says fail (forward-nodata)" in comparison(kept, OVERRULED)
    assert "does not know" in story(Past(kept, recheck=Recheck(NOW, failing())))


def test_programs_are_told_the_cause_that_was_overruled(kept: RecordedDecision) -> None:
    told = json.loads(encode_past(Past(kept)))
    assert (told["cause"], told["overruled"]) == ("confirmed", "forward-nodata")
    assert told["evidence"][1]["outcome"] == "nodata"


def test_the_log_tells_it_in_a_line(tmp_path: Path) -> None:
    case = Watched(tmp_path)
    case.watch.decided(transaction(), DECISION, 0.001)
    [line] = case.lines()
    case.close()
    assert "result=pass cause=confirmed overruled=forward-nodata action=pass" in line
    assert f"rule=repair-seen name={HOST}" in line
    assert case.watch.tally.confirmed == 0
    [[_, kind]] = case.watch.tally.decisions()
    assert (kind.result, kind.rule) == ("pass", "repair-seen")


def test_the_mark_names_the_rule() -> None:
    value = mark_value(DECISION, OVERRULED)
    assert value.startswith(f"iprev=pass cause=confirmed address={CLIENT} name={HOST}")
    assert value.endswith("rule=repair-seen")


def test_the_status_tells_how_many_there_are() -> None:
    told = status(repairs=Repairs(held=2, passes=1234))
    assert "1,234 let in by a repair that the resolver did not know yet" in " ".join(
        compose_status(told).split()
    )
    assert "repair" not in compose_status(WELL)
    assert decode_status(encode_status(told)).repairs == Repairs(2, 1234)


def test_a_status_of_a_daemon_that_knows_none_is_understood() -> None:
    told = json.loads(encode_status(WELL))
    del told["repairs"]
    assert decode_status(json.dumps(told).encode()).repairs == Repairs()


def test_why_says_of_a_refusal_that_the_repair_was_seen_since(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    with remembering(url) as memory:
        memory.remember(transaction(), Decision(Action.REFUSE, Rule.STRICT, failing()), NOW)
    with serve(World.parse(". NS a.root.example.")) as resolver:
        arguments = ("why", "--store", url, "--resolver", resolver, CLIENT.text)
        assert "It would be let in now" not in run_here(*arguments).stdout
        with Store(url) as store:
            store.confirm(CLIENT, HOST)
        told = " ".join(run_here(*arguments).stdout.split())
        [written] = lines_of(run_here(*arguments, "--json").stdout)
    assert "our own resolver still says permerror (no-ptr). It would be let in now." in told
    now = written["now"]
    assert isinstance(now, dict)
    assert (now["cause"], now["overruled"], now["same"]) == ("confirmed", "no-ptr", False)


def test_decide_takes_account_of_it(tmp_path: Path) -> None:
    url = url_of(tmp_path / "store.sqlite3")
    settings = tmp_path / "gotrdns.toml"
    settings.write_text(f'[policy]\nmode = "{Mode.STRICT.value}"\n[store]\nurl = "{url}"\n')
    with Store(url, create=True) as store:
        store.confirm(CLIENT, HOST)
    with serve(World.parse(". NS a.root.example.")) as resolver:
        arguments = ("decide", "--settings", str(settings), "--resolver", resolver, "--json")
        mine, other = (run_here(*arguments, each) for each in (CLIENT.text, "85.105.64.88"))
    [told] = lines_of(mine.stdout)
    assert (mine.returncode, told["rule"], told["overruled"]) == (0, "repair-seen", "no-ptr")
    assert told["name"] == HOST.text
    [told] = lines_of(other.stdout)
    assert (other.returncode, told["rule"], told["overruled"]) == (1, "strict", None)
