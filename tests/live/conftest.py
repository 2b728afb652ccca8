"""The live tests' fixtures: one private Internet, one resolver, one Postfix for the whole run."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.browser import Chromium, chromium
from tests.live.internet import Internet
from tests.live.postfix import Postfix
from tests.live.resolver import Resolver
from tests.support.postgresql import PostgreSQL, find_programs, serve


@pytest.fixture(scope="session", autouse=True)
def live_directory() -> Path:
    """Where daemons keep their files: short paths (unix sockets), readable to all their users."""
    directory = os.environ.get("GOTRDNS_LIVE")
    if directory is None:
        pytest.fail(
            "live tests run on a network of their own: "
            "tests/live/enter .venv/bin/python -m pytest tests/live",
            pytrace=False,
        )
    return Path(directory)


@pytest.fixture
def directory(live_directory: Path) -> Path:
    """Where one test's daemons keep their files, as above."""
    made = Path(tempfile.mkdtemp(dir=live_directory))
    made.chmod(0o755)
    return made


@pytest.fixture(scope="session")
def internet(live_directory: Path) -> Iterator[Internet]:
    world = Internet(live_directory / "internet")
    with world:
        yield world


@pytest.fixture(scope="session")
def resolver(internet: Internet, live_directory: Path) -> Iterator[Resolver]:
    """Unbound on 127.0.0.53, resolving from the private root; tests must leave it running."""
    unbound = Resolver(live_directory / "resolver", root_hints=internet.root_hints)
    with unbound:
        yield unbound


@pytest.fixture
def cold_resolver(resolver: Resolver) -> Resolver:
    """The same resolver, remembering nothing: neither answers nor which servers are slow."""
    resolver.flush()
    return resolver


@pytest.fixture(scope="session")
def postfix(resolver: Resolver, live_directory: Path) -> Iterator[Postfix]:
    """Postfix with one port for each way of checking clients; it resolves through `resolver`."""
    if not resolver.running:
        pytest.fail("a test left the resolver stopped", pytrace=False)
    if not _user_exists_here("postfix"):
        pytest.fail("Postfix runs as several users: use tests/live/enter as root", pytrace=False)
    server = Postfix(live_directory / "postfix")
    with server:
        yield server


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL with an empty database, for one file of tests; they leave it running."""
    programs = find_programs()
    if programs is None:
        pytest.fail("Debian's package postgresql is not installed", pytrace=False)
    with serve(programs) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """For one file of tests: while it is there, this thread can run no event loop of its own."""
    with chromium() as running:
        yield running


def _user_exists_here(name: str) -> bool:
    """Whether this user namespace can become that user."""
    identity = pwd.getpwnam(name).pw_uid
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = (int(field) for field in line.split())
        if first <= identity < first + count:
            return True
    return False
