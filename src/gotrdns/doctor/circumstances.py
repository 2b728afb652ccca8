"""What every check may have to know beforehand: settings, Postfix's configuration, the daemon.

Owns reading them once, and what is examined where nobody says otherwise.
"""

import asyncio
import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from gotrdns.deciding import VerificationSettings
from gotrdns.doctor.host import CommandFailed, Host, NoSuchCommand
from gotrdns.doctor.postfix_configuration import PostfixConfiguration, read_postfix
from gotrdns.names import Address
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.reports.examination import Check, Obstacle, Unmade
from gotrdns.reports.status import QUESTION, NotAStatus, Status, decode_status
from gotrdns.servers.settings import ListenerSettings
from gotrdns.settings import ControlSettings, InvalidSettings, Problem, Settings
from gotrdns.store.settings import StoreSettings

POSTFIX: Final = "postfix"
MILTER: Final = "milter"
EXIM: Final = "exim"
DOORS: Final = (POSTFIX, MILTER, EXIM)
_POSTFIX_PATIENCE: Final = 7.0  # seconds; postconf may ask DNS for this host's own name
# Where Debian's and Red Hat's system log has it.
_MAIL_LOGS: Final = (Path("/var/log/mail.log"), Path("/var/log/maillog"))


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be examined. ``resolvers`` are instead of those that the settings name,
    ``addresses`` instead of those that mail seems to be sent from.
    """

    settings: Path
    resolvers: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    mail_log: Path | None = None
    postfix: Path | None = None


class Absent(msgspec.Struct, frozen=True):
    """Something is not there, or cannot be had: why, in a code and in data."""

    obstacle: Obstacle
    details: Mapping[str, str] = {}

    def hinders(self, check: Check) -> Unmade:
        return Unmade(check, self.obstacle, self.details)


class NoDaemon(msgspec.Struct, frozen=True):
    """No daemon answers at its control socket, in the system's words."""

    reason: str


class StrangeDaemon(msgspec.Struct, frozen=True):
    """What answers there tells what this version does not understand."""

    reason: str


class NoSettings(msgspec.Struct, frozen=True):
    """There is no such file."""


SettingsRead: TypeAlias = Settings | InvalidSettings | NoSettings | Absent
DaemonHeard: TypeAlias = Status | NoDaemon | StrangeDaemon | Absent


class Circumstances(msgspec.Struct, frozen=True):
    """Read once, before the checks."""

    wishes: Wishes
    settings: SettingsRead
    postfix: PostfixConfiguration | Absent
    daemon: DaemonHeard

    @property
    def valid_settings(self) -> Settings | None:
        return self.settings if isinstance(self.settings, Settings) else None

    @property
    def doors(self) -> Mapping[str, tuple[Endpoint, ...]]:
        """Where mail servers are to find the daemon, by the section; nowhere, if it is unknown."""
        settings = self.valid_settings
        if settings is None:
            return dict.fromkeys(DOORS, ())
        sections: tuple[ListenerSettings, ...] = (settings.postfix, settings.milter, settings.exim)
        return {name: each.endpoints for name, each in zip(DOORS, sections, strict=True)}

    @property
    def mail_logs(self) -> tuple[Path, ...]:
        """Where Postfix may write its log."""
        if self.wishes.mail_log is not None:
            return (self.wishes.mail_log,)
        own = "" if isinstance(self.postfix, Absent) else self.postfix.value("maillog_file")
        return (Path(own),) if own.startswith("/") else _MAIL_LOGS

    @property
    def resolvers(self) -> Sequence[str]:
        """As they were named; empty where those of /etc/resolv.conf are meant."""
        if self.wishes.resolvers or not isinstance(self.settings, Settings):
            return self.wishes.resolvers
        return self.settings.resolver.servers

    @property
    def deadline(self) -> float:
        """When the daemon answers at the latest, in seconds."""
        settings = self.valid_settings
        return (settings.verification if settings else VerificationSettings()).deadline

    @property
    def store(self) -> StoreSettings:
        settings = self.valid_settings
        return settings.store if settings else StoreSettings()


async def look_around(host: Host, wishes: Wishes) -> Circumstances:
    """Read what every check may need; raises nothing for what is missing."""
    settings = _read_settings(host, wishes.settings)
    postfix, daemon = await asyncio.gather(
        _ask_postfix(host, wishes.postfix), _ask_daemon(host, settings)
    )
    return Circumstances(wishes, settings, postfix, daemon)


def _read_settings(host: Host, path: Path) -> SettingsRead:
    try:
        return host.settings_at(path)
    except InvalidSettings as error:
        return error
    except FileNotFoundError:
        return NoSettings()
    except PermissionError:
        return Absent(Obstacle.NOT_PERMITTED, {"path": str(path)})
    except OSError as error:
        reason = error.strerror or str(error)
        return InvalidSettings([Problem(path, None, f"cannot be read: {reason}")])


async def _ask_postfix(host: Host, directory: Path | None) -> PostfixConfiguration | Absent:
    try:
        async with asyncio.timeout(_POSTFIX_PATIENCE):
            return await read_postfix(host, directory)
    except NoSuchCommand:
        return Absent(Obstacle.NO_POSTFIX)
    except CommandFailed as error:
        return Absent(Obstacle.COMMAND_FAILED, {"command": "postconf", "reason": str(error)})
    except TimeoutError:
        return Absent(Obstacle.COMMAND_SLOW, {"command": "postconf"})


def _is_line(octets: bytes) -> bool:
    return octets.endswith(b"\n")


async def _ask_daemon(host: Host, settings: SettingsRead) -> DaemonHeard:
    control = settings.control if isinstance(settings, Settings) else ControlSettings()
    if not control.endpoints:
        return Absent(Obstacle.NO_CONTROL_SOCKET)
    [endpoint] = control.endpoints
    try:
        line = await host.converse(endpoint, QUESTION + b"\n", _is_line)
        return decode_status(line)
    except PermissionError:
        return Absent(Obstacle.NOT_PERMITTED, {"path": str(control.path)})
    except TimeoutError:
        return NoDaemon(os.strerror(errno.ETIMEDOUT))
    except OSError as error:
        return NoDaemon(error.strerror or str(error))
    except NotAStatus as error:
        return StrangeDaemon(str(error))
