"""From what was found in a name to its class.

Owns the order of the rules and the confidence in each. A name with a mail role is a mail host,
whatever else it says; what is left is told apart into what a machine made and what somebody chose;
and the former into what stays and what changes.
"""

import re
from collections.abc import Iterable
from typing import Final

from gotrdns.classification import platforms
from gotrdns.classification.classes import Classification, HostClass, Reason, ReasonKind
from gotrdns.classification.parts import NameParts, kinds_in
from gotrdns.classification.spellings import Spelling
from gotrdns.classification.words import WordKind
from gotrdns.names import Address, DomainName

# Words by which providers tell one line, or one customer, from another.
_LINES: Final = (WordKind.DYNAMIC, WordKind.ACCESS, WordKind.CUSTOMER, WordKind.STATIC)
_TASKS: Final = (WordKind.ROLE, WordKind.SERVER)
_MACHINES: Final = (WordKind.BUSINESS, WordKind.HOSTING, WordKind.SERVER)

_NUMBER: Final = re.compile(r"[0-9]+")
_ROLE_ALONE: Final = re.compile(r"[a-z]+[0-9]{0,3}")
# What a machine counts, or copies from a network card: `cpe-191634`, `h0002a5d76857`.
_SERIAL: Final = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{8,}|[0-9]{3,}")
_LONG_SERIAL: Final = 5
_RENTED: Final = re.compile(r"[a-z]{0,6}-?[0-9]{3,}")  # h2338414, ns3154000
# Serials that need no word beside them: `dpc6682123456`, `h00045a2b3c4d`, `h70n2fls32o321`. People
# count to less, save in the domains of networks, where there are fewer people and more lines.
_BARE_SERIAL: Final = re.compile(r"[a-z]{0,4}-?[0-9]{7,}(-[a-z])?")
_SERIAL_IN_NETWORK: Final = re.compile(r"[a-z]{0,4}-?[0-9]{6,}(-[a-z])?")
_NETWORK_CARD: Final = re.compile(r"[a-z]{0,3}-?(?:0106)?(?=[0-9a-f]*[0-9][a-f])[0-9a-f]{12}")
_DIGITS_IN_PARTS: Final = {2: 10, 3: 7}  # so many digits, in so many numbers or more
# A dial-up concentrator and its port, `pm8-92` and `ts6-port43`, or the other way about,
# `p684.as3.adl`. Short of `ar` and its like, which are routers' names too.
_PORT: Final = re.compile(
    r"(?:pm|ts|tnt|cvx|usr|nas|ras|lns)[0-9]{1,2}-(?:port|slot|p|s)?[0-9]{1,3}(?![0-9a-z])"
    r"|(?:p|port|ppp|slot)[0-9]{1,4}\.(?:as|pm|ts|tnt|cvx|usr|nas|ras|lns)[0-9]{1,2}(?![0-9a-z])"
)
# Slot, port, card and line, as in `ny-amherst-c4-1-bg4a-4-235`.
_PLACES: Final = 4
# As the last octet, smaller numbers are as likely to be counters.
_LEAST_TELLING: Final = 10
# Tops that providers write into reverse zones though DNS has none of them.
_NO_TOP: Final = re.compile(r"[ax]?dsl|dyn(amic)?|pppoe|dhcp|broadband")
_FOR_ALL: Final = re.compile(r"dyn|dinamic|static|adsl")
_NOBODYS: Final = re.compile(
    r"(?:not?-?(?:name|host|rdns|reverse|ptr|data|dns)|un(?:assigned|allocated|used|defined|named|known"
    r"|configured)|hosted-?by|(?:ptr|rdns|reverse)-?not?-?(?:set|found|configured)).*"
)


def classify(address: Address, name: DomainName) -> Classification:
    """What the name says of the host at the address. Nothing is looked up, and any name will do."""
    parts = NameParts(address, name)
    return (
        _mail_host(parts)
        or _made_from_address(parts)
        or _made_from_number(parts)
        or _made_for_all(parts)
        or _chosen(parts)
    )


