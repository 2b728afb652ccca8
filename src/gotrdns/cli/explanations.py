"""The work of ``gotrdns explain``: targets in, explanations or letters out in the same order.

Owns how many addresses are explained at once and what is printed where.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.helo import ask_about_helo, read_helo
from gotrdns.cli.ordered import work_in_order
from gotrdns.cli.output import write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.cli.reporting import Outcomes, origin_of, read_targets
from gotrdns.cli.targets import Expansion, Place, Remark, expand_domain, expand_host, parse_host
from gotrdns.contacts.holder import Holder
from gotrdns.diagnosis.helo import Helo, MalformedHelo
from gotrdns.evidence import Server
from gotrdns.explaining.explainer import Means, explain
from gotrdns.explaining.explanation import Explanation
from gotrdns.lookup import Outcome, Question
from gotrdns.names import Address, HostName
from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.explanation_text import compose_explanation
from gotrdns.reports.letters import Letter, require_language, write_letters
from gotrdns.resolution.checking_disabled import ask_with_checking_disabled
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import ServerAddress, choose_servers
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.walk import Walker, WalkSettings, read_root_hints

# Addresses at once: each asks many servers that are not ours.
_AT_ONCE: Final = 4
_KEPT: Final = 1000


class Inquiry(msgspec.Struct, frozen=True):
    """What was asked for on the command line."""

    resolver: ResolverSettings
    walk: WalkSettings
    hints: Path | None
    helo: HostName | MalformedHelo | None
    name: HostName | None
    exchanges: bool
    rdap: bool
    as_json: bool
    letters: bool
    language: str


class InvalidInquiry(ValueError):
    """An option's value cannot be what it is meant to be."""


def read_inquiry(options: Mapping[str, Any]) -> Inquiry:
    """From the command line's options, by their parameters' names. Raises InvalidInquiry."""
    given = options["name"]
    name = None if given is None else parse_host(given)
    if given is not None and name is None:
        raise InvalidInquiry(f"--name: {given!r} is not a host name")
    helo = options["helo"]
    return Inquiry(
        resolver=ResolverSettings(servers=tuple(options["resolvers"]), timeout=options["timeout"]),
        walk=WalkSettings(deadline=options["deadline"], ask_special=options["private_servers"]),
        hints=options["hints"],
        helo=None if helo is None else read_helo(helo),
        name=name,
        exchanges=options["exchanges"],
        rdap=options["rdap"],
        as_json=options["as_json"],
        letters=options["letters"],
        language=options["language"],
    )


class _Explained(msgspec.Struct, frozen=True):
    remarks: Sequence[Remark]
    places: Sequence[tuple[Place, Explanation]]


class _Explainer:
    """Explains targets, each address with a walker of its own: the limits are an address's."""

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
        self._find_holder = _holder_finder() if inquiry.rdap else None

    async def explain_target(self, target: str) -> _Explained:
        expansion: Expansion = await self._expand(self._client, target)
        explained = await asyncio.gather(*map(self._explain_place, expansion.places))
        return _Explained(expansion.remarks, explained)

    async def _explain_place(self, place: Place) -> tuple[Place, Explanation]:
        async with self._slots, self._open_walker() as walker:
            means = Means(
                resolver=self._client,
                walker=walker,
                ask_unvalidated=self._ask_unvalidated,
                find_holder=self._find_holder,
                servers=self._client.servers,
            )
            helo = await self._helo()
            return place, await explain(means, place.address, helo=helo, given=self._inquiry.name)

    def _open_walker(self) -> Walker:
        return Walker(self._hints, self._inquiry.walk, on_step=self._progress.note_question)

    async def _helo(self) -> Helo | None:
        helo = self._inquiry.helo
        if helo is None or isinstance(helo, MalformedHelo):
            return helo
        return await ask_about_helo(self._client, helo)

    async def _ask_unvalidated(self, question: Question) -> Outcome:
        patience = self._inquiry.resolver.timeout
        return await ask_with_checking_disabled(self._suspect, question, patience=patience)


def _holder_finder() -> Callable[[Address], Awaitable[Holder]]:
    from gotrdns.contacts.rdap import open_registry  # noqa: PLC0415 - where it is asked for

    return open_registry().find_holder


class _Printer:
    """Prints explanations in order, and remembers the gravest outcome."""

    def __init__(self, inquiry: Inquiry, servers: Sequence[str], progress: Progress) -> None:
        self._inquiry = inquiry
        self._progress = progress
        self._paint = choose_paint()
        self._separator = ""
        self.outcomes = Outcomes(servers)

    def print_target(self, explained: _Explained) -> None:
        self._progress.clear()
        self.outcomes.note_remarks(explained.remarks)
        for place, explanation in explained.places:
            self.outcomes.note_result(explanation.verdict.result)
            if self._inquiry.as_json:
                write_octets(encode_explanation(explanation) + b"\n")
            else:
                text = self._letters(explanation) if self._inquiry.letters else ""
                self._write_apart(text or self._report(place, explanation))

    def _report(self, place: Place, explanation: Explanation) -> str:
        return compose_explanation(explanation, origin=origin_of(place), paint=self._paint)

    def _letters(self, explanation: Explanation) -> str:
        letters = write_letters(explanation, language=self._inquiry.language)
        return "\n".join(_as_message(letter) for letter in letters)

    def _write_apart(self, text: str) -> None:
        write(self._separator + text)
        self._separator = "\n"


def _as_message(letter: Letter) -> str:
    """Header fields and a body, as mail programs take them; without an addressee no To."""
    fields = [f"To: {letter.to}"] if letter.to else []
    return "\n".join([*fields, f"Subject: {letter.subject}", "", letter.body.rstrip("\n"), ""])


async def explain_targets(inquiry: Inquiry, targets: Sequence[str]) -> int:
    """Explain and print everything; returns the exit status.

    Raises InvalidServer and NoServers for the resolver, InvalidHints for the root hints,
    InvalidLanguage for the letters', UnreadableInput for standard input.
    """
    require_language(inquiry.language)
    hints = read_root_hints(inquiry.hints)
    client = open_client(inquiry.resolver)
    try:
        progress = Progress()
        printer = _Printer(inquiry, client.servers, progress)
        explainer = _Explainer(inquiry, client, hints, progress)
        await work_in_order(
            read_targets(targets),
            explainer.explain_target,
            printer.print_target,
            at_once=_AT_ONCE,
            kept=_KEPT,
        )
    finally:
        client.close()
    return printer.outcomes.status
