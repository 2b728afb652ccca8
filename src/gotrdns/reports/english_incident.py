"""The English of the incident page, for readers who run a business and not a mail server.

Owns every sentence that only this page says, and decides nothing. What a technician has to read as
well is in the tables of `english` and `english_explain`. A second language is a second file with
the same names.
"""

from typing import Final

from gotrdns.diagnosis.findings import Fixer
from gotrdns.explaining.confirming import Obstacle
from gotrdns.explaining.explanation import Choice
from gotrdns.explaining.standing import Sought, Standing
from gotrdns.reports.fates import Fate
from gotrdns.verification import Cause

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
MOMENT: Final = "{day} {month} {year}, {time} UTC"
LOCALE: Final = "en-GB"
# What the browser adds; {moment} is in the visitor's own time and spelling.
LOCAL_MOMENT: Final = "({moment} where you are)"

TITLES: Final = {
    Fate.REFUSED: "Your mail from {address} was refused",
    Fate.DEFERRED: "Your mail from {address} was not accepted yet",
    Fate.GREETED: "Your mail from {address} was not accepted yet",
    Fate.WOULD_REFUSE: "Mail from {address} was accepted, but would have been refused",
    Fate.WOULD_DEFER: "Mail from {address} was accepted, but would have been put off",
    Fate.ACCEPTED: "Mail from {address} was accepted, but something is wrong with its name",
    Fate.FINE: "Mail from {address} was accepted",
    Fate.UNJUDGED: "Mail from {address} was accepted",
    Fate.NOT_PUBLIC: "Mail from {address} was accepted",
    Fate.NOT_CHECKED: "The mail was accepted",
}
LEADS: Final = {
    Fate.REFUSED: (
        "Whoever sent it got it back with an error message. The text of the mail had nothing to do "
        "with it: the Internet address that it came from is not set up as mail servers expect. "
        "That can be put right, and then the mail can be sent again."
    ),
    Fate.DEFERRED: (
        "Your mail server keeps it and tries again by itself, usually for a few days. Nothing is "
        "lost so far, but the mail may come back to whoever sent it if nothing changes."
    ),
    Fate.GREETED: (
        "Your mail server keeps it and tries again by itself. Ten minutes after its first attempt, "
        "and from then on, its mail is let in. There is nothing you have to do."
    ),
    Fate.WOULD_REFUSE: (
        "The mail server here only watches at present, so the mail was let in. Mail servers that "
        "do more than watch refuse it, and this one may start to."
    ),
    Fate.WOULD_DEFER: (
        "The mail server here only watches at present, so the mail was let in. Mail servers that "
        "do more than watch make it wait, and this one may start to."
    ),
    Fate.ACCEPTED: (
        "Many other mail servers refuse mail from an address like this, so it is worth putting "
        "right."
    ),
    Fate.FINE: "There is nothing you have to do.",
    Fate.UNJUDGED: (
        "Whether the address is set up as it should be could not be told at that time, and that "
        "was not your fault. There is nothing you have to do."
    ),
    Fate.NOT_PUBLIC: (
        "The address belongs to a private network, where the usual check of mail servers means "
        "nothing. There is nothing you have to do."
    ),
    Fate.NOT_CHECKED: (
        "The address that it came from was not checked. There is nothing you have to do."
    ),
}
FORWARD_THIS_PAGE: Final = (
    "Does somebody look after your mail server, your domain or your Internet connection? Send them "
    "the address of this page: everything they need is on it."
)

WHEN: Final = {
    Fate.REFUSED: "Refused",
    Fate.DEFERRED: "Put off",
    Fate.GREETED: "Put off",
}
WHEN_ACCEPTED: Final = "Accepted"
ONCE: Final = "{last}"
REPEATED: Final = "{count} times between {first} and {last}"
ADDRESS: Final = "From the Internet address"
HELO: Final = "By a mail server that calls itself"
IN_SHORT: Final = "In a technician's words"
TECHNICAL: Final = "{result} ({cause})"
INCIDENT: Final = "Number of this incident"

