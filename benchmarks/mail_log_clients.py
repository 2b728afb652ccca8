"""Owns the benchmark of `gotrdns logs` as a whole where every client is another, and is refused:
memory, and what each part of the work takes.

    python -m benchmarks.mail_log_clients --clients 500000

This is the worst for memory and for judging who looks legitimate: a log of a few million lines in
which nobody comes twice. Each of five kinds of HELO name is as frequent as the others; every other
client has a PTR record that a provider made. How fast an ordinary log is read is `mail_log`'s."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import run

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOKS_LEGITIMATE = 1  # the exit status of the verb where somebody does
REJECT = (
    "NOQUEUE: reject: RCPT from unknown[{ip}]: 450 4.7.25 Client host rejected: cannot find your "
    "hostname, [{ip}]; from=<office@{domain}> to=<user@recipient.example> proto=ESMTP helo=<{helo}>"
)
DOUBT = "warning: hostname {name} does not resolve to address {ip}: Name or service not known"
DAY = 86_400
DOMAINS = 100_000


def sessions(clients: int, seed: int) -> Iterator[list[str]]:
    """One of each client, in order of time, within a day."""
    chance = random.Random(seed)
    for number in range(clients):
        second = number * DAY // clients
        stamp = f"Nov 23 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        begin = f"{stamp} mx postfix/smtpd[{chance.randrange(1000, 1100)}]: "
        yield [f"{begin}{line}\n" for line in _session(number, chance)]


def _session(number: int, chance: random.Random) -> list[str]:
    # Scattered over all networks, and each only once: an odd factor is a permutation of 32 bits.
    octets = ((number * 2_654_435_761 + 97) % (1 << 32)).to_bytes(4)
    ip = ".".join(map(str, octets))
    name = f"host-{ip.replace('.', '-')}.provider{number % 300}.example"
    domain = f"firm{chance.randrange(DOMAINS)}.example"
    helo = chance.choice([f"mail.{domain}", domain, f"[{ip}]", "user-pc", name])
    doubts = [DOUBT.format(name=name, ip=ip)] if number % 2 else []
    reject = REJECT.format(ip=ip, domain=domain, helo=helo)
    return [*doubts, f"connect from unknown[{ip}]", reject, f"disconnect from unknown[{ip}]"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=25)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "mail.log"
        with path.open("w") as log:
            for session in sessions(arguments.clients, arguments.seed):
                log.writelines(session)
        megabytes = path.stat().st_size / 1e6
        argv = [sys.executable, "-m", "gotrdns", "logs", "--top", "1", str(path)]
        done = run(argv, core=max(os.sched_getaffinity(0)), accept=[LOOKS_LEGITIMATE])
    print(
        f"{arguments.clients:,} clients, {megabytes:.0f} MB, seed {arguments.seed}: "
        f"{done.peak_kib / 1024:.0f} MiB, {done.cpu:.1f} s CPU, {done.wall:.1f} s wall\n\n"
        f"{done.output}"
    )


if __name__ == "__main__":
    main()
