"""The texts that name resolvers, and resolv.conf."""

from pathlib import Path

import pytest

from gotrdns.names import Address
from gotrdns.resolution.servers import (
    InvalidServer,
    NoServers,
    ServerAddress,
    choose_servers,
    parse_server,
    read_resolv_conf,
)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("127.0.0.1", "127.0.0.1", 53),
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("::1", "::1", 53),
        ("[::1]", "::1", 53),
        ("[::1]:5353", "::1", 5353),
        ("2001:db8::53", "2001:db8::53", 53),
    ],
)
def test_a_resolver_is_an_address_with_or_without_a_port(
    text: str, address: str, port: int
) -> None:
    assert parse_server(text) == ServerAddress(Address.parse(address), port)


def test_a_link_local_resolver_keeps_its_interface() -> None:
    server = parse_server("[fe80::1%eth0]:53")
    assert (server.host, server.text) == ("fe80::1%eth0", "[fe80::1%eth0]:53")


@pytest.mark.parametrize(
    "text",
    [
        *("", "dns.example", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:dns"),
        *("[::1", "[::1]53", "::1:99999:", "[127.0.0.1]x", "127.0.0.1:5 3", "127.0.0.1:\u0665"),
    ],
)
def test_anything_else_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(InvalidServer, match="write ADDRESS, ADDRESS:PORT or"):
        parse_server(text)


def test_resolv_conf_is_read_as_the_c_library_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(
        "# nameserver 9.9.9.9\nsearch example.org\nnameserver 192.0.2.53\n"
        "nameserver\tfe80::1%eth0\nnameserver nonsense\nnameserver ::1 trailing\n"
        "options timeout:1\nnameserver 192.0.2.54\n"
    )
    assert [each.text for each in read_resolv_conf(path)] == [
        "192.0.2.53:53",
        "[fe80::1%eth0]:53",
        "[::1]:53",
    ]


@pytest.mark.parametrize("text", [None, "", "search example.org\n"])
def test_a_resolv_conf_without_resolvers_is_said_to_be_so(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "resolv.conf"
    if text is not None:
        path.write_text(text)
    with pytest.raises(NoServers, match="name"):
        read_resolv_conf(path)


def test_resolvers_that_are_named_replace_resolv_conf() -> None:
    assert [each.text for each in choose_servers(["[::1]:5300", "127.0.0.9"])] == [
        "[::1]:5300",
        "127.0.0.9:53",
    ]
