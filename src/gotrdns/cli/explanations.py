"""The work of ``gotrdns explain``: targets in, explanations out in the same order.

Owns how many addresses are explained, or waited for, at once, and with what means.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

from gotrdns.cli.explanation_output import Explained, Printer, Told
from gotrdns.cli.helo import ask_about_helo
from gotrdns.cli.inquiry import Inquiry
from gotrdns.cli.ordered import work_in_order
from gotrdns.cli.progress import Progress
from gotrdns.cli.reporting import read_targets
from gotrdns.cli.targets import Expansion, Place, Remark, Weight, expand_domain, expand_host
from gotrdns.cli.waiting import Waiting
from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.helo import Helo, MalformedHelo
from gotrdns.evidence import Server
from gotrdns.explaining.explainer import Means, explain
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Outcome, Question
from gotrdns.names import Address
from gotrdns.reports.letters import require_language
from gotrdns.resolution.checking_disabled import ask_with_checking_disabled
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import ServerAddress, choose_servers
from gotrdns.resolution.walk import Walker, read_root_hints

# Addresses at once: each asks many servers that are not ours.
_AT_ONCE: Final = 4
# Waits at once: they mostly sleep, and their looks take turns as above.
_WAITS_AT_ONCE: Final = 100
_KEPT: Final = 1000
_PLACES_A_TARGET: Final = 10


class Explainer:
    """Explains addresses, each with a walker of its own: the limits are an address's."""

    def __init__(
        self, inquiry: Inquiry, client: Client, hints: Sequence[Server], progress: Progress
    ) -> None:
        self._inquiry = inquiry
        self._progress = progress
        self._client = client
        self._hints = hints
        self._expand = expand_domain if inquiry.exchanges else expand_host
        self._suspect: ServerAddress = choose_servers(inquiry.resolver.servers)[0]
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._find_holder = _holder_finder(inquiry) if inquiry.rdap else None

    async def expand(self, target: str) -> Expansion:
        """The addresses of a target, the first ten: each costs hundreds of questions."""
        expansion = await self._expand(self._client, target)
        if len(expansion.places) <= _PLACES_A_TARGET:
            return expansion
        left_out = Remark("too-many-addresses", Weight.NOTE, target)
        return Expansion(expansion.places[:_PLACES_A_TARGET], (*expansion.remarks, left_out))

    async def explain(self, address: Address) -> Explanation:
        async with self.walking() as walker:
            means = Means(
                resolver=self._client,
                walker=walker,
                ask_unvalidated=self._ask_unvalidated,
                find_holder=self._find_holder,
                servers=self._client.servers,
            )
            helo = await self._helo()
            return await explain(means, address, helo=helo, given=self._inquiry.name)

    @contextlib.asynccontextmanager
    async def walking(self) -> AsyncIterator[Walker]:
        """A new walker, once it is this one's turn."""
        async with (
            self._slots,
            Walker(self._hints, self._inquiry.walk, on_step=self._progress.note_question) as walker,
        ):
            yield walker

    async def _helo(self) -> Helo | None:
        helo = self._inquiry.helo
        if helo is None or isinstance(helo, MalformedHelo):
            return helo
        return await ask_about_helo(self._client, helo)

    async def _ask_unvalidated(self, question: Question) -> Outcome:
        patience = self._inquiry.resolver.timeout
        return await ask_with_checking_disabled(self._suspect, question, patience=patience)


def _holder_finder(inquiry: Inquiry) -> Callable[[Address], Awaitable[Holder]]:
    from gotrdns.contacts.cache import Cache, default_directory  # noqa: PLC0415 - where asked for
    from gotrdns.contacts.rdap import Registry, open_registry  # noqa: PLC0415

    begin = inquiry.rdap_bootstrap
    if begin is None:
        return open_registry().find_holder
    # What one place said must not pass for what another did.
    kept_in = default_directory(os.environ)
    directory = kept_in and kept_in / hashlib.sha256(begin.encode()).hexdigest()[:16]
    cache = Cache(directory)
    return Registry(cache, iana=begin, allow_insecure=begin.startswith("http:")).find_holder


async def explain_targets(inquiry: Inquiry, targets: Sequence[str]) -> int:
    """Explain and print everything; returns the exit status.

    Raises InvalidServer and NoServers for the resolver, InvalidHints for the root hints,
    InvalidLanguage for the letters', UnreadableInput for standard input.
    """
    require_language(inquiry.language)
    hints = read_root_hints(inquiry.hints)
    client = open_client(inquiry.resolver)
    progress = Progress()
    try:
        printer = Printer(inquiry, client.servers, progress)
        explainer = Explainer(inquiry, client, hints, progress)
        if inquiry.pace is None:
            await _explain_all(explainer, targets, printer)
        else:
            waiting = Waiting(inquiry, inquiry.pace, explainer, progress)
            await waiting.guard(_wait_for_all(explainer, targets, printer, waiting))
        printer.finish()
    finally:
        progress.clear()
        client.close()
    return printer.outcomes.status


async def _explain_all(explainer: Explainer, targets: Sequence[str], printer: Printer) -> None:
    async def explain_place(place: Place) -> Told:
        return Told(place, await explainer.explain(place.address))

    async def explain_target(target: str) -> Explained:
        expansion = await explainer.expand(target)
        told = await asyncio.gather(*map(explain_place, expansion.places))
        return Explained(expansion.remarks, told)

    await _in_order(targets, explain_target, printer, _AT_ONCE)


async def _wait_for_all(
    explainer: Explainer, targets: Sequence[str], printer: Printer, waiting: Waiting
) -> None:
    async def wait_for_target(target: str) -> Explained:
        expansion = await explainer.expand(target)
        printer.print_remarks(expansion.remarks)  # who waits should know at once
        return Explained((), await asyncio.gather(*map(waiting.wait_for, expansion.places)))

    await _in_order(targets, wait_for_target, printer, _WAITS_AT_ONCE)


async def _in_order(
    targets: Sequence[str],
    work: Callable[[str], Coroutine[Any, Any, Explained]],
    printer: Printer,
    at_once: int,
) -> None:
    await work_in_order(
        read_targets(targets), work, printer.print_target, at_once=at_once, kept=_KEPT
    )
