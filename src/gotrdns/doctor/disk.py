"""Room on the file systems of the store and of Postfix's queue.

Owns how much is too little.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gotrdns.doctor.circumstances import Absent, Circumstances
from gotrdns.doctor.host import Host, Room
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.store.settings import sqlite_path

_MEBI: Final = 1 << 20
# Postfix stops taking mail below 1.5 times its longest message, 15 MiB where nothing is set.
_FULL: Final = 50 * _MEBI
_LOW: Final = 500 * _MEBI
_LOW_SHARE: Final = 0.05  # of large ones more is left when they are nearly full
_INODES: Final = 1000


def examine_disk(host: Host, around: Circumstances) -> Iterator[Finding]:
    devices: set[int] = set()
    for path in _paths(around):
        try:
            room = host.room_at(path)
        except FileNotFoundError:
            continue  # what is lacking there is said of the store, or of Postfix
        except OSError as error:
            details = {"path": str(path), "reason": error.strerror or str(error)}
            for check in (Check.DISK_SPACE, Check.DISK_INODES):
                yield Unmade(check, Obstacle.UNREADABLE, details)
            continue
        if room.device not in devices:
            devices.add(room.device)
            yield _space(path, room)
            yield _inodes(path, room)
    if not devices:
        for check in (Check.DISK_SPACE, Check.DISK_INODES):
            yield Unmade(check, Obstacle.NO_STORE)


def _paths(around: Circumstances) -> Iterator[Path]:
    path = sqlite_path(around.store.url)
    if path is not None:
        yield path.parent
    if not isinstance(around.postfix, Absent):
        yield around.postfix.queue_directory


def _space(path: Path, room: Room) -> Finding:
    details = {
        "path": str(path),
        "free": f"{room.free_octets / _MEBI:,.0f}",
        "share": f"{room.free_octets / max(room.octets, 1):.0%}".replace("%", " %"),
    }
    if room.free_octets < _FULL:
        return Wrong(Fault.DISK_FULL, details)
    if room.free_octets < min(_LOW, room.octets * _LOW_SHARE):
        return Wrong(Fault.DISK_LOW, details)
    return Well(Check.DISK_SPACE, details)


def _inodes(path: Path, room: Room) -> Finding:
    details = {"path": str(path), "free": f"{room.free_inodes:,}"}
    if room.inodes and room.free_inodes < _INODES:
        return Wrong(Fault.DISK_INODES_LOW, details)
    return Well(Check.DISK_INODES, details)
