"""The questions that one testimony takes, and for how long their answers hold."""

from typing import Final

from gotrdns.lookup import TEMPORARY, Answer, Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import Address, DomainName
from gotrdns.vouching.testimony import Word

LONGEST_INQUIRY: Final = 20.0  # seconds; as for SPF, RFC 7208 section 4.6.4
LONGEST_KEPT: Final = 300  # seconds


class Inquiry:
    """Asks for one testimony. ``lifetime`` is in seconds, and shrinks to the answers' least TTL."""

    __slots__ = ("_resolver", "lifetime")

    def __init__(self, resolver: Resolver, lifetime: int = LONGEST_KEPT) -> None:
        self._resolver = resolver
        self.lifetime = lifetime

    def branch(self) -> "Inquiry":
        """One that goes on from here by itself: what others find out does not shorten it."""
        return Inquiry(self._resolver, self.lifetime)

    async def ask(self, name: DomainName, record_type: RecordType) -> Answer:
        answer = await ask_and_wait(self._resolver, Question(name, record_type))
        self.lifetime = min(self.lifetime, answer.ttl)
        return answer

    async def leads_to(self, name: DomainName, client: Address) -> Word:
        """Whether the name has the client's address among those of its family."""
        answer = await self.ask(name, RecordType.AAAA if client.is_ipv6 else RecordType.A)
        if client in answer.addresses:
            return Word.VOUCHES
        return Word.UNKNOWN if answer.outcome in TEMPORARY else Word.SILENT
