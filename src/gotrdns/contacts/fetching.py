"""Fetching a document from a registry, within bounds of time and size.

Owns all that can go wrong on the way: what HTTP, TLS and name resolution say ends here as NoRdap.
Blocks, so it runs in a thread of its own. Imported late: httpx is part of an extra, and slow.
"""

import math
import time
from typing import Final

import httpx

from gotrdns import __version__
from gotrdns.contacts.holder import NoRdap

LARGEST_ANSWER: Final = 1 << 20  # octets; a large answer of ARIN's has some 40,000
MOST_REDIRECTS: Final = 5  # a transferred block takes one
_REFUSALS: Final = {
    401: "refuses to answer",
    403: "refuses to answer",
    404: "has no record of it",
    429: "wants fewer questions from here; try again later",
}


class Fetcher:
    """One look-up's connection to the outside. Use it as a context manager.

    ``expires`` is the deadline for all of it, on the monotonic clock. ``allow_insecure`` permits
    plain HTTP. Raises NoRdap, when opened too.
    """

    def __init__(self, expires: float, *, allow_insecure: bool = False) -> None:
        self._expires = expires
        self._schemes = ("https", "http") if allow_insecure else ("https",)
        try:
            self._client = httpx.Client(
                headers={
                    "User-Agent": f"gotrdns/{__version__}",
                    "Accept": "application/rdap+json, application/json",
                    # Compressed, a small answer could unfold into a huge one.
                    "Accept-Encoding": "identity",
                }
            )
        except (ImportError, ValueError, OSError) as error:
            raise NoRdap(f"the proxy or certificate settings cannot be used: {error}") from error

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, url: str, *, within: float = math.inf) -> tuple[bytes, str]:
        """The document, and the host that gave it in the end. Raises NoRdap.

        ``within`` are the seconds it may take if that is less than what is left.
        """
        expires = min(self._expires, time.monotonic() + within)
        for _ in range(1 + MOST_REDIRECTS):
            answer = self._fetch_once(url, expires)
            if isinstance(answer, tuple):
                return answer
            url = answer
        raise NoRdap(f"the registries redirected more than {MOST_REDIRECTS} times")

    def _fetch_once(self, url: str, expires: float) -> tuple[bytes, str] | str:
        """The document, or where it is to be found."""
        host = "a registry"
        try:
            target = httpx.URL(url)
            host = target.host or host
            if target.scheme not in self._schemes:
                raise NoRdap(f"{host} can be asked over an insecure connection only")
            with self._client.stream("GET", target, timeout=_remaining(host, expires)) as response:
                if response.next_request is not None:
                    return str(response.next_request.url)
                if response.status_code != 200:
                    raise NoRdap(f"{host} {_refusal(response.status_code)}")
                return _read(response, host, expires), host
        except httpx.TimeoutException as error:
            raise NoRdap(f"{host} did not answer in time") from error
        except httpx.ConnectError as error:
            raise NoRdap(f"{host} cannot be reached") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NoRdap(f"{host} did not give a proper answer") from error


def _read(response: httpx.Response, host: str, expires: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoRdap(f"the answer of {host} is too large")
        _remaining(host, expires)
    return bytes(body)


def _remaining(host: str, expires: float) -> float:
    remaining = expires - time.monotonic()
    if remaining <= 0:
        raise NoRdap(f"{host} did not answer in time")
    return remaining


def _refusal(status: int) -> str:
    if status >= 500:
        return f"is in trouble (HTTP status {status})"
    return _REFUSALS.get(status, f"answered with HTTP status {status}")
