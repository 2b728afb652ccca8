"""The resolver in memory answers as a correct resolver would."""

from collections.abc import Callable

import pytest

from gotrdns.lookup import Answer, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.resolution.scripted import InvalidWorld, ScriptedResolver, World

ZONE = "example.com. 900 IN SOA ns.example.com. hostmaster.example.com. 1 2 3 4 300\n"


def name(text: str) -> DomainName:
    return DomainName.parse(text)


def ask(world: str, owner: str, record_type: RecordType) -> Answer:
    return World.parse(world).answer(Question(name(owner), record_type))


def test_records_are_found_with_their_ttl() -> None:
    answer = ask("mail.example.com. 60 IN A 192.0.2.1", "mail.example.com", RecordType.A)
    assert answer == Answer(Outcome.FOUND, addresses=(Address.parse("192.0.2.1"),), ttl=60)


def test_several_records_of_one_name_are_one_answer() -> None:
    world = "example.com. 60 MX 20 b.example.com.\nexample.com. 30 MX 10 a.example.com.\n"
    answer = ask(world, "example.com", RecordType.MX)
    assert answer.ttl == 30
    assert answer.exchanges == (
        MailExchange(20, name("b.example.com")),
        MailExchange(10, name("a.example.com")),
    )


def test_strings_of_a_text_record_are_joined_and_may_hold_semicolons() -> None:
    answer = ask('example.com. TXT "v=spf1; " "-all" ; remark', "example.com", RecordType.TXT)
    assert answer.texts == (b"v=spf1; -all",)


def test_escapes_in_names_are_read() -> None:
    answer = ask("a.example. PTR b\\032c\\.d.example.", "a.example", RecordType.PTR)
    assert answer.names[0].labels == (b"b c.d", b"example")


def test_a_name_without_anything_does_not_exist() -> None:
    answer = ask(ZONE, "mail.example.com", RecordType.A)
    assert answer == Answer(Outcome.NXDOMAIN, ttl=300, zone=name("example.com"))


def test_a_name_that_exists_only_because_of_names_below_it_has_no_data() -> None:
    answer = ask(ZONE + "a.b.example.com. A 192.0.2.1", "b.example.com", RecordType.A)
    assert answer == Answer(Outcome.NODATA, ttl=300, zone=name("example.com"))


def test_the_closest_zone_proves_the_lack() -> None:
    world = ZONE + "b.example.com. 60 SOA ns. hostmaster. 1 2 3 4 300"
    assert ask(world, "a.b.example.com", RecordType.A).zone == name("b.example.com")
    assert ask(world, "a.b.example.com", RecordType.A).ttl == 60


def test_aliases_are_followed_and_told() -> None:
    world = "a.example. 50 CNAME b.example.\nb.example. CNAME c.example.\nc.example. A 192.0.2.1"
    answer = ask(world, "a.example", RecordType.A)
    assert answer.addresses == (Address.parse("192.0.2.1"),)
    assert answer.aliases == (name("b.example"), name("c.example"))
    assert answer.ttl == 50


def test_the_alias_itself_can_be_asked_for() -> None:
    answer = ask("a.example. CNAME b.example.", "a.example", RecordType.CNAME)
    assert (answer.names, answer.aliases) == ((name("b.example"),), ())


def test_an_alias_of_nothing_does_not_exist() -> None:
    answer = ask("a.example. CNAME b.example.", "a.example", RecordType.A)
    assert (answer.outcome, answer.aliases) == (Outcome.NXDOMAIN, (name("b.example"),))


def test_a_loop_of_aliases_is_a_server_failure() -> None:
    world = "a.example. CNAME b.example.\nb.example. CNAME a.example."
    assert ask(world, "a.example", RecordType.A).outcome is Outcome.SERVFAIL


@pytest.mark.parametrize("trouble", ["servfail", "refused", "timeout", "unproven"])
def test_a_trouble_concerns_every_question_about_its_name(trouble: str) -> None:
    world = f"a.example. {trouble}\nb.example. CNAME a.example."
    for record_type in RecordType:
        assert ask(world, "a.example", record_type).outcome.value == trouble
    assert ask(world, "b.example", RecordType.A).outcome.value == trouble


def test_an_unreachable_world_answers_nothing() -> None:
    world = World.parse("mail.example.com. A 192.0.2.1\nunreachable\n")
    assert world.answer(Question(name("mail.example.com"), RecordType.A)).outcome is (
        Outcome.UNREACHABLE
    )
    assert not ScriptedResolver(world).reachable


@pytest.mark.parametrize(
    "line",
    [
        "mail.example.com A 192.0.2.1",
        "mail.example.com.",
        "mail.example.com. 60",
        "mail.example.com. SRV 1 2 3 a.example.",
        "mail.example.com. A 192.0.2.300",
        "mail.example.com. A 2001:db8::1",
        "mail.example.com. PTR a.example",
        "mail.example.com. PTR a.example. b.example.",
        'mail.example.com. TXT "open',
        "servfail",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(InvalidWorld, match=r"^line 3: "):
        World.parse(f"; remark\n\n{line}\n")


class Heard:
    """What a listener was told, and what is still to be delivered."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Outcome]] = []
        self.deliveries: list[Callable[[], None]] = []

    def listen(self, token: int, answer: Answer) -> None:
        self.answers.append((token, answer.outcome))


QUESTION = Question(name("mail.example.com"), RecordType.A)


def test_without_a_schedule_answers_come_at_once() -> None:
    heard = Heard()
    answer = ScriptedResolver(World()).ask(QUESTION, heard.listen, 1)
    assert answer is not None
    assert heard.answers == []


def test_with_a_schedule_answers_come_later_and_once() -> None:
    heard = Heard()
    resolver = ScriptedResolver(World(), schedule=heard.deliveries.append)
    assert resolver.ask(QUESTION, heard.listen, 1) is None
    assert heard.answers == []
    for deliver in heard.deliveries * 2:
        deliver()
    assert heard.answers == [(1, Outcome.NXDOMAIN)]


def test_a_forgotten_question_is_not_answered() -> None:
    heard = Heard()
    resolver = ScriptedResolver(World(), schedule=heard.deliveries.append)
    resolver.ask(QUESTION, heard.listen, 1)
    resolver.ask(QUESTION, heard.listen, 2)
    resolver.forget(QUESTION, heard.listen, 1)
    resolver.forget(QUESTION, heard.listen, 3)
    for deliver in heard.deliveries:
        deliver()
    assert heard.answers == [(2, Outcome.NXDOMAIN)]
