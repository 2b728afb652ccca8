"""What a name says, for people: the class, how sure that is, and the reasons.

Owns the wording, as tables, and decides nothing.
"""

from typing import Final

from gotrdns.classification import Classification, HostClass, Reason, ReasonKind
from gotrdns.names import Address, DomainName
from gotrdns.reports.layout import paragraph
from gotrdns.reports.sentences import legible

_HEADING: Final = "{name} ({address}): {host_class}"
_CLASS: Final = "{host_class}, {certainty}: {reasons}"
_LINE: Final = "{address} {name}: {class_}"
_SUMMARY: Final = "{certainty} ({confidence:.2f}): {meaning}"

_MEANINGS: Final = {
    HostClass.DYNAMIC: "the provider made this name, for a line whose address may change.",
    HostClass.STATIC_GENERIC: "the provider made this name, for an address that stays: a business "
    "line or a rented machine.",
    HostClass.MAIL_HOST: "somebody chose this name for a host that handles mail.",
    HostClass.OTHER_HOST: "somebody chose this name; it does not say that the host handles mail.",
}
# From this confidence on.
_CERTAINTIES: Final = (
    (0.95, "almost certain"),
    (0.85, "very likely"),
    (0.7, "likely"),
    (0.0, "a guess"),
)

_REASONS: Final = {
    ReasonKind.OCTETS: 'the name spells the address, "{what}"',
    ReasonKind.OCTETS_REVERSED: 'the name spells the address backwards, "{what}"',
    ReasonKind.OCTETS_PERMUTED: 'the name spells the address in another order, "{what}"',
    ReasonKind.OCTETS_JOINED: 'the name spells the address, its octets written together, "{what}"',
    ReasonKind.HEXADECIMAL: 'the name spells the address in hexadecimal, "{what}"',
    ReasonKind.INTEGER: 'the name spells the address as one number, "{what}"',
    ReasonKind.GROUPS: 'the name spells the address, "{what}"',
    ReasonKind.NIBBLES: 'the name spells the address digit by digit, "{what}"',
    ReasonKind.THREE_OCTETS: 'the name has three octets of the address, "{what}"',
    ReasonKind.LAST_TWO_OCTETS: 'the name has the last two octets of the address, "{what}"',
    ReasonKind.LAST_OCTET: 'the name has the last octet of the address, "{what}"',
    ReasonKind.SOME_GROUPS: 'the name has a part of the address, "{what}"',
    ReasonKind.SERIAL_NUMBER: '"{what}" has a serial or line number',
    ReasonKind.PLACEHOLDER: '"{what}" stands for every address of a network',
    ReasonKind.DYNAMIC_WORD: '"{what}" says that the address changes',
    ReasonKind.ACCESS_WORD: '"{what}" is a word for lines that people rent',
    ReasonKind.CUSTOMER_WORD: '"{what}" is a customer, whichever',
    ReasonKind.NEUTRAL_WORD: '"{what}" says only that there is an address or a host',
    ReasonKind.STATIC_WORD: '"{what}" says that the address stays',
    ReasonKind.BUSINESS_WORD: '"{what}" is a word for the lines of businesses',
    ReasonKind.SERVER_WORD: '"{what}" is a word for servers',
    ReasonKind.ROLE_WORD: '"{what}" is a task that an operator gives a host',
    ReasonKind.MAIL_WORD: '"{what}" is a word for mail servers',
    ReasonKind.HOSTING_PLATFORM: "{what} runs or rents out servers, or is called so",
    ReasonKind.MAIL_PLATFORM: "{what} handles mail for many, or is called so",
    ReasonKind.BUSINESS_DOMAIN: "{what} is for businesses, or for addresses that stay, by its name",
    ReasonKind.NOTHING_GENERIC: "nothing in the name is of the kind that machines write",
}


def compose_classification(
    address: Address, name: DomainName, classification: Classification
) -> str:
    """The report on one name, every line ended."""
    summary = _SUMMARY.format(
        certainty=_capitalised(_certainty(classification)),
        confidence=classification.confidence,
        meaning=_MEANINGS[classification.host_class],
    )
    heading = _HEADING.format(
        name=name.text, address=address.text, host_class=classification.host_class.value
    )
    reasons = [_capitalised(_phrase(reason)) + "." for reason in classification.reasons]
    lines = [heading, *paragraph(summary, "  ")]
    for reason in reasons:
        lines += paragraph(reason, "  - ", "    ")
    return "\n".join(lines) + "\n"


def compose_classification_line(
    address: Address, name: DomainName, classification: Classification
) -> str:
    """The same in one line."""
    return _LINE.format(
        address=address.text,
        name=name.text,
        class_=compose_class(classification),
    )


def compose_class(classification: Classification) -> str:
    """The class with its reasons, where the name stands beside it."""
    return _CLASS.format(
        host_class=classification.host_class.value,
        certainty=_certainty(classification),
        reasons="; ".join(map(_phrase, classification.reasons)),
    )


def _certainty(classification: Classification) -> str:
    return next(words for least, words in _CERTAINTIES if classification.confidence >= least)


def _phrase(reason: Reason) -> str:
    return _REASONS[reason.kind].format(what=legible(reason.what))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
