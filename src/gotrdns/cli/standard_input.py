"""Standard input as lines, while other things go on.

Owns reading without blocking the event loop and without changing the terminal's or pipe's mode,
which other processes share. Memory is bounded: the next piece is read when it is wanted.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Final

_PIECE: Final = 65536
_LONGEST_LINE: Final = 4096  # octets kept of a line; no target is nearly as long


class UnreadableInput(OSError):
    """Standard input is closed, or cannot be read."""


async def read_lines() -> AsyncIterator[str]:
    """The lines as they come in. Raises UnreadableInput."""
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        raise UnreadableInput("standard input is closed") from None
    unfinished = b""
    while piece := await _read(descriptor):
        *lines, unfinished = (unfinished + piece).split(b"\n")
        for line in lines:
            yield _text(line)
        unfinished = unfinished[:_LONGEST_LINE]
    if unfinished:
        yield _text(unfinished)


async def _read(descriptor: int) -> bytes:
    while True:
        await _wait_until_readable(descriptor)
        try:
            return os.read(descriptor, _PIECE)
        except BlockingIOError:
            continue  # Another process with the same pipe was quicker.
        except OSError as error:
            raise UnreadableInput(f"standard input cannot be read: {error.strerror}") from None


async def _wait_until_readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    try:
        loop.add_reader(descriptor, readable.set)
    except PermissionError:
        return  # A regular file, which epoll refuses because it is always readable.
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)


def _text(line: bytes) -> str:
    # Undecodable octets become a character that no name has: an escape could be read as one.
    return line[:_LONGEST_LINE].decode("utf-8-sig", "replace")
