"""Writing what waits: each kind of it as statements for either database.

Owns every change of decisions, clients and exceptions that the daemon makes. Each may be made twice
without harm, except those that add up, of hits and tallies: a lost connection does not tell whether
the last batch was kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    Connection,
    Insert,
    RowMapping,
    Table,
    bindparam,
    case,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from gotrdns.deciding.memory import Envelope
from gotrdns.policy import Decision, Transaction
from gotrdns.policy.allowances import SEEN_FIXED, AllowanceKind
from gotrdns.policy.history import DAY, FORGOTTEN_AFTER, History
from gotrdns.policy.recorded import RecordedVouching, evidence_of
from gotrdns.store.merging import NO_HISTORY, apply_changes, last_seen
from gotrdns.store.pending import (
    AddressSeen,
    ClientChanges,
    DomainSpoke,
    Hits,
    Sighting,
    Tallied,
    Write,
)
from gotrdns.store.recorded import encode, host_name_of
from gotrdns.store.revisions import change_revision
from gotrdns.store.schema import ALLOWANCES as REVISION
from gotrdns.store.tables import ALLOWANCES, CLIENTS, CONFIRMATIONS, DECISIONS, SPOKEN, TALLIES
from gotrdns.store.tallies import add_tallies
from gotrdns.store.texts import (
    domain_of,
    domain_text,
    packed,
    packed_network,
    reversed_name,
    storable,
)
from gotrdns.vouching.reach import WINDOW

FIXED_AFTER: Final = 7 * DAY
_PRUNED_AT_ONCE: Final = 1000

_Kind = TypeVar("_Kind", Sighting, ClientChanges, Hits, AddressSeen, DomainSpoke, Tallied)
Row = Mapping[str, Any]


def write_batch(
    connection: Connection, writes: Sequence[Write], envelope: Envelope, now: float
) -> dict[bytes, History]:
    """Write it in the caller's transaction; returns what became of the clients' histories."""
    _write_sightings(connection, _of(Sighting, writes), envelope)
    histories = _write_clients(connection, _of(ClientChanges, writes))
    _write_hits(connection, _of(Hits, writes))
    for seen in sorted(_of(AddressSeen, writes), key=lambda each: each.address):
        _write_seen(connection, seen, now)
    _write_spoken(connection, _of(DomainSpoke, writes))
    add_tallies(connection, [each.tally for each in _of(Tallied, writes)])
    return histories


def _of(kind: type[_Kind], writes: Iterable[Write]) -> list[_Kind]:
    return [each for each in writes if isinstance(each, kind)]


def _insert(connection: Connection, table: Table, **on_conflict: Any) -> Insert:
    """An insertion that changes the columns given of a row that is there, or nothing of it."""
    chosen = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement: Any = chosen.insert(table)
    key = list(table.primary_key)
    if not on_conflict:
        return statement.on_conflict_do_nothing(index_elements=key)  # type: ignore[no-any-return]
    columns = {name: statement.excluded[name] for name in on_conflict}
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=key, set_=columns
    )


def _write_sightings(
    connection: Connection, sightings: Sequence[Sighting], envelope: Envelope
) -> None:
    rows: list[Row] = []
    repeated: list[Row] = []
    for each in sightings:
        counted = {"last_at": each.last_at, "count": each.count}
        decided = each.decided
        if decided is None:
            repeated.append({"sighted": each.id, **counted})
        else:
            row = _decision_row(*decided, envelope)
            rows.append({"id": each.id, "first_at": each.first_at, **counted, **row})
    if rows:
        connection.execute(_insert(connection, DECISIONS, last_at=True, count=True), rows)
    if repeated:
        connection.execute(
            update(DECISIONS)
            .where(DECISIONS.c.id == bindparam("sighted"))
            .values(last_at=bindparam("last_at"), count=bindparam("count")),
            repeated,
        )


def _decision_row(transaction: Transaction, decision: Decision, envelope: Envelope) -> Row:
    address, verdict, vouched = transaction.address, decision.verdict, decision.vouched
    name = host_name_of(verdict)
    return {
        "address": address.text if address is not None else "",
        "packed": packed(address) if address is not None else b"",
        "network": packed_network(address) if address is not None else b"",
        "host_name": name.text if name is not None else "",
        "reversed_name": reversed_name(name) if name is not None else "",
        "helo": storable(transaction.helo),
        "sender": _kept(transaction.sender, envelope),
        "sender_domain": "" if envelope is Envelope.NOTHING else domain_of(transaction.sender),
        "recipient": _kept(transaction.recipient, envelope),
        "result": verdict.result.value if verdict is not None else "",
        "reason": decision.reason,
        "action": decision.action.value,
        "rule": decision.rule.value,
        "withheld": decision.withheld.value if decision.withheld else "",
        "vouched": encode(
            RecordedVouching(
                vouched.by, tuple(each.text for each in vouched.domains), vouched.undetermined
            )
        ),
        "allowance": decision.allowance,
        "follow_up": decision.wants_follow_up,
        "evidence": encode(evidence_of(verdict)),
    }


def _kept(mailbox: str, envelope: Envelope) -> str:
    match envelope:
        case Envelope.NOTHING:
            return ""
        case Envelope.DOMAINS:
            return domain_of(mailbox)
        case Envelope.ADDRESSES:
            local_part, at, domain = mailbox.rpartition("@")
            return f"{storable(local_part)}@{domain_text(domain)}" if at else storable(domain)


def history_of(row: RowMapping) -> History:
    """What is stored of a client."""
    return History(**{name: row[name] for name in History.__struct_fields__})


def _write_clients(
    connection: Connection, clients: Sequence[ClientChanges]
) -> dict[bytes, History]:
    """Read, change, write: no other daemon comes between, for the rows are locked."""
    if not clients:
        return {}
    changes = {each.client: each.changes for each in sorted(clients, key=lambda each: each.client)}
    connection.execute(_insert(connection, CLIENTS), [{"client": client} for client in changes])
    found = connection.execute(
        select(CLIENTS)
        .where(CLIENTS.c.client.in_(changes))
        .order_by(CLIENTS.c.client)
        .with_for_update()
    ).mappings()
    stored = {bytes(row["client"]): history_of(row) for row in found}
    merged = {
        client: apply_changes(stored.get(client, NO_HISTORY), each)
        for client, each in changes.items()
    }
    connection.execute(
        update(CLIENTS)
        .where(CLIENTS.c.client == bindparam("seen_client"))
        .values({name: bindparam(name) for name in (*History.__struct_fields__, "seen_at")}),
        [
            {"seen_client": client, "seen_at": last_seen(each), **msgspec.structs.asdict(each)}
            for client, each in merged.items()
        ],
    )
    return merged


def _write_hits(connection: Connection, hits: Sequence[Hits]) -> None:
    table = ALLOWANCES.c
    for each in sorted(hits, key=lambda each: each.allowance):
        later = case(
            (table.hit_at.is_(None) | (table.hit_at < each.at), each.at), else_=table.hit_at
        )
        connection.execute(
            update(ALLOWANCES)
            .where(table.number == each.allowance)
            .values(hits=table.hits + each.count, hit_at=later)
        )


def _write_seen(connection: Connection, seen: AddressSeen, now: float) -> None:
    """Note passes of an address that has an exception; one that passed for a week needs none."""
    table = ALLOWANCES.c
    holds = (
        (table.kind == AllowanceKind.ADDRESS.value)
        & (table.value == seen.address)
        & (table.ends.is_(None) | (table.ends > now))
    )
    change = update(ALLOWANCES).where(holds)
    if seen.failed:
        connection.execute(change.values(first_pass_at=None, last_pass_at=None))
    if seen.last_pass is None:
        return
    connection.execute(
        change.values(
            first_pass_at=func.coalesce(table.first_pass_at, seen.first_pass),
            last_pass_at=seen.last_pass,
        )
    )
    ended = connection.execute(
        change.where(table.last_pass_at - table.first_pass_at >= FIXED_AFTER).values(
            ends=now, note=SEEN_FIXED
        )
    )
    if ended.rowcount:
        change_revision(connection, REVISION)


def _write_spoken(connection: Connection, spoke: Sequence[DomainSpoke]) -> None:
    """Note when each domain last spoke; another daemon may have heard it later."""
    if not spoke:
        return
    spoken = sorted(
        (each.spoken.domain.text, each.spoken.network, each.spoken.at) for each in spoke
    )
    columns = SPOKEN.c
    connection.execute(
        _insert(connection, SPOKEN),
        [dict(zip(columns.keys(), each, strict=True)) for each in spoken],
    )
    connection.execute(
        update(SPOKEN)
        .where(
            columns.domain == bindparam("its_domain"),
            columns.network == bindparam("its_network"),
            columns.spoken_at < bindparam("heard_at"),
        )
        .values(spoken_at=bindparam("heard_at")),
        [
            {"its_domain": domain, "its_network": network, "heard_at": at}
            for domain, network, at in spoken
        ],
    )


def prune(connection: Connection, now: float, retention: float) -> int:
    """Delete some of what is too old; returns how much, 0 when nothing is left to delete."""
    kept_clients = max(retention, FORGOTTEN_AFTER)
    cuts = (
        (DECISIONS, DECISIONS.c.last_at, now - retention),
        (CLIENTS, CLIENTS.c.seen_at, now - kept_clients),
        (ALLOWANCES, ALLOWANCES.c.ends, now - retention),
        (SPOKEN, SPOKEN.c.spoken_at, now - WINDOW),
        (TALLIES, TALLIES.c.began, now - retention),
        (CONFIRMATIONS, CONFIRMATIONS.c.ends, now),
    )
    deleted = 0
    for table, time, cut in cuts:
        key = list(table.primary_key)
        old = select(*key).where(time < cut).order_by(time).limit(_PRUNED_AT_ONCE)
        deleted += connection.execute(delete(table).where(tuple_(*key).in_(old))).rowcount
    return deleted
