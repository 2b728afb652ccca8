"""One look-up of a holder among registries on loopback, and how it is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from gotrdns.contacts.cache import Cache
from gotrdns.contacts.holder import Holder, NoRdap
from gotrdns.contacts.rdap import Registry
from tests.unit.registrar import Registrar


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


Ask = Callable[..., Holder]


def open_at(registrar: Registrar, cache: Cache, deadline: float = 10.0) -> Registry:
    return Registry(cache, deadline=deadline, iana=f"{registrar.url}iana/", allow_insecure=True)


def refusal(ask: Ask, *arguments: Any, **settings: Any) -> str:
    with pytest.raises(NoRdap) as caught:
        ask(*arguments, **settings)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason
