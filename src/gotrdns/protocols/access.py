"""Who may use a unix socket: its file's permissions, owner and group.

Owns reading the names or numbers of owner and group. Changes no file.
"""

from typing import Final

from msgspec import Struct

from gotrdns.policy import InvalidSetting

_MOST: Final = (1 << 32) - 2  # the last number means "nobody in particular" to chown(2)


class SocketAccess(Struct, frozen=True):
    """``owner`` and ``group`` are numbers, None for those of the daemon itself."""

    permissions: int
    owner: int | None = None
    group: int | None = None


def read_access(mode: str, owner: str, group: str) -> SocketAccess:
    """Permissions in octal; an empty owner or group is the daemon's own. Raises InvalidSetting."""
    return SocketAccess(
        int(mode, 8),
        _read_owner(owner) if owner else None,
        _read_group(group) if group else None,
    )


def _read_owner(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return _checked("socket-owner", text)
    try:
        # Only where there are users at all.
        import pwd  # noqa: PLC0415

        return pwd.getpwnam(text).pw_uid
    except (ImportError, KeyError):
        raise InvalidSetting("socket-owner", f'this host has no user "{text}"') from None


def _read_group(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return _checked("socket-group", text)
    try:
        import grp  # noqa: PLC0415

        return grp.getgrnam(text).gr_gid
    except (ImportError, KeyError):
        raise InvalidSetting("socket-group", f'this host has no group "{text}"') from None


def _checked(key: str, text: str) -> int:
    if len(text) > len(str(_MOST)) or int(text) > _MOST:
        raise InvalidSetting(key, f"{text} is too large a number")
    return int(text)
