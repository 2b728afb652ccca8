"""What docs/classify.md says is what the program does."""

import re
from pathlib import Path

from gotrdns.classification import HostClass, ReasonKind, classify
from gotrdns.names import Address, DomainName
from gotrdns.reports.classification_json import encode_classification
from gotrdns.reports.classification_text import compose_classification

TEXT = (Path(__file__).parents[2] / "docs" / "classify.md").read_text()
ADDRESS = Address.parse("85.105.64.87")
NAME = DomainName.parse("dsl.static851056487.ttnet.net.tr")


def test_the_examples_are_what_is_printed() -> None:
    found = classify(ADDRESS, NAME)
    [shown] = re.findall(r"\$ gotrdns classify [^\n]+\n(.+?)```", TEXT, re.DOTALL)
    assert shown == compose_classification(ADDRESS, NAME, found)
    [object_shown] = re.findall(r"```json\n(.+?)\n```", TEXT)
    assert object_shown.encode() == encode_classification(ADDRESS, NAME, found)


def test_every_class_and_reason_is_told_of() -> None:
    codes = [each.value for each in [*HostClass, *ReasonKind]]
    assert not [code for code in codes if f"`{code}`" not in TEXT]
