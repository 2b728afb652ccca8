"""The ``[metrics]`` and ``[control]`` sections: where the daemon tells how it does.

They are here because the daemon, whose they are, is above the settings.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Final

from msgspec import Meta, Struct

from gotrdns.policy import InvalidSetting
from gotrdns.protocols.endpoints import (
    Endpoint,
    InvalidEndpoint,
    UnixEndpoint,
    parse_endpoint,
)
from gotrdns.protocols.places import PlaceSettings

CONTROL_SOCKET: Final = "unix:/run/gotrdns/control"


class MetricsSettings(PlaceSettings, frozen=True):
    """Where `/metrics` (Prometheus), `/healthz` and `/readyz` are served over HTTP."""

    danger: ClassVar[str] = (
        "and metrics have no password: listen on 127.0.0.1 or [::1], or set remote-clients = true "
        "if a firewall admits only your monitoring"
    )

    listen: Annotated[
        tuple[str, ...],
        Meta(
            description="Where to listen: `inet:ADDRESS:PORT`, `inet:[IPV6]:PORT`, `unix:/path`, "
            "such as `inet:127.0.0.1:9125`. Empty: nowhere."
        ),
    ] = ()
    remote_clients: Annotated[
        bool,
        Meta(
            description="Whether TCP ports of other than loopback addresses may be listened on. "
            "Whoever reaches such a port can read every figure: there is no password."
        ),
    ] = False


class ControlSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Where `gotrdns status` asks the running daemon."""

    socket: Annotated[
        str,
        Meta(
            description="A unix socket, `unix:/path`, for the daemon's user and group alone. Its "
            "directory is made if it is missing; if the socket cannot be had, the daemon says so "
            "in its log and serves all the same. Empty: none."
        ),
    ] = CONTROL_SOCKET

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        if not self.socket:
            return
        try:
            endpoint = parse_endpoint(self.socket)
        except InvalidEndpoint as error:
            raise InvalidSetting("socket", str(error)) from None
        if not isinstance(endpoint, UnixEndpoint):
            raise InvalidSetting(
                "socket", f'"{self.socket}" is no unix socket: write unix:/path, or "" for none'
            )

    @property
    def path(self) -> Path | None:
        """The socket's file, None where there is to be none."""
        return Path(self.socket.removeprefix("unix:")) if self.socket else None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return (parse_endpoint(self.socket),) if self.socket else ()
