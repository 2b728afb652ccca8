"""The man pages, written from the verbs and the settings themselves."""

from pathlib import Path

from docs.man_pages.page import compose
from docs.man_pages.settings import settings_page
from docs.man_pages.verbs import verb_pages
from gotrdns.cli.verbs import program


def compose_all() -> dict[str, str]:
    """Every page, by its place below ``share/man``."""
    pages = [*verb_pages(program), settings_page()]
    return {
        page.file: compose(page, [each.title for each in pages if each is not page])
        for page in pages
    }


def write_all(directory: Path) -> None:
    """Into their places below the directory; those of verbs that are gone go too."""
    pages = compose_all()
    for old in directory.glob("man*/*"):
        if str(old.relative_to(directory)) not in pages:
            old.unlink()
    for file, text in pages.items():
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
