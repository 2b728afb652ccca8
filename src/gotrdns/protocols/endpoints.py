"""Where a listener listens: the text of one place, as in Postfix's own configuration.

Owns reading ``unix:/path`` and ``inet:ADDRESS:PORT``. Opens nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gotrdns.names import Address, InvalidAddress, SpecialUse, special_use
from gotrdns.policy import InvalidSetting


class InvalidEndpoint(ValueError):
    """The text does not name a place to listen."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f'"{text}" is no place to listen: {reason}; write unix:/path, inet:127.0.0.1:10033 '
            "or inet:[::1]:10033"
        )


class UnixEndpoint(Struct, frozen=True):
    """A unix socket."""

    path: Path

    def __str__(self) -> str:
        return f"unix:{self.path}"


class TcpEndpoint(Struct, frozen=True):
    """A TCP port of one address."""

    address: Address
    port: int

    @property
    def is_loopback(self) -> bool:
        return special_use(self.address) is SpecialUse.LOOPBACK

    def __str__(self) -> str:
        host = f"[{self.address}]" if self.address.is_ipv6 else self.address.text
        return f"inet:{host}:{self.port}"


Endpoint = UnixEndpoint | TcpEndpoint

# sun_path holds 108 octets with its terminator (unix(7)); BSDs have 104.
_LONGEST_PATH = 103


def parse_endpoint(text: str) -> Endpoint:
    """Raises InvalidEndpoint."""
    kind, _, place = text.partition(":")
    match kind:
        case "unix":
            return _parse_path(text, place)
        case "inet":
            return _parse_port(text, place)
        case _:
            raise InvalidEndpoint(text, "it starts with neither unix: nor inet:")


def parse_endpoints(texts: Sequence[str], *, remote: bool, danger: str) -> tuple[Endpoint, ...]:
    """Raises InvalidSetting for what is wrong with a key ``listen``.

    ``remote`` admits other than loopback addresses; ``danger`` says why it should not.
    """
    endpoints = []
    for text in texts:
        try:
            endpoint = parse_endpoint(text)
        except InvalidEndpoint as error:
            raise InvalidSetting("listen", str(error)) from None
        if isinstance(endpoint, TcpEndpoint) and not endpoint.is_loopback and not remote:
            raise InvalidSetting("listen", f'"{text}" can be reached from other hosts, {danger}')
        endpoints.append(endpoint)
    if len(set(endpoints)) != len(endpoints):
        raise InvalidSetting("listen", "the same place is listed twice")
    return tuple(endpoints)


def _parse_path(text: str, place: str) -> UnixEndpoint:
    path = Path(place)
    if not path.is_absolute():
        raise InvalidEndpoint(text, "the path must start with /")
    if len(place.encode()) > _LONGEST_PATH:
        raise InvalidEndpoint(text, f"a socket's path may have {_LONGEST_PATH} octets")
    if "\0" in place:
        raise InvalidEndpoint(text, "the path contains a NUL")
    return UnixEndpoint(path)


def _parse_port(text: str, place: str) -> TcpEndpoint:
    host, colon, port = place.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or (":" in host and not bracketed):
        raise InvalidEndpoint(text, "the port is missing")
    try:
        address = Address.parse(host[1:-1] if bracketed else host)
    except InvalidAddress:
        raise InvalidEndpoint(text, f'"{host}" is not an address') from None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
        raise InvalidEndpoint(text, f'"{port}" is not a port')
    return TcpEndpoint(address, int(port))
