"""The settings: one TOML file, a section for each room that has settings.

Owns the list of sections and reading the file. Each section's keys, their ranges and what is
dangerous about them belong to the room they set; how problems are found is in ``reading``.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gotrdns.deciding import VerificationSettings
from gotrdns.policy import InvalidSetting, PolicySettings
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.resolution.servers import InvalidServer, parse_server
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.servers.settings import EximSettings, MilterSettings, PostfixSettings
from gotrdns.settings.listeners import ControlSettings, MetricsSettings
from gotrdns.settings.problems import InvalidSettings, Problem
from gotrdns.settings.reading import read_text
from gotrdns.store.settings import StoreSettings
from gotrdns.web.settings import AdminSettings, PageSettings

__all__ = [
    "AdminSettings",
    "ControlSettings",
    "InvalidSettings",
    "LogSettings",
    "MetricsSettings",
    "PageSettings",
    "Problem",
    "Settings",
    "read_settings",
]


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What is written about what happens, and where to: one line an event."""

    level: Annotated[
        Literal["error", "warning", "info", "debug"],
        Meta(
            description="The least important lines written: `warning` leaves out decisions, "
            "`debug` adds those about clients that simply passed."
        ),
    ] = "info"
    format: Annotated[
        Literal["text", "json"],
        Meta(
            description="`text` is logfmt, `name=value` words; `json` is one object a line, in "
            "which numbers stay numbers and lists lists."
        ),
    ] = "text"
    to: Annotated[
        Literal["stderr", "journal"],
        Meta(
            description="`stderr` is standard error, which a service manager keeps as it likes; "
            "`journal` is journald itself, where every field can be searched by itself "
            "(`journalctl GOTRDNS_CAUSE=no-ptr`)."
        ),
    ] = "stderr"
    summary_interval: Annotated[
        int,
        Meta(ge=0, le=86_400, description="Seconds between lines of counters; 0 for none."),
    ] = 3600


class Settings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """All sections. Only ``[policy]`` must be there, for its ``mode``."""

    policy: PolicySettings
    verification: VerificationSettings = VerificationSettings()
    resolver: ResolverSettings = ResolverSettings()
    postfix: PostfixSettings = PostfixSettings()
    milter: MilterSettings = MilterSettings()
    exim: EximSettings = EximSettings()
    store: StoreSettings = StoreSettings()
    page: PageSettings = PageSettings()
    admin: AdminSettings = AdminSettings()
    metrics: MetricsSettings = MetricsSettings()
    control: ControlSettings = ControlSettings()
    log: LogSettings = LogSettings()

    def __post_init__(self) -> None:
        """Raises InvalidSetting for what no section can tell by itself."""
        if not (self.postfix.listen or self.milter.listen or self.exim.listen):
            raise InvalidSetting("postfix.listen", "no mail server can ask: name a place to listen")
        self._refuse_shared_places()
        self._refuse_what_is_no_resolver()

    def _refuse_shared_places(self) -> None:
        users: dict[Endpoint, str] = {}
        for section, key in (
            ("postfix", "listen"),
            ("milter", "listen"),
            ("exim", "listen"),
            ("page", "listen"),
            ("admin", "listen"),
            ("metrics", "listen"),
            ("control", "socket"),
        ):
            for place in getattr(self, section).endpoints:
                other = users.setdefault(place, section)
                if other != section:
                    raise InvalidSetting(
                        f"{section}.{key}", f'[{section}] and [{other}] both name "{place}"'
                    )

    def _refuse_what_is_no_resolver(self) -> None:
        for key, servers in (
            ("resolver.servers", self.resolver.servers),
            ("resolver.trust-ad", self.resolver.trust_ad),
        ):
            for text in servers:
                try:
                    parse_server(text)
                except InvalidServer as error:
                    raise InvalidSetting(key, str(error)) from None


def read_settings(path: Path) -> Settings:
    """Raises InvalidSettings with everything that is wrong with the file."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidSettings([Problem(path, None, f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidSettings([Problem(path, line, "is not UTF-8, as TOML must be")]) from None
    return read_text(Settings, text, path)
