"""Questions about what is stored, and what an administrator changes in it.

Owns the synchronous side of the store, for programs beside the daemon. Imports SQLAlchemy: to be
imported late. Everything raises StoreUnavailable.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    RowMapping,
    Select,
    Text,
    and_,
    func,
    literal_column,
    or_,
    select,
    update,
)

from gotrdns.names import Address, DomainName, Network
from gotrdns.policy import Action, Rule
from gotrdns.policy.allowances import Allowance, AllowanceKind
from gotrdns.policy.confirmations import LONGEST, Confirmation
from gotrdns.policy.history import HOUR, History
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.policy.tallies import Tally
from gotrdns.policy.targets import read_target, require_harmless
from gotrdns.store.confirmations import confirm, read_confirmation, read_confirmations
from gotrdns.store.database import Database
from gotrdns.store.exceptions import Granted, end, grant, read_allowances
from gotrdns.store.recorded import decode_evidence, decode_vouching
from gotrdns.store.schema import check_schema, prepare_schema
from gotrdns.store.settings import NOWHERE
from gotrdns.store.spoken import read_spoken
from gotrdns.store.tables import CLIENTS, DECISIONS, OPEN
from gotrdns.store.tallies import read_tallies
from gotrdns.store.texts import (
    domain_text,
    network_key,
    packed,
    packed_range,
    reversed_name,
    storable,
)
from gotrdns.store.trouble import StoreUnavailable
from gotrdns.store.writing import history_of, prune
from gotrdns.verification import Result
from gotrdns.vouching.reach import WINDOW, Spoken

LONGEST_LIST: Final = 1000
_PATIENCE: Final = 5.0  # seconds for another's lock
# What a range has is sorted by time when it is less; where it is more, the latest are not far. The
# first holds where its index answers the whole question, without the table.
_SORTED_BY_INDEX: Final = 200_000
_SORTED_BY_TABLE: Final = 20_000

_decisions: Final = DECISIONS.c
_ROW: Final = literal_column("decisions.rowid", Integer)  # SQLite's, which every index has
# The same columns, so written that SQLite uses no index of theirs.
_NOT_BY_INDEX: Final = (
    literal_column("+decisions.packed", LargeBinary),
    literal_column("+decisions.reversed_name", Text),
)


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which decisions are wanted: those to which all applies that is not None.

    ``below`` is a name and all below it. Times are seconds since 1970; an incident counts if any
    part of it lies between them. ``latest`` leaves out those last seen after it. ``follow_up``
    leaves those that still want to be followed up.
    """

    address: Address | None = None
    network: Network | None = None
    host_name: DomainName | None = None
    below: DomainName | None = None
    sender_domain: str | None = None
    since: float | None = None
    until: float | None = None
    latest: float | None = None
    follow_up: bool = False
    limit: int = 100


