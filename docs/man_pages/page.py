"""A man page: its name, its number, and its sections in the order that readers know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from docs.man_pages import roff
from gotrdns import __version__

PROGRAM: Final = "gotrdns"
SETTINGS_PAGE: Final = ("gotrdns.toml", 5)

# The day the words last changed much; by hand, so that the same words are always the same page.
_DATE: Final = "2026-11-28"
_MANUAL: Final = "Reverse DNS for mail"
_ORDER: Final = (
    "SYNOPSIS",
    "DESCRIPTION",
    "OPTIONS",
    "COMMANDS",
    "SETTINGS",
    "EXIT STATUS",
    "ENVIRONMENT",
    "FILES",
    "EXAMPLES",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What one file holds; of the sections, those with nothing in them are left out."""

    name: str
    number: int
    summary: str
    sections: Mapping[str, Iterable[str]]

    @property
    def file(self) -> str:
        """Where below ``share/man`` it belongs."""
        return f"man{self.number}/{self.name}.{self.number}"

    @property
    def title(self) -> tuple[str, int]:
        """What other pages call it."""
        return self.name, self.number


def compose(page: Page, others: Iterable[tuple[str, int]]) -> str:
    """The page as ``man`` reads it, which names the others at its end."""
    source = f"{PROGRAM} {__version__}"
    written = {name: "".join(content) for name, content in page.sections.items()}
    return "".join(
        [
            '.\\" Written by docs/man_pages.\n',
            roff.header(page.name, page.number, date=_DATE, source=source, manual=_MANUAL),
            roff.section("NAME", [roff.summary(page.name, page.summary)]),
            *(roff.section(name, [written[name]]) for name in _ORDER if written.get(name)),
            roff.section(
                "SEE ALSO", [roff.fill(", ".join(roff.reference(*each) for each in others))]
            ),
        ]
    )
