"""What is asked about an address, of whom, and how often at once."""

import asyncio
import json
import subprocess
import sys

import pytest

from gotrdns.contacts import rdap
from gotrdns.contacts.cache import Cache
from gotrdns.contacts.holder import Holder, NoRdap
from gotrdns.contacts.rdap import Registry
from gotrdns.names import Address
from tests.unit.rdap.asking import Ask, open_at, refusal
from tests.unit.registrar import CLIENT, RIPE, Page, Registrar, redirect

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


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, gotrdns.contacts.rdap, gotrdns.contacts.mailbox;"
        "print({'whoisit', 'httpx', 'requests', 'dns'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_world_is_asked_over_https_only() -> None:
    assert rdap.IANA.startswith("https://")
