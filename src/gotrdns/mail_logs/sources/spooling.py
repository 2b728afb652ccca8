"""A stream that can be read again: what arrives is kept in a temporary file.

Owns that file, which has no name.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from typing import IO

from gotrdns.mail_logs.sources.opening import PIECE, Damage, Stream


class Spooled:
    """As the stream it is made of, decompressed once; whoever reads it first reads it to its end.

    Raises OSError, with the directory's name, where nothing can be kept.
    """

    def __init__(self, stream: Stream) -> None:
        self.name = stream.name
        self.latest = stream.latest
        self.octets = 0
        self._stream = stream
        self._file: IO[bytes] | None = None
        self._kept = 0

    @property
    def size(self) -> int | None:
        return self._kept or self._stream.size

    @property
    def damages(self) -> list[Damage]:
        return self._stream.damages

    def pieces(self) -> Iterator[bytes]:
        return self._arriving() if self._file is None else self._kept_in(self._file)

    def close(self) -> None:
        if self._file is not None:
            # What could not be kept was told of when it came.
            with contextlib.suppress(OSError):
                self._file.close()

    def _arriving(self) -> Iterator[bytes]:
        with _naming_the_directory():
            file = self._file = tempfile.TemporaryFile()  # noqa: SIM115 - see close
        for piece in self._stream.pieces():
            with _naming_the_directory():
                file.write(piece)
            self.octets = self._stream.octets
            yield piece
        with _naming_the_directory():
            file.flush()
        self._kept = file.tell()

    def _kept_in(self, file: IO[bytes]) -> Iterator[bytes]:
        file.seek(0)
        self.octets = 0
        while piece := file.read(PIECE):
            self.octets += len(piece)
            yield piece


@contextlib.contextmanager
def _naming_the_directory() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, tempfile.gettempdir()) from None
