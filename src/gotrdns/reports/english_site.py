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
    HTTPStatus.BAD_REQUEST: "That form could not be read",
    HTTPStatus.FORBIDDEN: "That form is too old, or not from here: open its page again",
    HTTPStatus.REQUEST_TIMEOUT: "That took too long to arrive",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much to take in",
    HTTPStatus.REQUEST_URI_TOO_LONG: "That address is too long",
    HTTPStatus.MISDIRECTED_REQUEST: "This site does not go by that name",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That is not on the public Internet, and is not checked",
    HTTPStatus.TOO_MANY_REQUESTS: "That was asked for too often: please try again in a while",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something is wrong here: it has been noted",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too much is asked just now: please try again in a minute",
}

COPY: Final = "Copy"
# For those who only hear a button. Its label stands in the beginning, for those who say it.
COPY_RECORD: Final = "Copy the record {record}"
COPY_LETTER: Final = "Copy the letter: {heading}"
COPIED: Final = "Copied"
LETTERS: Final = "Letters, ready to send"
ABOUT_LETTERS: Final = "A request to each of those who have to change something."
LETTER_TO: Final = "To {to}"
TO: Final = "To"
SUBJECT: Final = "Subject"
BEGIN_MAIL: Final = "Write to {address}"
PASTE_LETTER: Final = "The text is too long for a link: copy it above, and paste it there."

CHECK_TITLE: Final = "Check the reverse DNS of a mail server"
CHECK_LEAD: Final = (
    "Receiving mail servers ask DNS for the name of the address that connects, and whether that "
    "name leads back to it. See what they find, what is to be published, and who can do it."
)
TARGET_LABEL: Final = "Address or host name of the mail server"
TARGET_HINT: Final = "Such as 192.0.2.25, 2001:db8::25 or mail.example.org"
OWN_ADDRESS: Final = "You come from {address}. Your mail server's address may be another one."
CHECK_OWN: Final = "Check {address}, which you come from"
MORE_FIELDS: Final = "More about the server, if you know it"
HELO_LABEL: Final = "What it says in HELO or EHLO"
HELO_HINT: Final = "The name by which it greets. It helps to find the name that is meant."
NAME_LABEL: Final = "The name it is to have"
NAME_HINT: Final = "The records to publish are then made for this name."
CHECK: Final = "Check"
CHECK_AGAIN_TITLE: Final = "Check another one, or this one again"
RESULT_TITLE: Final = "Reverse DNS of {target}"
WALKING: Final = "Asking the name servers, from the root down"
WALKING_HINT: Final = (
    "This takes some seconds, and up to half a minute where name servers do not answer."
)
STEPS: Final = "What they answer"
STEP: Final = "{server} about {name}: {said}"
REFERRED: Final = "refers on to {zone}"
CHECKED_AT: Final = (
    "Checked at {moment}. The address of this page repeats the check, and can be sent to others."
)
HOW_TITLE: Final = "What is done"
HOW: Final = (
    "The name servers in charge are asked themselves, from the root down, past every cache.",
    "What a receiver's resolver holds is asked as well: the two may differ for a while after a "
    "change.",
    "Nothing is sent to the mail server, and nothing about the check is kept.",
)
NOTHING_CHECKED: Final = "There is nothing to check"
# Why a target gives nothing to check, or not all of it: the codes of `checking.targets`.
TARGETS: Final = {
    "too-many-addresses": "{target} has many addresses: only the first ten are checked.",
    "empty-target": "Please write an address or a host name.",
    "not-a-target": "{target} is neither an address nor a host name.",
    "ambiguous-name": "{target} stands for two different names, one in IDNA 2003 and one in IDNA "
    "2008. Please write it in its xn-- form.",
    "private-target": "{target} has an address or a name that is not public: nobody on the "
    "Internet can look it up. Please write the address by which the mail server reaches others.",
    "no-such-name": "{target} does not exist in DNS. Is it spelt right?",
    "no-address": "{target} exists in DNS, but has no address.",
    "servfail": "The {type} records of {target} are not known: its name servers failed (SERVFAIL).",
    "refused": "The {type} records of {target} are not known: the question was refused.",
    "timeout": "The {type} records of {target} are not known: no name server answered in time.",
    "unproven": "The {type} records of {target} are not known: an empty answer proves nothing.",
    "unreachable": "DNS does not answer here just now. Please try again in a minute.",
}
PRIVATE_ANSWER: Final = (
    "What DNS says here about this target belongs to a private network: it is not shown."
)
TOO_LONG: Final = "That is too long for an address or a host name."
MAIL_ADDRESS: Final = (
    "That is a mail address. Please write the address or the host name of the mail server that "
    "sends its mail."
)
NETWORK: Final = "That is a network. Please write one address of it."
NOT_A_NAME: Final = "{name} is not a host name that mail servers take."
TOO_MANY: Final = (
    "From your network there were many checks just now. Please try again in {duration}."
)
TOO_MANY_OF_ALL: Final = "Many people check just now. Please try again in {duration}."
NOT_ALL: Final = (
    "Not all addresses of this host were checked, for there were too many checks just now. Please "
    "check the others one by one, a little later."
)
BUSY_TITLE: Final = "Too many checks just now"
FAULT: Final = "Something is wrong here, and the check could not be ended. It has been noted."
