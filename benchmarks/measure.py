"""Owns how a contestant is run and what is read off it: pinning, wall and CPU time, memory,
medians and the description of the machine. Knows nothing of DNS or mail."""

from __future__ import annotations

import compileall
import contextlib
import importlib.util
import os
import platform
import re
import resource
import select
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TICKS = os.sysconf("SC_CLK_TCK")
# How often a running contestant's high-water mark is read: too seldom to disturb it.
MEMORY_POLL_SECONDS = 0.1


class ContestantError(Exception):
    """A contestant ended with an error, or not at all."""

    def __init__(self, argv: Sequence[str], reason: str, said: str = "") -> None:
        self.argv = tuple(argv)
        self.reason = reason
        tail = "\n".join(said.strip().splitlines()[-15:])
        super().__init__(f"{' '.join(argv)}: {reason}" + (f"\n{tail}" if tail else ""))


@dataclass(frozen=True, slots=True)
class Run:
    """One process from start to end. Seconds; CPU is that of the process and its children."""

    wall: float
    user: float
    system: float
    peak_kib: int
    output: str

    @property
    def cpu(self) -> float:
        return self.user + self.system


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core the servers have and which one the clients have."""

    server: int
    client: int


def end_in_order() -> None:
    """Let a SIGTERM unwind the harness, so that it stops the servers it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def choose_cores() -> Cores:
    usable = sorted(os.sched_getaffinity(0))
    return Cores(server=usable[0], client=usable[-1])


@contextlib.contextmanager
def pinned(core: int) -> Iterator[None]:
    """Children started inside inherit the core; `taskset` would add its own CPU time to theirs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(
    argv: Sequence[str],
    *,
    core: int,
    deadline: float = 900.0,
    env: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
) -> Run:
    """Run argv to its end on one core and account for it.

    Standard output and standard error are collected together through a file, so that the
    harness need not wake to empty a pipe. Raises ContestantError for an exit status outside
    `accept`, or when `deadline` seconds pass.
    """
    # Linux starts a process's high-water mark at that of its parent (the mark survives exec),
    # so anything below this harness's own has to be read from the kernel while it runs.
    floor_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    output = os.memfd_create("output")
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        with pinned(core):
            began = time.monotonic()
            pid = os.posix_spawnp(
                argv[0],
                list(argv),
                dict(os.environ if env is None else env),
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, null, 0),
                    (os.POSIX_SPAWN_DUP2, output, 1),
                    (os.POSIX_SPAWN_DUP2, output, 2),
                ],
            )
        polled_kib, in_time = _await_exit(pid, began + deadline)
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - began
        said = os.pread(output, 1 << 22, 0).decode(errors="replace")
    finally:
        os.close(output)
        os.close(null)
    if not in_time:
        raise ContestantError(argv, f"still running after {deadline:.0f} s", said)
    code = os.waitstatus_to_exitcode(status)
    if code not in accept:
        raise ContestantError(argv, f"exit status {code}", said)
    # The harness itself may have grown by a few pages while it started the process.
    peak = usage.ru_maxrss if usage.ru_maxrss > floor_kib + 1024 else polled_kib
    return Run(wall, usage.ru_utime, usage.ru_stime, peak, said)


def _await_exit(pid: int, until: float) -> tuple[int, bool]:
    """The highest resident size seen, and whether the process ended in time (else it is killed)."""
    highest = 0
    handle = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        while not poll.poll(MEMORY_POLL_SECONDS * 1000):
            highest = max(highest, status_kib(pid, "VmHWM"))
            if time.monotonic() > until:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                return highest, False
    except BaseException:
        # The harness is being ended: leave nothing running.
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        raise
    finally:
        os.close(handle)
    return highest, True


def status_kib(pid: int, field: str) -> int:
    """A memory field of /proc/PID/status, 0 if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in text.splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return 0


def family(pid: int) -> list[int]:
    """The process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = _stat_fields(int(entry.name))
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for member in found:
        found.extend(children.get(member, ()))
    return found


def family_cpu(pid: int) -> float:
    """CPU seconds the process, its living descendants and its reaped children have used."""
    ticks = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            ticks += sum(int(field) for field in _stat_fields(member)[11:15])
    return ticks / TICKS


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a family of processes: shared pages counted for each, and shared out."""

    processes: int
    resident_kib: int
    proportional_kib: int


def family_memory(pid: int) -> Memory:
    resident = proportional = 0
    members = family(pid)
    for member in members:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Rss:"):
                    resident += int(line.split()[1])
                elif line.startswith("Pss:"):
                    proportional += int(line.split()[1])
    return Memory(len(members), resident, proportional)


def _stat_fields(pid: int) -> list[str]:
    # The command's name, in parentheses, may itself hold spaces and parentheses.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def stop(process: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """End a process this harness started, politely first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def describe_machine() -> list[str]:
    model = platform.processor() or "unknown processor"
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"machine: {model}, {os.cpu_count()} cores, {gib:.0f} GiB",
        f"system: {platform.system()} {platform.release()}; load before the start {load}",
        f"python: {platform.python_implementation()} {platform.python_version()}",
    ]


def program_version(*argv: str, pattern: str = r"\d") -> str:
    """The first line a program prints about itself that matches."""
    try:
        result = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "not installed"
    lines = [line.strip() for line in (result.stdout + result.stderr).splitlines()]
    return next((line for line in lines if re.search(pattern, line)), "unknown")


def compile_package(name: str) -> None:
    """Compile a package to bytecode, as pip does when it installs one.

    A checkout may have none, and where Python is told to write none it would compile itself at
    every start.
    """
    found = importlib.util.find_spec(name)
    assert found is not None
    for directory in found.submodule_search_locations or ():
        compileall.compile_dir(directory, quiet=2)


def compiled(source: Path, directory: Path) -> Path:
    """The program, of one file of C."""
    program = directory / source.stem
    subprocess.run(["gcc", "-O2", "-o", str(program), str(source)], check=True)
    return program


def distribution_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned first column, the figures to the right."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    lines = []
    for row in (headings, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
