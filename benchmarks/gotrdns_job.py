"""The whole job on gotrdns: the resolver client and the verification rules, as a bulk run uses
them. Writes `address<TAB>cause` lines, or with --json the objects that `gotrdns check` prints."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gotrdns.checking import Stream
from gotrdns.names import Address
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import ServerAddress
from gotrdns.verification import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gotrdns.verification import Verification

    Write = Callable[[bytes], int]


def read_addresses(path: Path) -> Iterator[Address]:
    parse = Address.parse
    with path.open() as lines:
        for line in lines:
            yield parse(line.rstrip())


def write_causes(write: Write) -> Callable[[Verification], None]:
    endings = {cause: f"\t{cause.value}\n" for cause in Cause}

    def on_decided(verification: Verification) -> None:
        assert verification.cause is not None
        write((verification.client.text + endings[verification.cause]).encode())

    return on_decided


def write_objects(write: Write) -> Callable[[Verification], None]:
    """As `check --json` prints them; the time elapsed is that of the run so far."""
    # Late, as in the program: the other form does not need them.
    from gotrdns.diagnosis import diagnose  # noqa: PLC0415
    from gotrdns.reports.verdict_json import encode_verdict  # noqa: PLC0415

    started = time.monotonic()

    def on_decided(verification: Verification) -> None:
        verdict = verification.verdict()
        elapsed = time.monotonic() - started
        write(encode_verdict(verdict, diagnose(verdict), elapsed) + b"\n")

    return on_decided


async def run(options: argparse.Namespace) -> None:
    client = Client(
        [ServerAddress(Address.parse(options.server), options.port)], window=options.concurrency
    )
    finished = asyncio.Event()
    with options.output.open("wb", buffering=1 << 16) as output:
        stream = Stream(
            read_addresses(options.addresses),
            client,
            write_objects(output.write) if options.json else write_causes(output.write),
            concurrency=options.concurrency,
            on_exhausted=finished.set,
        )
        stream.start()
        await finished.wait()
    client.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--addresses", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
