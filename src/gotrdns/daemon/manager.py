"""What systemd, or whoever started the daemon, wants to be told (sd_notify(3)).

Owns the messages and their way there, which never makes the daemon wait. Without a NOTIFY_SOCKET
nobody is told anything.
"""

import os
import socket
import time
from collections import deque
from collections.abc import MutableMapping
from typing import Final

_VARIABLES: Final = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
_MOST_UNTOLD: Final = 16
_PINGS_IN_TIME: Final = 3  # one may be late, and one lost


class ServiceManager:
    """``ping_interval`` is how many seconds there should be between two pings; None for no pings.

    Give it nobody's address (empty), and nothing is told.
    """

    def __init__(self, address: str = "", watchdog: float | None = None) -> None:
        self.ping_interval = None if watchdog is None else watchdog / _PINGS_IN_TIME
        # An abstract address is written with an @ (sd_notify(3)).
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._untold: deque[bytes] = deque(maxlen=_MOST_UNTOLD)

    @classmethod
    def find(cls, environment: MutableMapping[str, str]) -> "ServiceManager":
        """The one the environment announces; the announcement is not for our own children."""
        address, limit, pid = (environment.pop(each, "") for each in _VARIABLES)
        is_watched = limit.isascii() and limit.isdecimal() and int(limit) > 0
        if not address or not is_watched or pid not in {"", str(os.getpid())}:
            return cls(address)
        return cls(address, int(limit) / 1e6)

    def ready(self, status: str) -> None:
        """The daemon serves, after a start or a reload."""
        self._notify(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        # It is asked for to tell apart the reloads before and after a request for one.
        self._notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._notify("STOPPING=1")

    def status(self, text: str) -> None:
        """One line about how the daemon does."""
        self._notify(f"STATUS={text}")

    def ping(self) -> None:
        """The daemon does its work; who waits for pings in vain kills it and starts it anew."""
        if self.ping_interval is not None:
            self._notify("WATCHDOG=1")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _notify(self, message: str) -> None:
        if self._socket is None:
            return
        self._untold.append(message.encode())
        while self._untold:
            try:
                self._socket.sendto(self._untold[0], self._address)
            except BlockingIOError:  # it is busy, and hears the rest when there is more to tell
                return
            except OSError:  # it is gone, or never was
                pass
            self._untold.popleft()
