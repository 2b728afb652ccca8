"""The ``[resolver]`` section: which resolvers are asked, how patiently, and what is remembered."""

from typing import Annotated

from msgspec import Meta, Struct


class ResolverSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Which resolvers are asked, how patiently, and what is remembered. Times are in seconds."""

    servers: Annotated[
        tuple[str, ...],
        Meta(
            description="Resolvers in order of preference: `ADDRESS`, `ADDRESS:PORT` or "
            "`[IPV6]:PORT`. Empty: those of `/etc/resolv.conf`."
        ),
    ] = ()
    timeout: Annotated[
        float,
        Meta(gt=0, le=30, description="How long one question may take, retries included."),
    ] = 5.0
    trust_ad: Annotated[
        tuple[str, ...],
        Meta(
            description="Resolvers, besides those on loopback, whose AD bit (DNSSEC) is believed. "
            "List one only if the path to it cannot be tampered with."
        ),
    ] = ()
    window: Annotated[
        int, Meta(ge=16, le=4096, description="The most questions under way at once.")
    ] = 1024
    cache_entries: Annotated[
        int, Meta(ge=0, le=5_000_000, description="Answers remembered; 0 remembers none.")
    ] = 20_000
    cache_ceiling: Annotated[
        int, Meta(ge=1, le=604_800, description="The longest an answer is remembered.")
    ] = 3600
    cache_negative_ceiling: Annotated[
        int, Meta(ge=1, le=86_400, description='The longest a "there is none" is remembered.')
    ] = 300
    cache_floor: Annotated[
        int,
        Meta(ge=0, le=300, description="The shortest an answer is remembered, whatever its TTL."),
    ] = 5
