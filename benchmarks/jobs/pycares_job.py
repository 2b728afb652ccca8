"""The whole job on pycares: callbacks, one channel, and an epoll loop around c-ares's sockets
(lighter than the thread that c-ares would otherwise start for itself)."""

from __future__ import annotations

import functools
import ipaddress
import select
from typing import TYPE_CHECKING

import pycares
from pycares import errno

from benchmarks.jobs.arguments import (
    RECEIVE_BUFFER,
    TIMEOUT_SECONDS,
    TRIES,
    Address,
    Job,
    failure,
    read_arguments,
)

if TYPE_CHECKING:
    from typing import TextIO

# A silent tenth of a second is soon enough to let c-ares look at its own deadlines.
IDLE_SECONDS = 0.1
CAUSES = {errno.ARES_ETIMEOUT: "timeout", errno.ARES_EREFUSED: "refused"}


def why(status: int) -> str:
    return CAUSES.get(status, "servfail")


class Verifier:
    """Keeps `concurrency` addresses in hand until the list is used up."""

    def __init__(self, job: Job, output: TextIO) -> None:
        self._waiting = iter(job.addresses())
        self._room = job.concurrency
        self._output = output
        self._poll = select.epoll()
        self._open: set[int] = set()
        self._channel = pycares.Channel(
            flags=pycares.ARES_FLAG_EDNS,
            servers=[f"{job.server}:{job.port}"],
            timeout=TIMEOUT_SECONDS,
            tries=TRIES,
            lookups="b",
            socket_receive_buffer_size=RECEIVE_BUFFER,
            sock_state_cb=self._socket_changed,
        )

    def run(self) -> None:
        self._start_more()
        while self._open:
            ready = self._poll.poll(IDLE_SECONDS)
            if not ready:
                self._channel.process_fd(pycares.ARES_SOCKET_BAD, pycares.ARES_SOCKET_BAD)
            for descriptor, event in ready:
                readable = event & (select.EPOLLIN | select.EPOLLERR | select.EPOLLHUP)
                self._channel.process_fd(
                    descriptor if readable else pycares.ARES_SOCKET_BAD,
                    descriptor if event & select.EPOLLOUT else pycares.ARES_SOCKET_BAD,
                )
            self._start_more()
        self._channel.close()

    def _socket_changed(self, descriptor: int, readable: bool, writable: bool) -> None:
        events = (select.EPOLLIN if readable else 0) | (select.EPOLLOUT if writable else 0)
        if descriptor not in self._open:
            self._open.add(descriptor)
            self._poll.register(descriptor, events)
        elif events:
            self._poll.modify(descriptor, events)
        else:
            self._open.discard(descriptor)
            self._poll.unregister(descriptor)

    def _start_more(self) -> None:
        while self._room:
            address = next(self._waiting, None)
            if address is None:
                break
            self._room -= 1
            self._channel.query(
                address.reverse_pointer,
                pycares.QUERY_TYPE_PTR,
                callback=functools.partial(self._reverse_heard, address),
            )

    def _reverse_heard(
        self, address: Address, result: pycares.DNSResult | None, status: int | None
    ) -> None:
        if status in {errno.ARES_ENOTFOUND, errno.ARES_ENODATA}:
            self.decide(address, "no-ptr")
            return
        if result is None or status is not None:
            self.decide(address, f"reverse-{why(status or 0)}")
            return
        names = {
            record.data.dname
            for record in result.answer
            if isinstance(record.data, pycares.PTRRecordData)
        }
        if not names:
            self.decide(address, "no-ptr")
            return
        verification = Forward(self, address, len(names))
        version4 = isinstance(address, ipaddress.IPv4Address)
        kind = pycares.QUERY_TYPE_A if version4 else pycares.QUERY_TYPE_AAAA
        for name in names:
            self._channel.query(name, kind, callback=verification.heard)

    def decide(self, address: Address, cause: str) -> None:
        self._output.write(f"{address}\t{cause}\n")
        self._room += 1


class Forward:
    """The address questions of one client, until one confirms or all are answered."""

    __slots__ = ("_address", "_causes", "_outstanding", "_verifier")

    def __init__(self, verifier: Verifier, address: Address, questions: int) -> None:
        self._verifier = verifier
        self._address = address
        self._outstanding = questions
        self._causes: list[str] = []

    def heard(self, result: pycares.DNSResult | None, status: int | None) -> None:
        self._outstanding -= 1
        self._causes.append(self._judge(result, status))
        if not self._outstanding:
            confirmed = "confirmed" in self._causes
            self._verifier.decide(
                self._address, "confirmed" if confirmed else failure(self._causes)
            )

    def _judge(self, result: pycares.DNSResult | None, status: int | None) -> str:
        if status == errno.ARES_ENOTFOUND:
            return "forward-nxdomain"
        if status == errno.ARES_ENODATA:
            return "forward-nodata"
        if result is None or status is not None:
            return f"forward-{why(status or 0)}"
        found = [
            record.data.addr
            for record in result.answer
            if isinstance(record.data, pycares.ARecordData | pycares.AAAARecordData)
        ]
        if isinstance(self._address, ipaddress.IPv4Address):
            confirmed = str(self._address) in found
        else:
            confirmed = self._address in map(ipaddress.ip_address, found)
        return "confirmed" if confirmed else "forward-mismatch" if found else "forward-nodata"


def main() -> None:
    job = read_arguments()
    with job.output_file.open("w") as output:
        Verifier(job, output).run()


if __name__ == "__main__":
    main()