class Store:
    """An open store. ``create`` makes it, or brings it up to date, where need be."""

    def __init__(
        self, url: str, *, create: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        if url == NOWHERE:
            raise StoreUnavailable('url = "none": nothing is kept')
        self._clock = clock
        self._database = Database(url, patience=_PATIENCE, create=create)
        try:
            if create:
                with self._database.write() as connection:
                    prepare_schema(connection)
            else:
                with self._database.read() as connection:
                    check_schema(connection)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def find_incident(self, incident: str) -> RecordedDecision | None:
        wanted = select(DECISIONS).where(_decisions.id == _incident_key(incident))
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else _decision(row)

    def find(self, search: Search) -> list[RecordedDecision]:
        """The latest first, at most ``limit`` and LONGEST_LIST."""
        with self._database.read() as connection:
            rows = connection.execute(_plan(connection, search)).mappings().all()
        return [_decision(row) for row in rows]

    def tallies(self, since: float, until: float, step: int) -> list[Tally]:
        """How many decisions of each kind there were, summed for each ``step`` seconds; in order.

        Where no daemon counted there is nothing. Raises ValueError for too many steps.
        """
        with self._database.read() as connection:
            return read_tallies(connection, since, until, step)

    def mark_done(self, *incidents: str) -> bool:
        """The follow-up of these is done; False when none of them is there and wants one."""
        wanted = and_(_decisions.id.in_(map(_incident_key, incidents)), OPEN)
        with self._database.write() as connection:
            change = update(DECISIONS).where(wanted).values(done_at=self._clock())
            return connection.execute(change).rowcount > 0

    def reopen(self, *incidents: str) -> bool:
        """Their follow-up is not done after all; False when none of them was."""
        keys = _decisions.id.in_(map(_incident_key, incidents))
        wanted = and_(keys, _decisions.follow_up, _decisions.done_at.is_not(None))
        with self._database.write() as connection:
            change = update(DECISIONS).where(wanted).values(done_at=None)
            return connection.execute(change).rowcount > 0

    def history_of(self, client: bytes) -> History | None:
        """By ``policy.history.client_key``; None for a client never seen."""
        with self._database.read() as connection:
            row = (
                connection.execute(select(CLIENTS).where(CLIENTS.c.client == client))
                .mappings()
                .one_or_none()
            )
        return None if row is None else history_of(row)

    def first_seen(self, address: Address) -> float | None:
        """When the earliest decision about it began that is still kept."""
        wanted = (
            select(_decisions.first_at)
            .where(_decisions.packed == packed(address))
            .order_by(_decisions.last_at)
            .limit(1)
        )
        with self._database.read() as connection:
            found: float | None = connection.scalar(wanted)
        return found

    def spoken(self) -> tuple[Spoken, ...]:
        """For whom domains have spoken within a week."""
        with self._database.read() as connection:
            return read_spoken(connection, self._clock() - WINDOW)

    def add_allowance(
        self, kind: AllowanceKind, target: str, *, reason: str, author: str, ends: float | None
    ) -> Granted:
        """Make an exception, or prolong the one there is, which never ends earlier for it.

        Raises InvalidAllowance for a target that cannot have one, or must not.
        """
        value = read_target(kind, target)
        require_harmless(kind, value)
        wanted = Allowance(
            number=0,
            kind=kind,
            value=value,
            reason=storable(reason),
            author=storable(author),
            created=self._clock(),
            ends=ends,
        )
        with self._database.write() as connection:
            return grant(connection, wanted)

    def list_allowances(self, *, ended: bool = False) -> list[Allowance]:
        """In the order in which they were made; ``ended`` adds those that hold no more."""
        ended_before = None if ended else self._clock()
        with self._database.read() as connection:
            return read_allowances(connection, ended_before=ended_before)

    def end_allowance(self, number: int, note: str) -> bool:
        """End it now; False when there is none of that number that still holds."""
        with self._database.write() as connection:
            return end(connection, number, self._clock(), storable(note))

    def confirm(
        self, address: Address, name: DomainName, *, seconds: float = LONGEST
    ) -> Confirmation:
        """Every responsible server leads from the address to the name and back: let it pass.

        Daemons that share the store do so from within two seconds on, and for an hour at most; a
        second confirmation prolongs the first.
        """
        now = self._clock()
        wanted = Confirmation(address, name, now, now + min(seconds, LONGEST))
        with self._database.write() as connection:
            return confirm(connection, wanted)

    def list_confirmations(self) -> list[Confirmation]:
        """Those that hold now, the latest last."""
        with self._database.read() as connection:
            return read_confirmations(connection, self._clock())

    def confirmation_of(self, address: Address) -> Confirmation | None:
        """The one that holds for this very address now."""
        with self._database.read() as connection:
            return read_confirmation(connection, address, self._clock())

    def prune(self, retention: float) -> int:
        """Delete what is older than so many seconds; returns how much that was."""
        total = 0
        while True:
            with self._database.write() as connection:
                deleted = prune(connection, self._clock(), retention)
            if not deleted:
                return total
            total += deleted


def _incident_key(incident: str) -> str:
    return storable(incident.strip().lower())


def _plan(connection: Connection, search: Search) -> Select[Any]:
    limit = max(0, min(search.limit, LONGEST_LIST))
    latest_first = (_decisions.last_at.desc(), _decisions.id)
    exact = _exact(search)
    ranges = _ranges(search, _decisions.packed, _decisions.reversed_name)
    if not ranges or connection.dialect.name != "sqlite":
        return select(DECISIONS).where(*exact, *ranges).order_by(*latest_first).limit(limit)
    by_time = select(DECISIONS).where(*exact, *_ranges(search, *_NOT_BY_INDEX))
    if search.follow_up or _has_an_index_in_time(search):
        return by_time.order_by(latest_first[0]).limit(limit)
    # SQLite does not know how many rows a range has.
    found = select(_ROW).where(*exact, *ranges)
    most = _SORTED_BY_INDEX if _asks_one_index(search) else _SORTED_BY_TABLE
    counted = select(func.count()).select_from(found.limit(most).subquery())
    if (connection.scalar(counted) or 0) < most:
        chosen = found.order_by(latest_first[0]).limit(limit)
        return select(DECISIONS).where(_ROW.in_(chosen)).order_by(*latest_first)
    return by_time.order_by(latest_first[0]).limit(limit)


def _has_an_index_in_time(search: Search) -> bool:
    """Whether something beside a range picks few, the latest first."""
    is_key = search.network is not None and network_key(search.network) != b""
    return is_key or any(
        each is not None for each in (search.address, search.host_name, search.sender_domain)
    )


def _asks_one_index(search: Search) -> bool:
    """Whether the index of a range has all that is asked about."""
    asked = {
        name for name in Search.__struct_fields__ if getattr(search, name) not in (None, False)
    }
    return asked - {"since", "latest", "limit"} in ({"network"}, {"below"})


def _exact(search: Search) -> list[ColumnElement[bool]]:
    """What an index finds in the order of time."""
    conditions: list[ColumnElement[bool]] = []
    if search.address is not None:
        conditions.append(_decisions.packed == packed(search.address))
    if search.network is not None and (key := network_key(search.network)):
        conditions.append(_decisions.network == key)
    if search.host_name is not None:
        conditions.append(_decisions.reversed_name == reversed_name(search.host_name))
    if search.sender_domain is not None:
        conditions.append(_decisions.sender_domain == domain_text(search.sender_domain))
    if search.since is not None:
        conditions.append(_decisions.last_at >= search.since)
    if search.until is not None:
        # An incident lasts for an hour at most: so the index on its end can be used.
        conditions.append(_decisions.first_at <= search.until)
        conditions.append(_decisions.last_at <= search.until + HOUR)
    if search.latest is not None:
        conditions.append(_decisions.last_at <= search.latest)
    if search.follow_up:
        conditions.append(OPEN)
    return conditions


def _ranges(
    search: Search, address: ColumnElement[bytes], name: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    """What an index finds in an order of its own."""
    conditions: list[ColumnElement[bool]] = []
    if search.network is not None and not network_key(search.network):
        first, last = packed_range(search.network)
        conditions += [address >= first, address <= last]
    if search.below is not None:
        top = reversed_name(search.below)
        # "/" is the character after ".".
        below = and_(name >= f"{top}.", name < f"{top}/") if top else name > ""
        conditions.append(or_(name == top, below) if top else below)
    return conditions


def _decision(row: RowMapping) -> RecordedDecision:
    columns = {name: row[name] for name in RecordedDecision.__struct_fields__}
    try:
        columns["result"] = Result(row["result"]) if row["result"] else None
        columns["action"] = Action(row["action"])
        columns["rule"] = Rule(row["rule"])
        columns["withheld"] = Action(row["withheld"]) if row["withheld"] else None
        columns["vouched"] = decode_vouching(row["vouched"])
        columns["evidence"] = decode_evidence(row["evidence"])
    except (ValueError, msgspec.DecodeError) as error:
        raise StoreUnavailable(f"incident {row['id']} cannot be read: {error}") from error
    return RecordedDecision(**columns)
