"""Listening sockets: opened without stealing another's, removed when we stop.

Owns binding, who may connect, and what a unix socket's file leaves behind. A socket that was open
already when the daemon started belongs to whoever opened it, with its file.
"""

import contextlib
import errno
import os
import socket
import stat
from pathlib import Path
from typing import Final

from gotrdns.protocols.access import SocketAccess
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

# As Postfix's own default for its inet_listen backlog is generous; the kernel caps it (somaxconn).
BACKLOG: Final = 1024
_PRIVATE: Final = 0o600
_SAME: Final = -1  # chown(2)
_CANNOT_GIVE: Final = (
    "it cannot be given to the owner or group that the settings name: only root may do that, or, "
    "for a group, one of its members"
)
_ANSWER_WAIT: Final = 1.0  # seconds; a live listener's kernel accepts at once


class CannotListen(Exception):
    """A place to listen cannot be had."""

    def __init__(self, endpoint: Endpoint, reason: str) -> None:
        super().__init__(f"cannot listen on {endpoint}: {reason}")
        self.endpoint = endpoint
        self.reason = f"{endpoint}: {reason}"


class ListeningSocket:
    """An open, listening socket and what must be removed with it."""

    def __init__(
        self, endpoint: Endpoint, access: SocketAccess, inherited: socket.socket | None = None
    ) -> None:
        """``inherited`` listens at that place already. Raises CannotListen."""
        self.endpoint = endpoint
        self.is_inherited = inherited is not None
        self._access = access
        self._file: tuple[int, int, int] | None = None
        if inherited is not None:
            self.socket = inherited
            return
        try:
            if isinstance(endpoint, UnixEndpoint):
                self.socket = _bind_path(endpoint, access)
                self._file = _identity(endpoint.path)
            else:
                self.socket = _bind_port(endpoint)
        except OSError as error:
            raise CannotListen(endpoint, _explain(error)) from None

    @property
    def is_in_place(self) -> bool:
        """Whether who looks for it finds it: a unix socket's file may have been removed."""
        if self._file is None or not isinstance(self.endpoint, UnixEndpoint):
            return True
        try:
            return _identity(self.endpoint.path) == self._file
        except OSError:
            return False

    def admit(self, access: SocketAccess) -> None:
        """Change who may use a unix socket. Raises CannotListen if that cannot be done."""
        if isinstance(self.endpoint, UnixEndpoint) and not self.is_inherited:
            before, self._access = self._access, access
            try:
                _change_access(self.endpoint, access, before.permissions)
            except OSError as error:
                raise CannotListen(self.endpoint, _explain(error)) from None

    def remove_file(self) -> None:
        """Remove a unix socket's file, if it is still ours."""
        if isinstance(self.endpoint, UnixEndpoint) and self._file is not None and self.is_in_place:
            with contextlib.suppress(OSError):
                self.endpoint.path.unlink()


def _bind_path(endpoint: UnixEndpoint, access: SocketAccess) -> socket.socket:
    _clear_path(endpoint)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        _bind_privately(listening, endpoint)
        try:
            _change_access(endpoint, access, _PRIVATE)
            listening.listen(BACKLOG)
        except (CannotListen, OSError):
            endpoint.path.unlink(missing_ok=True)
            raise
    except (CannotListen, OSError):
        listening.close()
        raise
    return listening


def _bind_privately(listening: socket.socket, endpoint: UnixEndpoint) -> None:
    # With umask nobody else may use the file before it is as it should be, not even for a moment.
    previous = os.umask(0o777 & ~_PRIVATE)
    try:
        listening.bind(str(endpoint.path))
    finally:
        os.umask(previous)


def _change_access(endpoint: UnixEndpoint, access: SocketAccess, permissions: int) -> None:
    """From ``permissions`` to the access that is wanted, and never more than either in between."""
    path = endpoint.path
    path.chmod(permissions & access.permissions)
    if access.owner is not None or access.group is not None:
        owner, group = (_SAME if each is None else each for each in (access.owner, access.group))
        try:
            os.chown(path, owner, group, follow_symlinks=False)
        except PermissionError:
            raise CannotListen(endpoint, _CANNOT_GIVE) from None
    path.chmod(access.permissions)


def _clear_path(endpoint: UnixEndpoint) -> None:
    """Remove what a killed daemon left; refuse to take a place that is in use."""
    try:
        mode = endpoint.path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise CannotListen(endpoint, "there is a file that is not a socket; it was left alone")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_ANSWER_WAIT)
        try:
            probe.connect(str(endpoint.path))
        except (ConnectionRefusedError, FileNotFoundError):
            endpoint.path.unlink(missing_ok=True)
            return
        except TimeoutError:
            pass
    raise CannotListen(endpoint, "another process answers there; is gotrdns running already?")


def _bind_port(endpoint: TcpEndpoint) -> socket.socket:
    family = socket.AF_INET6 if endpoint.address.is_ipv6 else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((endpoint.address.text, endpoint.port))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _identity(path: Path) -> tuple[int, int, int]:
    # File systems use an inode number again at once; the time tells the files apart.
    status = path.lstat()
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _explain(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another process listens there; is gotrdns running already?"
        case errno.ENOENT:
            return "its directory does not exist"
        case errno.EACCES | errno.EPERM:
            return "permission denied"
        case errno.EADDRNOTAVAIL:
            return "this host does not have that address"
        case _:
            return error.strerror or str(error)
