"""What ``gotrdns why`` asks of the store.

Owns how the command line becomes a search, and how one without results is said.
"""

from collections.abc import Mapping
from typing import Any

import click

from gotrdns.cli.output import Failure
from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.subjects import (
    Below,
    Incident,
    SenderDomain,
    Subject,
    UnknownSubject,
    read_subject,
)
from gotrdns.reports import english_past as words
from gotrdns.reports import moments
from gotrdns.store.searching import Request


def read_request(options: Mapping[str, Any]) -> Request:
    """From the options by their parameters' names. Raises UsageError and Failure."""
    text, sender = options["subject"], options["sender"]
    if text is not None and sender is not None:
        raise click.UsageError("--sender stands in place of SUBJECT")
    since, until = options["since"], options["until"]
    if since is not None and until is not None and since > until:
        raise click.UsageError("--since is later than --until")
    if sender is not None:
        text = sender if "@" in sender else f"@{sender}"
    try:
        subject = None if text is None else read_subject(text)
    except UnknownSubject as error:
        raise Failure(str(error)) from None
    return Request(subject, since, until, options["follow_up"], options["limit"])


def nothing_found(request: Request) -> str:
    """That there is nothing, in words."""
    span = ""
    if request.since is not None:
        span += words.SINCE.format(since=moments.short(request.since))
    if request.until is not None:
        span += words.UNTIL.format(until=moments.short(request.until))
    wording = words.NOTHING_TO_FOLLOW_UP if request.follow_up else words.NOTHING_FOUND
    return wording.format(subject=_named(request.subject), span=span)


def _named(subject: Subject | None) -> str:
    match subject:
        case None:
            return words.ANY_DECISION
        case Incident():
            return words.SUBJECTS["incident"].format(text=subject.id)
        case Address():
            return subject.text
        case Network():
            return words.SUBJECTS["network"].format(text=subject.text)
        case Below():
            return words.SUBJECTS["below"].format(text=subject.name)
        case SenderDomain():
            return words.SUBJECTS["sender"].format(text=subject.name)
        case DomainName():
            return words.SUBJECTS["name"].format(text=subject)
