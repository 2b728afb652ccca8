"""What mail servers are told: the text of an SMTP refusal and the value of the mark.

Owns the wording of both, as tables, and how it is shortened to fit. The codes in front of the text
and the bounds of the line are the protocol's.
"""

from collections.abc import Mapping
from typing import Final

from gotrdns.policy import Decision, Rule
from gotrdns.verification import Cause, CheckedName, NameState, Verdict

_PROVIDER: Final = "your Internet or hosting provider"

_NOT_LOOKED_UP: Final = (
    "the PTR record of {address} could not be looked up: {trouble}. Trying again later may help; "
    "if not, ask " + _PROVIDER + " to repair the DNS servers of {reverse}",
    "the PTR record of {address} could not be looked up: {trouble}. Try again later",
    "PTR of {address}: {trouble}",
)
_NOT_CONFIRMED: Final = (
    "{address} has the reverse name {name}, but the {type} record of that name could not be looked "
    "up: {trouble}. Trying again later may help; if not, the DNS servers of that name need repair",
    "{address} has the reverse name {name}, whose {type} record could not be looked up: {trouble}. "
    "Try again later",
    "{type} record of {name}: {trouble}",
)

# Each cause from the fullest wording to the shortest: the first that fits is said.
_WORDING: Final[Mapping[Cause, tuple[str, ...]]] = {
    Cause.NO_PTR: (
        "{address} has no reverse name (no PTR record at {reverse}). Ask " + _PROVIDER + " to "
        "create one that names your mail host, and give that name the {type} record {address}",
        "{address} has no reverse name (PTR record). Ask " + _PROVIDER + " to create one",
        "{address} has no PTR record",
    ),
    Cause.FORWARD_MISMATCH: (
        "{address} has the reverse name {name}, but the {type} record of that name is {found}, not "
        "{address}. Add it where the DNS of that name is kept, or ask " + _PROVIDER + " to make "
        "the PTR record name your mail host",
        "{address} has the reverse name {name}, but the {type} record of that name is {found}. "
        "Correct one of them; the reverse name is set by " + _PROVIDER,
        "{address} has the reverse name {name}, whose {type} record is another address",
        "{type} record of {name} is not {address}",
    ),
    Cause.FORWARD_NODATA: (
        "{address} has the reverse name {name}, but that name has no {type} record. Add {type} "
        "{address} where the DNS of that name is kept, or ask " + _PROVIDER + " to make the PTR "
        "record name your mail host",
        "{address} has the reverse name {name}, but that name has no {type} record. Ask "
        + _PROVIDER
        + " to correct it",
        "{address} has the reverse name {name}, but that name has no {type} record",
        "{name} has no {type} record {address}",
    ),
    Cause.FORWARD_NXDOMAIN: (
        "{address} has the reverse name {name}, but that name does not exist. Create it with the "
        "{type} record {address} where its DNS is kept, or ask " + _PROVIDER + " to make the PTR "
        "record name your mail host",
        "{address} has the reverse name {name}, but that name does not exist. Ask "
        + _PROVIDER
        + " to correct it",
        "{address} has the reverse name {name}, but that name does not exist",
        "{name} does not exist: PTR of {address}",
    ),
    Cause.PTR_UNUSABLE: (
        "{address} has the PTR record {name}, which cannot be a host name. Ask " + _PROVIDER + " "
        "to make it name your mail host, and give that name the {type} record {address}",
        "{address} has the PTR record {name}, which cannot be a host name. Ask " + _PROVIDER + " "
        "to correct it",
        "PTR of {address} is no host name: {name}",
    ),
    Cause.REVERSE_SERVFAIL: _NOT_LOOKED_UP,
    Cause.REVERSE_REFUSED: _NOT_LOOKED_UP,
    Cause.REVERSE_TIMEOUT: _NOT_LOOKED_UP,
    Cause.REVERSE_UNPROVEN: _NOT_LOOKED_UP,
    Cause.FORWARD_SERVFAIL: _NOT_CONFIRMED,
    Cause.FORWARD_REFUSED: _NOT_CONFIRMED,
    Cause.FORWARD_TIMEOUT: _NOT_CONFIRMED,
    Cause.FORWARD_UNPROVEN: _NOT_CONFIRMED,
}

_TROUBLE: Final[Mapping[Cause, str]] = {
    Cause.REVERSE_SERVFAIL: "its DNS servers fail (SERVFAIL)",
    Cause.REVERSE_REFUSED: "its DNS servers refuse the question (REFUSED)",
    Cause.REVERSE_TIMEOUT: "its DNS servers do not answer in time",
    Cause.REVERSE_UNPROVEN: "its DNS servers give an empty answer without proof",
    Cause.FORWARD_SERVFAIL: "its DNS servers fail (SERVFAIL)",
    Cause.FORWARD_REFUSED: "its DNS servers refuse the question (REFUSED)",
    Cause.FORWARD_TIMEOUT: "its DNS servers do not answer in time",
    Cause.FORWARD_UNPROVEN: "its DNS servers give an empty answer without proof",
}

# Nothing is wrong with such a client's DNS: it is asked to show that it is a mail server.
_DYNAMIC_NAME: Final = (
    "{address} has a dynamic reverse name, {name}. A mail server that tries again in ten minutes "
    "is let in; ask " + _PROVIDER + " for a reverse name of your own",
    "{address} has a dynamic reverse name, {name}. Try again in ten minutes",
    "{address} has a dynamic reverse name. Try again in ten minutes",
)
_SEE: Final = ". See {page}/i/{incident}"

