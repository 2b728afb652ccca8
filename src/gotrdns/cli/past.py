"""The work of ``gotrdns why``: what the store has is told, beside what DNS says now.

Owns when DNS is asked again, what is printed where, and the exit status.
"""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.output import Failure, complain, terminal_width, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.cli.searching import read_request
from gotrdns.cli.stores import opened, read_store_settings, store_url
from gotrdns.names import Address
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.policy.subjects import Incident, UnknownSubject, read_subject
from gotrdns.reports import english_past as words
from gotrdns.reports.nothing_found import nothing_found
from gotrdns.reports.past import Past, judge_now, tell_pasts
from gotrdns.reports.past_json import encode_past
from gotrdns.reports.past_table import decisions_table, now_lines
from gotrdns.reports.past_text import story
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.store.searching import Request, find
from gotrdns.verification import Verdict

if TYPE_CHECKING:
    from gotrdns.settings import Settings
    from gotrdns.store.queries import Store

# So many clients are looked up again without being told to.
_CLIENTS_ASKED_ABOUT: Final = 3
_FOUND: Final = 0
_NOTHING_FOUND: Final = 1


def tell_of_the_past(options: Mapping[str, Any]) -> int:
    """Find and print what the options, by their parameters' names, ask for; the exit status."""
    done = [_incident(each) for each in options["done"]]
    request = read_request(options)
    if done and (request.subject is not None or request.since or request.until):
        raise click.UsageError("--done marks incidents: it goes with no question")
    settings = read_store_settings(options["path"], options["url"])
    url = store_url(settings, options["url"])
    if done:
        with opened(url) as store:
            return _mark(store, done)
    with opened(url) as store:
        found = find(store, request)
        allowances = store.list_allowances(ended=True) if found else []
        confirmations = Confirmations(store.list_confirmations() if found else ())
    if not found:
        complain(
            nothing_found(
                request.subject, request.since, request.until, follow_up=request.follow_up
            )
        )
        return _NOTHING_FOUND
    try:
        verdicts = _ask_again(_resolver(settings, options), found, options["now"])
        rechecks = judge_now(verdicts, allowances, confirmations, time.time())
        _print(tell_pasts(found, allowances, rechecks), request, as_json=options["as_json"])
    except ValueError as error:
        raise Failure(f"what is stored of a decision cannot be read: {error}") from None
    return _FOUND


def _resolver(settings: "Settings | None", options: Mapping[str, Any]) -> ResolverSettings:
    chosen = settings.resolver if settings is not None else ResolverSettings()
    servers = tuple(options["resolvers"]) or chosen.servers
    return msgspec.structs.replace(chosen, servers=servers, timeout=options["timeout"])


def _incident(text: str) -> str:
    try:
        subject = read_subject(text)
    except UnknownSubject:
        subject = None
    if not isinstance(subject, Incident):
        raise click.UsageError(f"--done: {text!r} is no incident's id")
    return subject.id


def _mark(store: "Store", incidents: Sequence[str]) -> int:
    status = _FOUND
    for each in incidents:
        if store.mark_done(each):
            write(f"{words.MARKED_DONE.format(incident=each)}\n")
        else:
            complain(words.NOT_OPEN.format(incident=each))
            status = _NOTHING_FOUND
    return status


def _ask_again(
    resolver: ResolverSettings, found: Sequence[RecordedDecision], wanted: bool | None
) -> dict[Address, Verdict]:
    """What DNS says now, if it is wanted or little is to be asked."""
    addresses = list(dict.fromkeys(each.address for each in found if each.address))
    if wanted is False or (wanted is None and len(addresses) > _CLIENTS_ASKED_ABOUT):
        return {}
    import asyncio  # noqa: PLC0415 - as all that a client takes

    from gotrdns.resolution.servers import InvalidServer, NoServers  # noqa: PLC0415

    progress = Progress()
    progress.show(words.ASKING)
    try:
        return asyncio.run(_ask(resolver, list(map(Address.parse, addresses))))
    except (InvalidServer, NoServers) as error:
        raise Failure(f"{error}; --no-now asks no resolver") from None
    finally:
        progress.clear()


async def _ask(settings: ResolverSettings, clients: Sequence[Address]) -> dict[Address, Verdict]:
    """Raises InvalidServer and NoServers."""
    from gotrdns.checking.rechecking import check_again  # noqa: PLC0415 - all of a client
    from gotrdns.resolution.opening import open_client  # noqa: PLC0415

    resolver = open_client(settings)
    try:
        return await check_again(resolver, clients)
    finally:
        resolver.close()


def _print(pasts: Sequence[Past], request: Request, *, as_json: bool) -> None:
    if as_json:
        for each in pasts:
            write_octets(encode_past(each) + b"\n")
    elif len(pasts) == 1:
        write(story(pasts[0], choose_paint()))
    else:
        _print_table(pasts, is_all=len(pasts) < request.limit)


def _print_table(pasts: Sequence[Past], *, is_all: bool) -> None:
    paint, width = choose_paint(), terminal_width()
    decisions = [each.decision for each in pasts]
    write(decisions_table(decisions, width=width, is_all=is_all, paint=paint))
    latest = {
        each.decision.address: (each.decision, each.recheck)
        for each in reversed(pasts)
        if each.recheck is not None
    }
    if latest:
        write("\n" + now_lines(dict(reversed(latest.items())), width, paint))
