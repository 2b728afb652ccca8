"""The header field Authentication-Results (RFC 8601): writing one, and knowing whose one is.

Owns its grammar: quoting, comments, folding and the name of who says so (the authserv-id). Never
composes text, and knows nothing of verdicts.
"""

import functools
import re
from typing import Final

from gotrdns.names import DomainName, InvalidName
from gotrdns.protocols.printable import printable

HEADER: Final = "Authentication-Results"

# RFC 2045 section 5.1.
_TOKEN: Final = re.compile(r"""[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+""")
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_IN_COMMENT: Final = re.compile(r"[^()\\]+|\\.", re.DOTALL)
# One that an authserv-id in UTF-8 has, which RFC 8616 section 4 allows in a token as well.
_WIDE_TOKEN: Final = re.compile(r"""(?:[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]|[^\x00-\x7f])+""")


def write_iprev(authserv_id: str, result: str, reason: str, address: str) -> str:
    """The value of the field for RFC 8601 section 2.7.3's method, folded after the authserv-id."""
    return (
        f"{_value(authserv_id)};\n\t"
        f"iprev={result} reason={_quote(reason)} policy.iprev={_value(address)}"
    )


def _value(text: str) -> str:
    """A value as RFC 2045 has it: a token where it can be one, else quoted."""
    plain = printable(text)
    return plain if _TOKEN.fullmatch(plain) else _quote(plain)


def _quote(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


# Longer than any authserv-id with what may stand before it; comments cost time to read.
_READ: Final = 1000
_VERSION: Final = re.compile(r"\s[\s\d]*$")
# What is skipped by those who read an authserv-id as an address is, or no more exactly than that.
_SKIPPED: Final = re.compile(r"[\s\"\\]+")


def claims(value: str, authserv_id: str) -> bool:
    """Whether a field says that it comes from this host, or cannot be told not to.

    RFC 8601 section 5: a border host removes those that claim to be its own. One whose authserv-id
    cannot be read may be read in any way by those that come after, and some read it less strictly.
    """
    beginning = value[:_READ]
    claimed = read_authserv_id(beginning)
    ours = _canonical(authserv_id)
    return claimed is None or ours in {_canonical(claimed), _canonical(_read_loosely(beginning))}


@functools.lru_cache(maxsize=256)
def _canonical(authserv_id: str) -> str:
    # It is a host's name mostly (RFC 8601 section 2.5): letter case, a last dot and the spelling
    # of letters beyond ASCII mean nothing.
    try:
        return DomainName.parse(authserv_id.rstrip(".")).text
    except InvalidName:
        return authserv_id.casefold()


def read_authserv_id(value: str) -> str | None:
    """Who a field claims to come from; None if it does not begin as RFC 8601 section 2.2 says."""
    start = _skip(value, 0)
    if start is None:
        return None
    quoted = _QUOTED.match(value, start)
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted[1])
    token = _WIDE_TOKEN.match(value, start)
    return token[0] if token is not None else None


def _read_loosely(value: str) -> str:
    """The same without comments, space and quotes, as an address may have them around each dot."""
    kept = []
    position = 0
    while position < len(value) and value[position] != ";":
        end = _skip(value, position)
        if end is None:
            break
        if end > position:
            kept.append(" ")
            position = end
        else:
            kept.append(value[position])
            position += 1
    return _SKIPPED.sub("", _VERSION.sub("", "".join(kept)))


def _skip(value: str, start: int) -> int | None:
    """Where the white space and comments end that begin at ``start``; None within a comment."""
    position = start
    depth = 0
    while position < len(value):
        inside = (_IN_COMMENT if depth else _SPACE).match(value, position)
        if inside is not None:
            position = inside.end()
        elif value[position] == "(":
            depth += 1
            position += 1
        elif depth and value[position] == ")":
            depth -= 1
            position += 1
        else:
            break
    return None if depth else position
