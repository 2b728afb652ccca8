"""Where a name's registrable domain begins, by the public suffix list.

Owns how the list is loaded: at the first question, once, since loading it takes as long as starting
the program. Only the list's ICANN section counts. Its private section names the domains below which
a platform's customers live, such as ``us-west-2.compute.amazonaws.com``: for us the platform's own
name is the domain, and what stands before it was written by the platform.
"""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_END_OF_ICANN_SECTION: Final = b"===END ICANN DOMAINS==="


def registrable_at(labels: Sequence[str]) -> int:
    """The index of the label under which the public suffix begins; 0 if the name is not longer."""
    suffix = _list().publicsuffix(".".join(labels))
    length = suffix.count(".") + 1 if suffix else 1
    return max(len(labels) - length - 1, 0)


def is_public_suffix(name: str) -> bool:
    """Whether strangers register their domains right below it, as below ``com`` and ``co.uk``."""
    return _list().publicsuffix(name) == name


def registrable_domain(name: str) -> str | None:
    """What somebody registered of it; None if it is a public suffix itself."""
    suffix = _list().publicsuffix(name)
    if suffix == name:
        return None
    rest = name if suffix is None else name[: -len(suffix) - 1]
    return name[rest.rfind(".") + 1 :]


@functools.cache
def _list() -> "PublicSuffixList":
    from publicsuffixlist import PSLFILE, PublicSuffixList  # noqa: PLC0415 - see the module

    # Names in DNS are ASCII. Given the A-labels of the few that need any, the parser can do without
    # turning every line into one, which is two thirds of its time.
    return PublicSuffixList(_icann_section(Path(PSLFILE)), accept_encoded_idn=False)


def _icann_section(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        for line in lines:
            if line.startswith(b"//"):
                if _END_OF_ICANN_SECTION in line:
                    return
            elif line.isascii():
                yield line
            else:
                yield line.decode().strip().encode("idna")
