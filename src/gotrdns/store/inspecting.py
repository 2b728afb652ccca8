"""What condition a store is in, found out without changing it.

Owns the questions to the database. Imports SQLAlchemy: to be imported late.
"""

import enum
import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from gotrdns.policy import Rule
from gotrdns.store.database import Database
from gotrdns.store.schema import NewerSchema, OlderSchema, check_schema
from gotrdns.store.settings import DAY
from gotrdns.store.tables import CLIENTS, DECISIONS, STATE
from gotrdns.store.trouble import StoreUnavailable

_LATELY: Final = 7 * DAY
_PATIENCE: Final = 2.0  # seconds for another's lock
_STEPS: Final = 10_000  # of SQLite's machine, between looks at the clock: some milliseconds


class Schema(enum.Enum):
    """How the tables compare with this program's."""

    CURRENT = "current"
    OLDER = "older"  # or there are none yet
    NEWER = "newer"


class Integrity(enum.Enum):
    """Whether the database is as it should be inside."""

    SOUND = "sound"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"  # it takes too long to find out
    ITS_OWN_BUSINESS = "its-own-business"  # a server looks after itself


class StoreCondition(msgspec.Struct, frozen=True):
    """What was found; texts are the database's own, empty where nothing is wrong.

    ``newest`` is the latest time that was written, in seconds since 1970. ``clients`` are how often
    addresses that are not public were let in lately.
    """

    unusable: str = ""
    schema: Schema = Schema.CURRENT
    schema_words: str = ""
    refuses_writes: str = ""
    integrity: Integrity = Integrity.SOUND
    damage: str = ""
    newest: float | None = None
    hidden_clients: Mapping[str, int] = {}


def inspect_store(url: str, *, patience: float) -> StoreCondition:
    """Look at a store that is there; at most about ``patience`` seconds for its inside."""
    try:
        database = Database(url, patience=_PATIENCE, create=False)
    except StoreUnavailable as error:
        return StoreCondition(unusable=str(error))
    try:
        return _inspect(database, patience)
    except StoreUnavailable as error:
        return StoreCondition(unusable=str(error))
    finally:
        database.close()


def _inspect(database: Database, patience: float) -> StoreCondition:
    schema, words = Schema.CURRENT, ""
    try:
        with database.read() as connection:
            check_schema(connection)
    except NewerSchema as error:
        schema, words = Schema.NEWER, str(error)
    except OlderSchema as error:
        schema, words = Schema.OLDER, str(error)
    integrity, damage = _look_inside(database, patience)
    condition = StoreCondition(
        schema=schema, schema_words=words, integrity=integrity, damage=damage
    )
    if schema is not Schema.CURRENT or integrity is Integrity.DAMAGED:
        return condition
    with database.read() as connection:
        newest, hidden = _newest(connection), _hidden_clients(connection)
    return msgspec.structs.replace(
        condition,
        refuses_writes=_try_writing(database),
        newest=newest,
        hidden_clients=hidden,
    )


def _newest(connection: Connection) -> float | None:
    written = [
        connection.scalar(select(func.max(DECISIONS.c.last_at))),
        connection.scalar(select(func.max(CLIENTS.c.seen_at))),
    ]
    return max((each for each in written if each), default=None)


def _hidden_clients(connection: Connection) -> dict[str, int]:
    lately = time.time() - _LATELY
    wanted = (
        select(DECISIONS.c.address, func.sum(DECISIONS.c.count))
        .where(DECISIONS.c.last_at >= lately, DECISIONS.c.rule == Rule.NON_PUBLIC_CLIENT.value)
        .group_by(DECISIONS.c.address)
        .limit(1000)
    )
    return {address: int(count) for address, count in connection.execute(wanted)}


def _try_writing(database: Database) -> str:
    """Why nothing can be written, empty where it can."""
    try:
        with database.write() as connection:
            connection.execute(update(STATE).values(value=STATE.c.value))
            if (transaction := connection.get_transaction()) is not None:
                transaction.rollback()
    except StoreUnavailable as error:
        return str(error)
    return ""


def _look_inside(database: Database, patience: float) -> tuple[Integrity, str]:
    deadline = time.monotonic() + patience
    with database.read() as connection:
        if connection.dialect.name != "sqlite":
            return Integrity.ITS_OWN_BUSINESS, ""
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            found = connection.scalar(text("PRAGMA quick_check(1)"))
        except SQLAlchemyError:
            if time.monotonic() > deadline:
                return Integrity.UNKNOWN, ""
            raise
        finally:
            driver.set_progress_handler(None, 0)
    return (Integrity.SOUND, "") if found == "ok" else (Integrity.DAMAGED, str(found))
