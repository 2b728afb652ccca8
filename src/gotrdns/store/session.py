"""The writer's side of the database: one connection, and all that the writer does with it.

Owns the transactions. Imports SQLAlchemy: only the writer's thread imports this, when it begins.
Everything raises StoreUnavailable.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select

from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import History
from gotrdns.store.confirmations import read_confirmations
from gotrdns.store.database import Database
from gotrdns.store.exceptions import read_allowances
from gotrdns.store.merging import NO_HISTORY
from gotrdns.store.pending import Write
from gotrdns.store.revisions import read_revision
from gotrdns.store.schema import ALLOWANCES, CONFIRMATIONS, prepare_schema
from gotrdns.store.settings import StoreSettings
from gotrdns.store.spoken import read_spoken
from gotrdns.store.tables import CLIENTS
from gotrdns.store.writing import history_of, prune, write_batch
from gotrdns.vouching.reach import NOTED_APART, WINDOW, Spoken

_PATIENCE: Final = 1.0  # seconds for another's lock; the mail path does not wait for it


class Session:
    """An open database with tables of this version."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._allowances_revision: int | None = None
        self._confirmations_revision: int | None = None
        self._spoken_since: float | None = None
        self._database = Database(settings.url, patience=_PATIENCE, create=True)
        try:
            with self._database.write() as connection:
                prepare_schema(connection)
        except BaseException:
            self._database.close()
            raise

    @property
    def moved(self) -> bool:
        return self._database.moved

    def histories(self, clients: Iterable[bytes]) -> dict[bytes, History]:
        """Of each client, also of those never seen."""
        wanted = dict.fromkeys(clients, NO_HISTORY)
        with self._database.read() as connection:
            rows = connection.execute(select(CLIENTS).where(CLIENTS.c.client.in_(wanted)))
            return wanted | {bytes(row["client"]): history_of(row) for row in rows.mappings()}

    def write(self, writes: Sequence[Write], now: float) -> dict[bytes, History]:
        """All of it or nothing; returns what became of the clients' histories."""
        with self._database.write() as connection:
            return write_batch(connection, writes, self._settings.envelope, now)

    def changed_allowances(self, now: float) -> Allowances | None:
        """The exceptions, None when they are the same as last time."""
        with self._database.read() as connection:
            revision = read_revision(connection, ALLOWANCES)
            if revision == self._allowances_revision:
                return None
            allowances = Allowances(read_allowances(connection, ended_before=now))
        self._allowances_revision = revision
        return allowances

    def changed_confirmations(self, now: float) -> Confirmations | None:
        """The confirmations, None when there are no others than last time."""
        with self._database.read() as connection:
            revision = read_revision(connection, CONFIRMATIONS)
            if revision == self._confirmations_revision:
                return None
            confirmations = Confirmations(read_confirmations(connection, now))
        self._confirmations_revision = revision
        return confirmations

    def spoken(self, now: float) -> tuple[Spoken, ...]:
        """What domains have spoken within a week; after the first time, what may be new of it.

        Others write once an hour what goes on, and may do it late or by another clock.
        """
        since = now - WINDOW if self._spoken_since is None else self._spoken_since - NOTED_APART
        with self._database.read() as connection:
            spoken = read_spoken(connection, since)
        self._spoken_since = now
        return spoken

    def prune(self, now: float) -> int:
        """Delete some of what is too old; returns how much."""
        with self._database.write() as connection:
            return prune(connection, now, self._settings.retention)

    def close(self) -> None:
        self._database.close()
