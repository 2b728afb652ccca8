"""Which resolvers to ask: the text of one, and the list in resolv.conf.

Owns reading ``ADDRESS``, ``ADDRESS:PORT`` and ``[IPV6]:PORT``, and resolv.conf(5). Sends nothing.
"""

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from gotrdns.names import Address, InvalidAddress, SpecialUse, special_use

if TYPE_CHECKING:
    from pathlib import Path

RESOLV_CONF: Final = "/etc/resolv.conf"
DNS_PORT: Final = 53

# resolv.conf(5): MAXNS. The C library ignores further ones; so do we, or the two would differ.
_MOST_NAME_SERVERS: Final = 3


class InvalidServer(ValueError):
    """The text does not name a resolver."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"{text!r} is not a resolver: {reason}; "
            "write ADDRESS, ADDRESS:PORT or [IPV6-ADDRESS]:PORT"
        )
        self.text = text


class NoServers(ValueError):
    """There is no resolver to ask."""


class ServerAddress(msgspec.Struct, frozen=True):
    """Where a resolver listens. ``scope`` is the interface of a link-local IPv6 address."""

    address: Address
    port: int = DNS_PORT
    scope: str = ""

    @property
    def is_loopback(self) -> bool:
        return special_use(self.address) is SpecialUse.LOOPBACK

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if self.address.is_ipv6 else socket.AF_INET

    @property
    def host(self) -> str:
        """The address as the socket calls take it."""
        return f"{self.address.text}%{self.scope}" if self.scope else self.address.text

    @property
    def text(self) -> str:
        return f"[{self.host}]:{self.port}" if self.address.is_ipv6 else f"{self.host}:{self.port}"


def parse_server(text: str) -> ServerAddress:
    """Read one resolver. Raises InvalidServer."""
    host, port = _split_port(text)
    host, _, scope = host.partition("%")
    try:
        address = Address.parse(host)
    except InvalidAddress:
        raise InvalidServer(text, f"{host!r} is not an address") from None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise InvalidServer(text, f"{port!r} is not a port")
    return ServerAddress(address, int(port), scope)


def _split_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise InvalidServer(text, "the bracket is not closed before the port")
        return host, rest[1:] if rest else str(DNS_PORT)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, str(DNS_PORT)


def read_resolv_conf(path: "Path | str" = RESOLV_CONF) -> tuple[ServerAddress, ...]:
    """The name servers of a resolv.conf file. Raises NoServers if it is missing or names none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:  # noqa: PTH123 - pathlib is dear
            text = lines.read()
    except OSError as error:
        raise NoServers(f"cannot read {path}: {error.strerror}; name a resolver yourself") from None
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                found.append(parse_server(f"[{words[1]}]"))
            except InvalidServer:
                continue  # The C library skips such lines too.
    if not found:
        raise NoServers(f"{path} names no resolver (no 'nameserver' line); name one yourself")
    return tuple(found[:_MOST_NAME_SERVERS])


def choose_servers(texts: Iterable[str]) -> tuple[ServerAddress, ...]:
    """The resolvers named, or those of /etc/resolv.conf. Raises InvalidServer or NoServers."""
    return tuple(parse_server(text) for text in texts) or read_resolv_conf()
