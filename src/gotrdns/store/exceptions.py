"""The exceptions in the database: reading, making, prolonging and ending them.

Whatever changes them changes their revision.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, or_, select, update

from gotrdns.policy.allowances import Allowance, AllowanceKind
from gotrdns.policy.targets import InvalidAllowance, read_target
from gotrdns.store.revisions import change_revision
from gotrdns.store.schema import ALLOWANCES as REVISION
from gotrdns.store.tables import ALLOWANCES

_LARGEST_NUMBER: Final = 2**31 - 1  # what PostgreSQL's INTEGER holds; it takes no larger one
_table = ALLOWANCES.c


class Granted(msgspec.Struct, frozen=True):
    """An exception that holds now; ``before`` is the same one as it was, None if it is new."""

    allowance: Allowance
    before: Allowance | None


def read_allowances(connection: Connection, *, ended_before: float | None) -> list[Allowance]:
    """In the order in which they were made; without those that had ended by then."""
    wanted = select(ALLOWANCES).order_by(_table.number)
    if ended_before is not None:
        wanted = wanted.where(_holds(ended_before))
    return list(_readable(connection.execute(wanted).mappings()))


def grant(connection: Connection, wanted: Allowance) -> Granted:
    """Make it, or let the one that holds for the same target last as long. The number is ours."""
    # First, so that of two who grant the same at once one waits for the other.
    change_revision(connection, REVISION)
    same = and_(
        _table.kind == wanted.kind.value, _table.value == wanted.value, _holds(wanted.created)
    )
    rows = connection.execute(select(ALLOWANCES).where(same).order_by(_table.number)).mappings()
    before = next(_readable(rows), None)
    if before is None:
        row = {**msgspec.structs.asdict(wanted), "kind": wanted.kind.value}
        del row["number"]
        number = connection.scalar(insert(ALLOWANCES).returning(_table.number), row)
        return Granted(msgspec.structs.replace(wanted, number=number), None)
    if not _outlasts(wanted, before):
        return Granted(before, before)
    changed = {"ends": wanted.ends, "reason": wanted.reason, "author": wanted.author}
    connection.execute(update(ALLOWANCES).where(_table.number == before.number).values(changed))
    return Granted(msgspec.structs.replace(before, **changed), before)


def end(connection: Connection, number: int, now: float, note: str) -> bool:
    """False when there is none of that number that still holds."""
    if number > _LARGEST_NUMBER:
        return False
    holds = and_(_table.number == number, _holds(now))
    change = update(ALLOWANCES).where(holds).values(ends=now, note=note)
    ended = connection.execute(change).rowcount > 0
    if ended:
        change_revision(connection, REVISION)
    return ended


def _holds(now: float) -> ColumnElement[bool]:
    return or_(_table.ends.is_(None), _table.ends > now)


def _outlasts(wanted: Allowance, before: Allowance) -> bool:
    if before.ends is None:
        return False
    return wanted.ends is None or wanted.ends > before.ends


def _readable(rows: Iterator[RowMapping]) -> Iterator[Allowance]:
    """Without rows that make no sense: somebody wrote them by hand, or a newer gotrdns."""
    for row in rows:
        try:
            kind = AllowanceKind(row["kind"])
            value = read_target(kind, row["value"])
        except (ValueError, InvalidAllowance):
            continue
        yield Allowance(
            number=row["number"],
            kind=kind,
            value=value,
            reason=row["reason"],
            author=row["author"],
            created=row["created"],
            ends=row["ends"],
            hits=row["hits"],
            hit_at=row["hit_at"],
            note=row["note"],
        )
