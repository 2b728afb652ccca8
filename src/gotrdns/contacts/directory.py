"""Which registry to ask about an address: IANA's bootstrap lists (RFC 9224).

Owns the lists, in memory, on disk and from IANA. Imported late, since whoisit is.
"""

import json
import math
from typing import Any, Final

import msgspec
from whoisit.bootstrap import BaseBootstrap
from whoisit.errors import WhoisItError
from whoisit.query import QueryBuilder

from gotrdns.contacts.cache import Cache
from gotrdns.contacts.fetching import Fetcher
from gotrdns.contacts.holder import NoRdap
from gotrdns.names import Address

_PATIENCE: Final = 2.0  # seconds for a new list where there is an old one
# whoisit wants all five lists and we need one: these stand in for the others.
_NO_SERVERS: Final[list[str]] = []
_NOTHING: Final = {
    "asn": [[["0"], _NO_SERVERS]],
    "dns": [[["invalid"], _NO_SERVERS]],
    "ipv4": [[["192.0.2.0/24"], _NO_SERVERS]],
    "ipv6": [[["2001:db8::/32"], _NO_SERVERS]],
    "object": [[[], _NO_SERVERS]],
}


class _List(msgspec.Struct):
    services: list[Any]


class Directory:
    """Finds the registry's URL for an address; each list is fetched from IANA once a week."""

    def __init__(self, cache: Cache, iana: str, *, allow_insecure: bool = False) -> None:
        self._cache = cache
        self._iana = iana
        self._allow_insecure = allow_insecure
        self._queries: dict[str, QueryBuilder] = {}

    def find_url(self, address: Address, fetcher: Fetcher) -> str:
        """Raises NoRdap."""
        family = "ipv6" if address.is_ipv6 else "ipv4"
        queries = self._queries.get(family) or self._open(family, fetcher)
        self._queries[family] = queries
        try:
            _, url, known = queries.build("ip", address.text)
        except WhoisItError as error:
            raise NoRdap(f"no registry is responsible for {address}") from error
        if not known:  # whoisit would ask some registry at random
            raise NoRdap(f"no registry is responsible for {address}")
        return str(url)

    def _open(self, family: str, fetcher: Fetcher) -> QueryBuilder:
        kept = self._cache.find_services(family)
        old = self._load(family, kept[0]) if kept else None
        if kept and old is None:
            self._cache.counters.damaged += 1
        if kept and old is not None and kept[1]:
            return old
        try:
            return self._fetch(family, fetcher, math.inf if old is None else _PATIENCE)
        except NoRdap:
            if old is None:
                raise
            return old  # blocks seldom move, and registries redirect for those that did

    def _fetch(self, family: str, fetcher: Fetcher, within: float) -> QueryBuilder:
        body, host = fetcher.fetch(f"{self._iana}{family}.json", within=within)
        try:
            services = msgspec.json.decode(body, type=_List).services
        except (ValueError, RecursionError) as error:
            raise NoRdap(f"the list of registries that {host} gave is malformed") from error
        queries = self._load(family, services)
        if queries is None:
            raise NoRdap(f"the list of registries that {host} gave is malformed")
        self._cache.store_services(family, services)
        return queries

    def _load(self, family: str, services: list[Any]) -> QueryBuilder | None:
        bootstrap = BaseBootstrap()
        lists = {**_NOTHING, family: services}
        text = json.dumps(
            {"timestamp": 0, **{name: {"services": each} for name, each in lists.items()}}
        )
        try:
            bootstrap.load_bootstrap_data(text, allow_insecure=self._allow_insecure)
        except (WhoisItError, ValueError, TypeError, LookupError, AttributeError):
            return None
        return QueryBuilder(bootstrap)