def _mail_host(parts: NameParts) -> Classification | None:
    spelling = parts.spelling
    told = _spelled(spelling)
    octets = spelling.octets if spelling else 0
    if parts.has(WordKind.MAIL):
        return _answer(HostClass.MAIL_HOST, 0.95, parts.reasons(WordKind.MAIL), told)
    if parts.has(WordKind.PERHAPS_MAIL):
        words = parts.reasons(WordKind.PERHAPS_MAIL)
        in_front = WordKind.PERHAPS_MAIL in kinds_in(parts.first)
        if in_front and _ROLE_ALONE.fullmatch(parts.first):
            return _answer(HostClass.MAIL_HOST, 0.9, words, told)
        if not parts.has(*_LINES) and (in_front or octets < 3):
            return _answer(HostClass.MAIL_HOST, 0.75, words, told)
    if octets < 3 and not parts.has(*_LINES, WordKind.HOSTING):
        pool = platforms.is_mail(parts.domain) and octets > 0
        sends = platforms.only_sends(parts.domain) or platforms.sounds_like_mail(parts.label)
        if pool or sends:
            platform = Reason(ReasonKind.MAIL_PLATFORM, parts.domain)
            return _answer(HostClass.MAIL_HOST, 0.75, [platform], told)
    return None


def _made_from_address(parts: NameParts) -> Classification | None:
    spelling = parts.spelling
    if spelling is None:
        return None
    found = _spelled(spelling)
    match spelling.octets:
        case 4:
            return _generic(parts, 0.95, found)
        case 3:
            return _generic(parts, 0.9, found)
        case 2 if parts.has(*_LINES) or not parts.has(*_TASKS):
            return _generic(parts, 0.85 if parts.has(*_LINES) else 0.75, found)
        case 1 if not parts.has(*_TASKS) and _last_octet_tells(parts, spelling.text):
            return _generic(parts, 0.8, found)
        case _:
            return None


def _last_octet_tells(parts: NameParts, octet: str) -> bool:
    """Whether the last octet alone is in the name because it is one, and is no counter."""
    telling = int(octet) >= _LEAST_TELLING or len(octet) == 3
    if parts.has(*_LINES):
        return telling or any(kind in _LINES for kind in kinds_in(parts.rest))
    numbers = _NUMBER.findall(parts.first)
    return telling and (
        parts.has(WordKind.BUSINESS, WordKind.HOSTING)
        or parts.first == octet
        or (parts.is_of_a_network and WordKind.NEUTRAL in kinds_in(parts.first))
        or platforms.is_hosting(parts.domain)
        or platforms.sounds_like_business(parts.label)
        or (len(numbers) >= _PLACES and octet in numbers)
    )


def _made_from_number(parts: NameParts) -> Classification | None:
    """A serial or line number beside a word for lines, customers or rented machines."""
    serial = _SERIAL.search(parts.first)
    if parts.has(*_TASKS):
        made = platforms.rents_machines(parts.domain) and _is_rented(parts.first)
    elif parts.has(*_LINES):
        made = serial is not None or _is_line_number(parts)
    elif serial is not None and parts.has(WordKind.HOSTING):
        made = True
    elif serial is not None and len(serial[0]) >= _LONG_SERIAL:
        made = platforms.sounds_like_access(parts.label) or _names_a_rented_machine(parts)
    else:
        made = _names_a_rented_machine(parts)
    if not (made or _needs_no_word(parts)):
        return None
    return _generic(parts, 0.75, [Reason(ReasonKind.SERIAL_NUMBER, parts.first)])


def _is_rented(label: str) -> bool:
    return _RENTED.fullmatch(label) is not None


def _names_a_rented_machine(parts: NameParts) -> bool:
    rents = platforms.rents_machines(parts.domain) or platforms.sounds_like_hosting(parts.label)
    return rents and _is_rented(parts.first)


def _needs_no_word(parts: NameParts) -> bool:
    """Whether a number is told by its length or structure alone."""
    if parts.has(*_TASKS) or platforms.is_mail(parts.domain):
        return False
    form = _SERIAL_IN_NETWORK if parts.is_of_a_network else _BARE_SERIAL
    if form.fullmatch(parts.first) or _NETWORK_CARD.fullmatch(parts.first):
        return True
    numbers = _NUMBER.findall(parts.first)
    digits = sum(map(len, numbers))
    if any(len(numbers) >= n and digits >= least for n, least in _DIGITS_IN_PARTS.items()):
        return True
    return _PORT.match(parts.text) is not None


