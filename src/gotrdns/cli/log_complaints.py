"""The work of ``gotrdns logs --complaint``: one sender's story, what DNS says now, what to do.

Owns when DNS is asked, what is printed where, and the exit status.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from gotrdns.checking.helo import read_helo
from gotrdns.cli.colour import choose_paint
from gotrdns.cli.explanations import expert_for
from gotrdns.cli.inquiry import Inquiry, InvalidInquiry, read_inquiry_of_others
from gotrdns.cli.log_reading import Logs
from gotrdns.cli.output import Failure, terminal_width, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.explaining.expert import Asked
from gotrdns.explaining.explanation import Explanation
from gotrdns.mail_logs.complaints.answering import Heard, hear
from gotrdns.mail_logs.complaints.repairs import stand
from gotrdns.mail_logs.complaints.whom import Whom, read_whom
from gotrdns.mail_logs.formats.readers import WITH_SENDERS
from gotrdns.mail_logs.reading import Reading
from gotrdns.mail_logs.sessions import Listener
from gotrdns.names import Address
from gotrdns.policy.subjects import UnknownSubject
from gotrdns.reports.logs import english_complaints as words
from gotrdns.reports.logs.complaint import Case, Complaint, State, Story, gravest_first
from gotrdns.reports.logs.complaint_json import encode_complaint
from gotrdns.reports.logs.complaint_sentences import helo_of
from gotrdns.reports.logs.complaint_text import compose_complaint
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.resolution.walk import InvalidHints, read_root_hints

# Clients told of without being told how many: each is explained, by hundreds of questions.
_TOP: Final = 4
_ASKED_ABOUT: Final = 20  # at most, however many are told of
# Addresses at once: each asks many servers that are not ours.
_AT_ONCE: Final = 2
_STATUSES: Final = {
    State.NOT_TURNED_AWAY: 0,
    State.REPAIRED: 0,
    State.NOT_REPAIRED: 1,
    State.UNTOLD: 3,
    None: 3,  # nobody was found
}


def answer_complaint(options: Mapping[str, Any]) -> int:
    """Print what the options, by their parameters' names, ask for; the exit status."""
    whom = _read_whom(options["complaint"])
    try:
        inquiry = read_inquiry_of_others(options)
    except InvalidInquiry as error:
        raise Failure(str(error)) from None
    progress = Progress()
    with Logs(options, progress, again=True) as logs:
        heard = _hear(whom, logs, options)
        names = tuple(logs.names)
    explanations = {} if options["offline"] else _explain(heard.stories, inquiry, progress)
    complaint = _complaint(whom, names, heard, explanations, options)
    if options["as_json"]:
        write_octets(encode_complaint(complaint) + b"\n")
    else:
        write(compose_complaint(complaint, width=terminal_width(), paint=choose_paint()))
    return _STATUSES[complaint.state]


def _read_whom(text: str) -> Whom:
    try:
        return read_whom(text)
    except UnknownSubject as error:
        raise click.UsageError(f"--complaint: {error}") from None


def _hear(whom: Whom, logs: Logs, options: Mapping[str, Any]) -> Heard:
    def read(listener: Listener, clients: Callable[[], int]) -> Reading:
        return logs.read(listener, clients, template=words.SEARCHING, readers=WITH_SENDERS)

    return hear(whom, read, top=options["top"] or _TOP, shows_mailboxes=options["envelope"])


def _complaint(
    whom: Whom,
    logs: tuple[str, ...],
    heard: Heard,
    explanations: Mapping[Address, Explanation],
    options: Mapping[str, Any],
) -> Complaint:
    cases = []
    for story in heard.stories:
        explanation = explanations.get(story.address)
        verdict = None if explanation is None else explanation.verdict
        cases.append(Case(story, stand(story, verdict), explanation))
    return Complaint(
        whom=whom.text,
        meant=whom.meant,
        logs=logs,
        lines=heard.reading.lines,
        first_at=_within(heard.reading.first_at, options),
        last_at=_within(heard.reading.last_at, options),
        cases=gravest_first(cases),
        rest=heard.rest,
        nearest=heard.nearest,
    )


def _within(moment: float | None, options: Mapping[str, Any]) -> float | None:
    """The next moment that is of interest."""
    if moment is None:
        return None
    since, until = options["since"], options["until"]
    after = moment if since is None else max(moment, since)
    return after if until is None else min(after, until)


def _explain(
    stories: Sequence[Story], inquiry: Inquiry, progress: Progress
) -> dict[Address, Explanation]:
    """Of those that were turned away for reverse DNS."""
    turned_away = [each for each in stories if each.last is not None][:_ASKED_ABOUT]
    if not turned_away:
        return {}
    try:
        return asyncio.run(_ask(turned_away, inquiry, progress))
    except NoServers as error:
        raise Failure(f"{error}; --offline asks no resolver") from None
    except (InvalidServer, InvalidHints) as error:
        raise Failure(str(error)) from None


async def _ask(
    stories: Sequence[Story], inquiry: Inquiry, progress: Progress
) -> dict[Address, Explanation]:
    """Raises InvalidServer and NoServers for the resolver, InvalidHints for the root hints."""
    hints = read_root_hints(inquiry.hints)
    client = open_client(inquiry.resolver)
    try:
        expert = expert_for(inquiry, client, hints, progress, at_once=_AT_ONCE)

        async def explain(story: Story) -> Explanation:
            helo = helo_of(story)
            asked = Asked(None if helo is None else read_helo(helo), inquiry.name)
            return await expert.explain(story.address, asked)

        explanations = await asyncio.gather(*map(explain, stories))
    finally:
        progress.clear()
        client.close()
    return {each.verdict.address: each for each in explanations}
