"""What is wrong with a client's DNS, who can change it, and the record to publish.

Owns the findings that the resolver's own answers allow; pure, and without words: a finding is a
code with its facts, and `reports` says it. Codes are permanent, and each has its page in
`docs/findings`. What only a walk through the delegation can see is not decided here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gotrdns.classification import carries_address
from gotrdns.diagnosis.findings import (
    EXAMPLE_HOST,
    Detail,
    Details,
    Finding,
    Fixer,
    Repair,
    Severity,
)
from gotrdns.diagnosis.helo import Helo, HeloEvidence, helo_findings
from gotrdns.lookup import Outcome
from gotrdns.names import (
    Address,
    DomainName,
    Flaw,
    SpecialUse,
    host_name_flaw,
    is_host_name,
    special_use,
)
from gotrdns.verification import Cause, CheckedName, NameState, Verdict


def diagnose(verdict: Verdict, *, helo: Helo | None = None) -> tuple[Finding, ...]:
    """Everything the answers show, the cause first.

    Expects a verdict that waited for every name: one that did not makes ``ptr-over-limit`` of the
    names it left out.
    """
    if helo is None and _is_unremarkable(verdict):
        return ()
    case = _Case(verdict, helo)
    return (*_cause(case), *_reverse_names(case), *_forward_addresses(case), *_client(case))


def _is_unremarkable(verdict: Verdict) -> bool:
    """Whether the client passes by its only name, and no rule below has anything to say.

    Nearly every address of a mail server's day and of a scan; asking all the rules costs ten times
    as much.
    """
    if verdict.cause is not Cause.CONFIRMED or len(verdict.names) != 1:
        return False
    [checked] = verdict.names
    labels = checked.name.labels
    return (
        checked.answer is not None
        and not checked.answer.aliases
        and len(labels) > 1
        and not any(each.startswith(b"-") or b"_" in each for each in labels)
        and special_use(verdict.address) is None
        and not carries_address(verdict.address, checked.name)
    )


class _Case:
    """A verdict with what several rules want to know about it."""

    __slots__ = ("client", "confirms", "helo", "reverse_fixer", "reverse_owner", "verdict")

    def __init__(self, verdict: Verdict, helo: Helo | None) -> None:
        aliases = verdict.reverse.aliases if verdict.reverse else ()
        self.verdict = verdict
        self.client = verdict.address
        self.helo = helo
        self.confirms = verdict.cause is Cause.CONFIRMED
        # RFC 2317: where the reverse name is an alias, the PTR is kept in the zone it leads to.
        self.reverse_owner = aliases[-1] if aliases else verdict.address.reverse_name
        self.reverse_fixer = Fixer.DELEGATE if aliases else Fixer.ADDRESS_OWNER

    @property
    def address_type(self) -> str:
        return "AAAA" if self.client.is_ipv6 else "A"

    @property
    def flaw_severity(self) -> Severity:
        """A flaw in one name is no reason for refusal once another name has confirmed."""
        return Severity.WARNING if self.confirms else Severity.ERROR

    @property
    def names(self) -> list[DomainName]:
        return [each.name for each in self.verdict.names]

    def checked(self, state: NameState) -> list[CheckedName]:
        return [each for each in self.verdict.names if each.state is state]

    def pointer(self, target: DomainName | None = None) -> Repair:
        """The PTR record that ought to be there: to the HELO name if that would make a pair."""
        helo = self.helo
        if target is None and isinstance(helo, HeloEvidence) and self.client in helo.addresses:
            target = helo.name
        target = target or EXAMPLE_HOST
        return _repair(self.reverse_owner, "PTR", f"{target}.", self.reverse_fixer)

    def reverse_finding(
        self,
        code: str,
        names: Sequence[DomainName],
        severity: Severity | None = None,
        **more: Detail,
    ) -> Finding:
        """A finding about PTR targets, which whoever keeps the PTR record can change."""
        details: Details = {"names": _texts(names), **more}
        return Finding(code, severity or self.flaw_severity, self.reverse_fixer, details)


def _repair(owner: DomainName, record_type: str, data: str, fixer: Fixer) -> Repair:
    return Repair(owner.text, record_type, data, f"{owner}. IN {record_type} {data}", fixer)


def _texts(values: Iterable[DomainName | Address]) -> list[str]:
    return [value.text for value in values]


# The causes that are a state of names, and that state.
_STATE_OF_CAUSE: Final = {
    Cause.FORWARD_MISMATCH: NameState.MISMATCH,
    Cause.FORWARD_NODATA: NameState.NODATA,
    Cause.FORWARD_NXDOMAIN: NameState.NXDOMAIN,
    Cause.FORWARD_SERVFAIL: NameState.SERVFAIL,
    Cause.FORWARD_REFUSED: NameState.REFUSED,
    Cause.FORWARD_TIMEOUT: NameState.TIMEOUT,
    Cause.FORWARD_UNPROVEN: NameState.UNPROVEN,
}


def _cause(case: _Case) -> Iterator[Finding]:
    cause = case.verdict.cause
    match cause:
        case Cause.CONFIRMED:
            pass
        case Cause.NO_PTR:
            yield _no_pointer(case)
        case Cause.PTR_UNUSABLE:
            yield case.reverse_finding(cause.value, case.names, repairs=[case.pointer()])
        case Cause.FORWARD_MISMATCH | Cause.FORWARD_NODATA | Cause.FORWARD_NXDOMAIN:
            yield _forward_negative(case)
        case (
            Cause.FORWARD_SERVFAIL
            | Cause.FORWARD_REFUSED
            | Cause.FORWARD_TIMEOUT
            | Cause.FORWARD_UNPROVEN
        ):
            names = [each.name for each in case.checked(_STATE_OF_CAUSE[cause])]
            details: Details = {"names": _texts(names), "type": case.address_type}
            fixer = _keeper_of(case.client, names)
            yield Finding(cause.value, Severity.TEMPORARY, fixer, details)
        case (
            Cause.REVERSE_SERVFAIL
            | Cause.REVERSE_REFUSED
            | Cause.REVERSE_TIMEOUT
            | Cause.REVERSE_UNPROVEN
        ):
            details = {"owner": case.reverse_owner.text}
            yield Finding(cause.value, Severity.TEMPORARY, case.reverse_fixer, details)
        case Cause.RESOLVER_UNREACHABLE:
            yield Finding(cause.value, Severity.TEMPORARY, Fixer.RECEIVER, {})


def _no_pointer(case: _Case) -> Finding:
    reverse = case.verdict.reverse
    zone = reverse.zone if reverse else None
    details: Details = {
        "owner": case.reverse_owner.text,
        "zone": zone.text if zone else None,
        # A PTR to the root is the published way of saying that there is no name.
        "null_target": reverse is not None and reverse.outcome is Outcome.FOUND,
        "repairs": [case.pointer()],
    }
    return Finding(Cause.NO_PTR.value, Severity.ERROR, case.reverse_fixer, details)


def _forward_negative(case: _Case) -> Finding:
    """The names do not lead back: either their addresses have to change, or the PTR has to."""
    cause = case.verdict.cause
    checked = case.checked(_STATE_OF_CAUSE[cause])
    names = [each.name for each in checked]
    publishable = [each for each in checked if _can_be_published(case, each.name)]
    if publishable:
        fixer = _keeper_of(case.client, [each.name for each in publishable])
    else:
        fixer = case.reverse_fixer
    meant = next(filter(None, (_name_before_the_reverse_zone(case, name) for name in names)), None)
    additions = [_address_record(case, each) for each in publishable]
    addresses = {address for each in checked if each.answer for address in each.answer.addresses}
    details: Details = {
        "names": _texts(names),
        "type": case.address_type,
        "addresses": _texts(sorted(addresses)),
        "aliases": _aliases(checked),
        "made_from_address": any(carries_address(case.client, name) for name in names),
        "repairs": [*additions, case.pointer(meant)],
    }
    return Finding(cause.value, Severity.ERROR, fixer, details)


def _aliases(checked: Iterable[CheckedName]) -> list[Details]:
    return [
        {"name": each.name.text, "target": each.answer.aliases[-1].text}
        for each in checked
        if each.answer and each.answer.aliases
    ]


def _can_be_published(case: _Case, name: DomainName) -> bool:
    """Whether an address record for the name makes sense: not for a typing error in the PTR."""
    return len(name.labels) > 1 and _name_before_the_reverse_zone(case, name) is None


def _keeper_of(client: Address, names: Sequence[DomainName]) -> Fixer:
    """Who keeps the names' zones: a name made from the address is the address owner's."""
    if all(carries_address(client, name) for name in names):
        return Fixer.ADDRESS_OWNER
    return Fixer.DOMAIN_OWNER


def _address_record(case: _Case, checked: CheckedName) -> Repair:
    # A CNAME tolerates no other record beside it, so the address belongs where the chain ends.
    aliases = checked.answer.aliases if checked.answer else ()
    fixer = _keeper_of(case.client, [checked.name])
    owner = aliases[-1] if aliases else checked.name
    return _repair(owner, case.address_type, case.client.text, fixer)


def _reverse_names(case: _Case) -> Iterator[Finding]:
    """What is wrong with the names themselves, whatever they lead to."""
    flaws = {name: flaw for name in case.names if (flaw := host_name_flaw(name))}
    literals = [name for name, flaw in flaws.items() if flaw is Flaw.ADDRESS_LITERAL]
    if literals:
        yield case.reverse_finding("ptr-is-address", literals)
    malformed = [name for name, flaw in flaws.items() if flaw is not Flaw.ADDRESS_LITERAL]
    if malformed:
        reasons = [flaws[name].value for name in malformed]
        yield case.reverse_finding("ptr-bad-syntax", malformed, flaws=reasons)
    yield from _undotted_names(case)
    usable = {name: name.labels for name in case.names if is_host_name(name)}
    single = [name for name, labels in usable.items() if len(labels) == 1]
    if single and special_use(case.client) is not SpecialUse.LOOPBACK:
        yield case.reverse_finding("ptr-single-label", single)
    underscored = [name for name, labels in usable.items() if any(b"_" in each for each in labels)]
    if underscored:
        yield case.reverse_finding("ptr-underscore", underscored, Severity.WARNING)
    hyphened = [
        name for name, labels in usable.items() if any(label.startswith(b"-") for label in labels)
    ]
    if hyphened:
        yield case.reverse_finding("ptr-leading-hyphen", hyphened, Severity.WARNING)
    yield from _many_names(case)
    generic = [name for name in usable if carries_address(case.client, name)]
    # Where the forward look-up failed, the cause's own finding says it.
    if generic and case.verdict.cause not in _STATE_OF_CAUSE:
        yield case.reverse_finding("ptr-generic", generic, Severity.INFO)


def _undotted_names(case: _Case) -> Iterator[Finding]:
    meant = {
        each.name: name
        for each in case.verdict.names
        if each.state is not NameState.CONFIRMED
        and (name := _name_before_the_reverse_zone(case, each.name))
    }
    if meant:
        repairs = [case.pointer(name) for name in meant.values()]
        yield case.reverse_finding(
            "ptr-missing-dot", list(meant), meant=_texts(meant.values()), repairs=repairs
        )


def _name_before_the_reverse_zone(case: _Case, name: DomainName) -> DomainName | None:
    """``mail.example.com`` for ``mail.example.com.113.0.203.in-addr.arpa``: a dot was forgotten."""
    labels = name.labels
    for owner in (case.reverse_owner, case.client.reverse_name):
        shared = 0
        while labels[-1 - shared :] == owner.labels[-1 - shared :] and shared < len(labels):
            shared += 1
        if shared >= 2:
            front = labels[:-shared]
            cut = DomainName(b"".join(bytes([len(label)]) + label for label in front) + b"\x00")
            # A lone label may well be meant: hosters do name machines in their reverse zone.
            return cut if len(front) > 1 and is_host_name(cut) else None
    return None


def _many_names(case: _Case) -> Iterator[Finding]:
    aliases = _aliases(case.verdict.names)
    if aliases:
        details: Details = {"aliases": aliases}
        yield Finding("ptr-is-alias", Severity.WARNING, case.reverse_fixer, details)
    not_asked = [each.name for each in case.checked(NameState.NOT_ASKED)]
    if len(case.names) > 1:
        confirming = case.verdict.confirmed
        settled = {*confirming, *not_asked}
        others = [each for each in case.names if each not in settled]
        yield case.reverse_finding(
            "ptr-multiple",
            case.names,
            Severity.WARNING if others else Severity.INFO,
            confirming=_texts(confirming),
            not_confirming=_texts(others),
        )
    if not_asked:
        unasked = {NameState.NOT_ASKED, NameState.UNUSABLE}
        evaluated = sum(each.state not in unasked for each in case.verdict.names)
        yield case.reverse_finding(
            "ptr-over-limit", not_asked, Severity.WARNING, evaluated=evaluated
        )


def _forward_addresses(case: _Case) -> Iterator[Finding]:
    if special_use(case.client) is not None:
        return
    private = {
        each.name: each.answer.addresses
        for each in case.checked(NameState.MISMATCH)
        if each.answer and all(map(special_use, each.answer.addresses))
    }
    if private:
        addresses = {address for each in private.values() for address in each}
        details: Details = {"names": _texts(private), "addresses": _texts(sorted(addresses))}
        fixer = Fixer.DOMAIN_OWNER
        yield Finding("forward-private", case.flaw_severity, fixer, details)


def _client(case: _Case) -> Iterator[Finding]:
    """What the answers say about the client itself: where it is, and how it introduces itself."""
    use = special_use(case.client)
    if use is not None:
        details: Details = {"kind": use.value}
        yield Finding("address-not-public", Severity.WARNING, Fixer.RECEIVER, details)
    yield from helo_findings(case.client, case.helo)
