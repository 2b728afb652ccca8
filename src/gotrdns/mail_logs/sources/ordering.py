"""A set of logs -> the same in the order in which they were written, whatever they are called.

Owns finding when a log begins: by its first time stamp, because names of rotated files follow many
customs and the files' own times may come from copying.
"""

import math
from collections.abc import Iterable
from datetime import tzinfo
from typing import Final

from gotrdns.mail_logs.formats.frames import Framer
from gotrdns.mail_logs.formats.times import Clock
from gotrdns.mail_logs.sources.lines import LineCutter, each_line
from gotrdns.mail_logs.sources.opening import File

# Where the first time stamp must be found.
_HEAD: Final = 65_536


def in_order(files: Iterable[File], zone: tzinfo | None = None) -> list[File]:
    """The oldest first, each only once. Files without any time stamp come last, as they were given.

    Raises OSError and NoZstandard, so that this is heard of before anything was read.
    """
    different = {file.identity: file for file in files}
    return sorted(different.values(), key=lambda file: begins_at(file, zone))


def begins_at(file: File, zone: tzinfo | None = None) -> float:
    """The first time stamp in it, in seconds since 1970; infinite if there is none."""
    framer = Framer(Clock(file.latest, zone))
    cutter = LineCutter()
    octets = 0
    for piece in File(file.path).pieces():
        for line in each_line(cutter.cut(piece)):
            if frame := framer.read(line):
                return frame.at
        octets += len(piece)
        if octets >= _HEAD:
            break
    for line in each_line(cutter.end()):
        if frame := framer.read(line):
            return frame.at
    return math.inf
