"""A systemd of the tests' own, and what can be asked of it.

Owns its life and its control group. What the system around it is made of is in `systemd_root`; what
the daemon in it answers is the tests' business.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.live.process import Process, wait_until

_PROJECT: Final = Path(__file__).parents[2]


class Systemd:
    """`run` is for commands in that system; `files` is where its files are seen from outside."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._group = _cgroup_mount() / f"gotrdns-{os.getpid()}"
        self._process = Process(
            "systemd",
            [sys.executable, "-m", "tests.live.systemd_root", directory, self._group],
            output=directory.with_suffix(".output"),
            environment={"PYTHONPATH": str(_PROJECT)},
        )

    def start(self) -> None:
        self._directory.mkdir()
        self._group.mkdir()
        self._process.start(ready=self._is_up, seconds=30.0)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command in that system, as root. RuntimeError if it fails, unless that is expected."""
        done = subprocess.run(
            [*self._enter(), *command], check=False, capture_output=True, text=True, timeout=60
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done

    def path(self, inside: str) -> Path:
        """Where a file of that system is seen from outside."""
        return Path(f"/proc/{self._first()}/root{inside}")

    def write(self, inside: str, text: str) -> None:
        """A file in that system; its directory is made."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", "--property", name, unit).stdout.strip()

    def stop(self) -> None:
        self._process.kill()
        for group in sorted(self._group.rglob("*/"), reverse=True):
            _remove_group(group)
        _remove_group(self._group)

    def _enter(self) -> list[str]:
        first = str(self._first())
        return ["nsenter", "--target", first, "--mount", "--pid", "--cgroup", "--root", "--wd"]

    def _first(self) -> int:
        """Its first process, as it is numbered here: the only child of the process we started."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0])

    def _is_up(self) -> bool:
        try:
            done = self.run("systemctl", "is-active", "default.target", check=False)
        except (IndexError, OSError):
            return False
        return done.stdout.strip() == "active"

    def __enter__(self) -> "Systemd":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _cgroup_mount() -> Path:
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(place)
    raise RuntimeError("a systemd needs control groups: no cgroup2 is mounted")


def _remove_group(group: Path) -> None:
    def gone() -> bool:
        with contextlib.suppress(OSError):
            group.rmdir()
        return not group.exists()

    wait_until(gone, f"{group} removed")
