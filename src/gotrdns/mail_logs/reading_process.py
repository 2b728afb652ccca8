"""A process that reads texts for another: ``python -m gotrdns.mail_logs.reading_process``.

Batches come by standard input, one after another, and what they yield goes to standard output. It
ends with whoever started it.
"""

import signal
import sys
from typing import IO

import msgspec

from gotrdns.mail_logs.formats.line_reader import LineReader, seldom_collected
from gotrdns.mail_logs.formats.readers import SETS
from gotrdns.mail_logs.formats.times import ForeseeingClock
from gotrdns.mail_logs.processes import Done, Work, receive, send


def main(work_from: IO[bytes], done_to: IO[bytes]) -> None:
    # A terminal interrupts all processes; this one ends when nobody is there to read its results.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    decode = msgspec.msgpack.Decoder(Work).decode
    log, clock = 0, ForeseeingClock(0.0)
    lines = LineReader(clock, SETS[0])
    while octets := receive(work_from):
        work = decode(octets)
        if work.log != log:
            log, clock = work.log, ForeseeingClock(work.latest)
            lines = LineReader(clock, SETS[work.readers])
        clock.begin(work.clock)
        send(done_to, Done([*map(lines.read, work.texts)], clock.taken))


if __name__ == "__main__":
    with seldom_collected():
        main(sys.stdin.buffer, sys.stdout.buffer)