def _is_line_number(parts: NameParts) -> bool:
    digits = sum(map(len, _NUMBER.findall(parts.first)))
    beside = kinds_in(parts.rest)
    if WordKind.DYNAMIC in beside:
        return digits > 0
    return digits > 1 and any(kind in _LINES for kind in beside)


def _made_for_all(parts: NameParts) -> Classification | None:
    """A name that stands for every address of a network: `static.provider.example`."""
    if platforms.gives_default_names(parts.domain):
        return _generic(parts, 0.75, [])
    if _NO_TOP.fullmatch(parts.top):
        return _generic(parts, 0.7, [Reason(ReasonKind.PLACEHOLDER, parts.top)])
    if _NOBODYS.fullmatch(parts.first):
        return _generic(parts, 0.7, [Reason(ReasonKind.PLACEHOLDER, parts.first)])
    kinds = kinds_in(parts.first)
    if kinds and all(kind in _LINES or kind is WordKind.NEUTRAL for kind in kinds):
        hosted = platforms.is_hosting(parts.domain) or platforms.sounds_like_hosting(parts.label)
        if hosted or _FOR_ALL.search(parts.first):
            return _generic(parts, 0.7, [Reason(ReasonKind.PLACEHOLDER, parts.first)])
    return None


def _generic(parts: NameParts, confidence: float, found: list[Reason]) -> Classification:
    """Dynamic, unless something says that the address stays.

    ``confidence`` is that a machine made the name, because of what was ``found``.
    """
    static, dynamic = HostClass.STATIC_GENERIC, HostClass.DYNAMIC
    if parts.has(WordKind.STATIC):
        return _answer(static, confidence + 0.03, found, parts.reasons(WordKind.STATIC))
    if parts.has(WordKind.DYNAMIC):
        words = parts.reasons(WordKind.DYNAMIC, WordKind.ACCESS)
        return _answer(dynamic, confidence + 0.04, found, words)
    for kind in _MACHINES:
        if parts.has(kind):
            return _answer(static, confidence - 0.05, found, parts.reasons(kind))
    platform = _platform(parts)
    if platform is not None:
        return _answer(static, confidence - 0.05, found, [platform])
    if parts.has(WordKind.ACCESS):
        return _answer(dynamic, confidence + 0.02, found, parts.reasons(WordKind.ACCESS))
    words = parts.reasons(WordKind.CUSTOMER, WordKind.NEUTRAL)
    return _answer(dynamic, confidence - 0.1, found, words)


def _platform(parts: NameParts) -> Reason | None:
    """What the domain says in favour of an address that stays."""
    if platforms.is_hosting(parts.domain):
        return Reason(ReasonKind.HOSTING_PLATFORM, parts.domain)
    if platforms.sounds_like_business(parts.label):
        return Reason(ReasonKind.BUSINESS_DOMAIN, parts.domain)
    if parts.has(WordKind.ACCESS):
        return None
    if platforms.sounds_like_hosting(parts.label):
        return Reason(ReasonKind.HOSTING_PLATFORM, parts.domain)
    if platforms.is_mail(parts.domain) or platforms.sounds_like_mail(parts.label):
        return Reason(ReasonKind.MAIL_PLATFORM, parts.domain)
    return None


def _chosen(parts: NameParts) -> Classification:
    confidence = 0.75 if _NUMBER.search(parts.text) else 0.9
    nothing = Reason(ReasonKind.NOTHING_GENERIC, parts.text)
    return _answer(HostClass.OTHER_HOST, confidence, list(parts.reasons(*_TASKS)) or [nothing])


def _spelled(spelling: Spelling | None) -> list[Reason]:
    return [Reason(spelling.kind, spelling.text)] if spelling else []


def _answer(host_class: HostClass, confidence: float, *reasons: Iterable[Reason]) -> Classification:
    every = tuple(reason for some in reasons for reason in some)
    return Classification(host_class, round(min(confidence, 0.99), 2), every)
