"""From the text of a settings file to its Structs, with every problem and its line.

Owns finding what is wrong: syntax, unknown keys and what was meant, kinds and ranges, and what the
rooms refuse as dangerous. Knows no particular setting but those that are announced.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from gotrdns.policy import InvalidSetting
from gotrdns.settings import expectations
from gotrdns.settings.lines import KeyPath, find_keys, line_of
from gotrdns.settings.problems import InvalidSettings, Problem

_Read = TypeVar("_Read", bound=msgspec.Struct)
_Table = dict[str, Any]

_LONGEST_SHOWN: Final = 60
_TOML_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


def read_text(kind: type[_Read], text: str, path: Path) -> _Read:
    """Raises InvalidSettings."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings([_syntax_problem(error, text, path)]) from None
    reader = _Reader(path, find_keys(text), kind)
    settings = reader.read_struct(kind, table, ())
    if reader.problems or settings is None:
        raise InvalidSettings(sorted(reader.problems, key=lambda problem: problem.line or 0))
    return settings


def _syntax_problem(error: tomllib.TOMLDecodeError, text: str, path: Path) -> Problem:
    said = str(error)
    place = _TOML_PLACE.search(said)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    return Problem(path, line, f"this is not TOML: {_TOML_PLACE.sub('', said)}")


class _Reader:
    """Goes through the tables, and goes on after a problem."""

    def __init__(
        self, path: Path, lines: Mapping[KeyPath, int], root: type[msgspec.Struct]
    ) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = lines
        self._root = root

    def read_struct(self, kind: type[_Read], table: _Table, path: KeyPath) -> _Read | None:
        """None if it cannot be made; why is then among the problems."""
        known_problems = len(self.problems)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key in table.keys() - fields.keys():
            self._add((*path, key), self._unknown(key, fields, path))
        values = {}
        for key, field in fields.items():
            if key in table:
                values[field.name] = self._read_value(field.type, table[key], (*path, key))
            elif field.required:
                self._missing(field.type, (*path, key))
        if len(self.problems) > known_problems:
            return None
        return self._make(kind, values, path)

    def _make(self, kind: type[_Read], values: _Table, path: KeyPath) -> _Read | None:
        try:
            return kind(**values)
        except InvalidSetting as error:
            key = tuple(error.key.split("."))
            self._add((*path, *key), f"{_section(path)}{error}")
            # Without the one that was refused, the others are judged as well.
            name = key[0].replace("-", "_")
            rest = {each: value for each, value in values.items() if each != name}
            if len(rest) < len(values):
                self._make(kind, rest, path)
            return None

    def _read_value(self, annotation: Any, value: object, path: KeyPath) -> object:
        is_section = isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)
        entries = expectations.enumerated_entries(annotation)
        if isinstance(value, dict) and is_section:
            return self.read_struct(annotation, value, path)
        if isinstance(value, dict) and entries is not None:
            self._check_entries(*entries, value, path)
        try:
            return msgspec.convert(value, annotation)
        except msgspec.ValidationError:
            if entries is None or not isinstance(value, dict):
                self._add(path, self._wrong(annotation, value, path))
        return None

    def _check_entries(
        self, keys: type[Enum], values: type[Enum], table: _Table, path: KeyPath
    ) -> None:
        known = [member.value for member in keys]
        allowed = [member.value for member in values]
        for key, value in table.items():
            if key not in known:
                self._add((*path, key), self._unknown(key, known, path))
            elif value not in allowed:
                self._add((*path, key), self._wrong(values, value, (*path, key)))

    def _missing(self, annotation: Any, path: KeyPath) -> None:
        *section, key = path
        if section:
            expected = expectations.describe_kind(annotation)
            self._add(path, f"{_section(tuple(section))}{key} must be set: {expected}")
            return
        required = (
            f"{field.encode_name} ({expectations.describe_kind(field.type)})"
            for field in msgspec.structs.fields(annotation)
            if field.required
        )
        self._add(path, f"the section [{key}] is missing; it must set {', '.join(required)}")

    def _wrong(self, annotation: Any, value: object, path: KeyPath) -> str:
        expected = expectations.describe_value(annotation, value)
        setting = f"{_section(path[:-1])}{path[-1]}"
        return f"{setting} must be {expected}, not {_shown(value)}"

    def _unknown(self, key: str, known: Iterable[str], path: KeyPath) -> str:
        text = f'{_section(path)}unknown {"key" if path else "section or key"} "{key}"'
        names = sorted(known)
        canonical = key.lower().replace("_", "-")
        close = difflib.get_close_matches(canonical, names, 1)
        if close:
            return f'{text}: did you mean "{close[0]}"?'
        homes = [
            f"[{section.encode_name}]"
            for section in msgspec.structs.fields(self._root)
            if any(field.encode_name == canonical for field in msgspec.structs.fields(section.type))
        ]
        if homes:
            return f'{text}: "{canonical}" belongs in {" or ".join(homes)}'
        return f"{text}; known are {', '.join(names)}"

    def _add(self, path: KeyPath, text: str) -> None:
        self.problems.append(Problem(self._path, line_of(path, self._lines), text))


def _section(path: KeyPath) -> str:
    return f"[{'.'.join(path)}] " if path else ""


def _shown(value: object) -> str:
    shown = json.dumps(value, default=str, ensure_ascii=True)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."
