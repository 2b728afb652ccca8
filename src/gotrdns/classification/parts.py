"""A host name taken apart.

Owns which part of a name is looked at for what: words and parts of the address only left of the
registrable domain, the whole address in the domain too.
"""

import re
from collections.abc import Iterator
from typing import Final

from gotrdns.classification.classes import Reason, ReasonKind
from gotrdns.classification.spellings import Spelling, find_part, find_whole
from gotrdns.classification.suffixes import registrable_at
from gotrdns.classification.words import WordKind, kind_of
from gotrdns.names import Address, DomainName

_WORD: Final = re.compile(r"[a-z]+")
_B2B: Final = re.compile(r"(?<![a-z0-9])b2b(?![a-z0-9])")
_EM: Final = re.compile(r"(?<![a-z0-9-])em[0-9]?(?![a-z0-9-])")  # mta12.em.example.com
_PERM: Final = re.compile(r"(?<![a-z])perm(?![a-z])")
_WITHOUT_LETTERS: Final = re.compile(r"[^a-z]*")
_IN_HEXADECIMAL: Final = frozenset(
    {ReasonKind.HEXADECIMAL, ReasonKind.GROUPS, ReasonKind.NIBBLES, ReasonKind.SOME_GROUPS}
)

_NETWORKS: Final = ("net", "ne.", "ad.")

_REASONS: Final = {
    WordKind.DYNAMIC: ReasonKind.DYNAMIC_WORD,
    WordKind.ACCESS: ReasonKind.ACCESS_WORD,
    WordKind.CUSTOMER: ReasonKind.CUSTOMER_WORD,
    WordKind.NEUTRAL: ReasonKind.NEUTRAL_WORD,
    WordKind.STATIC: ReasonKind.STATIC_WORD,
    WordKind.BUSINESS: ReasonKind.BUSINESS_WORD,
    WordKind.HOSTING: ReasonKind.SERVER_WORD,
    WordKind.SERVER: ReasonKind.SERVER_WORD,
    WordKind.ROLE: ReasonKind.ROLE_WORD,
    WordKind.MAIL: ReasonKind.MAIL_WORD,
    WordKind.PERHAPS_MAIL: ReasonKind.MAIL_WORD,
}


class NameParts:
    """``domain`` is the registrable domain, ``label`` its first label, ``top`` the name's last.

    ``text`` is what stands left of the domain: ``first``, its first label, and ``rest``.
    """

    __slots__ = ("domain", "first", "label", "rest", "spelling", "text", "top", "words")

    def __init__(self, address: Address, name: DomainName) -> None:
        labels = [label.decode("latin-1") for label in name.labels] or [""]
        at = registrable_at(labels)
        self.top = labels[-1]
        if self.top == "arpa":
            at = _before_the_reverse_zone(labels, at)
        self.label = labels[at]
        self.domain = ".".join(labels[at:])
        self.first = labels[0] if at else ""
        self.rest = ".".join(labels[1:at])
        self.text = ".".join(labels[:at])
        self.spelling: Spelling | None = find_whole(address, name)
        if self.spelling is None:
            self.spelling = find_part(address, self.text)
        self.words = self._read_words()

    @property
    def is_of_a_network(self) -> bool:
        """Whether it stands under a suffix meant for networks: `.net`, `.net.br`, `.ne.jp`."""
        return self.domain.removeprefix(f"{self.label}.").startswith(_NETWORKS)

    def has(self, *kinds: WordKind) -> bool:
        return any(kind in self.words for kind in kinds)

    def reasons(self, *kinds: WordKind) -> Iterator[Reason]:
        """The words of these kinds, as reasons."""
        return (Reason(_REASONS[kind], self.words[kind]) for kind in kinds if kind in self.words)

    def _read_words(self) -> dict[WordKind, str]:
        """The first word of each kind."""
        words: dict[WordKind, str] = {}
        for word in _WORD.findall(self._without_false_words()):
            kind = kind_of(word)
            if kind is not None:
                words.setdefault(kind, word)
        return words

    def _without_false_words(self) -> str:
        text = self.text
        if self.spelling is not None and self.spelling.kind in _IN_HEXADECIMAL:
            # Hexadecimal digits would read as words: `bb`, `ded`.
            digits = self.spelling.text
            text = text.replace(digits, "").replace(digits.replace("-", "."), "")
        if "b2b" in text:
            text = _B2B.sub("business", text)
        if "em" in text:
            text = _EM.sub("email", text)
        if self.top == "ru":
            text = _PERM.sub("", text)  # a city there, elsewhere short for permanent
        return text


def kinds_in(text: str) -> list[WordKind | None]:
    return [kind_of(word) for word in _WORD.findall(text)]


def _before_the_reverse_zone(labels: list[str], at: int) -> int:
    """Where the network's numbers begin, in a name that lost its last dot in a zone file."""
    while at and _WITHOUT_LETTERS.fullmatch(labels[at - 1]):
        at -= 1
    return at
