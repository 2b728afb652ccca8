"""The tables, their columns and indexes.

Owns the names in the database. Imports SQLAlchemy, so only rooms that are about to use a database
import this. Times are seconds since 1970.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

METADATA: Final = MetaData()

# Ranges of names rely on the order of octets, whatever language the database was made for.
_ORDERED_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
_TIME: Final = Float(53).with_variant(DOUBLE_PRECISION(), "postgresql")

# One row each: "schema", and "allowances" and "confirmations", which grow whenever those change.
STATE: Final = Table(
    "state",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

DECISIONS: Final = Table(
    "decisions",
    METADATA,
    Column("id", _ORDERED_TEXT, primary_key=True),
    Column("first_at", _TIME, nullable=False),
    Column("last_at", _TIME, nullable=False),
    Column("count", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("network", LargeBinary, nullable=False),
    Column("host_name", Text, nullable=False),
    Column("reversed_name", _ORDERED_TEXT, nullable=False),
    Column("helo", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_domain", _ORDERED_TEXT, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("withheld", Text, nullable=False),
    Column("vouched", Text, nullable=False),
    Column("allowance", Integer),
    Column("follow_up", Boolean, nullable=False),
    Column("done_at", _TIME),
    Column("evidence", Text, nullable=False),
)

_columns: Final = DECISIONS.c
Index("decisions_by_time", _columns.last_at)
Index("decisions_by_address", _columns.packed, _columns.last_at)
Index("decisions_by_network", _columns.network, _columns.last_at)
Index("decisions_by_name", _columns.reversed_name, _columns.last_at)
Index("decisions_by_sender", _columns.sender_domain, _columns.last_at)
# Wants to be followed up. Written alike in questions, or the index is of no use to them.
OPEN: Final = and_(_columns.follow_up, _columns.done_at.is_(None))
Index("decisions_to_follow_up", _columns.last_at, sqlite_where=OPEN, postgresql_where=OPEN)

CLIENTS: Final = Table(
    "clients",
    METADATA,
    Column("client", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", _TIME),
    Column("failed_at", _TIME),
    Column("passed_at", _TIME),
    Column("troubled_since", _TIME),
    Column("troubled_at", _TIME),
    Column("greeted_at", _TIME),
    Column("seen_at", _TIME, nullable=False, server_default=text("0")),
)
Index("clients_by_time", CLIENTS.c.seen_at)

# Domains that spoke for unconfirmed clients, and in which network: see ``vouching.reach``.
SPOKEN: Final = Table(
    "spoken",
    METADATA,
    Column("domain", _ORDERED_TEXT, primary_key=True),
    Column("network", LargeBinary, primary_key=True),
    Column("spoken_at", _TIME, nullable=False),
)
Index("spoken_by_time", SPOKEN.c.spoken_at)

ALLOWANCES: Final = Table(
    "allowances",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created", _TIME, nullable=False),
    Column("ends", _TIME),
    Column("hits", Integer, nullable=False, server_default=text("0")),
    Column("hit_at", _TIME),
    Column("note", Text, nullable=False, server_default=text("''")),
    # The run of passes of the address since it last failed.
    Column("first_pass_at", _TIME),
    Column("last_pass_at", _TIME),
    sqlite_autoincrement=True,
)
Index("allowances_by_value", ALLOWANCES.c.value)

# Clients that the authoritative servers confirmed when somebody asked them past every cache.
CONFIRMATIONS: Final = Table(
    "confirmations",
    METADATA,
    Column("packed", LargeBinary, primary_key=True),
    Column("address", Text, nullable=False),
    Column("host_name", Text, nullable=False),
    Column("confirmed_at", _TIME, nullable=False),
    Column("ends", _TIME, nullable=False),
)

# How many decisions of each kind all daemons together made in the span that began then: see
# ``policy.tallies``, also for what "action" says and for rows that count nothing.
TALLIES: Final = Table(
    "tallies",
    METADATA,
    Column("began", BigInteger, primary_key=True, autoincrement=False),
    Column("result", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
