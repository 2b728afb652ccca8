"""Owns the benchmark of `gotrdns logs` on an ordinary log: seconds, octets a second and memory,
raw, with what other tools need for the same file, for scale.

    python -m benchmarks.mail_log --megabytes 1000 --runs 3

`wc -l` and `grep -c` only go through the octets; Debian's pflogsumm reads every line and adds up,
but tells nothing of reverse DNS. Every tool runs by itself, one after another, on one core unless
it has several processes, with the file in the page cache. CPU seconds, and octets for each of them,
are of all its processes."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mail_log_lines import MailLog
from benchmarks.measure import compile_package, describe_machine, run

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKS_LEGITIMATE = 1  # the exit status of the verb where somebody does
READING = """
import sys
from pathlib import Path
from gotrdns.mail_logs.reading import Reading, read_facts
from gotrdns.mail_logs.sources.opening import File
reading = Reading()
for facts in read_facts([File(Path(sys.argv[1]))], reading): pass
print(reading.lines, "lines,", sum(reading.facts.values()), "facts")
"""


def write_log(path: Path, octets: int, seed: int) -> None:
    with path.open("w") as file:
        for session in MailLog(seed).sessions_of_lines():
            octets -= file.write("".join(f"{line}\n" for line in session))
            if octets <= 0:
                return


def contestants(path: Path) -> dict[str, Sequence[str]]:
    """Command lines by title; pflogsumm only where it is installed."""
    verb = [sys.executable, "-m", "gotrdns", "logs", "--top", "1", str(path)]
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    found: dict[str, Sequence[str]] = {
        "reading, every line": [sys.executable, "-c", READING, str(path)],
        "gotrdns logs": verb,
        "... --processes 2": ["taskset", "-c", cores, *verb, "--processes", "2"],
        "wc -l": ["wc", "-l", str(path)],
        "grep -c 'reject: '": ["grep", "-c", "reject: ", str(path)],
    }
    if program := shutil.which("pflogsumm"):
        found["pflogsumm"] = [program, str(path)]
    return found


def report(title: str, argv: Sequence[str], path: Path, runs: int) -> None:
    core = max(os.sched_getaffinity(0))
    done = [run(argv, core=core, accept=[0, LOOKS_LEGITIMATE]) for _ in range(runs)]
    cpu = [each.cpu for each in done]
    wall = statistics.median(each.wall for each in done)
    speed = path.stat().st_size / 1e6 / statistics.median(cpu)
    memory = max(each.peak_kib for each in done) / 1024
    said = done[0].output.strip().splitlines()
    print(
        f"{title:22} {statistics.median(cpu):8.2f} s CPU ({min(cpu):.2f}..{max(cpu):.2f}) "
        f"{wall:8.2f} s wall {speed:9.1f} MB/s {memory:7.0f} MiB   {said[0] if said else ''}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=25)
    parser.add_argument("--keep", type=Path, help="where to leave the log")
    arguments = parser.parse_args()
    compile_package("gotrdns")
    with tempfile.TemporaryDirectory() as directory:
        path = arguments.keep or Path(directory) / "mail.log"
        write_log(path, arguments.megabytes * 1_000_000, arguments.seed)
        print("\n".join(describe_machine()))
        print(f"{path.stat().st_size / 1e6:.0f} MB, seed {arguments.seed}\n")
        for title, argv in contestants(path).items():
            report(title, argv, path, arguments.runs)


if __name__ == "__main__":
    main()
