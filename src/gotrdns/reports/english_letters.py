"""The English of the letters that ask for a change.

Owns every sentence of a letter and decides nothing. A second language is a second module with the
same names, known to `letters` under its code.
"""

from typing import Final

from gotrdns.diagnosis.findings import Fixer
from gotrdns.lookup import Outcome
from gotrdns.reports import english, english_explain
from gotrdns.reports.explanation_sentences import finding_sentence

explain_finding = finding_sentence
KINDS: Final = english_explain.KINDS
LACKS: Final = {**english.LACKS, Outcome.FOUND: "{data}"}
AND_THEN: Final = english_explain.AND_THEN
MORE: Final = english.MORE

SUBJECTS: Final = {
    "PTR": "Reverse DNS of {address}: please publish a PTR record",
    "CNAME": "Reverse DNS of {address}: please publish a CNAME record",
    "A": "DNS of {name}: please publish an A record",
    "AAAA": "DNS of {name}: please publish an AAAA record",
}
SUBJECT_OF_MENDING: Final = "The name servers of {zone} do not work"
SUBJECT_OF_MENDING_UNKNOWN: Final = "The name servers for {address} do not work"
SUBJECT_TO_RECEIVER: Final = "Our DNS resolver fails"

# In brackets, for whoever sends the letter.
NOTE: Final = "[{text}]"
ADDRESSEES: Final = {
    Fixer.ADDRESS_OWNER: "To be sent to the support of the ISP or hosting company that {address} "
    "comes from: only they can do this.",
    Fixer.DELEGATE: "To be sent to whoever keeps the reverse zone that the ISP or hosting company "
    "handed on: the DNS host that it was handed to. The ISP's support can tell.",
    Fixer.DOMAIN_OWNER: "To be sent to whoever manages the domain: the support of its registrar or "
    "DNS host.",
    Fixer.RECEIVER: "To be sent to whoever runs the DNS resolver of the receiving mail server.",
}
PUT_YOUR_NAME: Final = (
    "Before sending: {name} only stands for your mail server's own name. Put that in its place "
    "wherever it stands."
)
CHECK_THE_NAME: Final = (
    "Before sending: {name} is a proposal. Make sure that your mail server is to have that name."
)

GREETING: Final = "Hello,"
ASK_FOR_RECORD: Final = "please publish this record for the mail server at {address}:"
ASK_FOR_RECORDS: Final = "please publish these records for the mail server at {address}:"
IN_THE_ZONE: Final = "In the zone {zone}:"
OR_IN_FULL: Final = "or, with its name in full:"
OTHER_HALF: Final = "It makes a pair with this record, which somebody else is asked for:"
ASK_FOR_MENDING: Final = (
    "please look at the name servers of the zone {zone}: they do not answer as they should, and "
    "the mail server at {address} cannot be verified."
)
ASK_FOR_MENDING_UNKNOWN: Final = (
    "please look at the name servers that answer for {address}: they do not answer as they should, "
    "and the mail server at that address cannot be verified."
)
ASK_RECEIVER: Final = (
    "please look at the DNS resolver that our mail server uses ({resolvers}): mail from {address} "
    "cannot be verified, because the resolver fails."
)
REASON: Final = "What is wrong"
EVIDENCE: Final = "What the name servers answer"
EVIDENCE_OF_RESOLVER: Final = "What the resolver answers"
QUESTION: Final = "{name} {type}"
SERVER_SAID: Final = "{name} ({address}): {said}"
SERVERLESS: Final = "no name server that can be asked"
WHY: Final = "Why it matters"
RULE: Final = (
    "Every mail server needs a name that leads back to its address: RFC 1912 section 2.1 asks that "
    "PTR and {type} records match. Receiving mail servers verify it when a client connects (RFC "
    '8601 section 3, "iprev"), and many refuse mail where it fails, because machines that were '
    "taken over to send spam look just like that."
)
RULE_TO_RECEIVER: Final = (
    'A receiving mail server verifies its clients by reverse DNS (RFC 8601 section 3, "iprev"). '
    "Where its resolver fails it can verify nobody, and legitimate mail waits or comes back."
)
VERIFY: Final = "How to verify it afterwards"
VERIFY_COMMANDS: Final = ("dig -x {address}", "gotrdns check {address}")
VERIFY_NAME: Final = "dig {name} {type}"
CLOSING: Final = ("Thank you,", "and best regards")