WHY: Final = "Why"
BECAUSE: Final = {
    Cause.CONFIRMED: "The Internet address {address} has the name {name}, and that name leads back "
    "to the address. That is as it should be.",
    Cause.NO_PTR: "The Internet address {address} has no name.",
    Cause.PTR_UNUSABLE: "The name that was given to the Internet address {address}, {name}, cannot "
    "be the name of any computer.",
    Cause.FORWARD_NODATA: "The Internet address {address} has the name {name}, but that name does "
    "not lead back to the address: no address is entered for it.",
    Cause.FORWARD_NXDOMAIN: "The Internet address {address} has the name {name}, but there is no "
    "such name, so it cannot lead back to the address.",
    Cause.FORWARD_MISMATCH: "The Internet address {address} has the name {name}, but that name "
    "leads elsewhere: {others}.",
    Cause.REVERSE_SERVFAIL: "Whether the Internet address {address} has a name could not be found "
    "out: the servers that should know it answered with an error.",
    Cause.REVERSE_REFUSED: "Whether the Internet address {address} has a name could not be found "
    "out: the servers that should know it refused to answer.",
    Cause.REVERSE_TIMEOUT: "Whether the Internet address {address} has a name could not be found "
    "out: the servers that should know it did not answer in time.",
    Cause.REVERSE_UNPROVEN: "Whether the Internet address {address} has a name could not be found "
    "out: the servers that should know it gave an empty answer that proves nothing.",
    Cause.FORWARD_SERVFAIL: "The Internet address {address} has the name {name}. Whether that name "
    "leads back to the address could not be found out: the servers that should know it answered "
    "with an error.",
    Cause.FORWARD_REFUSED: "The Internet address {address} has the name {name}. Whether that name "
    "leads back to the address could not be found out: the servers that should know it refused to "
    "answer.",
    Cause.FORWARD_TIMEOUT: "The Internet address {address} has the name {name}. Whether that name "
    "leads back to the address could not be found out: the servers that should know it did not "
    "answer in time.",
    Cause.FORWARD_UNPROVEN: "The Internet address {address} has the name {name}. Whether that name "
    "leads back to the address could not be found out: the servers that should know it gave an "
    "empty answer that proves nothing.",
    Cause.RESOLVER_UNREACHABLE: "Nothing could be looked up on the receiving side at that time.",
}
BECAUSE_SEVERAL: Final = {
    Cause.PTR_UNUSABLE: "The Internet address {address} was given {count} names, and none of them "
    "can be the name of a computer. One of them is {name}.",
    Cause.FORWARD_NODATA: "The Internet address {address} has {count} names, and none of them "
    "leads back to the address. One is {name}: no address is entered for it.",
    Cause.FORWARD_NXDOMAIN: "The Internet address {address} has {count} names, and none of them "
    "leads back to the address. One is {name}: there is no such name.",
    Cause.FORWARD_MISMATCH: "The Internet address {address} has {count} names, and none of them "
    "leads back to the address. One is {name}: it leads elsewhere, to {others}.",
}
BECAUSE_OF_OTHER_FAMILY: Final = (
    "The Internet address {address} has the name {name}, but that name does not lead back to the "
    "address: no address of this kind is entered for it."
)
BECAUSE_GREETED: Final = (
    "The Internet address {address} has the name {name}, and that name leads back to the address. "
    "But names like this one are given to private Internet connections. Mail from those is mostly "
    "spam, sent by computers that do not try twice. A real mail server does, and is then let in."
)
STANDS_FOR_PRIVATE: Final = (
    "{address} stands for an address of a private network here, which is not shown. Nobody outside "
    "can reach such an address."
)
OLD_ANSWERS: Final = (
    "The old answers were still remembered here at that time, but every name server had been seen "
    "to have the change."
)
THE_RULE: Final = (
    "Every mail server's address needs a name, and that name has to lead back to the same address. "
    "Mail servers all over the world check that, because computers that spammers have taken over "
    "hardly ever pass."
)
TO_PUT_OFF_NO_MORE: Final = (
    "If you want your mail to be accepted at the first attempt, ask your Internet provider for a "
    "fixed address, and for a name in your own domain for it."
)