_LAST_RESORT: Final = "{address} fails the reverse DNS check"
_BARE_REASON: Final = "reverse DNS check failed"
_AND_MORE: Final = "{first} and {count} more"
_ELLIPSIS: Final = "..."
_SHORTEST_NAME: Final = 20  # octets; with less left of it a name says nothing

# Which of several names illustrates the cause.
_TELLING_STATE: Final[Mapping[Cause, NameState]] = {
    Cause.CONFIRMED: NameState.CONFIRMED,
    Cause.FORWARD_MISMATCH: NameState.MISMATCH,
    Cause.FORWARD_NODATA: NameState.NODATA,
    Cause.FORWARD_NXDOMAIN: NameState.NXDOMAIN,
    Cause.PTR_UNUSABLE: NameState.UNUSABLE,
    Cause.FORWARD_SERVFAIL: NameState.SERVFAIL,
    Cause.FORWARD_REFUSED: NameState.REFUSED,
    Cause.FORWARD_TIMEOUT: NameState.TIMEOUT,
    Cause.FORWARD_UNPROVEN: NameState.UNPROVEN,
}

_FORGERIES: Final = (
    "the message has more than {most} header fields of a kind that only {host} may write "
    "(Authentication-Results, X-Gotrdns)"
)

MARK_HEADER: Final = "X-Gotrdns"
_LONGEST_MARKED_NAME: Final = 512  # RFC 5322 section 2.1.1 ends a line at 998


def reply_text(decision: Decision, verdict: Verdict, octets: int, page: str = "") -> str:
    """What a client that is turned away is told: ASCII, one line, at most ``octets`` long.

    ``page`` is the address of the pages on which incidents are explained, without a last slash; the
    link to this one is part of the text where it fits beside the shortest wording.
    """
    link = _SEE.format(page=page, incident=decision.incident) if page and decision.incident else ""
    wording = _WORDING.get(verdict.cause, ())
    if decision.rule is Rule.DYNAMIC_NAME:
        wording = _DYNAMIC_NAME
    text = _fit(verdict, wording, octets - len(link))
    return text + link if len(text) + len(link) <= octets else _fit(verdict, wording, octets)


def refusal_text(verdict: Verdict, octets: int) -> str:
    """What is wrong, in words, and who can change it: ASCII, one line, at most ``octets`` long.

    Shortened by saying less, then by shortening the name. Never empty, even if nothing fits.
    """
    return _fit(verdict, _WORDING.get(verdict.cause, ()), octets)


def _fit(verdict: Verdict, wording: tuple[str, ...], octets: int) -> str:
    telling = telling_name(verdict)
    facts = {
        "address": verdict.address.text,
        "type": "AAAA" if verdict.address.is_ipv6 else "A",
        "reverse": verdict.address.reverse_name.text,
        "name": telling.name.text if telling else "",
        "found": _addresses_of(telling) if telling else "",
        "trouble": _TROUBLE.get(verdict.cause, ""),
    }
    for sentence in wording:
        text = sentence.format_map(facts)
        if len(text) <= octets:
            return text
    for sentence in wording[-1:]:
        room = octets - len(sentence.format_map({**facts, "name": ""}))
        if facts["name"] and room >= _SHORTEST_NAME:
            return sentence.format_map({**facts, "name": shorten_name(facts["name"], room)})
    text = _LAST_RESORT.format_map(facts)
    return text if len(text) <= octets else _BARE_REASON


def telling_name(verdict: Verdict) -> CheckedName | None:
    """The PTR name that shows the cause best, if there is a name at all."""
    state = _TELLING_STATE.get(verdict.cause)
    telling = (each for each in verdict.names if each.state is state)
    return next(telling, verdict.names[0] if verdict.names else None)


def shorten_name(name: str, octets: int) -> str:
    """A name that fits, its middle left out: the end tells whose it is, the beginning which."""
    if len(name) <= octets:
        return name
    kept = octets - len(_ELLIPSIS)
    beginning = kept // 3
    return name[:beginning] + _ELLIPSIS + name[len(name) - (kept - beginning) :]


def _addresses_of(checked: CheckedName) -> str:
    addresses = checked.answer.addresses if checked.answer else ()
    if len(addresses) > 1:
        return _AND_MORE.format(first=addresses[0].text, count=len(addresses) - 1)
    return addresses[0].text if addresses else ""


def forgeries_text(host: str, most: int) -> str:
    """Why a message is refused that claims again and again to have been judged by ``host``."""
    return _FORGERIES.format(host=host, most=most)


def mark_value(decision: Decision, verdict: Verdict) -> str:
    """The value of the mark: ``word=value`` pairs, separated by spaces that no value contains.

    ``iprev`` (RFC 8601's result), ``cause``, ``address``, ``name`` (left out when there is none),
    ``action`` (``pass``, or ``would-defer``, ``would-refuse`` when held back), ``rule``, and
    ``vouched`` and ``incident`` where there are any, as in ``iprev=fail cause=forward-nodata
    address=192.0.2.1 name=mail.example.com action=would-refuse rule=observe``.
    """
    telling = telling_name(verdict)
    action = decision.action.value
    if decision.withheld is not None:
        action = f"would-{decision.withheld.value}"
    words = [
        f"iprev={verdict.result.value}",
        f"cause={verdict.cause.value}",
        f"address={verdict.address.text}",
        *([f"name={shorten_name(telling.name.text, _LONGEST_MARKED_NAME)}"] if telling else []),
        f"action={action}",
        f"rule={decision.rule.value}",
    ]
    if decision.vouched.by:
        words.append(f"vouched={','.join(sorted(each.value for each in decision.vouched.by))}")
    if decision.incident:
        words.append(f"incident={decision.incident}")
    return " ".join(words)
