"""The documentation says what the program does, and its links lead somewhere."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gotrdns.cli.verbs import program
from gotrdns.diagnosis import diagnose
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Alarm
from gotrdns.reports.status_text import compose_status
from gotrdns.reports.verdict_json import encode_verdict
from gotrdns.verification import Cause, Verification
from tests.unit.statuses import WELL

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
NAME = DomainName.parse("dsl.static851056487.ttnet.net.tr")
FINDINGS = {page.stem for page in (DOCS / "findings").glob("*.md")} - {"index"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_page_is_reached_from_the_contents() -> None:
    contents = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]
    listed = {path for entry in contents for path in entry.values()}
    for index in ("findings/index.md", "decisions/index.md"):
        text = (DOCS / index).read_text()
        listed |= {str(Path(index).parent / name) for name in re.findall(r"\]\(([^)]+)\)", text)}
    assert listed == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}


def test_every_cause_has_its_page() -> None:
    assert {cause.value for cause in Cause} <= FINDINGS


def test_the_floors_in_the_documentation_are_those_that_the_code_is_held_to() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    [floors] = [each["layers"] for each in contracts if each["type"] == "layers"]
    text = (DOCS / "path-of-an-address.md").read_text()
    [shown] = re.findall(r"```\n(cli\n.+?)```", text, re.DOTALL)
    assert shown.splitlines() == floors


def test_the_json_in_the_documentation_is_the_contract() -> None:
    text = (DOCS / "check.md").read_text()
    [example] = re.findall(r"```json\n(.+?)\n```", text, re.DOTALL)
    verification = Verification(Address.parse("85.105.64.87"))
    [name] = verification.reverse_heard(Answer(Outcome.FOUND, names=(NAME,)))
    assert name == NAME
    verification.forward_heard(0, Answer(Outcome.NODATA))
    verdict = verification.verdict()
    printed = json.loads(encode_verdict(verdict, diagnose(verdict), 0.0031))
    for finding in printed["findings"]:
        finding["details"] = {}
    printed["findings"] = printed["findings"][:1]
    assert list(json.loads(example).items()) == list(printed.items())


def test_every_event_of_the_log_is_documented() -> None:
    calls = [
        node
        for module in (ROOT / "src" / "gotrdns" / "daemon").rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    events = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"write", "_tell"}
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert {"started", "reloaded", "summary", "store-failed", "resolver-trust"} <= events
    documented = (DOCS / "log.md").read_text()
    assert [each for each in sorted(events) if f"`{each}`" not in documented] == []
    assert [each.value for each in Alarm if f"`{each.value}`" not in documented] == []


def test_the_status_in_the_documentation_is_what_is_shown() -> None:
    [shown] = re.findall(
        r"\$ gotrdns status\n(.+?)```", (DOCS / "status.md").read_text(), re.DOTALL
    )
    assert shown == compose_status(WELL)


@pytest.mark.parametrize(
    "verb",
    ["check", "explain", "why", "allow", "decide", "serve", "web", "status", "doctor", "demo"],
)
def test_every_verb_is_told_of_in_the_readme_and_has_help_with_an_example(verb: str) -> None:
    assert f"gotrdns {verb}" in (ROOT / "README.md").read_text() or verb == "demo"
    shown = CliRunner().invoke(program, [verb, "--help"])
    assert shown.exit_code == 0
    assert f"gotrdns {verb}" in shown.output


def test_the_example_in_the_readme_is_what_the_demo_prints() -> None:
    readme = (ROOT / "README.md").read_text()
    [shown] = re.findall(
        r"\$ gotrdns check 85\.105\.64\.87\n\n(.+?)    \.\.\.\n", readme, re.DOTALL
    )
    printed = CliRunner().invoke(program, ["demo"])
    assert shown in printed.output
    assert NAME.text in shown
