"""What ``gotrdns why`` asks of the store.

Owns how the command line becomes a search.
"""

from collections.abc import Mapping
from typing import Any

import click

from gotrdns.cli.output import Failure
from gotrdns.policy.subjects import UnknownSubject, read_subject
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
