"""The work of ``gotrdns classify``: addresses with their names in, classes out in the same order.

Owns the lines of its standard input. One is held at a time, so memory is bounded.
"""

import asyncio
import csv
from collections.abc import Callable
from typing import Final

from gotrdns.classification import Classification, classify
from gotrdns.cli.output import complain, write, write_octets
from gotrdns.cli.standard_input import read_lines
from gotrdns.names import Address, DomainName, InvalidAddress, InvalidName
from gotrdns.reports.classification_json import encode_classification
from gotrdns.reports.classification_text import compose_classification, compose_classification_line

_BAD_LINE: Final = 2  # the exit status


class InvalidPair(ValueError):
    """Not an address with its name."""


def classify_one(address: str, name: str, *, as_json: bool) -> None:
    """Print what the name says. Raises InvalidPair."""
    _print(*_read(address, name), _print_json if as_json else _print_report)


def classify_lines(*, as_json: bool) -> int:
    """Print what each line of standard input says; returns the exit status.

    Bad lines are told of one by one, with their numbers. Raises UnreadableInput.
    """
    return asyncio.run(_classify_lines(_print_json if as_json else _print_line))


_Printer = Callable[[Address, DomainName, Classification], None]


async def _classify_lines(print_one: _Printer) -> int:
    status = 0
    number = 0
    async for line in read_lines():
        number += 1
        text = line.strip()
        if not text or text.startswith("#") or (number == 1 and _is_heading(text)):
            continue
        try:
            pair = _read_line(text)
        except InvalidPair as error:
            complain(f"line {number}: {error}")
            status = _BAD_LINE
        else:
            _print(*pair, print_one)
    return status


def _is_heading(line: str) -> bool:
    return line.partition(",")[0].strip().strip('"').lower() == "address"


def _read_line(line: str) -> tuple[Address, DomainName]:
    fields = line.split(",")
    if '"' in line:
        try:
            fields = next(csv.reader([line]))
        except csv.Error as error:
            raise InvalidPair(str(error)) from None
    if len(fields) < 2 or not fields[1].strip():
        raise InvalidPair("it needs an address and a name, with a comma between them")
    return _read(fields[0].strip(), fields[1].strip())


def _read(address: str, name: str) -> tuple[Address, DomainName]:
    try:
        return Address.parse_literal(address), DomainName.parse(name)
    except (InvalidAddress, InvalidName) as error:
        raise InvalidPair(str(error)) from None


def _print(address: Address, name: DomainName, print_one: _Printer) -> None:
    print_one(address, name, classify(address, name))


def _print_json(address: Address, name: DomainName, classification: Classification) -> None:
    write_octets(encode_classification(address, name, classification) + b"\n")


def _print_report(address: Address, name: DomainName, classification: Classification) -> None:
    write(compose_classification(address, name, classification))


def _print_line(address: Address, name: DomainName, classification: Classification) -> None:
    write(compose_classification_line(address, name, classification) + "\n")
