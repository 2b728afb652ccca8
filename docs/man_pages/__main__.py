"""Writes the man pages into share/man: ``python -m docs.man_pages [ANOTHER_DIRECTORY]``."""

import sys
from pathlib import Path

from docs.man_pages import write_all

write_all(Path(*sys.argv[1:2] or ["share/man"]))
