"""The schema's version, and the way from an older one to this.

Owns making the tables and upgrading them, by one process at a time however many start at once. To
change the schema, change ``tables``, raise VERSION, and add the step from the version before.
Alembic is imported only when there is a step to take.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

from gotrdns.store.tables import METADATA, STATE
from gotrdns.store.trouble import StoreUnavailable

if TYPE_CHECKING:
    from alembic.operations import Operations

VERSION: Final = 3
ALLOWANCES: Final = "allowances"
CONFIRMATIONS: Final = "confirmations"
_SCHEMA: Final = "schema"
_LOCK: Final = 0x676F_7472_646E_73  # "gotrdns", among the advisory locks of the database


# As they were when each step was written: ``tables`` may change.
_TIME: Final = Float(53).with_variant(DOUBLE_PRECISION(), "postgresql")


def _add_spoken(operations: "Operations") -> None:
    operations.create_table(
        "spoken",
        Column("domain", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
        Column("network", LargeBinary, primary_key=True),
        Column("spoken_at", _TIME, nullable=False),
    )
    operations.create_index("spoken_by_time", "spoken", ["spoken_at"])


def _add_confirmations_and_tallies(operations: "Operations") -> None:
    operations.create_table(
        "confirmations",
        Column("packed", LargeBinary, primary_key=True),
        Column("address", Text, nullable=False),
        Column("host_name", Text, nullable=False),
        Column("confirmed_at", _TIME, nullable=False),
        Column("ends", _TIME, nullable=False),
    )
    operations.create_table(
        "tallies",
        Column("began", BigInteger, primary_key=True, autoincrement=False),
        Column("result", Text, primary_key=True),
        Column("reason", Text, primary_key=True),
        Column("action", Text, primary_key=True),
        Column("count", Integer, nullable=False),
    )
    operations.execute(insert(STATE).values(name="confirmations", value=0))


# From each older version to the next.
Steps = Mapping[int, Callable[["Operations"], None]]
STEPS: Final[Steps] = MappingProxyType({1: _add_spoken, 2: _add_confirmations_and_tallies})


class NewerSchema(StoreUnavailable):
    """The database belongs to a newer gotrdns."""

    def __init__(self, version: int) -> None:
        super().__init__(f"schema version {version} is newer than this program's, {VERSION}")


class OlderSchema(StoreUnavailable):
    """The database has not been upgraded yet."""

    def __init__(self, version: int | None) -> None:
        super().__init__(
            "it has no tables yet: gotrdns serve makes them"
            if version is None
            else f"schema version {version} is older than this program's, {VERSION}: gotrdns serve "
            "upgrades it"
        )


def check_schema(connection: Connection) -> None:
    """Raises NewerSchema or OlderSchema."""
    version = _version(connection)
    if version is None or version < VERSION:
        raise OlderSchema(version)
    if version > VERSION:
        raise NewerSchema(version)


def prepare_schema(connection: Connection, steps: Steps = STEPS) -> None:
    """Make the tables, or bring them up to date, in the caller's transaction.

    Raises NewerSchema.
    """
    if _version(connection) != VERSION:
        _lock(connection)
        # Another may have been faster.
        version = _version(connection)
        if version is None:
            _create(connection)
        elif version > VERSION:
            raise NewerSchema(version)
        elif version < VERSION:
            _upgrade(connection, version, steps)


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(STATE.name):
        return None
    found: int | None = connection.scalar(select(STATE.c.value).where(STATE.c.name == _SCHEMA))
    return found


def _lock(connection: Connection) -> None:
    """Until the transaction ends; in SQLite, BEGIN IMMEDIATE did it already."""
    if connection.dialect.name == "postgresql":
        # Whoever has the lock may have a large table to change.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _create(connection: Connection) -> None:
    METADATA.create_all(connection)
    connection.execute(
        insert(STATE),
        [
            {"name": _SCHEMA, "value": VERSION},
            {"name": ALLOWANCES, "value": 0},
            {"name": CONFIRMATIONS, "value": 0},
        ],
    )


def _upgrade(connection: Connection, version: int, steps: Steps) -> None:
    from alembic.migration import MigrationContext  # noqa: PLC0415 - 300 ms, and hardly ever wanted
    from alembic.operations import Operations  # noqa: PLC0415

    operations = Operations(MigrationContext.configure(connection))
    for step in range(version, VERSION):
        if step not in steps:
            raise OlderSchema(step)
        steps[step](operations)
    connection.execute(update(STATE).where(STATE.c.name == _SCHEMA).values(value=VERSION))
