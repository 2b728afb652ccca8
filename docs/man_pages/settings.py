"""The page of the settings file, from the same descriptions as docs/settings.md."""

from collections.abc import Iterator
from typing import Final

from docs.generate_settings import ABOUT, Section, Setting, list_actions, list_sections
from docs.man_pages import roff
from docs.man_pages.page import SETTINGS_PAGE, Page
from gotrdns.cli.options import DEFAULT_SETTINGS

_FILES: Final = (
    (DEFAULT_SETTINGS, "The settings, unless another file is named."),
    ("PREFIX/share/doc/gotrdns/gotrdns.toml", "An example with remarks, where pip put gotrdns."),
)
_EXAMPLE: Final = ("[policy]", 'mode = "observe"')


def settings_page() -> Page:
    """The whole page."""
    name, number = SETTINGS_PAGE
    return Page(
        name,
        number,
        "settings of gotrdns",
        {
            "DESCRIPTION": [roff.paragraph(ABOUT)],
            "SETTINGS": [part for section in list_sections() for part in _section(section)],
            "FILES": [roff.item(roff.italic(path), text) for path, text in _FILES],
            "EXAMPLES": [roff.listing(_EXAMPLE)],
        },
    )


def _section(section: Section) -> Iterator[str]:
    yield roff.subsection(f"[{section.name}]", [roff.paragraph(section.description)])
    yield from map(_setting, section.settings)
    if section.has_actions:
        yield from map(_action, *zip(*list_actions(), strict=True))


def _setting(setting: Setting) -> str:
    return roff.item(
        roff.bold(setting.name),
        setting.description,
        f"Value: {setting.allowed}. Default: {setting.default}.",
    )


def _action(cause: str, default: str, allowed: tuple[str, ...]) -> str:
    codes = ", ".join(f"`{action}`" for action in allowed)
    return roff.item(roff.bold(cause), f"Default: `{default}`. May be: {codes}.")
