"""What several tests of the incident page begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.names import Address
from tests.unit.recorded_worlds import FOUNDING, verdict_in
from tests.unit.stores import transaction
from tests.unit.web.incidents import Site, refusal, site

HELO = "srv1.bakery-schmitt.com"


@pytest.fixture
def everybody(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


@pytest.fixture
def founding(everybody: Site) -> str:
    """The id of the founding example, refused."""
    told = transaction(Address.parse("85.105.64.87"), helo=HELO)
    return everybody.remember(refusal(verdict_in(FOUNDING)), told)
