"""A registry's answer about an address (RFC 9083) read into a Holder.

Owns the differences between registries, and the distrust: an answer is somebody else's text, which
will be printed. Imported late, since whoisit is.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from whoisit.bootstrap import BaseBootstrap
from whoisit.parser import parse

from gotrdns.contacts.cache import Block
from gotrdns.contacts.holder import Contact, Holder, NoRdap, Role
from gotrdns.names import Address

MOST_CONTACTS: Final = 10
_MOST_ENTITIES: Final = 200
_DEEPEST: Final = 5  # organisation, its desk, the desk's people: three are usual
_LONGEST_TEXT: Final = 200
_ROLES: Final = frozenset(Role)
_MAINTAINER: Final = re.compile(r"MNT-.*|.*-MNT")
_EMAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[0-9A-Za-z.-]{1,253}")


def read_answer(body: bytes, address: Address, host: str) -> tuple[Holder, Block]:
    """The holder, and the block held. ``host`` gave the answer. Raises NoRdap."""
    try:
        answer = _keep_needed(msgspec.json.decode(body, type=dict[str, Any]))
        # whoisit gives up without a handle, or takes that of some contact.
        parsed = parse(BaseBootstrap(), "ip", address.text, {"handle": "-", **answer})
        block = _read_block(parsed, address)
        holder = _read_holder(answer, parsed, block, host)
    # The answer may be anything, and whoisit expects it to be right.
    except Exception as error:
        raise NoRdap(f"the answer of {host} is malformed") from error
    if address not in block:
        raise NoRdap(f"the answer of {host} is about other addresses")
    return holder, block


def _read_holder(
    answer: Mapping[str, Any], parsed: Mapping[str, Any], block: Block, host: str
) -> Holder:
    entities: dict[str, list[dict[str, Any]]] = parsed["entities"]
    return Holder(
        network=_block_text(block),
        name=_organisation(entities) or _clean(answer.get("name")),
        handle=_clean(answer.get("handle")),
        country=_clean(answer.get("country")),
        registry=_clean(parsed["rir"]) or host,
        contacts=_choose_contacts(entities),
    )


def _read_block(parsed: Mapping[str, Any], address: Address) -> Block:
    if parsed["start_address"] and parsed["end_address"]:
        return Block(Address.parse(parsed["start_address"]), Address.parse(parsed["end_address"]))
    blocks = [
        Block(Address(network[0].packed), Address(network[-1].packed))
        for network in parsed["cidrs"]
    ]
    return next((block for block in blocks if address in block), blocks[0])


def _block_text(block: Block) -> str:
    first, last = map(ipaddress.ip_address, (bytes(block.first), bytes(block.last)))
    prefixes = list(ipaddress.summarize_address_range(first, last))
    return str(prefixes[0]) if len(prefixes) == 1 else f"{block.first} - {block.last}"


def _organisation(entities: Mapping[str, list[dict[str, Any]]]) -> str:
    """Who is registered. RIPE and APNIC call the maintainer, a mere credential, registrant too."""
    registrants = [
        entity
        for entity in entities.get("registrant", [])
        if not _MAINTAINER.fullmatch(entity.get("handle", ""))
    ]
    registrants.sort(key=lambda entity: entity.get("kind") != "org")
    return next((name for entity in registrants if (name := _name(entity))), "")


def _name(entity: Mapping[str, Any]) -> str:
    # For a person at an organisation, "name" is the latter.
    return _clean(entity.get("person") or entity.get("name"))


def _choose_contacts(entities: Mapping[str, list[dict[str, Any]]]) -> tuple[Contact, ...]:
    chosen: dict[str, Contact] = {}
    for role in Role:  # the best first: an address keeps the best role it has
        for entity in entities.get(role, []):
            email = entity.get("email", "")
            if _EMAIL.fullmatch(email):
                chosen.setdefault(email.lower(), Contact(role, _name(entity), email))
    return tuple(chosen.values())[:MOST_CONTACTS]


def _keep_needed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a holder is made of, in the types it should have.

    Registries err in dates, notices and other places where an error would cost the whole answer.
    """
    kept = _texts(answer, "objectClassName", "handle", "name", "country")
    kept |= _texts(answer, "startAddress", "endAddress")
    if not {"startAddress", "endAddress"} <= kept.keys():
        kept["cidr0_cidrs"] = _objects(answer, "cidr0_cidrs")
    kept["links"] = _links(answer)
    kept["entities"] = list(_entities(answer, _DEEPEST, iter(range(_MOST_ENTITIES))))
    return kept


def _entities(
    parent: Mapping[str, Any], depth: int, allowance: Iterator[int]
) -> Iterator[dict[str, Any]]:
    for entity in _objects(parent, "entities") if depth else ():
        if next(allowance, None) is None:
            return
        kept = _texts(entity, "objectClassName", "handle")
        roles = [role.lower() for role in _list(entity, "roles") if isinstance(role, str)]
        kept["roles"] = [role for role in dict.fromkeys(roles) if role in _ROLES]
        kept["links"] = _links(entity)
        kept["vcardArray"] = ["vcard", list(_card(entity))]
        kept["entities"] = list(_entities(entity, depth - 1, allowance))
        yield kept


def _card(entity: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The fields of a contact's jCard (RFC 7095) that a reader wants, each with one text."""
    for field in _list(dict(enumerate(_list(entity, "vcardArray"))), 1):
        if not (isinstance(field, list) and len(field) == 4):
            continue
        name, _, kind, value = field
        parts = value if isinstance(value, list) else [value]
        if name in ("fn", "org", "kind", "email") and all(isinstance(part, str) for part in parts):
            yield [name, {}, kind, " ".join(filter(None, parts))]


def _links(parent: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_texts(link, "rel", "href") for link in _objects(parent, "links")]


def _texts(parent: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: parent[key] for key in keys if isinstance(parent.get(key), str) and parent[key]}


def _objects(parent: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in _list(parent, key) if isinstance(each, dict)]


def _list(parent: Mapping[Any, Any], key: object) -> list[Any]:
    value = parent.get(key)
    return value if isinstance(value, list) else []


def _clean(text: object) -> str:
    """One line of printable text: no control characters reach a terminal, none turns text about."""
    if not isinstance(text, str):
        return ""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.split())[:_LONGEST_TEXT]
