"""The words of everybody's pages, in English."""

from http import HTTPStatus
from typing import Final

NAME: Final = "Reverse DNS check"
SKIP: Final = "To the content"
MADE_WITH: Final = "Made with gotrdns: reverse DNS for mail, explained."
CHECK_ANOTHER: Final = "Check an address or a mail host"
ERROR: Final = "Something went wrong: {phrase}"
ERRORS: Final = {
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done here",
}

COPY: Final = "Copy"
COPIED: Final = "Copied"
LETTERS: Final = "Letters, ready to send"
ABOUT_LETTERS: Final = "A request to each of those who have to change something."
LETTER_TO: Final = "To {to}"
TO: Final = "To"
SUBJECT: Final = "Subject"
BEGIN_MAIL: Final = "Write to {address}"
PASTE_LETTER: Final = "The text is too long for a link: copy it above, and paste it there."
