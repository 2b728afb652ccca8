"""Owns the benchmark of what names say: how often it is right, and how many names a second.

    python -m benchmarks.classification --runs 5

The labelled names of tests/data (see the README there), observed ones and those written after
naming schemes, each in two parts that have no registrable domain in common; and the hosts of
legitimate senders there. Beside gotrdns: the rules of SpamAssassin about dynamic names, read from
where Debian's package puts them and evaluated on the same names."""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from gotrdns.classification import HostClass, classify
from gotrdns.classification.suffixes import registrable_at
from gotrdns.names import Address, DomainName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DATA: Final = Path(__file__).parents[1] / "tests/data"
OBSERVED: Final = DATA / "host-names-development.csv"
SCHEMES: Final = DATA / "host-names-schemes.csv"
SENDERS: Final = DATA / "legitimate-senders.csv"
SPAMASSASSIN: Final = Path("/usr/share/spamassassin/20_dynrdns.cf")
GENERIC: Final = frozenset({HostClass.DYNAMIC, HostClass.STATIC_GENERIC})
# Of digests, which go to 255: the names with a smaller one are the second part.
SECOND_PART: Final = 103


@dataclass(frozen=True, slots=True)
class Pair:
    address: Address
    name: DomainName

    @property
    def digest(self) -> int:
        """The same for all names of one registrable domain."""
        labels = self.name.text.split(".")
        domain = ".".join(labels[registrable_at(labels) :])
        return hashlib.sha256(domain.encode()).digest()[0]

    @property
    def given(self) -> HostClass:
        return classify(self.address, self.name).host_class


@dataclass(frozen=True, slots=True)
class Labelled(Pair):
    host_class: HostClass


Each = TypeVar("Each", bound=Pair)


def read_names(path: Path) -> list[Labelled]:
    with path.open(newline="") as lines:
        return [
            Labelled(
                Address.parse(row["address"]),
                DomainName.parse(row["name"]),
                HostClass(row["class"]),
            )
            for row in csv.DictReader(lines)
        ]


def read_senders() -> list[Pair]:
    with SENDERS.open(newline="") as lines:
        return [
            Pair(Address.parse(row["address"]), DomainName.parse(row["name"]))
            for row in csv.DictReader(lines)
        ]


def in_parts(title: str, pairs: Sequence[Each]) -> dict[str, Sequence[Each]]:
    return {
        f"{title}, all": pairs,
        f"{title}, first part": [each for each in pairs if each.digest >= SECOND_PART],
        f"{title}, second part": [each for each in pairs if each.digest < SECOND_PART],
    }


def f1(names: Iterable[Labelled], wanted: frozenset[HostClass], given: Callable[..., bool]) -> str:
    counted = Counter((each.host_class in wanted, given(each)) for each in names)
    right, wrong = counted[True, True], counted[False, True] + counted[True, False]
    return f"{2 * right / (2 * right + wrong):.3f}" if right else "0"


def is_dynamic(each: Labelled) -> bool:
    return each.given is HostClass.DYNAMIC


def is_generic(each: Labelled) -> bool:
    return each.given in GENERIC


def report(title: str, names: Sequence[Labelled]) -> None:
    dynamic = f1(names, frozenset({HostClass.DYNAMIC}), is_dynamic)
    generic = f1(names, GENERIC, is_generic)
    right = sum(each.given is each.host_class for each in names)
    print(f"{title}: {len(names)} names, F1 of dynamic {dynamic}, of generic {generic}", end="")
    print(f", {right} in their class")


def report_senders(title: str, senders: Sequence[Pair]) -> None:
    called = sum(each.given is HostClass.DYNAMIC for each in senders)
    print(f"{title}: {len(senders)} names, {called} called dynamic ({called / len(senders):.2%})")


def report_confusion(names: Iterable[Labelled]) -> None:
    counted = Counter((each.host_class, each.given) for each in names)
    print(f"\n{'labelled / given':18}" + "".join(f"{each.value:>16}" for each in HostClass))
    for labelled in HostClass:
        row = "".join(f"{counted[labelled, given]:16}" for given in HostClass)
        print(f"{labelled.value:18}{row}")


class Rules:
    """SpamAssassin's rule RDNS_DYNAMIC, for a client without authentication."""

    def __init__(self, text: str) -> None:
        header = re.compile(
            r"^header\s+(\w+)\s+X-Spam-Relays-External =~ /(.+)/(i?)\s*$", re.MULTILINE
        )
        self._headers = {
            name: re.compile(pattern, re.IGNORECASE if flags else 0)
            for name, pattern, flags in header.findall(text)
        }
        found = re.search(r"^meta\s+RDNS_DYNAMIC\s+(.+)$", text, re.MULTILINE)
        if found is None or re.search(r"[^\w\s()&|!]", found[1]):
            raise ValueError(f"{SPAMASSASSIN} has no rule that can be read")
        python = found[1].replace("&&", " and ").replace("||", " or ").replace("!", " not ")
        self._meta = compile(python, str(SPAMASSASSIN), "eval")

    def __call__(self, each: Labelled) -> bool:
        relay = f"[ ip={each.address.text} rdns={each.name.text} helo={each.name.text} auth= ]"
        hits = {name: bool(rule.search(relay)) for name, rule in self._headers.items()}
        return bool(eval(self._meta, {"__builtins__": {}}, hits))


def report_spamassassin(names: Sequence[Labelled]) -> None:
    if not SPAMASSASSIN.exists():
        print("\nSpamAssassin is not installed.")
        return
    rules = Rules(SPAMASSASSIN.read_text())
    dynamic = f1(names, frozenset({HostClass.DYNAMIC}), rules)
    mail = sum(each.host_class is HostClass.MAIL_HOST and rules(each) for each in names)
    print(f"\nSpamAssassin's RDNS_DYNAMIC: F1 of dynamic {dynamic}, {mail} mail hosts called so")


def report_speed(names: Sequence[Labelled], runs: int) -> None:
    speeds = []
    for _ in range(runs):
        started = time.process_time()
        for _ in range(20):
            for each in names:
                classify(each.address, each.name)
        speeds.append(20 * len(names) / (time.process_time() - started))
    print(f"\n{statistics.median(speeds):,.0f} names a CPU second, median of {runs}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    observed, schemes, senders = read_names(OBSERVED), read_names(SCHEMES), read_senders()
    for title, names in (in_parts("observed", observed) | in_parts("schemes", schemes)).items():
        report(title, names)
    for title, pairs in in_parts("legitimate senders", senders).items():
        report_senders(title, pairs)
    for names in (observed, schemes):
        report_confusion(names)
        report_spamassassin(names)
    report_speed(observed, arguments.runs)


if __name__ == "__main__":
    main()
