r"""Text that any peer can read: printable ASCII, everything else as ``\xNN`` or ``\uNNNN``."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[^ -~]")


def make_printable(text: str) -> str:
    """One line, whatever the text was."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
