"""The words of the administrator's pages, in English.

Owns every sentence that only they say and decides nothing. A second language is a second file with
the same names.
"""

from typing import Final

NAME: Final = "gotrdns"
NAVIGATION: Final = "Sections"
SECTIONS: Final = {
    "now": "Now",
    "follow-up": "Follow-up",
    "look-up": "Look up",
    "exceptions": "Exceptions",
}
USER: Final = "Logged in: {user}"
MODE: Final = "Mode: {mode}"
MODES: Final = {
    "observe": "nothing is refused; what would be is recorded",
    "strict": "whatever is wrong is refused",
    "protect": "what nobody vouches for is refused, after a day",
}
NO_DAEMON: Final = "No daemon answers"
