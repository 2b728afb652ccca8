"""What daemons say to syslog, in a file as Debian's rsyslog writes it.

Owns a socket in the place of `/dev/log`. Knows no daemon.
"""

import re
import socket
import threading
from pathlib import Path
from typing import Final

_DATAGRAM: Final = re.compile(rb"<\d+>([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (.*)", re.DOTALL)
_LONGEST: Final = 65_536
_HOST: Final = b"mx"


class Syslog:
    """Listens as long as it is entered; everybody may say something."""

    def __init__(self, place: Path, log: Path) -> None:
        self.place = place
        self._log = log
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        with self._log.open("ab", buffering=0) as log:
            while datagram := self._socket.recv(_LONGEST):
                found = _DATAGRAM.fullmatch(datagram.rstrip(b"\0\n"))
                assert found is not None, datagram
                log.write(b"%s %s %s\n" % (found[1], _HOST, found[2]))

    def __enter__(self) -> "Syslog":
        self._socket.bind(str(self.place))
        self.place.chmod(0o666)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", str(self.place))
        self._thread.join()
        self._socket.close()
