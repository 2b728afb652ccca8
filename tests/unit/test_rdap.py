"""The holder of an address block, asked of registries on loopback."""

import asyncio
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.contacts import rdap
from gotrdns.contacts.answers import read_answer
from gotrdns.contacts.cache import KEPT, Cache
from gotrdns.contacts.holder import Contact, Holder, NoRdap, Role
from gotrdns.contacts.rdap import Registry
from gotrdns.names import Address
from tests.unit.registrar import (
    APNIC,
    ARIN,
    CLIENT,
    CLIENT6,
    LACNIC,
    RIPE,
    Page,
    Registrar,
    entity,
    redirect,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registrar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registrar]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    opened = Registrar()
    opened.publish_lists()
    yield opened
    opened.close()


Ask = Callable[..., Holder]


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Cache:
    return Cache(tmp_path / "gotrdns" / "rdap", clock=clock)


@pytest.fixture
def ask(registrar: Registrar, cache: Cache) -> Ask:
    def look_up(
        address: Address = CLIENT, *, kept: Cache = cache, deadline: float = 10.0
    ) -> Holder:
        registry = open_at(registrar, kept, deadline)
        return asyncio.run(registry.find_holder(address))

    return look_up


def open_at(registrar: Registrar, cache: Cache, deadline: float = 10.0) -> Registry:
    return Registry(cache, deadline=deadline, iana=f"{registrar.url}iana/", allow_insecure=True)


def refusal(ask: Ask, *arguments: Any, **settings: Any) -> str:
    with pytest.raises(NoRdap) as caught:
        ask(*arguments, **settings)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


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


# What is asked, and of whom


def test_only_the_address_is_sent(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(RIPE)
    ask()
    assert registrar.asked == ["/iana/ipv4.json", "/rir/ip/85.105.64.87"]
    for headers in registrar.headers:
        assert {name.lower() for name in headers} == {
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "connection",
        }


@pytest.mark.parametrize("text", ["192.168.1.1", "127.0.0.1", "203.0.113.5", "fd00::1", "::1"])
def test_nobody_is_asked_about_an_address_that_is_not_public(
    ask: Ask, registrar: Registrar, text: str
) -> None:
    assert "no public address" in refusal(ask, Address.parse(text))
    assert registrar.asked == []


def test_an_address_outside_the_list_is_asked_of_nobody(ask: Ask, registrar: Registrar) -> None:
    assert refusal(ask, Address.parse("9.9.9.9")) == "no registry is responsible for 9.9.9.9"
    reason = refusal(ask, Address.parse("2001:3::1"))  # whoisit thinks it private
    assert reason == "no registry is responsible for 2001:3::1"
    assert registrar.asked == ["/iana/ipv4.json", "/iana/ipv6.json"]


def test_redirects_lead_to_the_registry_that_has_the_block(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = redirect("/other/ip/85.105.64.87")
    registrar.pages["/other/ip/85.105.64.87"] = redirect(f"{registrar.url}third")
    registrar.pages["/third"] = Page(json.dumps(RIPE).encode())
    assert ask().name == "Example Telecom A.S."


def test_redirects_end(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = redirect("/rir/ip/85.105.64.87")
    assert refusal(ask) == "the registries redirected more than 5 times"
    assert len(registrar.asked) == 1 + 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://["])
def test_redirects_lead_nowhere_else(ask: Ask, registrar: Registrar, target: str) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = redirect(target)
    refusal(ask)
    assert len(registrar.asked) == 2


def test_plain_http_is_refused(registrar: Registrar, cache: Cache) -> None:
    registry = Registry(cache, iana=f"{registrar.url}iana/")
    with pytest.raises(NoRdap, match=r"127\.0\.0\.1 can be asked over an insecure connection only"):
        asyncio.run(registry.find_holder(CLIENT))
    assert registrar.asked == []


# What goes wrong


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "127.0.0.1 answered with HTTP status 400"),
        (403, "127.0.0.1 refuses to answer"),
        (404, "127.0.0.1 has no record of it"),
        (429, "127.0.0.1 wants fewer questions from here; try again later"),
        (500, "127.0.0.1 is in trouble (HTTP status 500)"),
        (503, "127.0.0.1 is in trouble (HTTP status 503)"),
        (204, "127.0.0.1 answered with HTTP status 204"),
    ],
)
def test_a_registry_without_an_answer(
    ask: Ask, registrar: Registrar, status: int, reason: str
) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(status=status)
    assert refusal(ask) == reason
    assert registrar.asked.count("/rir/ip/85.105.64.87") == 1  # not asked again: it said no


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Service unavailable</html>",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        b'{"handle":"X"}',
        b'{"objectClassName":"entity","handle":"X","startAddress":"85.105.64.0"}',
        b'{"objectClassName":"error","errorCode":404,"title":"Not found"}',
        b'{"objectClassName":"ip network","handle":"X"}',
        b'{"objectClassName":"ip network","startAddress":"85.105.64.0","endAddress":"x"}',
        b'{"objectClassName":"ip network","startAddress":"85.0.0.0","endAddress":"::1"}',
        b'{"objectClassName":"ip network","startAddress":"85.255.0.0","endAddress":"85.0.0.0"}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        gzip.compress(json.dumps(RIPE).encode()),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_malformed_answer(ask: Ask, registrar: Registrar, cache: Cache, body: bytes) -> None:
    registrar.publish(body)
    assert refusal(ask) == "the answer of 127.0.0.1 is malformed"
    assert cache.find_holder(CLIENT) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "handle",
                        "entities",
                        "roles",
                        "vcardArray",
                        "links",
                        "cidr0_cidrs",
                        "startAddress",
                        "endAddress",
                        "name",
                        "country",
                        "rel",
                        "href",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_an_answer_is_read_or_malformed_whatever_it_holds(value: object) -> None:
    base = {"objectClassName": "ip network", "startAddress": "85.0.0.0", "endAddress": "86.0.0.0"}
    for answer in (value, base | value if isinstance(value, dict) else base | {"entities": value}):
        try:
            holder, block = read_answer(json.dumps(answer).encode(), CLIENT, "rdap.example.net")
        except NoRdap:
            continue
        assert CLIENT in block
        assert holder.registry == "rdap.example.net"


