"""Postfix's lists of restrictions, read: what is asked and what is checked, and how.

Owns the syntax (``postconf(5)``, SMTPD_POLICY_README) and nothing of what is right. Tables and
``check_*_access`` maps are not followed: what they say depends on the client.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

# Words and balanced groups in braces, separated by commas or spaces; groups may hold groups.
_SEPARATORS: Final = re.compile(r"[\s,]+")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TIME: Final = re.compile(r"(\d+)\s*([smhdw]?)")
_POLICY: Final = "check_policy_service"
_WARN: Final = "warn_if_reject"


class Restriction(msgspec.Struct, frozen=True):
    """One restriction. ``warned`` if Postfix only logs what it would refuse."""

    name: str
    warned: bool = False


class PolicyCall(msgspec.Struct, frozen=True):
    """One ``check_policy_service``: where, and the attributes given there."""

    place: str
    attributes: Mapping[str, str] = {}


def read_restrictions(text: str, classes: Mapping[str, str]) -> Iterator[Restriction | PolicyCall]:
    """What a list has, in order; ``classes`` are the lists that have names of their own."""
    yield from _read(text, classes, frozenset())


def _read(
    text: str, classes: Mapping[str, str], within: frozenset[str]
) -> Iterator[Restriction | PolicyCall]:
    warned = False
    words = iter(split_list(text))
    for word in words:
        if word == _WARN:
            warned = True
            continue
        if word == _POLICY:
            yield read_group(next(words, ""))
        elif word in classes and word not in within:
            yield from _read(classes[word], classes, within | {word})
        else:
            yield Restriction(word, warned)
        warned = False


def split_list(text: str) -> list[str]:
    """The words of a list; a group in braces is one word, with them."""
    words, word, depth = [], "", 0
    for piece in re.split(r"([{}]|[\s,]+)", text):
        depth += (piece == "{") - (piece == "}" and depth > 0)
        if depth == 0 and _SEPARATORS.fullmatch(piece):
            words.append(word)
            word = ""
        else:
            word += piece
    return [each for each in (*words, word) if each]


def read_group(word: str) -> PolicyCall:
    """``{ place, name=value, ... }``, or the place alone."""
    if not word.startswith("{"):
        return PolicyCall(word)
    # Values may hold spaces, so only commas part the attributes; the place comes first.
    inside = word[1:].removesuffix("}").strip()
    place, _, rest = _partition_at_separator(inside)
    attributes = {}
    for part in _attributes(rest):
        name, equals, value = part.partition("=")
        if equals:
            attributes[name.strip()] = value.strip()
    return PolicyCall(place, attributes)


def _partition_at_separator(text: str) -> tuple[str, str, str]:
    found = _SEPARATORS.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _attributes(text: str) -> Iterator[str]:
    """Parted by commas or spaces; one whose value has spaces is in braces of its own."""
    for word in split_list(re.sub(r"\s*=\s*", "=", text)):
        yield word[1:-1].strip() if word.startswith("{") else word


def read_seconds(text: str) -> float | None:
    """A time as Postfix writes it (``15s``, ``2m``, ``100``); None for what is none."""
    found = _TIME.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2]] if found else None
