"""How many of the labelled names get their class: see tests/data/README.md."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from gotrdns.classification import HostClass, classify
from gotrdns.names import Address, DomainName

NAMES = Path(__file__).parents[1] / "data" / "host-names-development.csv"
GENERIC = {HostClass.DYNAMIC, HostClass.STATIC_GENERIC}


@pytest.fixture(scope="module")
def counted() -> Counter[tuple[HostClass, HostClass]]:
    """How often a name with the first class was given the second."""
    with NAMES.open(newline="") as lines:
        return Counter(
            (
                HostClass(row["class"]),
                classify(Address.parse(row["address"]), DomainName.parse(row["name"])).host_class,
            )
            for row in csv.DictReader(lines)
        )


@pytest.mark.parametrize(("classes", "missed"), [({HostClass.DYNAMIC}, 4), (GENERIC, 4)])
def test_few_generic_names_are_missed_and_no_chosen_name_is_taken_for_one(
    counted: Counter[tuple[HostClass, HostClass]], classes: set[HostClass], missed: int
) -> None:
    wrongly = [pair for pair in counted.elements() if pair[0] not in classes and pair[1] in classes]
    overlooked = [
        pair for pair in counted.elements() if pair[0] in classes and pair[1] not in classes
    ]
    assert counted.total() == 361
    assert not wrongly
    assert len(overlooked) <= missed


def test_nearly_all_names_get_their_class(
    counted: Counter[tuple[HostClass, HostClass]],
) -> None:
    assert sum(count for (labelled, given), count in counted.items() if labelled is given) >= 354


def test_no_mail_host_is_called_dynamic(counted: Counter[tuple[HostClass, HostClass]]) -> None:
    assert counted[HostClass.MAIL_HOST, HostClass.DYNAMIC] == 0
