"""The running daemon: it answers, is what the settings say, and finds nothing wrong itself.

Owns the comparison of what it tells with the settings. What it finds wrong is its own account, as
``gotrdns status`` shows it.
"""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Final

from gotrdns import __version__
from gotrdns.doctor.circumstances import Absent, Circumstances, NoDaemon, StrangeDaemon
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.host import Host
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.reports.readiness_text import remark_text
from gotrdns.reports.status import Status, Trouble
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.settings import ControlSettings, Settings

# With these, mail is not answered as it should be.
_HINDRANCES: Final = frozenset(
    {Trouble.STOPPING, Trouble.NOT_LISTENING, Trouble.RESOLVER_UNREACHABLE}
)
_FURTHER: Final = (Check.DAEMON_CURRENT, Check.DAEMON_HEALTHY)


def examine_daemon(host: Host, around: Circumstances) -> Iterator[Finding]:
    settings = around.valid_settings
    control = settings.control if settings else ControlSettings()
    place = str(control.path)
    obstacle = Absent(Obstacle.NO_DAEMON)
    match around.daemon:
        case Status():
            details = {"place": place, "mode": around.daemon.mode, "version": around.daemon.version}
            yield Well(Check.DAEMON_ANSWERS, details)
            yield from conclude(Check.DAEMON_CURRENT, _compare(host, around, around.daemon))
            yield from conclude(Check.DAEMON_HEALTHY, _health(around.daemon))
            return
        case NoDaemon():
            details = {"place": place, "reason": around.daemon.reason}
            yield Wrong(Fault.DAEMON_SILENT, details)
        case StrangeDaemon():
            details = {"place": place, "reason": around.daemon.reason}
            yield Wrong(Fault.DAEMON_STRANGE, details)
        case Absent():
            obstacle = around.daemon
            yield obstacle.hinders(Check.DAEMON_ANSWERS)
    for check in _FURTHER:
        yield obstacle.hinders(check)


def _compare(host: Host, around: Circumstances, status: Status) -> Iterator[Finding]:
    if status.version != __version__:
        versions = {"running": status.version, "installed": __version__}
        yield Wrong(Fault.DAEMON_OTHER_VERSION, versions)
    settings = around.valid_settings
    if settings is None:
        yield Unmade(Check.DAEMON_CURRENT, Obstacle.NO_SETTINGS)
        return
    for key, running, wanted in _pairs(host, around, status, settings):
        if running != wanted:
            details = {"key": key, "running": running, "wanted": wanted}
            yield Wrong(Fault.DAEMON_OTHER_SETTINGS, details)


def _pairs(
    host: Host, around: Circumstances, status: Status, settings: Settings
) -> Iterator[tuple[str, str, str]]:
    """By setting: what the daemon goes by, and what it is to go by."""
    yield "[policy] mode", status.mode, settings.policy.mode.value
    for door, places in around.doors.items():
        listening = (each.place for each in status.listeners if each.purpose == door)
        yield f"[{door}] listen", _joined(listening), _joined(map(str, places))
    # Without resolvers there is more to say than that they differ, and it is said elsewhere.
    with contextlib.suppress(InvalidServer, NoServers):
        asked = _joined(each.address for each in status.resolver.servers)
        servers = host.servers(settings.resolver.servers)
        yield "[resolver] servers", asked, _joined(each.text for each in servers)
    if status.store.place:  # else there was no place for it, which the daemon tells itself
        yield "[store] url", status.store.place, settings.store.place


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(sorted(texts))


def _health(status: Status) -> Iterator[Finding]:
    for remark in status.wrong:
        hinders = remark.trouble in _HINDRANCES
        fault = Fault.DAEMON_HINDERED if hinders else Fault.DAEMON_TROUBLED
        details = {"trouble": remark.trouble.value, "remark": remark_text(remark)}
        yield Wrong(fault, details)
