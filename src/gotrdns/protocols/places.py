"""What the settings of every listener say: at which places it listens, and who may use them.

Owns refusing places that are none, and those that other hosts reach where nobody asked for it.
"""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from gotrdns.protocols.access import SocketAccess, read_access
from gotrdns.protocols.endpoints import Endpoint, parse_endpoint, parse_endpoints


class PlaceSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """``danger`` says why other hosts should not reach a place."""

    danger: ClassVar[str]

    listen: Annotated[
        tuple[str, ...],
        Meta(
            description="Where to listen: `inet:ADDRESS:PORT`, `inet:[IPV6]:PORT`, `unix:/path`. "
            "Empty: nowhere."
        ),
    ] = ()
    socket_mode: Annotated[
        str,
        Meta(
            pattern="^0?[0-7]{3}$",
            examples=["0660"],
            description="Permissions of unix sockets, in octal.",
        ),
    ] = "0660"
    socket_owner: Annotated[
        str,
        Meta(
            description="The user who owns unix sockets, by name or number. Empty: the program's "
            "own."
        ),
    ] = ""
    socket_group: Annotated[
        str,
        Meta(description="The group of unix sockets, by name or number. Empty: the program's own."),
    ] = ""
    remote_clients: Annotated[
        bool,
        Meta(description="Whether TCP ports of other than loopback addresses may be listened on."),
    ] = False

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        parse_endpoints(self.listen, remote=self.remote_clients, danger=self.danger)
        read_access(self.socket_mode, self.socket_owner, self.socket_group)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(parse_endpoint(text) for text in self.listen)

    @property
    def access(self) -> SocketAccess:
        """Who may use the unix sockets."""
        return read_access(self.socket_mode, self.socket_owner, self.socket_group)
