"""The files that the pages' settings name: read, or refused with the setting that names them.

Owns which settings name files that must be there before anybody is answered.
"""

from collections.abc import Iterator
from pathlib import Path

from gotrdns.evidence import Server
from gotrdns.resolution.walk import InvalidHints, read_root_hints
from gotrdns.settings import Settings
from gotrdns.web.passwords import InvalidPasswords, read_passwords


def root_hints(settings: Settings) -> tuple[Server, ...]:
    """Where walks begin. Raises InvalidHints."""
    named = settings.page.root_hints
    try:
        return read_root_hints(Path(named) if named else None)
    except InvalidHints as error:
        raise error.named_in("root-hints in [page]") from None


def check_passwords(settings: Settings) -> None:
    """Raises InvalidPasswords, if the administrator's pages are served and ask for any."""
    if settings.admin.listen and settings.admin.password_file:
        try:
            read_passwords(Path(settings.admin.password_file))
        except InvalidPasswords as error:
            raise InvalidPasswords(f"password-file in [admin]: {error}") from None


def troubles_with_files(settings: Settings) -> Iterator[str]:
    """What would keep visitors or administrators out, a line each."""
    try:
        root_hints(settings)
    except InvalidHints as error:
        yield str(error)
    try:
        check_passwords(settings)
    except InvalidPasswords as error:
        yield str(error)
