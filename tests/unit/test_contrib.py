"""The dashboard and the alert rules: valid, and about metrics and labels that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from gotrdns.daemon.metrics import METRICS
from gotrdns.policy import Action, Alarm, Trust
from gotrdns.reports.english_metrics import PROCESS
from gotrdns.verification import Result

CONTRIB = Path(__file__).parents[2] / "contrib"
DASHBOARD = json.loads((CONTRIB / "grafana-dashboard.json").read_text())
ALERTS = yaml.safe_load((CONTRIB / "prometheus-alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
OF_PROMETHEUS = {"instance", "job"}
LABELS = {
    **{metric.exposed_name: set(metric.labels) for metric in METRICS},
    **{
        f"{metric.name}_{part}": {"le"} if part == "bucket" else set()
        for metric in METRICS
        if metric.kind.value == "histogram"
        for part in ("bucket", "count", "sum")
    },
    **{name: set() for name in PROCESS},
    "up": set(),
}
CODES: dict[str, set[str]] = {
    "action": {each.value for each in Action},
    "alarm": {each.value for each in Alarm},
    "result": {each.value for each in Result},
    "trust": {each.value for each in Trust},
    "withheld": {"", *(each.value for each in Action)},
}


class Seen:
    """The selectors of an expression, as Prometheus' grammar has them."""

    def __init__(self, expression: str) -> None:
        self.selectors: list[promql_parser.VectorSelector] = []
        self.groupings: set[str] = set()
        self._look(promql_parser.parse(expression))

    def _look(self, node: Any) -> None:
        match node:
            case promql_parser.VectorSelector():
                self.selectors.append(node)
            case promql_parser.MatrixSelector():
                self.selectors.append(node.vector_selector)
            case promql_parser.AggregateExpr():
                if node.modifier is not None:
                    self.groupings |= set(node.modifier.labels)
                self._look(node.expr)
            case promql_parser.BinaryExpr():
                self._look(node.lhs)
                self._look(node.rhs)
            case promql_parser.Call():
                for argument in node.args:
                    self._look(argument)
            case promql_parser.ParenExpr():
                self._look(node.expr)
            case promql_parser.NumberLiteral():
                pass
            case _:
                raise NotImplementedError(f"the test does not know {node}")


def dashboard_targets() -> Iterator[tuple[str, str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            expression = target["expr"].replace("$__rate_interval", "5m")
            yield panel["title"], expression, target["legendFormat"]


@pytest.mark.parametrize(
    ("title", "expression"),
    [
        *((title, expression) for title, expression, _ in dashboard_targets()),
        *((rule["alert"], rule["expr"]) for rule in RULES),
    ],
)
def test_expressions_are_about_metrics_labels_and_codes_that_there_are(
    title: str, expression: str
) -> None:
    seen = Seen(expression)
    assert seen.selectors, title
    there = set(OF_PROMETHEUS)
    for selector in seen.selectors:
        assert selector.name is not None
        assert selector.name in LABELS, title
        there |= LABELS[selector.name]
        for matcher in selector.matchers.matchers:
            assert matcher.name in LABELS[selector.name] | OF_PROMETHEUS, (title, matcher.name)
            if matcher.name in CODES:
                assert matcher.value in CODES[matcher.name], (title, matcher.value)
    assert seen.groupings <= there, title


@pytest.mark.parametrize(("title", "expression", "legend"), list(dashboard_targets()))
def test_legends_name_labels_that_there_are(title: str, expression: str, legend: str) -> None:
    labels = set(OF_PROMETHEUS)
    for selector in Seen(expression).selectors:
        labels |= LABELS[selector.name or ""]
    assert set(re.findall(r"{{(\w+)}}", legend)) <= labels, title


def test_every_metric_but_a_few_is_on_the_dashboard() -> None:
    shown = {
        selector.name or ""
        for _, expression, _ in dashboard_targets()
        for selector in Seen(expression).selectors
    }
    missing = {
        metric.exposed_name
        for metric in METRICS
        if metric.exposed_name not in shown and f"{metric.exposed_name}_bucket" not in shown
    }
    assert missing == {
        "gotrdns_start_time_seconds",
        "gotrdns_uptime_seconds",
        "gotrdns_listener_up",
        # Shown for each resolver.
        "gotrdns_resolver_questions_total",
        "gotrdns_resolver_answers_total",
        "gotrdns_resolver_timeouts_total",
        "gotrdns_resolver_server_suspect",
    }


def test_panels_have_titles_and_places_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (column, line)
            for column in range(place["x"], place["x"] + place["w"])
            for line in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_says_what_is_wrong_and_how_bad_it_is() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        named = re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"]))
        labels = {
            label for each in Seen(rule["expr"]).selectors for label in LABELS[each.name or ""]
        }
        assert set(named) <= labels | OF_PROMETHEUS
