"""What is around every administrator's page: where one is, who one is, and the mode."""

import enum
from http import HTTPStatus

import msgspec

from gotrdns.reports import english_admin as words
from gotrdns.reports.site.layout import compose_page


class Section(enum.Enum):
    """The parts of the site, in the order of its navigation."""

    NOW = "now"
    FOLLOW_UP = "follow-up"
    LOOK_UP = "look-up"
    EXCEPTIONS = "exceptions"

    @property
    def path(self) -> str:
        return "/" if self is Section.NOW else f"/{self.value}"


class Frame(msgspec.Struct, frozen=True):
    """``user`` is empty where nobody has to log in; ``mode`` None where no daemon answers.

    ``token`` is what every form of the page has to send back.
    """

    section: Section
    user: str = ""
    mode: str | None = None
    token: str = ""


def compose_admin_page(template: str, frame: Frame, *, title: str, **values: object) -> str:
    """A page made by ``templates/site/<template>``, which extends ``admin_layout.html``."""
    return compose_page(
        template, title=title, admin=words, frame=frame, sections=tuple(Section), **values
    )


def compose_store_trouble(frame: Frame, error: str) -> str:
    """The page in the place of one that would tell what is remembered."""
    return compose_admin_page("admin_trouble.html", frame, title=words.STORE_TITLE, error=error)


def compose_admin_error(frame: Frame, status: HTTPStatus) -> str:
    return compose_admin_page("admin_trouble.html", frame, title=_title(status), error="")


def compose_closed(status: HTTPStatus) -> str:
    """For those who are not let in: it tells nothing but that."""
    return compose_page("admin_closed.html", title=_title(status), admin=words)


def _title(status: HTTPStatus) -> str:
    return words.ERRORS.get(status, words.ERROR).format(phrase=status.phrase)
