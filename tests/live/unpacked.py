"""Mail servers that cannot be installed beside Postfix, run from unpacked Debian packages.

Owns where `tests/unpack-packages` left them, and what their packages would have made of the host:
accounts and directories. Each program finds these in a mount namespace of its own, so that nothing
is changed for anybody else. Knows neither configurations nor mail.
"""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

PACKAGES: Final = Path(__file__).parents[2] / "build" / "debian"
FIRST_ID: Final = 64_501  # neither a person's nor one that Debian gives to a daemon


class NotUnpacked(Exception):
    """The package is not where the tests look for it."""


def unpacked(package: str, path: str) -> Path:
    """A file or folder of that package. Raises NotUnpacked with the command that gets it."""
    found = PACKAGES / package / path
    if not found.exists():
        raise NotUnpacked(f"run as root: tests/unpack-packages build/debian {package}")
    return found


def as_if_installed(
    command: Sequence[str | Path],
    directory: Path,
    *,
    accounts: Sequence[str],
    state: Sequence[str] = (),
    folders: Mapping[str, Path] = MappingProxyType({}),
    syslog: Path | None = None,
) -> list[str | Path]:
    """The command line that runs the command with these accounts, and with what it must find.

    `state` are empty directories, whose parents are covered because the host may not have the
    directories and is not ours to change. `folders` are the package's, where the host has others.
    `syslog` is a socket to have as `/dev/log`.
    """
    covers = [_cover(file, directory, accounts) for file in ("passwd", "group")]
    parents = {next(above for above in Path(each).parents if above.exists()) for each in state}
    covers += [f"mount -t tmpfs -o mode=0755 tmpfs {parent}" for parent in sorted(parents)]
    covers += [f"mkdir -m 0711 -p {each}" for each in state]
    covers += [f"mount --bind {shlex.quote(str(ours))} {path}" for path, ours in folders.items()]
    if syslog is not None:
        covers += _devices(directory / "devices", syslog)
    script = "\n".join([*covers, 'exec "$@"'])
    return ["unshare", "--mount", "--", "sh", "-e", "-c", script, "sh", *command]


def _devices(place: Path, syslog: Path) -> list[str]:
    """The host's are not ours to change; these are as many as a mail server needs."""
    lines = [f"mkdir {place}", f"mount -t tmpfs -o mode=0755 tmpfs {place}"]
    for name in ("null", "random", "urandom"):
        lines += [f"touch {place}/{name}", f"mount --bind /dev/{name} {place}/{name}"]
    return [*lines, f"ln -s {syslog} {place}/log", f"mount --rbind {place} /dev"]


def _cover(file: str, directory: Path, accounts: Sequence[str]) -> str:
    lines = Path("/etc", file).read_text().splitlines()
    for number, account in enumerate(accounts, start=FIRST_ID):
        fields = [account, "x", str(number)]
        if file == "passwd":
            fields += [str(number), "", "/nonexistent", "/usr/sbin/nologin"]
        else:
            fields.append("")
        lines.append(":".join(fields))
    ours = directory / file
    ours.write_text("\n".join([*lines, ""]))
    return f"mount --bind {shlex.quote(str(ours))} /etc/{file}"
