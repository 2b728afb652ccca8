"""The holder of an address block, as each registry names it."""

import json

from gotrdns.contacts.holder import Contact, Holder, Role
from tests.unit.rdap.asking import Ask
from tests.unit.registrar import APNIC, ARIN, CLIENT6, LACNIC, RIPE, Registrar, entity


def test_ripe_names_the_organisation_and_not_the_maintainer(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(RIPE)
    assert ask() == Holder(
        network="85.105.64.0/19",
        name="Example Telecom A.S.",
        handle="85.105.64.0 - 85.105.95.255",
        country="TR",
        registry="ripe",
        contacts=(
            Contact(Role.TECHNICAL, "Example NOC", "dns@example.net"),
            Contact(Role.REGISTRANT, "Example Telecom A.S.", "info@example.net"),
            Contact(Role.ABUSE, "Abuse desk", "abuse@example.net"),
        ),
    )


def test_arin_has_people_below_organisations_and_blocks_that_are_no_prefix(
    ask: Ask, registrar: Registrar
) -> None:
    registrar.publish(ARIN)
    assert ask() == Holder(
        network="85.105.0.0 - 85.105.191.255",
        name="Example Hosting, Inc.",
        handle="NET-85-105-0-0-1",
        country="",
        registry="arin",
        contacts=(
            Contact(Role.TECHNICAL, "Hostmaster", "Hostmaster@Example.com"),
            Contact(Role.NOC, "Jane Doe", "noc@example.com"),
            Contact(Role.ABUSE, "Abuse", "abuse@example.com"),
        ),
    )


def test_apnic_for_an_ipv6_address(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(APNIC, CLIENT6)
    assert ask(CLIENT6) == Holder(
        network="2a02:ff80::/32",
        name="Example K.K.",
        handle="2a02:ff80::/32",
        country="JP",
        registry="apnic",
        contacts=(
            Contact(Role.ADMINISTRATIVE, "Example K.K. \u7ba1\u7406", "ip@example.jp"),
            Contact(Role.ABUSE, "IRT-EXAMPLE-JP", "abuse@example.jp"),
        ),
    )


def test_redacted_and_missing_mail_addresses_are_no_contacts(
    ask: Ask, registrar: Registrar
) -> None:
    registrar.publish(LACNIC)
    holder = ask()
    assert (holder.name, holder.registry) == ("Exemplo Ltda", "registro.br")
    assert holder.contacts == (Contact(Role.ABUSE, "", "abuse@example.br"),)


def test_an_answer_with_next_to_nothing_is_enough(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(
        {
            "objectClassName": "ip network",
            "cidr0_cidrs": [
                {"v4prefix": "85.104.0.0", "length": 16},
                {"v4prefix": "85.105.0.0", "length": 16},
            ],
        }
    )
    assert ask() == Holder("85.105.0.0/16", "", "", "", "127.0.0.1")


def test_oddities_around_the_holder_do_no_harm(ask: Ask, registrar: Registrar) -> None:
    odd = json.loads(json.dumps(RIPE))
    odd["events"] = [{"eventAction": None, "eventDate": "never"}, 7]
    odd["notices"] = {"title": 3}
    odd["remarks"] = [None]
    odd["country"] = ["TR"]
    odd["links"] = [None, {"rel": 4, "href": []}]
    odd["entities"][2]["roles"] = ["Technical", None, ["noc"], "notifications"]
    odd["entities"][2]["vcardArray"][1] += [
        ["email", {}, "text"],
        [[], {}, "text", 5],
        ["email", {}, "text", {"address": "x@example.net"}],
        ["org", {}, "text", ["Example", 5]],
        None,
    ]
    odd["entities"] += [None, "text", {"roles": "technical"}, {"vcardArray": ["vcard"]}, []]
    registrar.publish(odd)
    holder = ask()
    assert holder.country == ""
    assert holder.registry == "127.0.0.1"
    assert holder.name == "Example Telecom A.S."
    assert holder.contacts[0] == Contact(Role.TECHNICAL, "Example NOC", "dns@example.net")


def test_an_organisation_in_several_parts_is_one_text(ask: Ask, registrar: Registrar) -> None:
    parts = entity(
        "EX3-RIPE", "technical", name="Jane Doe", kind="individual", email="j@example.net"
    )
    parts["vcardArray"][1].append(["org", {}, "text", ["Example", "", "Networks"]])
    desk = entity("EX4-RIPE", "registrant", email="nobody at all")
    desk["vcardArray"][1].append(["org", {}, "text", ["Example", "Networks"]])
    registrar.publish(RIPE | {"entities": [parts, desk]})
    holder = ask()
    assert holder.name == "Example Networks"
    assert holder.contacts == (Contact(Role.TECHNICAL, "Jane Doe", "j@example.net"),)


def test_text_of_others_reaches_no_terminal_as_it_is(ask: Ask, registrar: Registrar) -> None:
    hostile = entity("X", "registrant", name="A\x1b[31m\r\n\u202eB" + "x" * 500, kind="org")
    writer = entity("Y", "noc", name="\x00\x07", email="a@example.net\nBcc: b@example.net")
    registrar.publish(RIPE | {"entities": [hostile, writer], "handle": "H\x9b\u2028I"})
    holder = ask()
    assert holder.name.startswith("A [31m Bx")
    assert len(holder.name) == 200
    assert holder.handle == "H I"
    assert holder.contacts == ()


def test_contacts_are_few_however_many_there_are(ask: Ask, registrar: Registrar) -> None:
    many = [entity(f"E{n}", "noc", name="N", email=f"n{n}@example.net") for n in range(500)]
    registrar.publish(RIPE | {"entities": many})
    assert [each.email for each in ask().contacts] == [f"n{n}@example.net" for n in range(10)]


def test_entities_nested_without_end_are_left(ask: Ask, registrar: Registrar) -> None:
    nested = entity("DEEP", "noc", email="deep@example.net")
    for level in range(60):
        nested = entity(f"L{level}", "noc", entities=(nested,))
    registrar.publish(RIPE | {"entities": [nested]})
    assert ask().contacts == ()
