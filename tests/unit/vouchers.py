"""What tests of vouching share: a resolver that counts, and one voucher asked by itself."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from gotrdns.lookup import Answer, Listener, Question
from gotrdns.names import Address, DomainName
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.spf import Evaluation, evaluate

ZOMBIE = Address.parse("85.105.64.87")
ZOMBIE_V6 = Address.parse("2001:db8:1:2::25")
DOMAIN = DomainName.parse("example.org")

T = TypeVar("T")


class CountingResolver(ScriptedResolver):
    """Answers at once from a world's text, and remembers what it was asked."""

    def __init__(self, text: str = "") -> None:
        super().__init__(World.parse(text))
        self.asked: list[Question] = []

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        self.asked.append(question)
        return super().ask(question, listener, token)


def inquiry(text: str) -> Inquiry:
    return Inquiry(CountingResolver(text))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(coroutine, 30))


def check_host(
    world: str,
    client: Address = ZOMBIE,
    *,
    domain: str = "example.org",
    helo: str = "h.example.net",
) -> Evaluation:
    """SPF of a sender at the domain, in a world."""
    return run(evaluate(inquiry(world), client, f"postmaster@{domain}", helo))
