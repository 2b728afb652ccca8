"""The demonstration: the real program on an Internet of its own.

Owns the embedded world and the order of what is shown. Verdicts, reports and the policy service are
those of every day; only the resolver is scripted.
"""

import asyncio
import tempfile
import textwrap
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

from gotrdns.checking import check_address
from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.demo import narrative
from gotrdns.diagnosis import diagnose
from gotrdns.lookup import Resolver
from gotrdns.names import Address
from gotrdns.policy import Decision, Mode, Policy, PolicySettings, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.reports.text import STYLE_OF_RESULT, Paint, Style, compose
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.servers.connections import Closure
from gotrdns.servers.policy import PolicyServer
from gotrdns.servers.settings import PostfixSettings

_WIDTH: Final = 80


async def demonstrate(write: Callable[[str], None], paint: Paint) -> None:
    """Show everything once, in a few seconds, and end."""
    loop = asyncio.get_running_loop()
    resolver = ScriptedResolver(_read_world(), schedule=loop.call_soon)
    write(f"{narrative.TITLE}\n")
    write(_heading(narrative.CHECK.format(address=narrative.FOUNDING_CLIENT), paint))
    write(await _check(resolver, paint))
    write(_heading(narrative.OTHERS, paint))
    for address, about in narrative.OTHER_CLIENTS.items():
        write(await _check_in_brief(resolver, Address.parse(address), about, paint))
    write(f"\n{_filled(narrative.OTHERS_REMARK)}\n")
    write(_heading(narrative.POLICY, paint))
    await _show_policy_service(resolver, write)
    write(_heading(narrative.NEXT, paint))
    write(narrative.NEXT_STEPS)


def _read_world() -> World:
    return World.parse(resources.files(__name__).joinpath("world.txt").read_text("utf-8"))


def _heading(text: str, paint: Paint) -> str:
    return f"\n{paint(text, Style.HEADING)}\n\n"


async def _check(resolver: Resolver, paint: Paint) -> str:
    verdict = await check_address(resolver, Address.parse(narrative.FOUNDING_CLIENT))
    return compose(verdict, diagnose(verdict), paint=paint)


async def _check_in_brief(resolver: Resolver, address: Address, about: str, paint: Paint) -> str:
    verdict = await check_address(resolver, address)
    result = paint(f"{verdict.result.value:9}", STYLE_OF_RESULT[verdict.result])
    return f"  {address.text:20}  {result}  {verdict.cause.value:16}  {about}\n"


async def _show_policy_service(resolver: Resolver, write: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    policy = Policy(PolicySettings(mode=Mode.STRICT))
    decider = Decider(policy, resolver, VerificationSettings(), loop.call_later)
    server = PolicyServer(PostfixSettings(), decider, _Unobserved(), loop)
    with tempfile.TemporaryDirectory(prefix="gotrdns-demo-") as directory:
        socket = Path(directory, "policy")
        listener = await loop.create_unix_server(server.new_connection, socket)
        try:
            await _ask_as_postfix(socket, write)
        finally:
            listener.close()
            await server.stop()
    write(f"\n{_filled(narrative.POLICY_REMARKS)}\n")


async def _ask_as_postfix(socket: Path, write: Callable[[str], None]) -> None:
    """One connection for all clients, as Postfix keeps it."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        for address, helo in narrative.POLICY_CLIENTS.items():
            request = _request(address, helo)
            writer.write(f"{request}\n\n".encode())
            reply = (await reader.readuntil(b"\n\n")).decode().strip()
            if address == narrative.FOUNDING_CLIENT:
                write(f"  {narrative.POLICY_QUESTION}\n\n{textwrap.indent(request, '    ')}\n\n")
                write(f"{_filled(reply, '    ')}\n\n  {narrative.POLICY_OTHERS}\n\n")
            else:
                write(f"    client_address={address}\n{_filled(reply, '      ')}\n")
    finally:
        writer.close()
        await writer.wait_closed()


def _request(address: str, helo: str) -> str:
    attributes = {
        "request": "smtpd_access_policy",
        "protocol_state": "RCPT",
        "client_address": address,
        "helo_name": helo,
        "sender": narrative.SENDER,
        "recipient": narrative.RECIPIENT,
    }
    return "\n".join(f"{name}={value}" for name, value in attributes.items())


def _filled(text: str, indent: str = "  ") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


class _Unobserved:
    """Nobody listens to the demonstration's events."""

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        pass

    def received_junk(self, junk: Junk, peer: str) -> None:
        pass

    def closed(self, closure: Closure, peer: str) -> None:
        pass
