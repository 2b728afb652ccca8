"""Owns what the jobs share: their command line, the addresses they read and the lines they
write. Every contestant that does the whole job takes these same arguments."""

from __future__ import annotations

import argparse
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
TIMEOUT_SECONDS = 5.0
TRIES = 3
# Room for every answer to a full window; the kernel's default drops some of a thousand.
RECEIVE_BUFFER = 4 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """What to verify, where to ask, and how many addresses may be in hand at once."""

    server: str
    port: int
    address_file: Path
    output_file: Path
    concurrency: int

    def addresses(self) -> Iterator[Address]:
        with self.address_file.open() as lines:
            for line in lines:
                yield ipaddress.ip_address(line.strip())


def read_arguments() -> Job:
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--addresses", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    options = parser.parse_args()
    return Job(options.server, options.port, options.addresses, options.output, options.concurrency)


def failure(causes: list[str]) -> str:
    """The cause when no name confirmed: the first question left open, else the worst answer."""
    for cause in causes:
        if cause.endswith(("-servfail", "-refused", "-timeout")):
            return cause
    for cause in ("forward-mismatch", "forward-nodata", "forward-nxdomain"):
        if cause in causes:
            return cause
    return "no-ptr"
