"""A door to a mail server without PROXY protocol: it connects there from the client's address.

Owns the clients' addresses on `lo` and the bytes between. It speaks PROXY version 1 to the tests'
SMTP client, so that every mail server is talked to alike. Knows no SMTP.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, TypeAlias

from tests.live.smtp import SERVER

Address: TypeAlias = IPv4Address | IPv6Address

SYN_COOKIES: Final = Path("/proc/sys/net/ipv4/tcp_syncookies")

SERVERS: Final = {4: SERVER, 6: "::1"}
"""Where the mail server listens, by the client's IP version."""


@contextlib.contextmanager
def addresses_on_loopback(addresses: Iterable[Address]) -> Iterator[None]:
    """The namespace has these addresses for a while, and connections can come from them."""
    everyone = sorted(set(addresses), key=str)
    cookies = SYN_COOKIES.read_text()
    # OpenSMTPD lets five connections wait. With cookies, one too many would be open for the client
    # and unknown to the server; without, it is tried again.
    SYN_COOKIES.write_text("0")
    _ip_address("add", everyone)
    try:
        yield
    finally:
        _ip_address("del", everyone)
        SYN_COOKIES.write_text(cookies)


def _ip_address(verb: str, addresses: Iterable[Address]) -> None:
    lines = [
        f"address {verb} {each}/{each.max_prefixlen} dev lo"
        # Duplicate detection would keep it tentative for a second.
        + (" nodad" if each.version == 6 and verb == "add" else "")
        for each in addresses
    ]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


@contextlib.asynccontextmanager
async def gateway(port: int, mail_server_port: int) -> AsyncIterator[None]:
    """Serves `port` as long as it is entered."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            _, _, client, *_ = (await reader.readline()).decode().split()
            answers, questions = await asyncio.open_connection(
                SERVERS[6 if ":" in client else 4], mail_server_port, local_addr=(client, 0)
            )
            await asyncio.gather(_copy(reader, questions), _copy(answers, writer))

    async with await asyncio.start_server(serve, SERVER, port):
        yield


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    # A mail server that hangs up is an answer for the client at the other end to see.
    with contextlib.suppress(ConnectionError):
        while octets := await source.read(65_536):
            target.write(octets)
            await target.drain()
    target.close()
