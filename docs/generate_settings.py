"""Writes the settings reference from the code that reads the settings.

python docs/generate_settings.py > docs/settings.md
"""

import json
from collections.abc import Iterator
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

INTRODUCTION = """\
# Settings

<!-- Written by docs/generate_settings.py. -->

`gotrdns serve` reads one TOML file, `/etc/gotrdns/gotrdns.toml` unless `--settings` names another.
Only `mode` must be set. `gotrdns serve --check-settings` says what is wrong with a file, with the
line; `SIGHUP` makes a running daemon read it again, and one that is wrong changes nothing. An
example with remarks is [gotrdns.toml](gotrdns.toml).
"""


def reference() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(
        section for each in fields(Settings) for section in _section(each.encode_name, each.type)
    )


def _section(name: str, kind: type[Struct]) -> Iterator[str]:
    yield f"\n## `[{name}]`\n\n{(kind.__doc__ or '').strip()}\n"
    tables = [field for field in fields(kind) if enumerated_entries(field.type)]
    for field in fields(kind):
        if field not in tables:
            yield _entry(field)
    for field in tables:
        yield f"\n## `[{name}.{field.encode_name}]`\n\n{description_of(field.type)}\n"
        yield from _actions()


def _entry(field: FieldInfo) -> str:
    allowed = describe_kind(field.type)
    if bounds := describe_range(field.type):
        allowed = f"{allowed}, {bounds}"
    return (
        f"\n### `{field.encode_name}`\n\n{description_of(field.type)}\n\n"
        f"- Value: {allowed}\n- Default: {_default(field)}\n"
    )


def _default(field: FieldInfo) -> str:
    if field.default is NODEFAULT:
        return "none: it must be set"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{json.dumps(default)}`"


def _actions() -> Iterator[str]:
    yield "\n| Cause | Default | May be |\n|---|---|---|\n"
    for cause in Cause:
        allowed = ", ".join(f"`{action.value}`" for action in allowed_actions(cause))
        yield f"| `{cause.value}` | `{strict_action(cause).value}` | {allowed} |\n"


if __name__ == "__main__":
    print(reference(), end="")
