"""Owns the benchmark of restarts: what becomes of mail while the daemon is stopped, killed and
reloaded under it.

    tests/live/enter .venv/bin/python -m benchmarks.restarts --messages 5000

A real Postfix takes messages from 250 clients, 20 at once, and asks the daemon about each; resolver
and name servers are the private Internet of the live tests. At equal distances the daemon is
interrupted. "Own" is a daemon that opens its socket itself, "inherited" one whose socket somebody
else holds, as systemd does. "Asked" is Postfix's `try_limit`: how often it asks until it does
without an answer. Every message that was examined has a mark.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure
from tests.live.internet import Internet
from tests.live.postfix import POLICY_ASKED_TWICE, POLICY_OVER_UNIX, Postfix
from tests.live.resolver import Resolver
from tests.live.restarting import Interruption, Outcome, daemon_beside, endure

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTS = {1: POLICY_OVER_UNIX, 2: POLICY_ASKED_TWICE}
HEADINGS = (
    *("interrupted by", "socket", "asked", "messages", "refused", "lost", "unexamined"),
    *("Postfix's warnings", "slowest s", "messages/s"),
)


def outcomes(
    postfix: Postfix, directory: Path, options: argparse.Namespace
) -> Iterator[tuple[Interruption, bool, int, Outcome]]:
    for interruption in Interruption:
        for activated in (False, True):
            for asked, port in PORTS.items():
                # No smtpd holds a connection to the daemon before.
                postfix.restart()
                with daemon_beside(postfix, directory, activated=activated) as daemon:
                    outcome = endure(
                        postfix,
                        daemon,
                        interruption,
                        messages=options.messages,
                        interruptions=options.interruptions,
                        port=port,
                    )
                yield interruption, activated, asked, outcome


def row(interruption: Interruption, activated: bool, asked: int, outcome: Outcome) -> list[str]:
    return [
        f"{outcome.interruptions} {interruption.value}",
        "inherited" if activated else "own",
        "twice" if asked == 2 else "once",
        *(f"{each:,}" for each in (outcome.messages, outcome.refused, outcome.lost)),
        *(f"{each:,}" for each in (outcome.unexamined, outcome.warnings)),
        f"{outcome.slowest:.1f}",
        f"{outcome.messages / outcome.seconds:.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.restarts", description=(__doc__ or "").partition("\n\n")[0]
    )
    parser.add_argument("--messages", type=int, default=5000, help="in each run")
    parser.add_argument("--interruptions", type=int, default=6, help="in each run")
    parser.add_argument("--record", type=Path, help="write every figure here as JSON lines")
    options = parser.parse_args()
    live = os.environ.get("GOTRDNS_LIVE")
    if live is None:
        parser.error(
            "it needs a network of its own: tests/live/enter python -m benchmarks.restarts"
        )
    print("\n".join(measure.describe_machine()), flush=True)
    rows, records = [], []
    with (
        tempfile.TemporaryDirectory(dir=live) as name,
        Internet(Path(name) / "internet") as internet,
        Resolver(Path(name) / "resolver", root_hints=internet.root_hints),
    ):
        Path(name).chmod(0o755)
        with Postfix(Path(name) / "postfix") as postfix:
            for interruption, activated, asked, outcome in outcomes(postfix, Path(name), options):
                rows.append(row(interruption, activated, asked, outcome))
                print("  ".join(rows[-1]), flush=True)
                record = {"interruption": interruption.value, "inherited": activated}
                records.append(record | {"asked": asked} | asdict(outcome))
    print(f"\n{measure.table(HEADINGS, rows)}")
    if options.record:
        options.record.write_text("".join(f"{json.dumps(each)}\n" for each in records))


if __name__ == "__main__":
    main()
