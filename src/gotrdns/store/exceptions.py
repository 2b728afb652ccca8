"""The exceptions in the database: reading all of them, and the revision that says they changed."""

from collections.abc import Iterator

from sqlalchemy import Connection, RowMapping, select

from gotrdns.policy.allowances import Allowance, AllowanceKind, InvalidAllowance, read_target
from gotrdns.store.schema import ALLOWANCES as REVISION
from gotrdns.store.tables import ALLOWANCES, STATE


def read_revision(connection: Connection) -> int:
    found: int | None = connection.scalar(select(STATE.c.value).where(STATE.c.name == REVISION))
    return found or 0


def read_allowances(connection: Connection, *, ended_before: float | None) -> list[Allowance]:
    """In the order in which they were made; without those that had ended by then."""
    wanted = select(ALLOWANCES).order_by(ALLOWANCES.c.number)
    if ended_before is not None:
        ends = ALLOWANCES.c.ends
        wanted = wanted.where(ends.is_(None) | (ends > ended_before))
    return list(_readable(connection.execute(wanted).mappings()))


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
