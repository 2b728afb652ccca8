"""`gotrdns` run as people run it, and what its JSON says.

Owns the command lines that several live tests share. Knows nothing of what is right.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

GOTRDNS = (sys.executable, "-m", "gotrdns")

# What `--json` prints about one address.
Printed: TypeAlias = dict[str, Any]


def gotrdns(
    *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GOTRDNS, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | (environment or {}),
    )


def explain(
    hints: Path,
    *arguments: str,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Explains on the private Internet, whose servers have special addresses (RFC 2544)."""
    options = ["--root-hints", str(hints), "--private-servers", *arguments]
    return gotrdns("explain", *options, stdin=stdin, environment=environment)


def explain_all(hints: Path, addresses: Sequence[str], *options: str) -> dict[str, Printed]:
    done = explain(hints, *options, "--json", "-", stdin="\n".join(addresses))
    return _read(done, addresses)


def check_all(addresses: Sequence[str], *options: str) -> dict[str, Printed]:
    return _read(gotrdns("check", *options, "--json", "-", stdin="\n".join(addresses)), addresses)


def _read(done: subprocess.CompletedProcess[str], addresses: Sequence[str]) -> dict[str, Printed]:
    assert done.stderr == ""
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["address"] for each in objects] == list(addresses)
    return {each["address"]: each for each in objects}
