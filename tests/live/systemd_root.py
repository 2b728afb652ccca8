"""Becomes the first process, a systemd, of a small system beside the one that is there.

Owns that system: this host's files, with whatever is written to them thrown away at the end; the
same network; gotrdns where its unit expects it; the units of `contrib/systemd`; and journald.

    python -m tests.live.systemd_root DIRECTORY CONTROL-GROUP
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

_PROJECT: Final = Path(__file__).parents[2]
_UNITS: Final = _PROJECT / "contrib" / "systemd"
_SYSTEMD: Final = "/lib/systemd/systemd"
_DEVICES: Final = {
    "null": (1, 3),
    "zero": (1, 5),
    "full": (1, 7),
    "random": (1, 8),
    "urandom": (1, 9),
    "tty": (5, 0),
}
# What Debian's own units would start is not of interest, and some of it needs a real machine.
_WANTS: Final = ("sysinit", "sockets", "timers", "multi-user", "local-fs", "graphical")
_TARGET: Final = """\
[Unit]
Description=No more than the tests need
Requires=systemd-journald.service systemd-journald.socket
After=systemd-journald.service
"""
# As the unit starts it; the interpreter may be where the daemon's user does not come.
_LAUNCHER: Final = """\
#!/bin/sh
export PYTHONHOME=/opt/python PYTHONPATH=/opt/gotrdns/src:/opt/gotrdns/site
export LD_LIBRARY_PATH=/opt/python/lib
exec /opt/python/bin/{python} -m gotrdns "$@"
"""


def _mount(kind: str, place: Path, options: str = "") -> None:
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", kind, *(["-o", options] if options else []), kind, str(place)]
    subprocess.run(command, check=True)


def _bind(source: str | Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--rbind", str(source), str(place)], check=True)


def _build(directory: Path) -> Path:
    """The root of that system."""
    root, upper, work = (directory / name for name in ("root", "upper", "work"))
    for each in (upper, work):
        each.mkdir()
    _mount("overlay", root, f"lowerdir=/,upperdir={upper},workdir={work}")
    _mount("proc", root / "proc")
    _bind("/sys", root / "sys")
    _mount("cgroup2", root / "sys/fs/cgroup")
    for name in ("run", "dev", "tmp"):
        _mount("tmpfs", root / name, "mode=0755")
    for name, numbers in _DEVICES.items():
        os.mknod(root / "dev" / name, 0o666 | 0o020000, os.makedev(*numbers))
        (root / "dev" / name).chmod(0o666)
    for name in ("shm", "mqueue"):
        (root / "dev" / name).mkdir(mode=0o1777)
    _mount("devpts", root / "dev/pts", "newinstance,ptmxmode=0666")
    (root / "dev/ptmx").symlink_to("pts/ptmx")
    (root / "tmp").chmod(0o1777)
    _install(root)
    return root


def _install(root: Path) -> None:
    units = root / "etc/systemd/system"
    shutil.rmtree(units)
    units.mkdir()
    for name in _WANTS:
        shutil.rmtree(root / f"lib/systemd/system/{name}.target.wants", ignore_errors=True)
    # Nothing of this host's disks is mounted there.
    shutil.rmtree(root / "lib/systemd/system-generators")
    (units / "default.target").write_text(_TARGET)
    for unit in _UNITS.iterdir():
        shutil.copy(unit, units)
    shutil.rmtree(root / "opt", ignore_errors=True)
    _bind(sys.base_prefix, root / "opt/python")
    _bind(_PROJECT / "src", root / "opt/gotrdns/src")
    _bind(sysconfig.get_paths()["purelib"], root / "opt/gotrdns/site")
    launcher = root / "opt/gotrdns/bin/gotrdns"
    launcher.parent.mkdir()
    launcher.write_text(_LAUNCHER.format(python=Path(sys.executable).resolve().name))
    launcher.chmod(0o755)


def _enter(directory: str, group: str) -> None:
    """Leave this system's control groups and processes, and go on inside."""
    (Path(group) / "cgroup.procs").write_text(str(os.getpid()))
    namespaces = ("--cgroup", "--pid", "--mount", "--uts", "--ipc", "--fork", "--kill-child")
    again = [sys.executable, "-m", "tests.live.systemd_root", directory]
    os.execvp("unshare", ["unshare", *namespaces, *again])


def _become(directory: Path) -> None:
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    # A changed root alone would not do: systemd gives each service another.
    os.chdir(_build(directory))
    subprocess.run(["pivot_root", ".", "."], check=True)
    subprocess.run(["umount", "--lazy", "."], check=True)
    os.chdir("/")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    arguments = ["--system", "--log-target=journal", "--show-status=no"]
    os.execve(_SYSTEMD, [_SYSTEMD, *arguments], {"container": "other", "PATH": path})


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _enter(*sys.argv[1:])
    else:
        _become(Path(sys.argv[1]))
