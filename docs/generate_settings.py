"""Writes the settings reference from the code that reads the settings.

python docs/generate_settings.py > docs/settings.md

What is said of each setting the manual page ``gotrdns.toml(5)`` says too; see ``man_pages``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from gotrdns.policy import allowed_actions, strict_action
from gotrdns.settings import Settings
from gotrdns.settings.expectations import (
    describe_kind,
    describe_range,
    description_of,
    enumerated_entries,
)
from gotrdns.verification import Cause

HEADING = """\
# Settings

<!-- Written by docs/generate_settings.py. -->

"""
ABOUT = """\
`gotrdns serve` reads one TOML file, `/etc/gotrdns/gotrdns.toml` unless `--settings` names another.
Only `mode` must be set. `gotrdns serve --check-settings` says what is wrong with a file, with the
line; `SIGHUP` makes a running daemon read it again, and one that is wrong changes nothing.
"""
EXAMPLE = """\
An example with remarks is [gotrdns.toml](gotrdns.toml). Where gotrdns is [installed](install.md),
`man gotrdns.toml` says the same as this page.
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key; what is literal in its texts stands in backticks."""

    name: str
    description: str
    allowed: str
    default: str


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file: one with keys of its own, or that of the causes' actions."""

    name: str
    description: str
    settings: tuple[Setting, ...]
    has_actions: bool = False


def list_sections() -> Iterator[Section]:
    """All of them, in the order of the file."""
    for each in fields(Settings):
        yield from _read_section(each.encode_name, each.type)


def list_actions() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each cause, what is done about it by default, and what may be."""
    for cause in Cause:
        allowed = tuple(action.value for action in allowed_actions(cause))
        yield cause.value, strict_action(cause).value, allowed


def reference() -> str:
    """The whole page."""
    return "".join([HEADING, ABOUT, EXAMPLE, *map(_write_section, list_sections())])


def _read_section(name: str, kind: type[Struct]) -> Iterator[Section]:
    tables = [field for field in fields(kind) if enumerated_entries(field.type)]
    settings = tuple(_read_setting(field) for field in fields(kind) if field not in tables)
    yield Section(name, (kind.__doc__ or "").strip(), settings)
    for field in tables:
        described = description_of(field.type)
        yield Section(f"{name}.{field.encode_name}", described, (), has_actions=True)


def _read_setting(field: FieldInfo) -> Setting:
    allowed = describe_kind(field.type)
    if bounds := describe_range(field.type):
        allowed = f"{allowed}, {bounds}"
    return Setting(field.encode_name, description_of(field.type), allowed, _default(field))


def _default(field: FieldInfo) -> str:
    if field.default is NODEFAULT:
        return "none: it must be set"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{json.dumps(default)}`"


def _write_section(section: Section) -> str:
    heading = f"\n## `[{section.name}]`\n\n{section.description}\n"
    actions = _write_actions() if section.has_actions else ""
    return heading + "".join(map(_write_setting, section.settings)) + actions


def _write_setting(setting: Setting) -> str:
    return (
        f"\n### `{setting.name}`\n\n{setting.description}\n\n"
        f"- Value: {setting.allowed}\n- Default: {setting.default}\n"
    )


def _write_actions() -> str:
    rows = ["\n| Cause | Default | May be |\n|---|---|---|\n"]
    for cause, default, allowed in list_actions():
        codes = ", ".join(f"`{action}`" for action in allowed)
        rows.append(f"| `{cause}` | `{default}` | {codes} |\n")
    return "".join(rows)


if __name__ == "__main__":
    print(reference(), end="")
