"""The ``[store]`` section: where decisions are kept, for how long, and how much of an envelope."""

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct

from gotrdns.deciding.memory import Envelope
from gotrdns.policy import InvalidSetting

NOWHERE: Final = "none"
DEFAULT_URL: Final = "sqlite:////var/lib/gotrdns/gotrdns.sqlite3"
DAY: Final = 86_400.0
_SQLITE: Final = "sqlite:///"
_DRIVER_MISSING: Final = (
    "needs psycopg, which is not installed; pip install 'gotrdns[postgresql]' brings it"
)


class StoreSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What is kept of clients and decisions, and where."""

    url: Annotated[
        str,
        Meta(
            description="Where decisions, clients' histories and exceptions are kept: "
            "`sqlite:////path/to/file` (four slashes), `postgresql://user@host/database`, which "
            "several mail hosts may share, or `none`, which remembers until the daemon ends."
        ),
    ] = DEFAULT_URL
    retention_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days after which a decision is deleted.")
    ] = 30
    envelope: Annotated[
        Envelope,
        Meta(
            description="How much of sender and recipient is kept: `nothing`, `domains` or "
            "`addresses`."
        ),
    ] = Envelope.DOMAINS
    queue: Annotated[
        int,
        Meta(
            ge=100,
            le=1_000_000,
            description="The most writes that wait while the database is out of reach. When there "
            "are more, the oldest are dropped and counted.",
        ),
    ] = 10_000

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        reason = _objection(self.url)
        if reason:
            raise InvalidSetting("url", f'"{self.place}" {reason}')

    @property
    def place(self) -> str:
        """``url`` without what may be secret in it; empty for ``none``."""
        if self.url == NOWHERE:
            return ""
        place, _, _ = self.url.partition("?")
        scheme, separator, rest = place.partition("://")
        account, at, host = rest.rpartition("@")
        return f"{scheme}{separator}{account.partition(':')[0]}{at}{host}"

    @property
    def retention(self) -> float:
        """``retention-days`` in seconds."""
        return self.retention_days * DAY


def sqlite_path(url: str) -> Path | None:
    """The file that an SQLite URL names, None for any other."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def make_directory(path: Path) -> None:
    """Make the directory of an SQLite file, for owner and group alone. Raises OSError.

    No more than that one: a path of which more is missing is likely misspelt.
    """
    path.parent.mkdir(mode=0o750, exist_ok=True)


def _objection(url: str) -> str:
    """Why the URL cannot be used, empty when it can."""
    if url == NOWHERE:
        return ""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        path = sqlite_path(url)
        if path is None or not path.is_absolute() or path == Path("/"):
            return (
                "names no file by its whole path: write sqlite:////var/lib/gotrdns/FILE with four "
                'slashes, or "none" to remember only until the daemon ends'
            )
        return ""
    if scheme == "postgresql":
        if not rest.strip("/"):
            return "names no database: write postgresql://user@host/database"
        return "" if _has_driver() else _DRIVER_MISSING
    if scheme.partition("+")[0] in {"postgres", "postgresql"}:
        return "must begin with postgresql://"
    return 'is neither sqlite:////path, postgresql://user@host/database nor "none"'


def _has_driver() -> bool:
    import importlib.util  # noqa: PLC0415 - most have SQLite

    return importlib.util.find_spec("psycopg") is not None
