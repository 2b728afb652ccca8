"""What a setting may be, in words: for error messages and for the settings reference.

Owns the translation of a field's type and range. Knows no particular setting.
"""

import enum
from collections.abc import Iterable
from typing import Any

from msgspec import inspect


def describe_kind(annotation: object) -> str:
    """The kind of value: ``a whole number``, ``true or false``, ``one of "a", "b"``..."""
    return _kind(_inspect(annotation))


def describe_range(annotation: object) -> str:
    """The bounds of a number or the form of a text; empty when there are none."""
    kind = _inspect(annotation)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        bounds = (
            (kind.gt, "above {:,}"),
            (kind.ge, "at least {:,}"),
            (kind.lt, "below {:,}"),
            (kind.le, "at most {:,}"),
        )
        return " and ".join(text.format(bound) for bound, text in bounds if bound is not None)
    if examples := _extra(annotation, "examples"):
        return f'such as "{examples[0]}"'
    if isinstance(kind, inspect.VarTupleType) and kind.min_length:
        return f"at least {kind.min_length} of them"
    return ""


def describe_value(annotation: object, given: object = None) -> str:
    """Kind and range together, as they follow ``must be``: of a given text, only what it lacks."""
    form = describe_range(annotation)
    if form and isinstance(given, str) and isinstance(_inspect(annotation), inspect.StrType):
        return f"a text {form}"
    return ", ".join(filter(None, (describe_kind(annotation), describe_range(annotation))))


def description_of(annotation: object) -> str:
    """What the room says about its setting."""
    return str(_extra(annotation, "description") or "")


def enumerated_entries(annotation: object) -> tuple[type[enum.Enum], type[enum.Enum]] | None:
    """Of a table whose keys and values are both closed lists: the two lists."""
    kind = _inspect(annotation)
    if not isinstance(kind, inspect.DictType):
        return None
    keys, values = kind.key_type, kind.value_type
    if isinstance(keys, inspect.EnumType) and isinstance(values, inspect.EnumType):
        return keys.cls, values.cls
    return None


def _inspect(annotation: object) -> inspect.Type:
    kind = inspect.type_info(annotation)
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _extra(annotation: object, name: str) -> Any:
    kind = inspect.type_info(annotation)
    extra = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return extra.get(name) if extra else None


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.StrType():
            return "a text in quotes"
        case inspect.VarTupleType():
            return f"a list of {_plural(kind.item_type)}"
        case inspect.EnumType():
            return _one_of(member.value for member in kind.cls)
        case inspect.LiteralType():
            return _one_of(kind.values)
        case inspect.StructType() | inspect.DictType():
            return "a table"
        case _:
            raise NotImplementedError(f"no words for {kind}")


def _plural(kind: inspect.Type) -> str:
    if not isinstance(kind, inspect.StrType):
        raise NotImplementedError(f"no words for a list of {kind}")
    return "texts in quotes"


def _one_of(values: Iterable[object]) -> str:
    return "one of " + ", ".join(f'"{value}"' for value in values)
