"""Where mail servers are listened to, and what their connections may take: a section a door."""

from typing import Annotated, ClassVar

from msgspec import Meta

from gotrdns.policy import InvalidSetting
from gotrdns.protocols import milter
from gotrdns.protocols.places import PlaceSettings
from gotrdns.protocols.postfix_policy import Limits

# The default of Postfix's smtpd_policy_service_max_idle, in seconds: Postfix hangs up first.
_POSTFIX_MAX_IDLE = 300.0
# As long as Postfix lets a client be silent in a session (smtpd_timeout), in seconds.
_POSTFIX_SMTPD_TIMEOUT = 300.0


class ListenerSettings(PlaceSettings, frozen=True):
    """What every listener for mail servers can be told. Times are in seconds."""

    danger: ClassVar[str] = (
        "and the protocol has no password: listen on 127.0.0.1 or [::1], or set remote-clients = "
        "true if a firewall admits only your mail servers"
    )

    listen: Annotated[
        tuple[str, ...],
        Meta(
            description="Where to listen: `unix:/path`, `inet:ADDRESS:PORT`, `inet:[IPV6]:PORT`; "
            "several at once if wanted. Empty: nowhere."
        ),
    ] = ()
    socket_mode: Annotated[
        str,
        Meta(
            pattern="^0?[0-7]{3}$",
            examples=["0660"],
            description="Permissions of unix sockets, in octal.",
        ),
    ] = "0666"
    socket_owner: Annotated[
        str,
        Meta(
            examples=["postfix"],
            description="The user who owns unix sockets, by name or number; to give them away the "
            "daemon must be root. Empty: the daemon's own.",
        ),
    ] = ""
    socket_group: Annotated[
        str,
        Meta(
            examples=["postfix"],
            description="The group of unix sockets, by name or number; the daemon must be root, or "
            "a member of it. Empty: the daemon's own.",
        ),
    ] = ""
    remote_clients: Annotated[
        bool,
        Meta(
            description="Whether TCP ports of other than loopback addresses may be listened on. "
            "Whoever reaches such a port can ask for decisions: the protocol has no password."
        ),
    ] = False
    connections: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="The most connections at once. When all are taken, the one idle longest "
            "is closed for a new one, which mail servers do not notice.",
        ),
    ] = 2000
    request_timeout: Annotated[
        float, Meta(gt=0, le=3600, description="How long a request may take to arrive.")
    ] = 10.0
    reply_timeout: Annotated[
        float, Meta(gt=0, le=3600, description="How long replies may wait to be read.")
    ] = 30.0
    idle_timeout: Annotated[
        float, Meta(gt=0, le=86_400, description="How long a connection may be idle.")
    ] = 1000.0


class PostfixSettings(ListenerSettings, frozen=True):
    """The policy service for Postfix (`check_policy_service`). Times are in seconds."""

    listen: Annotated[
        tuple[str, ...],
        Meta(
            description="Where to listen: `unix:/path`, `inet:ADDRESS:PORT`, `inet:[IPV6]:PORT`; "
            "several at once if wanted. Empty: nowhere, where only other mail servers ask."
        ),
    ] = ("unix:/var/spool/postfix/private/gotrdns",)
    socket_mode: Annotated[
        str,
        Meta(
            pattern="^0?[0-7]{3}$",
            examples=["0660"],
            description="Permissions of unix sockets, in octal. The directory of the default one "
            "admits Postfix alone.",
        ),
    ] = "0666"
    idle_timeout: Annotated[
        float,
        Meta(
            gt=0,
            le=86_400,
            description="How long a connection may be idle. Above the 300 after which Postfix "
            "closes it (`smtpd_policy_service_max_idle`).",
        ),
    ] = 1000.0
    outstanding: Annotated[
        int,
        Meta(ge=1, le=10_000, description="The most requests of one connection under way."),
    ] = 100
    request_octets: Annotated[
        int, Meta(ge=4096, le=1_048_576, description="The longest request.")
    ] = Limits().request_octets
    line_octets: Annotated[
        int, Meta(ge=2048, le=1_048_576, description="The longest line of a request.")
    ] = Limits().line_octets
    attributes: Annotated[
        int, Meta(ge=50, le=10_000, description="The most attributes of a request.")
    ] = Limits().attributes

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        super().__post_init__()
        if self.idle_timeout <= _POSTFIX_MAX_IDLE:
            raise InvalidSetting(
                "idle-timeout",
                f"{self.idle_timeout:g} s is too short: above {_POSTFIX_MAX_IDLE:g}, Postfix hangs "
                "up first, and no request meets a connection being closed",
            )

    @property
    def limits(self) -> Limits:
        return Limits(self.request_octets, self.line_octets, self.attributes)


class EximSettings(ListenerSettings, frozen=True):
    """The question of one line that Exim asks with `${readsocket`. Times are in seconds."""

    idle_timeout: Annotated[
        float,
        Meta(
            gt=0,
            le=86_400,
            description="How long a connection may be idle: Exim asks at once when it connects.",
        ),
    ] = 10.0
    line_octets: Annotated[
        int,
        Meta(
            ge=131_072,
            le=1_048_576,
            description="The longest request. Exim reads commands of 16384 octets, a request has "
            "three of them, and escaping may double each; who says more than fits here passes.",
        ),
    ] = 131_072


class MilterSettings(ListenerSettings, frozen=True):
    """The mail filter (milter) for Postfix and Sendmail. Times are in seconds."""

    connections: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="The most connections at once: each client of the mail server has one. "
            "When all are taken, a further one is closed at once, and the mail server does what "
            "it is told to do without the filter.",
        ),
    ] = 2000
    idle_timeout: Annotated[
        float,
        Meta(
            gt=0,
            le=86_400,
            description="How long a connection may be idle, which it is while the client is. "
            "Above the hour that Sendmail waits for a client.",
        ),
    ] = 7200.0
    packet_octets: Annotated[
        int,
        Meta(
            ge=131_072,
            le=16_777_216,
            description="The longest packet. A header field comes in one, so this is above the "
            "mail server's limit (`header_size_limit` in Postfix, 102400).",
        ),
    ] = milter.Limits().packet_octets
    authserv_id: Annotated[
        str,
        Meta(
            max_length=255,
            pattern=r"^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]*$",
            examples=["mx.example.org"],
            description="Who vouches for `Authentication-Results` (RFC 8601 section 2.5): fields "
            "that come from outside and claim this name are removed. Empty: the mail server's own "
            "name for itself (its macro `j`).",
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        super().__post_init__()
        if self.idle_timeout <= _POSTFIX_SMTPD_TIMEOUT:
            raise InvalidSetting(
                "idle-timeout",
                f"{self.idle_timeout:g} s is too short: a client may be silent for "
                f"{_POSTFIX_SMTPD_TIMEOUT:g}, and its mail would pass unexamined after that",
            )

    @property
    def limits(self) -> milter.Limits:
        return milter.Limits(self.packet_octets)
