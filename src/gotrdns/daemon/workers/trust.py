"""How far the resolver can be believed, as a worker knows it: by the supervisor's one breaker."""

import asyncio
from typing import Final

from gotrdns.daemon.workers.channel import Channel
from gotrdns.daemon.workers.messages import Assure, Seen
from gotrdns.names import Address
from gotrdns.policy import Trust
from gotrdns.verification import Cause, Result, Verdict

_MOST_NOTED: Final = 2000


class SharedTrust:
    """Passes on what is seen, and is told what follows from what all have seen."""

    def __init__(self, channel: Channel) -> None:
        self.trust = Trust.SOUND
        self._channel = channel
        self._noted: list[tuple[Address, bool, bool]] = []
        self._asking: asyncio.Future[None] | None = None

    def note(self, verdict: Verdict) -> None:
        noted = self._noted
        # A message for each would cost more than the verdict did.
        if len(noted) < _MOST_NOTED:
            cause = verdict.cause
            troubled = verdict.result is Result.TEMPERROR
            noted.append((verdict.address, troubled, cause is Cause.CONFIRMED))

    def pass_on(self) -> None:
        """Tell what was noted. To be called many times a second."""
        if self._noted and not self._channel.is_crowded:
            self._channel.send(Seen(tuple(self._noted)))
            self._noted.clear()

    async def assure(self) -> Trust:
        """Those who ask at the same time share one question."""
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_future()
            self.pass_on()
            self._channel.send(Assure())
        await asyncio.shield(self._asking)
        return self.trust

    def hear(self, trust: Trust, *, assured: bool) -> None:
        """The supervisor's finding; ``assured`` when it was asked for."""
        self.trust = trust
        if assured and self._asking is not None:
            asking, self._asking = self._asking, None
            asking.set_result(None)
