"""The confirmations in the database: writing and reading them.

Whatever changes them changes their revision; that one ends by itself is no change.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, RowMapping, insert, select, update

from gotrdns.names import Address, DomainName, InvalidAddress, InvalidName, is_host_name
from gotrdns.policy.confirmations import LONGEST, Confirmation
from gotrdns.store.revisions import change_revision
from gotrdns.store.schema import CONFIRMATIONS as REVISION
from gotrdns.store.tables import CONFIRMATIONS
from gotrdns.store.texts import packed

MOST_HELD: Final = 10_000  # what every daemon keeps in its memory; the latest of more

_table = CONFIRMATIONS.c


def read_confirmations(connection: Connection, now: float) -> list[Confirmation]:
    """Those that hold now, the latest last."""
    wanted = (
        select(CONFIRMATIONS)
        .where(_table.ends > now)
        .order_by(_table.confirmed_at.desc())
        .limit(MOST_HELD)
    )
    return list(_readable(connection.execute(wanted).mappings().all()[::-1], now))


def read_confirmation(connection: Connection, address: Address, now: float) -> Confirmation | None:
    """The one that holds for this address now."""
    wanted = select(CONFIRMATIONS).where(_table.packed == packed(address), _table.ends > now)
    return next(_readable(connection.execute(wanted).mappings(), now), None)


def confirm(connection: Connection, wanted: Confirmation) -> Confirmation:
    """Make it, or prolong the one there is, which never ends earlier for the same name."""
    # First, so that of two who confirm the same at once one waits for the other.
    change_revision(connection, REVISION)
    before = read_confirmation(connection, wanted.address, wanted.confirmed_at)
    ends = wanted.ends
    if before is not None and before.host_name == wanted.host_name:
        ends = max(ends, before.ends)
    row = {
        "address": wanted.address.text,
        "host_name": wanted.host_name.text,
        "confirmed_at": wanted.confirmed_at,
        "ends": ends,
    }
    key = packed(wanted.address)
    changed = connection.execute(update(CONFIRMATIONS).where(_table.packed == key).values(row))
    if not changed.rowcount:
        connection.execute(insert(CONFIRMATIONS).values(packed=key, **row))
    return Confirmation(wanted.address, wanted.host_name, wanted.confirmed_at, ends)


def _readable(rows: Iterable[RowMapping], now: float) -> Iterator[Confirmation]:
    """Without rows that make no sense, and none longer than it may be: clocks differ."""
    for row in rows:
        try:
            address = Address.parse(row["address"])
            name = DomainName.parse(row["host_name"])
        except (InvalidAddress, InvalidName):
            continue
        if is_host_name(name):
            yield Confirmation(address, name, row["confirmed_at"], min(row["ends"], now + LONGEST))
