"""The revisions: numbers that grow whenever what they are named for changes.

Owns that every daemon notices a change without reading what did not change.
"""

from sqlalchemy import Connection, select, update

from gotrdns.store.tables import STATE


def read_revision(connection: Connection, name: str) -> int:
    found: int | None = connection.scalar(select(STATE.c.value).where(STATE.c.name == name))
    return found or 0


def change_revision(connection: Connection, name: str) -> None:
    """Tell every daemon; of two who do so at once, one waits for the other's transaction."""
    connection.execute(update(STATE).where(STATE.c.name == name).values(value=STATE.c.value + 1))
