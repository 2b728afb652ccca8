"""Listening sockets: opened without stealing another's, removed when we stop.

Owns binding, permissions and what a unix socket's file leaves behind.
"""

import contextlib
import errno
import os
import socket
import stat
from pathlib import Path
from typing import Final

from gotrdns.servers.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

# As Postfix's own default for its inet_listen backlog is generous; the kernel caps it (somaxconn).
_BACKLOG: Final = 1024
_ANSWER_WAIT: Final = 1.0  # seconds; a live listener's kernel accepts at once


class CannotListen(Exception):
    """A place to listen cannot be had."""

    def __init__(self, endpoint: Endpoint, reason: str) -> None:
        super().__init__(f"cannot listen on {endpoint}: {reason}")
        self.endpoint = endpoint
        self.reason = f"{endpoint}: {reason}"


class ListeningSocket:
    """An open, listening socket and what must be removed with it."""

    def __init__(self, endpoint: Endpoint, permissions: int) -> None:
        """Raises CannotListen."""
        self.endpoint = endpoint
        self._file: tuple[int, int, int] | None = None
        try:
            if isinstance(endpoint, UnixEndpoint):
                self.socket = _bind_path(endpoint, permissions)
                self._file = _identity(endpoint.path)
            else:
                self.socket = _bind_port(endpoint)
        except OSError as error:
            raise CannotListen(endpoint, _explain(error)) from None

    def permit(self, permissions: int) -> None:
        """Change a unix socket's permissions. Raises CannotListen if its file is gone."""
        if isinstance(self.endpoint, UnixEndpoint):
            try:
                self.endpoint.path.chmod(permissions)
            except OSError as error:
                raise CannotListen(self.endpoint, _explain(error)) from None

    def remove_file(self) -> None:
        """Remove a unix socket's file, if it is still ours."""
        if isinstance(self.endpoint, UnixEndpoint) and self._file is not None:
            with contextlib.suppress(OSError):
                if _identity(self.endpoint.path) == self._file:
                    self.endpoint.path.unlink()


def _bind_path(endpoint: UnixEndpoint, permissions: int) -> socket.socket:
    _clear_path(endpoint)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    # With umask the file never has other permissions than the wanted, not even for a moment.
    previous = os.umask(0o777 & ~permissions)
    try:
        listening.bind(str(endpoint.path))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(previous)
    return listening


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
        listening.listen(_BACKLOG)
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
