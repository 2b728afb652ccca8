"""Who visits: the address at the other end, or what a trusted proxy says of it.

Owns which headers of a proxy are believed, and when.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.requests import HTTPConnection

from gotrdns.names import Address, InvalidAddress, Network

# Each proxy adds one of at most 60 characters; what is longer nobody's proxies wrote.
_LONGEST_LIST: Final = 2048


def visitor_of(request: HTTPConnection) -> Address | None:
    """The visitor's address; None where it cannot be known.

    ``X-Forwarded-For`` counts from the right, as far as trusted proxies wrote it.
    """
    if not is_proxy(request):
        return peer_of(request)
    proxies: tuple[Network, ...] = request.app.state.proxies
    return find_visitor(request.headers.getlist("x-forwarded-for"), peer_of(request), proxies)


def is_secure(request: HTTPConnection) -> bool:
    """Whether the visitor came by HTTPS: to us, or to a trusted proxy that says so."""
    if request.url.scheme == "https":
        return True
    if not is_proxy(request):
        return False
    said = request.headers.getlist("x-forwarded-proto")
    return bool(said) and said[-1].rpartition(",")[2].strip().lower() == "https"


def find_visitor(
    headers: Iterable[str], peer: Address | None, proxies: Sequence[Network]
) -> Address | None:
    """The first from the right who is no trusted proxy; the last known where the rest is garbage.

    ``peer`` is the proxy that we heard it from, None if it came over a unix socket.
    """
    text = ",".join(headers)
    if len(text) > _LONGEST_LIST:
        return peer
    visitor = peer
    for item in reversed(text.split(",")):
        address = _read_address(item.strip(" \t"))
        if address is None:
            return visitor
        visitor = address
        if not _is_in(address, proxies):
            break
    return visitor


def is_proxy(request: HTTPConnection) -> bool:
    """Who comes over a unix socket, and so without an address, was let in by its permissions."""
    if request.client is None:
        return True
    proxies: tuple[Network, ...] = request.app.state.proxies
    peer = peer_of(request)
    return peer is not None and _is_in(peer, proxies)


def peer_of(request: HTTPConnection) -> Address | None:
    """Who is at the other end of the connection; None where it is a unix socket."""
    return None if request.client is None else read_bare_address(request.client.host)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in each for each in networks)


def _read_address(text: str) -> Address | None:
    """An address, perhaps with a port: ``192.0.2.1:80``, ``[2001:db8::1]:80``, ``2001:db8::1``."""
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        colon, port = port[:1], port[1:]
        fits = bool(bracket) and ":" in host
    else:
        host, colon, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
        fits = True
    if not fits or (colon and colon != ":") or bool(colon) != bool(port):
        return None
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return None
    return read_bare_address(host)


def read_bare_address(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except InvalidAddress:
        return None
