"""What a sown zone is, and its text: records, servers, and DNSSEC signatures good and bad.

Owns the names of the servers that serve sown zones and of the three zones that delegate them.
Knows neither which zones there are nor where their files go.
"""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from tests.live.signing import Signature, ds_of

NAME_SERVERS: Final = ("a.ns.seeds.example.", "b.ns.seeds.example.")
FIRST_ONLY: Final = NAME_SERVERS[:1]
STRANGE: Final = "strange.ns.seeds.example."
LAME: Final = "lame.hosting.example."

REVERSE: Final = "21.81.in-addr.arpa."
REVERSE6: Final = "1.2.3.5.2.0.a.2.ip6.arpa."  # 2a02:5321::/32
FORWARD: Final = "seeds.example."
PARENTS: Final = (REVERSE, REVERSE6, FORWARD)

HEADER: Final = """\
$ORIGIN {origin}
$TTL 300
@ SOA a.ns.seeds.example. dns\\.team.seeds.example. {serial} 7200 3600 1209600 300
{servers}
"""

Signed: TypeAlias = Literal["", "valid", "nsec3", "expired"]


class SeededZone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client's reverse zone, its domain, or a zone below one of them.

    ``zone`` are the lines that both servers hold, ``zone_b`` those of the second where it differs.
    The parent delegates to ``servers`` and publishes ``ds``; the zone itself names ``claims``.
    ``signed`` says whether and how the zone is signed, its parent then publishing the DS record of
    its key; ``altered`` is text in the signed zone, and what replaced it without signing anew.
    """

    zone: str | None = None
    zone_b: str | None = None
    servers: tuple[str, ...] = NAME_SERVERS
    claims: tuple[str, ...] | None = None
    serials: tuple[int, int] = (1, 1)
    ds: str | None = None
    signed: Signed = ""
    altered: tuple[str, str] | None = None

    def text(self, origin: str, *, second: bool) -> str:
        """The zone file on the first or the second server, before it is signed."""
        lines = self.zone_b if second and self.zone_b is not None else self.zone
        return zone_text(
            origin, lines or "", self.claims or self.servers, serial=self.serials[second]
        )

    def ds_for(self, origin: str) -> str | None:
        """The data of the DS record at the parent, if there is any."""
        return ds_of(origin) if self.signed else self.ds

    @property
    def signature(self) -> Signature | None:
        if not self.signed:
            return None
        return Signature(
            expired=self.signed == "expired", nsec3=self.signed == "nsec3", altered=self.altered
        )

    def delegation(self, origin: str, owner: str) -> Iterator[str]:
        """The parent's lines about it."""
        for server in self.servers:
            yield f"{owner} NS {server}"
        if (ds := self.ds_for(origin)) is not None:
            yield f"{owner} DS {ds}"


def zone_text(
    origin: str, lines: str, servers: tuple[str, ...] = NAME_SERVERS, *, serial: int = 1
) -> str:
    names = "\n".join(f"@ NS {server}" for server in servers)
    return HEADER.format(origin=origin, servers=names, serial=serial) + lines + "\n"


def parent_of(origin: str) -> str:
    """The one of the three zones that delegates it."""
    return next(each for each in PARENTS if origin.endswith(f".{each}"))