CHANGE: Final = "What has to change, and who can do it"
TO_KNOW: Final = "What to know about this address"
TWO_RECORDS: Final = (
    "Two entries in the DNS, the Internet's directory of names, have to match. Please do this, "
    "in this order:"
)
ONE_RECORD: Final = "One entry in the DNS, the Internet's directory of names, has to change:"
FIXED_ADDRESS: Final = (
    "Make sure that your Internet connection has a fixed (static) address. If you are not sure, "
    "ask your Internet provider."
)
FORWARD_STEPS: Final = {
    Fixer.DOMAIN_OWNER: "You, or whoever looks after your domain (what stands after the @ in your "
    "mail address): create this entry. It can be done in the customer area of the company where "
    "the domain is registered, or of the one that keeps its DNS.",
    Fixer.ADDRESS_OWNER: "Your Internet provider or hosting company: only they can create this "
    "entry, because the name is theirs. The letter on this page asks them to.",
    Fixer.DELEGATE: "Whoever keeps this name for you: have them create this entry.",
}
REVERSE_STEPS: Final = {
    Fixer.ADDRESS_OWNER: "Your Internet provider or hosting company: only they can create this "
    "entry, because the address {address} is theirs. They call it reverse DNS or a PTR record. "
    "Many have a page for it in their customer area; if yours has none, the letter on this page "
    "asks them.",
    Fixer.DELEGATE: "Whoever keeps the reverse DNS of your addresses: your Internet provider has "
    "handed that on, often to the company that keeps your DNS. The provider can tell you to whom. "
    "The letter on this page asks for this entry.",
    Fixer.DOMAIN_OWNER: "Whoever looks after your domain: this entry is kept with it.",
}
FIELDS: Final = ("Name", "Type", "Value")
WHOLE_RECORD: Final = "The whole entry on one line, as technicians write it"
CHOICES: Final = {
    Choice.GIVEN: "",
    Choice.CONFIRMED: "",
    Choice.HELO: "{name} is a proposal: your mail server calls itself so, and that name leads to "
    "its address already.",
    Choice.PTR: "{name} is a proposal: the address has that name already. If it is not in a domain "
    "of yours, choose one that is, create the entry for that, and have your Internet provider "
    "give the address that name.",
    Choice.MEANT: "{name} is a proposal: it seems to be what today's entry was meant to say.",
    Choice.DOMAIN: "{name} is a proposal, in the domain of {helo}, as your mail server calls "
    "itself. Another name in your own domain will do as well: use the same in both entries.",
    Choice.EXAMPLE: "{name} only stands for the name of your mail server. Put a name in your own "
    'domain in its place, in both entries: "mail" and then your domain is usual.',
}
CHOICE_AS_IT_SAYS: Final = (
    "{name} is a proposal: your mail server calls itself so. Another name in your own domain will "
    "do as well: use the same in both entries."
)
NO_RECORD: Final = (
    "There is no entry that you could create. The servers that should answer have to be mended, by "
    "{keeper}. If it was a short disturbance, it is over by now: check again now. If not, the "
    "letter asks them to mend the servers."
)
KEEPERS: Final = {
    Fixer.ADDRESS_OWNER: "your Internet provider or hosting company",
    Fixer.DELEGATE: "whoever keeps the reverse DNS of your addresses",
    Fixer.DOMAIN_OWNER: "the company that keeps the DNS of that name",
    Fixer.RECEIVER: "the receiving side",
    Fixer.NOBODY: "nobody",
}
NOT_PUBLIC: Final = (
    "{address} is an address of a private network. On the Internet no mail comes from it, so "
    "something in between probably hides the address that the mail really came from. Only whoever "
    "runs the mail server here can look into that."
)

LETTERS: Final = "A letter, ready to send"
LETTERS_SEVERAL: Final = "Letters, ready to send"
LETTER_TO: Final = {
    Fixer.ADDRESS_OWNER: "To your Internet provider or hosting company",
    Fixer.DELEGATE: "To whoever keeps the reverse DNS of your addresses",
    Fixer.DOMAIN_OWNER: "To whoever looks after your domain",
}
LETTER_ADDRESS: Final = "Send to"
LETTER_SUBJECT: Final = "Subject"
MAIL_LETTER: Final = "Write it in my mail program"
SAVE_LETTER: Final = "Save it as a text file"

CHECK: Final = "Changed it? Check again now"
CHECK_TROUBLE: Final = "Is it over by now? Check again"
CHECK_RIGHT: Final = "How is it now?"
CHECK_INTRODUCTION: Final = (
    "It often takes hours until a change of the DNS is noticed, because old answers are remembered "
    "everywhere. This asks the name servers themselves. As soon as all of them have the change, "
    "the mail servers here go by it within seconds."
)
CHECK_BUTTON: Final = "Check again now"
NOT_CHECKED_HERE: Final = (
    "An address of a private network cannot be checked from here: no name server on the Internet "
    "knows it."
)
AS_IT_IS_NOW: Final = "Look at {address} as it is now"
AS_IT_IS_NOW_REMARK: Final = (
    "This shows every step of the look-up, who keeps each part, and what other mail servers make "
    "of it."
)

