"""What the documentation says of the incident page is so."""

from pathlib import Path

from gotrdns.policy import Action, Decision, Rule
from gotrdns.reports.site.incident import PRIVATE_IPV4, PRIVATE_IPV6
from gotrdns.reports.smtp import reply_text
from tests.unit.recorded_worlds import FOUNDING, INCIDENT, verdict_in

PAGE = Path(__file__).parents[3] / "docs" / "incident-page.md"


def test_the_refusal_is_the_one_that_is_sent() -> None:
    verdict = verdict_in(FOUNDING)
    decision = Decision(Action.REFUSE, Rule.STRICT, verdict, incident=INCIDENT)
    text = reply_text(decision, verdict, 450, "https://rdns.example.org")
    _, shown, _ = PAGE.read_text().split("```\n", 2)
    assert " ".join(shown.split()) == f"550 5.7.25 Client host rejected: {text}"


def test_what_stands_for_private_addresses_is_named() -> None:
    text = PAGE.read_text()
    assert f"`{PRIVATE_IPV4}` or `{PRIVATE_IPV6}`" in text
