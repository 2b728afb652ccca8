"""From settings to a client: which resolvers, which of them are trusted, how much is cached."""

import time

from gotrdns.resolution.cache import Cache
from gotrdns.resolution.client import Client
from gotrdns.resolution.counters import Counters
from gotrdns.resolution.servers import choose_servers, parse_server
from gotrdns.resolution.settings import ResolverSettings


def open_client(
    settings: ResolverSettings,
    *,
    daemon: bool = False,
    questions_per_port: int = 1,
    counters: Counters | None = None,
) -> Client:
    """A client as the settings describe it, with its cache; it adds to ``counters``, if given.

    Raises InvalidServer for a resolver's text, NoServers when there is none to ask.
    """
    cache = Cache(
        settings.cache_entries,
        ceiling=settings.cache_ceiling,
        negative_ceiling=settings.cache_negative_ceiling,
        floor=settings.cache_floor,
        clock=time.monotonic,
    )
    return Client(
        choose_servers(settings.servers),
        timeout=settings.timeout,
        window=settings.window,
        trusted=[parse_server(text) for text in settings.trust_ad],
        questions_per_port=questions_per_port,
        cache=cache if settings.cache_entries else None,
        daemon=daemon,
        counters=counters,
    )
