"""How many of the labelled names get their class: see tests/data/README.md."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from gotrdns.classification import HostClass, classify
from gotrdns.names import Address, DomainName

DATA = Path(__file__).parents[1] / "data"
OBSERVED, SCHEMES = "host-names-development.csv", "host-names-schemes.csv"
DYNAMIC = {HostClass.DYNAMIC}
GENERIC = {HostClass.DYNAMIC, HostClass.STATIC_GENERIC}

Counted = Counter[tuple[HostClass, HostClass]]


def class_of(row: dict[str, str]) -> HostClass:
    return classify(Address.parse(row["address"]), DomainName.parse(row["name"])).host_class


@pytest.fixture(scope="module")
def counted() -> dict[str, Counted]:
    """For each set, how often a name with the first class was given the second."""
    sets = {}
    for name in (OBSERVED, SCHEMES):
        with (DATA / name).open(newline="") as lines:
            sets[name] = Counter(
                (HostClass(row["class"]), class_of(row)) for row in csv.DictReader(lines)
            )
    return sets


@pytest.mark.parametrize(
    ("name", "classes", "wrong", "missed"),
    [
        (OBSERVED, DYNAMIC, 0, 2),
        (OBSERVED, GENERIC, 0, 2),
        (SCHEMES, DYNAMIC, 1, 17),
        (SCHEMES, GENERIC, 1, 18),
    ],
)
def test_few_generic_names_are_missed_and_hardly_a_chosen_name_is_taken_for_one(
    counted: dict[str, Counted], name: str, classes: set[HostClass], wrong: int, missed: int
) -> None:
    pairs = list(counted[name].elements())
    wrongly = [pair for pair in pairs if pair[0] not in classes and pair[1] in classes]
    overlooked = [pair for pair in pairs if pair[0] in classes and pair[1] not in classes]
    assert len(wrongly) <= wrong
    assert len(overlooked) <= missed


@pytest.mark.parametrize(("name", "names", "right"), [(OBSERVED, 361, 358), (SCHEMES, 1462, 1435)])
def test_nearly_all_names_get_their_class(
    counted: dict[str, Counted], name: str, names: int, right: int
) -> None:
    pairs = counted[name]
    assert pairs.total() == names
    assert sum(count for (labelled, given), count in pairs.items() if labelled is given) >= right


@pytest.mark.parametrize("name", [OBSERVED, SCHEMES])
def test_no_mail_host_is_called_dynamic(counted: dict[str, Counted], name: str) -> None:
    assert counted[name][HostClass.MAIL_HOST, HostClass.DYNAMIC] == 0


def test_legitimate_senders_are_hardly_ever_called_dynamic() -> None:
    with (DATA / "legitimate-senders.csv").open(newline="") as lines:
        given = [class_of(row) for row in csv.DictReader(lines)]
    assert len(given) == 1528
    assert given.count(HostClass.DYNAMIC) <= 0.003 * len(given)
