"""The work of ``gotrdns explain``: targets in, explanations out in the same order.

Owns how many addresses are explained, or waited for, at once, and with what means.
"""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

from gotrdns.checking.targets import Place, expand_domain, expand_host
from gotrdns.cli.explanation_output import Explained, Printer, Told
from gotrdns.cli.inquiry import Inquiry
from gotrdns.cli.ordered import work_in_order
from gotrdns.cli.progress import Progress
from gotrdns.cli.reporting import read_targets
from gotrdns.cli.waiting import Waiting
from gotrdns.contacts.holder import Holder
from gotrdns.evidence import Server
from gotrdns.explaining.expert import Expand, Expert
from gotrdns.names import Address
from gotrdns.reports.letters import require_language
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.walk import read_root_hints

# Addresses at once: each asks many servers that are not ours.
_AT_ONCE: Final = 4
# Waits at once: they mostly sleep, and their looks take turns as above.
_WAITS_AT_ONCE: Final = 100
_KEPT: Final = 1000


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


def expert_for(
    inquiry: Inquiry, client: Client, hints: Sequence[Server], progress: Progress, *, at_once: int
) -> Expert:
    """Whoever explains with the means that were asked for. Raises InvalidServer and NoServers."""
    return Expert(
        client,
        inquiry.resolver,
        hints,
        inquiry.walk,
        at_once=at_once,
        find_holder=_holder_finder(inquiry) if inquiry.rdap else None,
        on_step=progress.note_question,
    )


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
        expert = expert_for(inquiry, client, hints, progress, at_once=_AT_ONCE)
        expand = expand_domain if inquiry.exchanges else expand_host
        if inquiry.pace is None:
            await _explain_all(expert, expand, inquiry, targets, printer)
        else:
            waiting = Waiting(inquiry, inquiry.pace, expert, progress)
            await waiting.guard(_wait_for_all(expert, expand, targets, printer, waiting))
        printer.finish()
    finally:
        progress.clear()
        client.close()
    return printer.outcomes.status


async def _explain_all(
    expert: Expert, expand: Expand, inquiry: Inquiry, targets: Sequence[str], printer: Printer
) -> None:
    async def explain_place(place: Place) -> Told:
        return Told(place, await expert.explain(place.address, inquiry.asked))

    async def explain_target(target: str) -> Explained:
        expansion = await expert.expand(expand, target)
        told = await asyncio.gather(*map(explain_place, expansion.places))
        return Explained(expansion.remarks, told)

    await _in_order(targets, explain_target, printer, _AT_ONCE)


async def _wait_for_all(
    expert: Expert, expand: Expand, targets: Sequence[str], printer: Printer, waiting: Waiting
) -> None:
    async def wait_for_target(target: str) -> Explained:
        expansion = await expert.expand(expand, target)
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
