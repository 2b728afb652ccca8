"""The work of ``gotrdns allow``.

Owns what a target is taken for, who the author is, and what is printed.
"""

import contextlib
import os
import pwd
import time
from collections.abc import Mapping
from typing import Any, Final

import click

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.output import Failure, complain, terminal_width, write, write_octets
from gotrdns.cli.stores import opened, read_store_settings, store_url
from gotrdns.cli.times import read_end
from gotrdns.policy.allowances import DEFAULT_DAYS, Allowance, AllowanceKind
from gotrdns.policy.subjects import UnknownSubject, read_exception_target
from gotrdns.policy.targets import InvalidAllowance
from gotrdns.reports import english_allowances as words
from gotrdns.reports.allowance_json import encode_allowance
from gotrdns.reports.allowance_text import allowances_table, granted, removed

_REMOVED: Final = 0
_NOTHING_REMOVED: Final = 1


def add_exception(options: Mapping[str, Any]) -> None:
    """Make or prolong one, and say so."""
    now = time.time()
    kind, target = _target(options)
    ends = _end(options, now)
    reason = options["reason"].strip()
    if not reason:
        raise click.UsageError("--reason is empty: say why, for whoever asks next year")
    with opened(_url(options)) as store:
        try:
            made = store.add_allowance(
                kind, target, reason=reason, author=_author(options), ends=ends
            )
        except InvalidAllowance as error:
            raise Failure(str(error)) from None
    write(granted(made.allowance, made.before))


def list_exceptions(options: Mapping[str, Any]) -> None:
    """Print them, in the order in which they were made."""
    with opened(_url(options)) as store:
        found = store.list_allowances(ended=options["ended"])
    now = time.time()
    if options["as_json"]:
        for each in found:
            write_octets(encode_allowance(each, now) + b"\n")
    elif found:
        write(allowances_table(found, now, width=terminal_width(), paint=choose_paint()))
    else:
        complain(words.NONE_EVER if options["ended"] else words.NONE)


def remove_exception(options: Mapping[str, Any]) -> int:
    """End it, and say so; returns the exit status."""
    text = options["target"]
    number = int(text) if text.isascii() and text.isdecimal() else None
    kind, value = (None, "") if number is not None else _target(options)
    note = words.REMOVED_NOTE.format(author=_author(options))
    if options["reason"]:
        note = words.REMOVED_NOTE_BECAUSE.format(note=note, reason=options["reason"])
    with opened(_url(options)) as store:
        ended: list[Allowance] = [
            each
            for each in store.list_allowances()
            if each.number == number or (each.kind, each.value) == (kind, value)
            if store.end_allowance(each.number, note)
        ]
    for each in ended:
        write(removed(each))
    if ended:
        return _REMOVED
    if number is not None:
        complain(words.NO_SUCH_NUMBER.format(number=number))
    else:
        complain(words.NO_SUCH_TARGET.format(target=value))
    return _NOTHING_REMOVED


def _url(options: Mapping[str, Any]) -> str:
    return store_url(read_store_settings(options["path"], options["url"]), options["url"])


def _target(options: Mapping[str, Any]) -> tuple[AllowanceKind, str]:
    text, forced = options["target"], options["kind"]
    try:
        return read_exception_target(text, None if forced is None else AllowanceKind(forced))
    except (UnknownSubject, InvalidAllowance) as error:
        raise Failure(str(error)) from None


def _end(options: Mapping[str, Any], now: float) -> float | None:
    until: float | None = options["until"]
    if options["for_ever"]:
        if until is not None:
            raise click.UsageError("--until and --for-ever cannot go together")
        return None
    if until is None:
        return read_end(f"{DEFAULT_DAYS}d", now)
    if until <= now:
        raise click.UsageError("--until lies in the past")
    return until


def _author(options: Mapping[str, Any]) -> str:
    author: str | None = options["author"] or os.environ.get("SUDO_USER")
    if author:
        return author
    with contextlib.suppress(OSError):
        return os.getlogin()
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(os.getuid()).pw_name
    return str(os.getuid())
