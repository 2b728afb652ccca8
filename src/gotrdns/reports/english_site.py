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
