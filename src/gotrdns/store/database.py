"""A connection to SQLite or PostgreSQL.

Owns how each is opened and how patient it is, and is the border where the errors of drivers and of
SQLAlchemy become StoreUnavailable. Knows no tables.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from gotrdns.store.settings import make_directory, sqlite_path
from gotrdns.store.trouble import StoreUnavailable, WriteRefused

# For owner and group: what is kept says who wrote to whom.
_MODE: Final = 0o640
_PRAGMAS: tuple[str, ...] = ("journal_mode = WAL", "synchronous = NORMAL")
_POSTGRESQL_PATIENCE: Final = (
    "-c statement_timeout=10000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
)


class Database:
    """One connection at a time, for one thread. Raises StoreUnavailable, and nothing else.

    ``patience`` is how many seconds to wait for another's lock. ``create`` makes the file where
    there is none.
    """

    def __init__(self, url: str, *, patience: float, create: bool) -> None:
        self._path = sqlite_path(url)
        with _translated():
            if self._path is not None:
                self._engine = _sqlite(self._path, patience, create=create)
            else:
                self._engine = _postgresql(url)
        self._identity: tuple[int, int] | None = None

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with _translated(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction; in SQLite with the write lock from its beginning."""
        writing = self._engine.execution_options(immediate=True)
        with _translated(), writing.begin() as connection:
            yield connection

    @property
    def moved(self) -> bool:
        """Whether the file is not the one that was opened: writes to that would be lost."""
        if self._path is None:
            return False
        try:
            found = self._path.stat()
        except OSError:
            return True
        identity = (found.st_dev, found.st_ino)
        if self._identity is None:
            self._identity = identity
        return identity != self._identity

    def close(self) -> None:
        with contextlib.suppress(SQLAlchemyError, OSError):
            self._engine.dispose()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise WriteRefused(_brief(error.orig or error)) from error
    except DBAPIError as error:
        raise StoreUnavailable(_brief(error.orig or error)) from error
    except ImportError as error:
        raise StoreUnavailable(f"psycopg does not load here: {_brief(error)}") from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnavailable(_brief(error)) from error


def _brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _postgresql(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=1,
        max_overflow=0,
        connect_args={
            "connect_timeout": 2,
            "tcp_user_timeout": 5000,
            "client_encoding": "utf8",
            "application_name": "gotrdns",
            "options": _POSTGRESQL_PATIENCE,
        },
    )


def _sqlite(path: Path, patience: float, *, create: bool) -> Engine:
    if create:
        _create_file(path)
    mode = "rwc" if create else "rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=QueuePool, pool_size=1, max_overflow=0
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options: Any = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN")

    return engine


def _create_file(path: Path) -> None:
    """Make it before SQLite does, which would let everybody read it."""
    make_directory(path)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _MODE))
