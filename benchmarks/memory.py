"""Owns the benchmark of the store: how long questions about past decisions take among a million.

    python -m benchmarks.memory --decisions 1000000

Fills an SQLite file, and a private PostgreSQL where Debian's is installed, with the same made-up
decisions of thirty days, then asks each kind of question that `gotrdns why` asks. Each time is that
of one question through `gotrdns.store.queries`, its rows decoded. What the program takes as a whole
is measured apart."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, text

from benchmarks import measure
from benchmarks.memory_rows import ALIEN, BUSY, START, Busy, rows
from benchmarks.startup import gotrdns
from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.history import DAY, HOUR
from gotrdns.store.database import Database
from gotrdns.store.queries import Search, Store
from gotrdns.store.schema import prepare_schema
from gotrdns.store.tables import DECISIONS
from tests.support import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BATCH = 10_000
LAST_DAY = START + 29 * DAY
MIDDLE = START + 12 * DAY


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom some questions are about: one decision, chosen by chance."""

    incident: str
    address: Address
    host_name: DomainName
    sender_domain: str


@dataclass(frozen=True, slots=True)
class Question:
    """One kind; ``ask`` returns how many decisions were found."""

    name: str
    ask: Callable[[Store, Subject], int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of question at one database. Milliseconds."""

    database: str
    question: str
    found: int
    times: list[float]


def searching(name: str, search: Callable[[Subject], Search]) -> Question:
    return Question(name, lambda store, subject: len(store.find(search(subject))))


def network_of(address: Address, octets: int) -> Network:
    base = Address(address[:octets] + bytes(len(address) - octets))
    return Network(f"{base.text}/{8 * octets}")


def domain_of(name: DomainName) -> DomainName:
    return DomainName.parse(b".".join(name.labels[-2:]).decode())


def questions(busy: Busy) -> tuple[Question, ...]:
    return (
        Question("an incident", lambda store, s: int(store.find_incident(s.incident) is not None)),
        Question(
            "an incident that is none", lambda store, _: int(bool(store.find_incident("a" * 16)))
        ),
        searching("the latest", lambda _: Search()),
        searching("the latest 1000", lambda _: Search(limit=1000)),
        searching("of the last hour", lambda _: Search(since=LAST_DAY + 23 * HOUR)),
        searching("of an hour long ago", lambda _: Search(since=MIDDLE, until=MIDDLE + HOUR)),
        searching("an address", lambda s: Search(address=s.address)),
        searching("the busiest address", lambda _: Search(address=busy.address)),
        searching(
            "the busiest address, long ago",
            lambda _: Search(address=busy.address, since=MIDDLE, until=MIDDLE + HOUR),
        ),
        searching("an address never seen", lambda _: Search(address=ALIEN)),
        searching("a network, /24", lambda s: Search(network=network_of(s.address, 3))),
        searching("a network, /16", lambda s: Search(network=network_of(s.address, 2))),
        searching("a network, /8", lambda s: Search(network=network_of(s.address, 1))),
        searching(
            "a network, /8, long ago",
            lambda s: Search(network=network_of(s.address, 1), since=MIDDLE, until=MIDDLE + HOUR),
        ),
        searching("all IPv4", lambda _: Search(network=Network("0.0.0.0/0"))),
        searching("a host name", lambda s: Search(host_name=s.host_name)),
        searching("below a domain", lambda s: Search(below=domain_of(s.host_name))),
        searching("below the largest provider", lambda _: Search(below=busy.provider)),
        searching(
            "below the largest provider, long ago",
            lambda _: Search(below=busy.provider, since=MIDDLE, until=MIDDLE + HOUR),
        ),
        searching(
            "below a domain never seen", lambda _: Search(below=DomainName.parse("n.invalid"))
        ),
        searching(
            "below the largest provider, before an hour long ago",
            lambda _: Search(below=busy.provider, until=MIDDLE),
        ),
        searching(
            "below a domain never seen, before an hour long ago",
            lambda _: Search(below=DomainName.parse("n.invalid"), until=MIDDLE),
        ),
        searching(
            "all IPv4, before an hour long ago",
            lambda _: Search(network=Network("0.0.0.0/0"), until=MIDDLE),
        ),
        searching("a sender domain", lambda s: Search(sender_domain=s.sender_domain)),
        searching("the busiest sender domain", lambda _: Search(sender_domain=busy.sender_domain)),
        searching(
            "the busiest sender domain, long ago",
            lambda _: Search(sender_domain=busy.sender_domain, since=MIDDLE, until=MIDDLE + HOUR),
        ),
        searching("a sender domain never seen", lambda _: Search(sender_domain="n.invalid")),
        searching(
            "a sender domain, below the largest provider",
            lambda s: Search(below=busy.provider, sender_domain=s.sender_domain),
        ),
        searching(
            "a sender domain, in a /8",
            lambda s: Search(network=network_of(s.address, 1), sender_domain=s.sender_domain),
        ),
        searching(
            "the busiest sender domain, below a domain never seen",
            lambda _: Search(below=DomainName.parse("n.invalid"), sender_domain=busy.sender_domain),
        ),
        searching("to follow up", lambda _: Search(follow_up=True)),
        searching(
            "to follow up, of an address", lambda s: Search(follow_up=True, address=s.address)
        ),
        searching(
            "to follow up, below the largest provider",
            lambda _: Search(follow_up=True, below=busy.provider),
        ),
        searching(
            "to follow up, below a domain",
            lambda s: Search(follow_up=True, below=domain_of(s.host_name)),
        ),
        searching(
            "to follow up, of the busiest address",
            lambda _: Search(follow_up=True, address=busy.address),
        ),
        searching(
            "to follow up, of the busiest sender domain",
            lambda _: Search(follow_up=True, sender_domain=busy.sender_domain),
        ),
        searching(
            "to follow up, in a /8",
            lambda s: Search(follow_up=True, network=network_of(s.address, 1)),
        ),
        searching(
            "to follow up, below a domain never seen",
            lambda _: Search(follow_up=True, below=DomainName.parse("n.invalid")),
        ),
        Question("exceptions", lambda store, _: len(store.list_allowances(ended=True))),
    )


def fill(url: str, decisions: int, seed: int) -> float:
    """Make the tables and fill them; returns the seconds it took. Indexes come last: quicker."""
    began = time.monotonic()
    database = Database(url, patience=10.0, create=True)
    with database.write() as connection:
        prepare_schema(connection)
        for index in DECISIONS.indexes:
            index.drop(connection)
    made = rows(decisions, seed)
    while batch := [row for row, _ in zip(made, range(BATCH), strict=False)]:
        with database.write() as connection:
            connection.execute(insert(DECISIONS), batch)
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for index in DECISIONS.indexes:
            index.create(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("ANALYZE")
            )  # its autovacuum does that by itself, a little later
    database.close()
    return time.monotonic() - began


def choose_subjects(decisions: int, seed: int, count: int) -> list[Subject]:
    chosen = set(random.Random(seed + 1).sample(range(decisions), count))
    return [
        Subject(
            row["id"],
            Address.parse(row["address"]),
            DomainName.parse(row["host_name"]),
            row["sender_domain"],
        )
        for number, row in enumerate(rows(decisions, seed))
        if number in chosen
    ]


def ask_all(
    database: str, url: str, asked: Sequence[Question], subjects: Sequence[Subject]
) -> Iterator[Figure]:
    with Store(url) as store:
        for question in asked:
            times, found = [], 0
            for subject in subjects:
                began = time.perf_counter()
                found = max(found, question.ask(store, subject))
                times.append((time.perf_counter() - began) * 1000)
            yield Figure(database, question.name, found, times)


def whole_program(url: str, address: Address, runs: int) -> Iterator[Figure]:
    """What a person waits for: wall time from the start to the end."""
    core = measure.choose_cores().client
    commands = {
        "gotrdns --version": [*gotrdns(), "--version"],
        "gotrdns why ADDRESS": [*gotrdns(), "why", "--store", url, "--no-now", address.text],
        "gotrdns why": [*gotrdns(), "why", "--store", url, "--no-now"],
    }
    for name, argv in commands.items():
        ran = [measure.run(argv, core=core, deadline=60.0) for _ in range(runs + 1)][1:]
        yield Figure("whole program", f"{name}, wall", 0, [each.wall * 1000 for each in ran])
        yield Figure("whole program", f"{name}, cpu", 0, [each.cpu * 1000 for each in ran])


def report(figures: Sequence[Figure]) -> str:
    lines = [
        f"{each.database}, {each.question}, ms: {' '.join(f'{value:.2f}' for value in each.times)}"
        for each in figures
    ]
    headings = ("database", "question", "found", "median ms", "least", "most")
    table = [
        (
            each.database,
            each.question,
            str(each.found),
            f"{measure.median(each.times):.2f}",
            f"{min(each.times):.2f}",
            f"{max(each.times):.2f}",
        )
        for each in figures
    ]
    return "\n".join([*lines, "", measure.table(headings, table)])


@contextlib.contextmanager
def databases() -> Iterator[dict[str, str]]:
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="memory-benchmark-"))
        urls = {"SQLite": f"sqlite:///{Path(directory) / 'store.sqlite3'}"}
        programs = postgresql.find_programs()
        if programs is not None:
            urls["PostgreSQL"] = stack.enter_context(postgresql.serve(programs)).url
        yield urls


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15, help="how often each question is asked")
    parser.add_argument("--seed", type=int, default=851056487)
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    parser.add_argument("--quick", action="store_true", help="20,000 decisions, five rounds")
    options = parser.parse_args()
    if options.quick:
        options.decisions, options.rounds = 20_000, 5
    return options


def main() -> int:
    measure.end_in_order()
    options = read_options()
    print("\n".join(measure.describe_machine()))
    figures: list[Figure] = []
    subjects = choose_subjects(options.decisions, options.seed, options.rounds)
    with databases() as urls:
        if "PostgreSQL" not in urls:
            print("PostgreSQL is not installed: SQLite alone")
        for name, url in urls.items():
            if options.only in {None, name}:
                seconds = fill(url, options.decisions, options.seed)
                print(f"{name}: {options.decisions:,} decisions filled in within {seconds:.0f} s")
                figures += ask_all(name, url, questions(BUSY), subjects)
        if options.only != "PostgreSQL":
            figures += whole_program(urls["SQLite"], subjects[0].address, options.rounds)
    print(report(figures))
    if options.record:
        with options.record.open("w") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
