r"""Any text as printable ASCII: what is not, as ``\xNN``. For lines that mail servers read."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[^ -~]")


def printable(text: str) -> str:
    """One line, without space at its ends; empty only where there was nothing else."""
    return _UNPRINTABLE.sub(_escape, text).strip()


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
