"""The whole job on gotrdns: the resolver client and the verification rules, as a bulk run uses
them. Writes `address<TAB>cause` lines, or with --json the objects that `gotrdns check` prints."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from gotrdns.checking import Stream
from gotrdns.names import Address
from gotrdns.resolution.client import Client
from gotrdns.resolution.servers import ServerAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gotrdns.verification import Verification


def read_addresses(path: Path) -> Iterator[Address]:
    parse = Address.parse
    with path.open() as lines:
        for line in lines:
            yield parse(line.rstrip())


async def run(options: argparse.Namespace) -> None:
    client = Client(
        [ServerAddress(Address.parse(options.server), options.port)], window=options.concurrency
    )
    finished = asyncio.Event()
    with options.output.open("w", buffering=1 << 16) as output:
        write: Callable[[str], int] = output.write

        def on_decided(verification: Verification) -> None:
            assert verification.cause is not None
            write(f"{verification.client.text}\t{verification.cause.value}\n")

        stream = Stream(
            read_addresses(options.addresses),
            client,
            on_decided,
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
