"""What tests of the store share: clients that fail, memories that write quickly, and waiting."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gotrdns.deciding.memory import Envelope
from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule, Transaction
from gotrdns.store.memory import StoredMemory
from gotrdns.store.settings import StoreSettings
from gotrdns.verification import Verdict, Verification
from gotrdns.vouching import Reach

CLIENT = Address.parse("85.105.64.87")
NAME = DomainName.parse("dsl.static851056487.ttnet.net.tr")
NOW = 1_800_000_000.0
INTERVAL = 0.02


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Reports:
    """What a memory told of trouble, and of how far domains have spoken."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.recoveries: list[tuple[float, int]] = []
        self.reach = Reach()

    def trouble(self, text: str) -> None:
        self.troubles.append(text)

    def recovered(self, seconds: float, lost: int) -> None:
        self.recoveries.append((seconds, lost))


def wait_until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.005)


def failing(client: Address = CLIENT, name: DomainName = NAME) -> Verdict:
    """Of a client whose name has no address."""
    verification = Verification(client)
    for index, _ in enumerate(
        verification.reverse_heard(Answer(Outcome.FOUND, names=(name,), ttl=3600))
    ):
        verification.forward_heard(index, Answer(Outcome.NODATA, ttl=60))
    return verification.verdict()


def passing(client: Address = CLIENT, name: DomainName = NAME) -> Verdict:
    verification = Verification(client)
    verification.reverse_heard(Answer(Outcome.FOUND, names=(name,)))
    verification.forward_heard(0, Answer(Outcome.FOUND, addresses=(client,)))
    return verification.verdict()


def transaction(
    client: Address | None = CLIENT,
    *,
    helo: str = "mail.sender.example",
    sender: str = "joe@sender.example",
    recipient: str = "jane@receiver.example",
) -> Transaction:
    return Transaction(client, helo, sender=sender, recipient=recipient)


def deferral(verdict: Verdict | None = None, **fields: Any) -> Decision:
    return Decision(Action.DEFER, Rule.FEW_FAILURES, verdict or failing(), **fields)


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


@contextmanager
def remembering(
    url: str,
    *,
    clock: Callable[[], float] | None = None,
    reports: Reports | None = None,
    envelope: Envelope = Envelope.DOMAINS,
    queue: int = 10_000,
    retention_days: int = 30,
) -> Iterator[StoredMemory]:
    """A memory at work; closed at the end."""
    heard = reports or Reports()
    memory = StoredMemory(
        StoreSettings(url=url, envelope=envelope, queue=queue, retention_days=retention_days),
        on_trouble=heard.trouble,
        on_recovered=heard.recovered,
        on_spoken=heard.reach.load,
        clock=clock or Clock(),
        interval=INTERVAL,
    )
    memory.start()
    try:
        yield memory
    finally:
        memory.close()


def wait_until_idle(memory: StoredMemory) -> None:
    wait_until(lambda: not memory.queue_depth, "the queue is empty")


def wait_until_written(memory: StoredMemory, writes: int) -> None:
    wait_until(lambda: memory.counters.written >= writes, f"{writes} writes")
