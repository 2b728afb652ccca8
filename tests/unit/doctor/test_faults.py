"""Every fault, planted alone in a host that is otherwise in order, is found, and nothing else."""

import msgspec
import pytest

from gotrdns.reports.examination import Fault, Severity, Well
from tests.unit.doctor.hosts import (
    WISHES,
    FakeHost,
    faults,
    find,
)
from tests.unit.doctor.planted import PLANTED


def test_a_host_in_order_has_no_fault_and_no_check_is_left_open() -> None:
    found = find(FakeHost())
    assert faults(found) == {}
    assert {each.severity for each in found} == {Severity.OK}
    assert all(isinstance(each, Well) for each in found)


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.value)
def test_a_planted_fault_is_found_and_nothing_else(fault: Fault) -> None:
    host = FakeHost()
    PLANTED[fault](host)
    assert list(faults(find(host))) == [fault]


def test_every_fault_is_planted() -> None:
    assert set(PLANTED) | {Fault.RESOLVER_NONE} == set(Fault)


def test_what_is_no_resolver_is_found_out() -> None:
    found = find(FakeHost(), msgspec.structs.replace(WISHES, resolvers=("nonsense",)))
    [details] = faults(found)[Fault.RESOLVER_NONE]
    assert "'nonsense' is not a resolver" in details["reason"]
