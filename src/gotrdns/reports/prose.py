"""Which words of a sentence are words, and which are data that a stranger may have chosen.

Owns the border that markup relies on: a plain word is made of letters and of punctuation that means
nothing to HTML, to Markdown or to what ticket systems make of text (mentions, links to issues and
commits, addresses that turn into links). Whatever else a sentence holds, host names, addresses and
attacks alike, is data, and is set as code. That holds for every sentence in every language, however
it was put together.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

_OPENING: Final = r"[\"'(]*"
_CLOSING: Final = r"[.,:;!?)\"']*"
_LETTERS: Final = r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*"
# A number, or a section's (RFC 5321 section 4.1.4); from four parts on it is an address, and from
# seven digits on some take it for a commit.
_NUMBER: Final = r"\d{1,6}(?:\.\d{1,3}){0,2}"
_PLAIN: Final = re.compile(rf"{_OPENING}(?:{_LETTERS}|{_NUMBER}){_CLOSING}|\.\.\.")
# What is around data belongs to the sentence; an escaped character is the data's own.
_DATA: Final = re.compile(rf"({_OPENING})(.+?)((?<!\\){_CLOSING})")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


class Piece(NamedTuple):
    """A part of a sentence; put together in their order they are the whole."""

    text: str
    is_data: bool


def pieces(sentence: str) -> Iterator[Piece]:
    """The sentence on one line, in alternating pieces of plain words and of data."""
    plain = ""
    for number, word in enumerate(_words(sentence)):
        plain += " " if number else ""
        if _is_plain(word):
            plain += word
            continue
        opening, data, closing = _take_apart(word)
        if plain + opening:
            yield Piece(plain + opening, is_data=False)
        yield Piece(data, is_data=True)
        plain = closing
    if plain:
        yield Piece(plain, is_data=False)


def _words(sentence: str) -> list[str]:
    return "".join(each if each.isprintable() else " " for each in sentence).split()


def _is_plain(word: str) -> bool:
    # Letters that run the other way would take their neighbours along.
    return _PLAIN.fullmatch(word) is not None and not any(
        unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in word
    )


def _take_apart(word: str) -> tuple[str, str, str]:
    found = _DATA.fullmatch(word)
    return (found[1], found[2], found[3]) if found else ("", word, "")
