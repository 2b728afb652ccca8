"""The tallies in the database: adding to them, and their sums.

Imports SQLAlchemy, as ``tables`` does.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gotrdns.policy.tallies import SPAN, Tally
from gotrdns.store.tables import TALLIES

MOST_STEPS: Final = 1000

_table: Final = TALLIES.c
_KEY: Final = (_table.began, _table.result, _table.reason, _table.action)


def add_tallies(connection: Connection, tallies: Iterable[Tally]) -> None:
    """Add to what this daemon and others have counted; in order, so that nobody waits in a ring."""
    rows = [msgspec.structs.asdict(each) for each in sorted(tallies, key=_order)]
    if not rows:
        return
    chosen = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = chosen.insert(TALLIES)
    added = statement.on_conflict_do_update(
        index_elements=[*_KEY], set_={"count": _table.count + statement.excluded["count"]}
    )
    connection.execute(added, rows)


def read_tallies(connection: Connection, since: float, until: float, step: int) -> list[Tally]:
    """The sums of each ``step`` seconds, a multiple of SPAN, that begin in that time; in order.

    Raises ValueError for more than MOST_STEPS.
    """
    if step <= 0 or step % SPAN or (until - since) / step > MOST_STEPS:
        raise ValueError(f"{step} s of {until - since:g} s")
    began = (_table.began - _table.began % step).label("began")
    kind = (_table.result, _table.reason, _table.action)
    wanted = (
        select(began, *kind, func.sum(_table.count).label("count"))
        .where(_table.began >= since, _table.began < until)
        .group_by(began, *kind)
        .order_by(began, *kind)
    )
    return [
        Tally(row.began, row.result, row.reason, row.action, int(row[4]))
        for row in connection.execute(wanted)
    ]


def _order(tally: Tally) -> tuple[int, str, str, str]:
    return tally.began, tally.result, tally.reason, tally.action