CHECKING: Final = "Asking the name servers. This can take half a minute."
NEXT_LOOK: Final = "The next look is in {seconds} seconds. You can leave this page open."
STORED: Final = (
    "It is right now, and every name server agrees. The mail servers here have been told, and "
    "believe it until {until}, whatever old answers are still remembered."
)
SEND_AGAIN: Final = "Send your mail again now."
SENT_AGAIN: Final = (
    "Your mail server sends the waiting mail by itself at its next attempt; you can also send it "
    "again now."
)
NOT_STORED: Final = (
    "It is right now, and every name server agrees. But it could not be noted for the mail servers "
    "here, so they may go by the old answer for {wait}. Please check again in a few minutes, or "
    "send your mail again later."
)
NOT_CERTAIN: Final = (
    "Every name server that answers has it now. But {obstacle}, so the mail servers here wait "
    "until the old answer is forgotten. That can take {wait}; then send your mail again."
)
OBSTACLES: Final = {
    Obstacle.NOTHING_HEARD: "no name server could be asked",
    Obstacle.CUT_SHORT: "there was not enough time to ask all of them",
    Obstacle.LOOP_OPEN: "they did not all say the same a moment later",
    Obstacle.SERVER_DISAGREES: "one of them does not give it every time",
    Obstacle.SERVER_FAILS: "one of them does not know the zone that it should keep",
    Obstacle.SERVER_SILENT: "one of them does not answer",
    Obstacle.SERVER_NOT_ASKED: "one of them cannot be reached from here",
    Obstacle.DNSSEC_BOGUS: "its signatures (DNSSEC) are broken",
}
UP_TO: Final = "up to {duration}"
SOME_TIME: Final = "some time, rarely more than a day"
NOT_YET: Final = "It is not right yet: something is missing at the name servers."
SPREADING: Final = (
    "It is nearly right: some name servers have everything that is needed, others do not yet. They "
    "usually follow by themselves, within minutes or a few hours."
)
CANNOT_TELL: Final = (
    "It cannot be told yet: not every name server that should answer does. It may be a short "
    "disturbance."
)
NO_SERVER: Final = "No name server that should know it could be reached. Please try again later."
UNREACHABLE: Final = (
    "The name servers of the Internet cannot be reached from here at the moment. That is not your "
    "fault. Please try again later."
)
BOGUS: Final = (
    "Every name server has the change, but its signatures (DNSSEC) are broken, so mail servers "
    "that verify them will not believe it. Whoever keeps the entries has to sign them anew."
)
NOT_LOOKED_PRIVATE: Final = (
    "This cannot be checked from here: the name of the address leads into a private network."
)
NOT_LOOKED: Final = (
    "This was checked too often just now. Please wait {seconds} seconds, then check again."
)
NOT_LOOKED_BUSY: Final = (
    "Too many people are checking at the moment. Please wait {seconds} seconds, then check again."
)
FORM_TOO_OLD: Final = "This page was open for too long. Please press the button again."

STILL_WRONG: Final = "What is still wrong"
HALF_MAY_BE_THERE: Final = (
    "If you have created the first entry already, only the second is missing."
)
MISSING_ALIAS: Final = (
    "The servers of {zone} lack the link (CNAME) from {owner} to where its entry is kept."
)
MISSING_DELEGATION: Final = (
    "The servers of {zone} lack the link (delegation) to those that keep the entry of {owner}."
)
SERVERS: Final = "What each name server says"
SERVERS_SOUGHT: Final = {
    Sought.RECORD: "The {type} entry of {owner}, in the zone {zone}",
    Sought.ALIAS: "The link (CNAME) from {owner}, in the zone {zone}",
    Sought.DELEGATION: "The link from the zone {zone} down to {owner}",
}
MORE: Final = "... and {count} more"
SERVER: Final = "Name server"
HAS_IT: Final = "Has it?"
ITS_ANSWER: Final = "Its answer"
STANDINGS: Final = {
    Standing.HAS: "yes",
    Standing.LACKS: "not yet",
    Standing.VARIES: "not always",
    Standing.FAILS: "cannot tell",
    Standing.SILENT: "does not answer",
    Standing.NOT_ASKED: "not asked",
}
HAVING: Final = "{having} of {count} name servers have it."

SEEN: Final = "What was seen at the time"
SEEN_REMARK: Final = (
    "The questions that were asked, and the answers, with the seconds for which each may be "
    "remembered."
)
FOR_TECHNICIANS: Final = "For whoever looks after the DNS"

ABOUT: Final = (
    "Only whoever knows the address of this page can see it. It names no mail addresses. It is "
    "deleted {days} days after the incident."
)

GONE_TITLE: Final = "This page is not there, or not any more"
GONE: Final = (
    "Pages about refused mail are deleted after {days} days. If the mail was refused more recently "
    "than that, the address of the page may have been cut off: it ends in 16 letters and digits. "
    "If it was refused only just now, try again in a minute."
)
UNAVAILABLE_TITLE: Final = "This page cannot be shown at the moment"
UNAVAILABLE: Final = (
    "What is remembered about refused mail cannot be read just now. Mail is not affected. Please "
    "try again in a minute."
)
CHECK_INSTEAD: Final = (
    "You can check your mail server here: enter its Internet address, which is in the error "
    "message that came back, or its name."
)
CHECK_INSTEAD_LABEL: Final = "Internet address or name of the mail server"
CHECK_INSTEAD_BUTTON: Final = "Check"