def test_an_answer_about_other_addresses_is_not_believed(ask: Ask, registrar: Registrar) -> None:
    registrar.publish(RIPE | {"startAddress": "85.1.0.0", "endAddress": "85.1.255.255"})
    assert refusal(ask) == "the answer of 127.0.0.1 is about other addresses"


def test_a_huge_answer_is_not_read_to_its_end(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(*[b" " * 65536] * 1000)
    assert refusal(ask) == "the answer of 127.0.0.1 is too large"


def test_an_answer_that_breaks_off(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(b"{", length=1000)
    assert refusal(ask) == "127.0.0.1 did not give a proper answer"


def test_a_registry_that_cannot_be_reached(ask: Ask, registrar: Registrar) -> None:
    registrar.pages["/iana/ipv4.json"] = Page(
        json.dumps({"services": [[["85.0.0.0/8"], ["http://127.0.0.1:1/"]]]}).encode()
    )
    assert refusal(ask) == "127.0.0.1 cannot be reached"


@pytest.mark.parametrize("slow", ["/rir/ip/85.105.64.87", "/iana/ipv4.json"])
@pytest.mark.parametrize("pieces", [1, 100], ids=["silent", "dripping"])
def test_a_slow_server_costs_no_more_than_the_deadline(
    ask: Ask, registrar: Registrar, slow: str, pieces: int
) -> None:
    registrar.pages[slow] = Page(*[b" "] * pieces, pause=20.0 / pieces)
    started = time.monotonic()
    assert refusal(ask, deadline=0.5) in {
        "no answer within 0.5 seconds",
        "127.0.0.1 did not answer in time",
    }
    assert time.monotonic() - started < 5


def test_the_event_loop_goes_on_meanwhile(registrar: Registrar, cache: Cache) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(json.dumps(RIPE).encode(), pause=0.3)

    async def count() -> int:
        turns = 0
        task = asyncio.ensure_future(open_at(registrar, cache).find_holder(CLIENT))
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert task.result().country == "TR"
        return turns

    assert asyncio.run(count()) > 5


def test_a_look_up_can_be_cancelled(registrar: Registrar, cache: Cache) -> None:
    registrar.pages["/rir/ip/85.105.64.87"] = Page(b"{}", pause=20)

    async def cancel() -> None:
        task = asyncio.ensure_future(open_at(registrar, cache).find_holder(CLIENT))
        assert await asyncio.to_thread(registrar.reached.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())


def test_few_questions_are_asked_at_once(registrar: Registrar, cache: Cache) -> None:
    addresses = [Address.parse(f"85.105.{n}.1") for n in range(12)]
    for address in addresses:
        registrar.pages[f"/rir/ip/{address}"] = Page(b"{}", pause=20)

    async def ask_all() -> list[BaseException | Holder]:
        registry = open_at(registrar, cache, deadline=0.5)
        return await asyncio.gather(*map(registry.find_holder, addresses), return_exceptions=True)

    found = asyncio.run(ask_all())
    assert all(isinstance(each, NoRdap) for each in found)
    assert len([path for path in registrar.asked if path.startswith("/rir/")]) == 4


@pytest.mark.parametrize("missing", ["whoisit", "httpx"])
def test_without_the_library_the_reason_says_how_to_get_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in [each for each in sys.modules if each.split(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, missing, None)
    for name in ("answers", "directory", "fetching"):
        monkeypatch.delitem(sys.modules, f"gotrdns.contacts.{name}", raising=False)
        monkeypatch.delattr(f"gotrdns.contacts.{name}", raising=False)
    assert "is not installed; pip install 'gotrdns[rdap]'" in refusal(ask)


def test_proxy_settings_that_make_no_sense(
    ask: Ask, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar.publish(RIPE)
    ask()
    monkeypatch.setenv("HTTP_PROXY", "nonsense://nowhere")
    assert refusal(ask, Address.parse("85.1.1.1")).startswith("the proxy or certificate settings")


# The list of registries


def test_the_list_is_fetched_once_a_week(ask: Ask, registrar: Registrar, clock: Clock) -> None:
    for _ in range(2):
        refusal(ask)
    assert registrar.asked.count("/iana/ipv4.json") == 1
    clock.now += KEPT + 1
    refusal(ask)
    assert registrar.asked.count("/iana/ipv4.json") == 2


def test_an_old_list_is_better_than_none(ask: Ask, registrar: Registrar, clock: Clock) -> None:
    registrar.publish(RIPE)
    ask()
    clock.now += 10 * KEPT
    registrar.pages["/iana/ipv4.json"] = Page(status=503)
    assert ask().name == "Example Telecom A.S."


def test_without_a_cache_one_registry_still_fetches_the_list_once(registrar: Registrar) -> None:
    registry = open_at(registrar, Cache(None))
    registrar.publish(RIPE)
    for _ in range(2):
        assert asyncio.run(registry.find_holder(CLIENT)).country == "TR"
    assert registrar.asked.count("/iana/ipv4.json") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'{"services":[]}',
        b'{"services":{}}',
        b'{"services":[7]}',
        b'{"services":[[["85.0.0.0/8"]]]}',
        b'{"services":[[["85.0.0.1/8"],["https://rdap.example.net/"]]]}',
        b'{"services":[[["not a prefix"],["https://rdap.example.net/"]]]}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_list(ask: Ask, registrar: Registrar, cache: Cache, body: bytes) -> None:
    registrar.pages["/iana/ipv4.json"] = Page(body)
    assert refusal(ask) == "the list of registries that 127.0.0.1 gave is malformed"
    assert cache.find_services("ipv4") is None


def test_a_damaged_list_is_fetched_again(registrar: Registrar, cache: Cache) -> None:
    registrar.publish(RIPE)
    assert cache.directory is not None
    cache.directory.mkdir(parents=True)
    for content in ("{", '{"fetched":1800000000,"services":[["x"]]}'):
        (cache.directory / "registries-ipv4.json").write_text(content)
        damaged = cache.counters.damaged
        holder = asyncio.run(open_at(registrar, cache).find_holder(CLIENT))
        assert holder.country == "TR"
        assert cache.counters.damaged == damaged + 1
        for path in cache.directory.iterdir():
            path.unlink()


# The cache


def test_neighbours_in_the_network_are_answered_from_disk(
    ask: Ask, registrar: Registrar, cache: Cache
) -> None:
    registrar.publish(RIPE)
    holder = ask()
    assert ask(Address.parse("85.105.64.200")) == holder
    assert (cache.counters.hits, cache.counters.misses) == (1, 1)
    assert len(registrar.asked) == 2


def test_the_far_end_of_a_large_block_may_have_another_holder(
    ask: Ask, registrar: Registrar
) -> None:
    far = Address.parse("85.105.90.1")
    customer = RIPE | {"startAddress": "85.105.90.0", "endAddress": "85.105.90.7", "country": "DE"}
    registrar.publish(RIPE)
    registrar.publish(customer, far)
    assert (ask().country, ask(far).country) == ("TR", "DE")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[1]", b'{"fetched":1,"holder":{"network":5}}', b"[" * 99999]
)
def test_a_damaged_file_is_asked_for_again(
    ask: Ask, registrar: Registrar, cache: Cache, content: bytes
) -> None:
    registrar.publish(RIPE)
    ask()
    assert cache.directory is not None
    (cache.directory / "55694000-556940ff.json").write_bytes(content)
    assert ask().name == "Example Telecom A.S."
    assert cache.counters.damaged == 1
    assert cache.find_holder(CLIENT) == ask()


def test_an_unwritable_directory_costs_only_time(
    ask: Ask, registrar: Registrar, tmp_path: Path
) -> None:
    registrar.publish(RIPE)
    (tmp_path / "file").write_text("in the way")
    for directory in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/gotrdns")):
        cache = Cache(directory)
        assert ask(kept=cache).name == "Example Telecom A.S."
        assert cache.counters.unwritable == 2
        assert cache.find_holder(CLIENT) is None


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, gotrdns.contacts.rdap, gotrdns.contacts.mailbox;"
        "print({'whoisit', 'httpx', 'requests', 'dns'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_world_is_asked_over_https_only() -> None:
    assert rdap.IANA.startswith("https://")
