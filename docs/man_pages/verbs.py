"""The pages of ``gotrdns`` and of its verbs, from what click knows of them.

Owns which section a part of the help belongs to. Knows no particular verb, but for those whose page
belongs with the daemons'.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import click

from docs.man_pages import roff
from docs.man_pages.help_text import Block, Lines, Prose, read_blocks, read_terms
from docs.man_pages.page import PROGRAM, Page
from docs.man_pages.surroundings import DAEMON, files, variables

_DAEMONS: Final = frozenset({"serve", "web"})
# What an epilog's heading begins with; from there on, all of it is examples or exit statuses.
_EXAMPLES: Final = re.compile(r"Examples?[:,]?\s*")
_STATUSES: Final = re.compile(r"Exit status:\s*")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a command says of itself."""

    description: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


def verb_pages(program: click.Group) -> Iterator[Page]:
    """The program's page, then one a verb."""
    root = click.Context(program, info_name=PROGRAM, **program.context_settings)
    verbs = list(_below_all(root))
    yield _page(root, [_verb_item(each) for each in verbs])
    for context in verbs:
        yield _page(context, list(_commands(context)))


def _below_all(parent: click.Context) -> Iterator[click.Context]:
    """What each command of a group would run in; nothing where it is no group."""
    group = parent.command
    if isinstance(group, click.Group):
        for name in group.list_commands(parent):
            if command := group.get_command(parent, name):
                yield click.Context(command, info_name=name, parent=parent)


def _title(context: click.Context) -> tuple[str, int]:
    number = 8 if context.info_name in _DAEMONS else 1
    return context.command_path.replace(" ", "-"), number


def _page(context: click.Context, commands: list[str]) -> Page:
    parts = _read(context.command)
    names = None if context.parent is None else _option_names(context)
    return Page(
        *_title(context),
        _summary(context.command),
        {
            "SYNOPSIS": _synopsis(context),
            "DESCRIPTION": parts.description,
            "OPTIONS": _options(context),
            "COMMANDS": commands,
            "EXIT STATUS": parts.statuses,
            "ENVIRONMENT": variables(names),
            "FILES": files(names),
            "EXAMPLES": parts.examples,
        },
    )


def _verb_item(context: click.Context) -> str:
    return roff.item(roff.reference(*_title(context)), _first_sentence(context.command))


def _commands(context: click.Context) -> Iterator[str]:
    """Those of a verb that has some, each in full."""
    for below in _below_all(context):
        parts = _read(below.command)
        yield roff.subsection(below.command_path, [_usage(below), *parts.description])
        yield from _options(below)
        yield from [roff.paragraph("Exit status:"), *parts.statuses]
        yield from [roff.paragraph("Examples:"), *parts.examples]


def _synopsis(context: click.Context) -> Iterator[str]:
    below = [] if context.parent is None else list(_below_all(context))
    yield from map(_usage, below or [context])


def _usage(context: click.Context) -> str:
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f".PP\n{roff.bold(context.command_path)} {roff.mark_usage(pieces)}\n"


def _summary(command: click.Command) -> str:
    """As NAME has it: no capital, no full stop."""
    sentence = _first_sentence(command)
    return f"{sentence[:1].lower()}{sentence[1:].rstrip('.')}"


def _first_sentence(command: click.Command) -> str:
    match next(read_blocks(command.help)):
        case Prose(text) | Lines(text):
            return text


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None:
            spelling, meaning = record
            yield roff.item(roff.mark_usage(spelling), meaning)


def _option_names(context: click.Context) -> frozenset[str]:
    own = frozenset(name for each in context.command.params for name in each.opts)
    daemons = DAEMON if context.info_name in _DAEMONS else frozenset[str]()
    return own.union(daemons, *map(_option_names, _below_all(context)))


def _read(command: click.Command) -> _Parts:
    parts = _Parts(description=[_lay_out(block) for block in read_blocks(command.help)])
    target = parts.description
    for block in read_blocks(command.epilog):
        heading = block.heading if isinstance(block, Lines) else ""
        if match := _EXAMPLES.match(heading):
            target = parts.examples
        elif match := _STATUSES.match(heading):
            target = parts.statuses
        target.append(_lay_out(block, match.end() if match else 0, target is parts.examples))
    return parts


def _lay_out(block: Block, beginning: int = 0, verbatim: bool = False) -> str:
    """A part, without the beginning of its heading that names a section."""
    if isinstance(block, Prose):
        return roff.paragraph(block.text)
    heading = block.heading[beginning:]
    introduction = roff.paragraph(f"{heading[:1].upper()}{heading[1:]}") if heading else ""
    if not block.lines:
        return introduction
    terms = None if verbatim else read_terms(block.lines)
    if terms is None:
        return introduction + roff.listing(textwrap.dedent("\n".join(block.lines)).splitlines())
    return introduction + "".join(roff.item(roff.bold(term), text) for term, text in terms)
