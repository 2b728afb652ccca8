"""How far domains have spoken, in the database: reading it. Writing is `writing`'s."""

from typing import Final

from sqlalchemy import Connection, select

from gotrdns.names import DomainName
from gotrdns.store.tables import SPOKEN
from gotrdns.vouching.reach import Spoken

_MOST: Final = 65536  # as ``vouching.reach`` keeps at most


def read_spoken(connection: Connection, since: float) -> tuple[Spoken, ...]:
    """What was said after ``since``, the latest last; of very much only that."""
    latest = (
        select(SPOKEN)
        .where(SPOKEN.c.spoken_at > since)
        .order_by(SPOKEN.c.spoken_at.desc())
        .limit(_MOST)
    )
    return tuple(
        Spoken(DomainName.parse(row.domain), bytes(row.network), row.spoken_at)
        for row in reversed(connection.execute(latest).all())
    )
