"""The ``[page]`` and ``[admin]`` sections: where the pages are, and what visitors may cost.

Owns which of them are dangerous.
"""

from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from gotrdns.names import InvalidAddress, Network
from gotrdns.policy import InvalidSetting
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint
from gotrdns.protocols.places import PlaceSettings


class _SiteSettings(PlaceSettings, frozen=True):
    """What both sites can be told."""

    danger: ClassVar[str] = (
        "without TLS: put a reverse proxy before it, or set remote-clients = true if that is wanted"
    )

    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            examples=[["127.0.0.1", "::1"]],
            description="Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are "
            "believed: addresses or networks. Who comes over a unix socket is one of them.",
        ),
    ] = ()
    connections: Annotated[
        int,
        Meta(
            ge=8,
            le=65_536,
            description="The most connections at once. A new one takes the place of the one idle "
            "longest.",
        ),
    ] = 512
    connections_a_network: Annotated[
        int,
        Meta(
            ge=4,
            le=65_536,
            description="The most connections at once of one network (/24, /48); not for trusted "
            "proxies.",
        ),
    ] = 32

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        super().__post_init__()
        for text in self.trusted_proxies:
            try:
                Network(text)
            except InvalidAddress as error:
                raise InvalidSetting("trusted-proxies", str(error)) from None

    @property
    def proxies(self) -> tuple[Network, ...]:
        return tuple(Network(text) for text in self.trusted_proxies)


class PageSettings(_SiteSettings, frozen=True):
    """Where those who were refused are told more, and anybody can check a mail host."""

    public_url: Annotated[
        str,
        Meta(
            max_length=120,
            pattern=r"^(https?://[!-~]*[!-.0-~])?$",
            examples=["https://rdns.example.org"],
            description="The address of the pages that explain incidents, such as "
            "`https://rdns.example.org`; refusals then end with a link below it. Empty for none.",
        ),
    ] = ""
    with_daemon: Annotated[
        bool,
        Meta(
            description="Whether `gotrdns serve` starts the pages, as a process of their own, "
            "where `[page]` or `[admin]` have a place to listen. Set it to false where "
            "`gotrdns web` runs as a service of its own."
        ),
    ] = True
    private_targets: Annotated[
        bool,
        Meta(
            description="Whether addresses that are not public may be checked, and name servers "
            "at such addresses be asked: for intranets and tests. Otherwise a visitor could map "
            "your private networks."
        ),
    ] = False
    root_hints: Annotated[
        str,
        Meta(
            description="A file of root hints to begin walks at, for networks with a root of their "
            "own. Empty: the Internet's."
        ),
    ] = ""
    walks_at_once: Annotated[
        int,
        Meta(ge=1, le=1000, description="The most walks to name servers at once; others wait."),
    ] = 8
    walks_a_minute: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="The most walks begun in a minute, for all visitors together. Each asks "
            "up to 600 questions of other people's name servers.",
        ),
    ] = 60
    walks_a_network: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="The most walks begun in ten minutes by the visitors of one network (/24, "
            "/48).",
        ),
    ] = 20

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        super().__post_init__()
        if self.root_hints and not Path(self.root_hints).is_absolute():
            raise InvalidSetting("root-hints", f'"{self.root_hints}" must start with /')


class AdminSettings(_SiteSettings, frozen=True):
    """The administrator's pages: what happens, what to follow up, and exceptions."""

    password_file: Annotated[
        str,
        Meta(
            examples=["/etc/gotrdns/admin-password"],
            description="A file with lines `NAME:HASH`, as `gotrdns web --hash-password` prints "
            "them. Empty: no password.",
        ),
    ] = ""
    user_header: Annotated[
        str,
        Meta(
            pattern="^([A-Za-z][A-Za-z0-9-]*)?$",
            examples=["X-Remote-User"],
            description="The header in which a trusted proxy says who was let in. Empty: none.",
        ),
    ] = ""
    host_names: Annotated[
        tuple[str, ...],
        Meta(
            examples=[["mail.example.org"]],
            description="The names by which browsers ask for these pages, where a reverse proxy "
            "passes them on. By `localhost` and by an address they are always let in, by any other "
            "name never: it may be a stranger's (DNS rebinding).",
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        super().__post_init__()
        if self.user_header and not (self.trusted_proxies or self._only_sockets):
            raise InvalidSetting(
                "user-header", "anybody could send it: name the proxy in trusted-proxies"
            )
        if self.password_file and not Path(self.password_file).is_absolute():
            raise InvalidSetting("password-file", f'"{self.password_file}" must start with /')
        remote = next((each for each in self.endpoints if not _is_loopback(each)), None)
        if remote is not None and not (self.password_file or self.user_header):
            raise InvalidSetting(
                "listen",
                f'"{remote}" can be reached from other hosts: set password-file or user-header',
            )

    @property
    def _only_sockets(self) -> bool:
        return all(not isinstance(each, TcpEndpoint) for each in self.endpoints)


def _is_loopback(place: Endpoint) -> bool:
    return not isinstance(place, TcpEndpoint) or place.is_loopback
