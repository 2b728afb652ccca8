"""The one loop that joins verifications to a resolver, for one address or for millions.

Owns starting, stopping and counting of checks. The rules are in ``verification``, the questions'
journey in ``resolution``: this room only carries answers from one to the other.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from gotrdns.lookup import Answer, Question, RecordType, Resolver
from gotrdns.names import Address, DomainName
from gotrdns.verification import NAMES_EVALUATED, Verdict, Verification

_NO_TOKEN: Final = 0  # a PTR question needs none; a forward question's is its name's position
_PTR: Final = RecordType.PTR


class Check(msgspec.Struct, eq=False):
    """One verification under way.

    ``on_decided(verification)`` is called once, unless ``start`` decided at once or ``give_up``
    came first. With ``every_name`` it waits for all names, else the first confirmation decides.
    """

    verification: Verification
    resolver: Resolver
    on_decided: Callable[[Verification], None]
    every_name: bool = False
    _finished: bool = False

    def start(self) -> bool:
        """Ask the PTR question. True if everything was known already: then no call-back follows."""
        question = Question(self.verification.client.reverse_name, _PTR)
        answer = self.resolver.ask(question, self._reverse_heard, _NO_TOKEN)
        if answer is None:
            return False
        self._ask_names(answer)
        self._finished = self._can_stop()
        return self._finished

    def give_up(self) -> None:
        """Decide now. Questions under way go on and fill the resolver's cache."""
        self._finished = True
        self.verification.give_up(resolver_answers=self.resolver.reachable)

    def withdraw(self) -> None:
        """Stop without deciding, and take every question back."""
        self._finished = True
        client = self.verification.client
        self.resolver.forget(Question(client.reverse_name, _PTR), self._reverse_heard, _NO_TOKEN)
        self._forget_names()

    def _reverse_heard(self, _token: int, answer: Answer) -> None:
        if not self._finished:
            self._ask_names(answer)
            if self.verification.cause is not None:
                self._decide()

    def _name_heard(self, index: int, answer: Answer) -> None:
        if not self._finished:
            verification = self.verification
            verification.forward_heard(index, answer)
            if verification.cause is not None:
                self._decide()

    def _ask_names(self, answer: Answer) -> None:
        verification = self.verification
        names = verification.reverse_heard(answer)
        if not names:
            return
        forward_type = verification.forward_type
        for index, name in enumerate(names):
            at_once = self.resolver.ask(Question(name, forward_type), self._name_heard, index)
            if at_once is not None:
                verification.forward_heard(index, at_once)
                if verification.cause is not None and not self.every_name:
                    return

    def _decide(self) -> None:
        verification = self.verification
        if verification.outstanding == 0:
            self._finished = True
            self.on_decided(verification)
        elif not self.every_name:
            self._finished = True
            self._forget_names()
            self.on_decided(verification)

    def _can_stop(self) -> bool:
        verification = self.verification
        return verification.cause is not None and (
            not self.every_name or verification.outstanding == 0
        )

    def _forget_names(self) -> None:
        forward_type = self.verification.forward_type
        for index, name in enumerate(self.verification.asked):
            self.resolver.forget(Question(name, forward_type), self._name_heard, index)


async def check_address(
    resolver: Resolver,
    address: Address,
    *,
    helo: DomainName | None = None,
    limit: int = NAMES_EVALUATED,
) -> Verdict:
    """Verify one address and wait for every name, to report on each.

    Ends when the resolver's questions do; cancelling it withdraws them.
    """
    import asyncio  # noqa: PLC0415 - callers that drive Check themselves need not pay for it

    decided: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_decided(_verification: Verification) -> None:
        if not decided.done():
            decided.set_result(None)

    verification = Verification(address, helo=helo, limit=limit)
    check = Check(verification, resolver, on_decided, every_name=True)
    if not check.start():
        try:
            await decided
        finally:
            if not decided.done() or decided.cancelled():
                check.withdraw()
    return verification.verdict()


class Stream:
    """Verifies a stream of addresses with a bounded number under way, in order of completion.

    ``on_decided`` is handed each verification as it is decided; memory does not grow with the
    length of the stream, because an address is taken only when another has been finished.
    """

    def __init__(
        self,
        addresses: Iterable[Address],
        resolver: Resolver,
        on_decided: Callable[[Verification], None],
        *,
        concurrency: int,
        on_exhausted: Callable[[], None],
    ) -> None:
        self._addresses: Iterator[Address] = iter(addresses)
        self._resolver = resolver
        self._deliver = on_decided
        self._on_each = self._decided  # one bound method for all checks
        self._concurrency = concurrency
        self._on_exhausted = on_exhausted
        self._under_way = 0
        self._ended = False

    def start(self) -> None:
        """Start the first checks; ``on_exhausted`` is called after the last verdict."""
        while not self._ended and self._under_way < self._concurrency:
            self._under_way += 1
            self._start_next()

    def _start_next(self) -> None:
        """Start one check in the place of another, which is given up when there are no more."""
        # A loop, not recursion: answers from a warm cache decide at once.
        if not self._ended:
            for address in self._addresses:
                verification = Verification(address)
                if not Check(verification, self._resolver, self._on_each).start():
                    return
                self._deliver(verification)
            self._ended = True
        self._under_way -= 1
        if self._under_way == 0:
            self._on_exhausted()

    def _decided(self, verification: Verification) -> None:
        self._deliver(verification)
        self._start_next()
