"""A small world of clients, and a resolver that takes its time, for tests of asking about them."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from gotrdns.lookup import Answer, Listener, Outcome, Question, RecordType
from gotrdns.mail_logs.today.asking import Claim, Enquiry, Means, Today, ask_today
from gotrdns.names import Address, DomainName
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import NAMES_EVALUATED

ROOT_ZONE = ". NS a.root.\n. SOA a.root. h.root. 1 2 3 4 60\n"


class Client(msgspec.Struct, frozen=True):
    address: Address
    records: str

    @property
    def pointer(self) -> Question:
        return Question(self.address.reverse_name, RecordType.PTR)


def confirmed(number: int) -> Client:
    return _client(number, "PTR {host}", "{host} A {address}")


def nameless(number: int) -> Client:
    return _client(number)


def unresolved(number: int) -> Client:
    return _client(number, "PTR {host}", '{host} TXT "exists"')


def in_trouble(number: int, trouble: str = "servfail") -> Client:
    return _client(number, trouble)


def dynamic(number: int) -> Client:
    name = f"dyn-{address_of(number).text.replace('.', '-')}.pool.provider.example."
    return _client(number, f"PTR {name}", f"{name} A {{address}}")


def address_of(number: int) -> Address:
    """One in a network of its own."""
    return Address.parse(f"81.{number // 256}.{number % 256}.25")


def _client(number: int, pointer: str = "", *others: str) -> Client:
    address = address_of(number)
    lines = [f"{address.reverse_name.text}. {pointer}", *others] if pointer else []
    host = f"mail-{number}.business.example."
    text = "\n".join(lines)
    return Client(address, text.format(host=host, address=address.text, number=number))


def world_of(clients: Iterable[Client], more: str = "") -> World:
    return World.parse("\n".join([ROOT_ZONE, more, *(each.records for each in clients)]))


class LeisurelyResolver(ScriptedResolver):
    """Answers within a while, and writes down when it was asked what.

    ``change`` may put another answer in the place of the world's: it is told the question and how
    often it was asked.
    """

    def __init__(
        self,
        world: World,
        *,
        longest: float = 0.1,
        seed: int = 0,
        change: Callable[[Question, int], Answer | None] = lambda _question, _times: None,
    ) -> None:
        self._delays = random.Random(seed)
        self._longest = longest
        self._change = change
        self._times: Counter[Question] = Counter()
        self.asked: list[tuple[float, Question]] = []
        super().__init__(world, schedule=self._deliver_later)

    def ask(self, question: Question, listener: Listener, token: int) -> Answer | None:
        self.asked.append((asyncio.get_running_loop().time(), question))
        self._times[question] += 1
        changed = self._change(question, self._times[question])
        return changed or super().ask(question, listener, token)

    def _deliver_later(self, deliver: Callable[[], None]) -> None:
        delay = self._delays.uniform(0, self._longest)
        asyncio.get_running_loop().call_later(delay, deliver)

    def twin(self) -> "LeisurelyResolver":
        """The same, quicker, as asked by somebody else."""
        return LeisurelyResolver(self._world, change=self._change)

    @property
    def unanswered(self) -> int:
        return len(self._outstanding)

    def count(self, question: Question) -> int:
        return self._times[question]

    def asked_for(self, record_type: RecordType) -> list[float]:
        """When a record of the type was asked for."""
        return [at for at, question in self.asked if question.type is record_type]


class Asking:
    """Asks a resolver about clients, and writes down what it is told meanwhile."""

    def __init__(
        self, resolver: LeisurelyResolver, on_told: Callable[[int], None] | None = None
    ) -> None:
        self.resolver = resolver
        self.control = resolver.twin()
        self.told: list[int] = []
        self.on_told = on_told or self.told.append
        self.waited: list[int] = []

    async def ask(self, enquiries: Sequence[Enquiry], rate: float = 50) -> dict[Address, Today]:
        means = Means(
            self.resolver, self.control, ("127.0.0.53",), NAMES_EVALUATED, 8.0, self.waited.append
        )
        return await ask_today(means, enquiries, rate=rate, on_told=self.on_told)


def enquire(clients: Iterable[Client], *claims: Claim) -> list[Enquiry]:
    return [Enquiry(each.address, claims) for each in clients]


def servfail_at_first(*questions: Question) -> Callable[[Question, int], Answer | None]:
    """These get their answer only when asked for the second time."""
    return lambda question, times: (
        Answer(Outcome.SERVFAIL) if question in questions and times == 1 else None
    )


def name(text: str) -> DomainName:
    return DomainName.parse(text)
