"""Asking DNS about the clients of a log, with progress on the terminal.

Owns how trouble with the resolver is told. Whom to ask about is others' business.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gotrdns.cli.asking_options import choose_resolver
from gotrdns.cli.output import Failure, complain
from gotrdns.cli.progress import Progress
from gotrdns.deciding import VerificationSettings
from gotrdns.mail_logs.today.asking import Enquiry, ResolverUnusable, Today, ask_today, open_means
from gotrdns.names import Address
from gotrdns.reports.logs import english_today as words
from gotrdns.reports.walk_sentences import duration
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.resolution.settings import ResolverSettings

_FORESEEN_AFTER: Final = 2.0  # seconds: sooner there is nothing to foretell the rest from


def ask_about_clients(
    enquiries: Sequence[Enquiry],
    options: Mapping[str, Any],
    progress: Progress,
    *,
    resolver: ResolverSettings,
    verification: VerificationSettings,
) -> dict[Address, Today]:
    """What DNS says today of each; ``options`` by their parameters' names. Raises Failure.

    An interrupt ends the process, as it does every verb: nothing is reported of those asked about.
    """
    chosen = choose_resolver(resolver, options)

    def tell_waiting(pause: int) -> None:
        progress.clear()
        complain(words.WAITING.format(pause=duration(pause)))

    async def ask() -> dict[Address, Today]:
        with open_means(chosen, verification, tell_waiting) as means:
            on_told = Countdown(len(enquiries), progress).show
            return await ask_today(means, enquiries, rate=options["rate"], on_told=on_told)

    try:
        return asyncio.run(ask())
    except (InvalidServer, NoServers, ResolverUnusable) as error:
        raise Failure(str(error)) from None
    finally:
        progress.clear()


class Countdown:
    """Shows how many clients are done with, and how long the others will take."""

    def __init__(
        self, clients: int, progress: Progress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clients = clients
        self._progress = progress
        self._clock = clock
        self._began = clock()

    def show(self, asked: int) -> None:
        elapsed = self._clock() - self._began
        left = math.ceil(elapsed / asked * (self._clients - asked))
        foreseen = elapsed >= _FORESEEN_AFTER and left > 0
        self._progress.show_if_due(
            words.ASKED_WITH_TIME if foreseen else words.ASKED,
            count=asked,
            all=self._clients,
            left=duration(left),
        )
