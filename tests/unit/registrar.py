"""Registries played by a server on loopback: real HTTP, and answers of the shapes they give."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gotrdns.names import Address

CLIENT = Address.parse("85.105.64.87")
CLIENT6 = Address.parse("2a02:ff80::25")


class Page:
    """What the server answers under one path: ``body`` in pieces, ``pause`` seconds apart."""

    def __init__(
        self,
        *body: bytes,
        status: int = 200,
        pause: float = 0.0,
        location: str | None = None,
        length: int | None = None,
    ) -> None:
        self.body = body
        self.status = status
        self.pause = pause
        self.headers: list[tuple[str, str]] = []
        if location is not None:
            self.headers.append(("Location", location))
        if length is not None:
            self.headers.append(("Content-Length", str(length)))


def redirect(path: str) -> Page:
    return Page(status=302, location=path)


class Registrar:
    """Plays IANA and every registry: pages by path, and which were asked for, how."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.reached = threading.Event()  # by a question to a registry
        self.over = threading.Event()
        registrar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registrar.asked.append(self.path)
                registrar.headers.append(dict(self.headers.items()))
                if self.path.startswith("/rir/"):
                    registrar.reached.set()
                page = registrar.pages.get(self.path, Page(b"{}", status=404))
                try:
                    registrar.send(self, page)
                except OSError:
                    return  # the client had enough

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()

    def send(self, handler: BaseHTTPRequestHandler, page: Page) -> None:
        handler.send_response(page.status)
        for name, value in page.headers:
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in page.body:
            self.over.wait(page.pause)
            handler.wfile.write(piece)

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def publish(self, answer: object, address: Address = CLIENT) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.pages[f"/rir/ip/{address}"] = Page(body)

    def publish_lists(self, ipv4: str = "85.0.0.0/8", ipv6: str = "2a00::/12") -> None:
        for family, prefix in (("ipv4", ipv4), ("ipv6", ipv6)):
            services = [[["198.18.0.0/15" if family == "ipv4" else "2001:2::/48"], [self.url]]]
            services.append([[prefix], [f"{self.url}rir/"]])
            document = {"version": "1.0", "publication": "2026-01-01", "services": services}
            self.pages[f"/iana/{family}.json"] = Page(json.dumps(document).encode())


def entity(
    handle: str,
    *roles: str,
    name: str | None = None,
    email: str | None = None,
    kind: str = "group",
    org: str | None = None,
    entities: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    card: list[list[Any]] = [["version", {}, "text", "4.0"], ["kind", {}, "text", kind]]
    card.append(["adr", {"label": "1 Example Street\nExampletown"}, "text", [""] * 7])
    if name is not None:
        card.append(["fn", {}, "text", name])
    if org is not None:
        card.append(["org", {}, "text", org])
    card.append(["tel", {"type": ["work", "voice"]}, "text", "+1-555-0100"])
    if email is not None:
        card.append(["email", {}, "text", email])
    answer: dict[str, Any] = {
        "objectClassName": "entity",
        "handle": handle,
        "roles": list(roles),
        "vcardArray": ["vcard", card],
        "events": [{"eventAction": "registration", "eventDate": "2001-09-21T22:08:01Z"}],
    }
    if entities:
        answer["entities"] = list(entities)
    return answer


def network(base: str, **fields: Any) -> dict[str, Any]:
    """The members every registry gives (RFC 9083 section 5.4)."""
    return {
        "rdapConformance": ["rdap_level_0", "cidr0"],
        "objectClassName": "ip network",
        "status": ["active"],
        "events": [{"eventAction": "last changed", "eventDate": "2025-03-04T10:11:12Z"}],
        "notices": [{"title": "Terms and Conditions", "description": ["Be kind."], "links": []}],
        "links": [{"value": base, "rel": "self", "href": base, "type": "application/rdap+json"}],
        **fields,
    }


RIPE = network(
    "https://rdap.db.ripe.net/ip/85.105.64.0/19",
    handle="85.105.64.0 - 85.105.95.255",
    startAddress="85.105.64.0",
    endAddress="85.105.95.255",
    ipVersion="v4",
    name="EXAMPLE-DSL",
    type="ASSIGNED PA",
    country="TR",
    parentHandle="85.96.0.0 - 85.111.255.255",
    cidr0_cidrs=[{"v4prefix": "85.105.64.0", "length": 19}],
    port43="whois.ripe.net",
    entities=[
        entity("EXAMPLE-MNT", "registrant", name="EXAMPLE-MNT", kind="individual"),
        entity("EX1-RIPE", "technical", "administrative", name="Example Hostmaster"),
        entity("EX2-RIPE", "technical", name="Example NOC", email="dns@example.net"),
        entity(
            "ORG-EX1-RIPE",
            "registrant",
            name="Example Telecom A.S.",
            kind="org",
            email="info@example.net",
            entities=(entity("AR1-RIPE", "abuse", name="Abuse desk", email="abuse@example.net"),),
        ),
    ],
)

ARIN = network(
    "https://rdap.arin.net/registry/ip/85.105.0.0",
    rdapConformance=["nro_rdap_profile_0", "rdap_level_0", "cidr0", "arin_originas0"],
    handle="NET-85-105-0-0-1",
    startAddress="85.105.0.0",
    endAddress="85.105.191.255",
    ipVersion="v4",
    name="EXAMPLE-4",
    type="DIRECT ALLOCATION",
    cidr0_cidrs=[
        {"v4prefix": "85.105.0.0", "length": 17},
        {"v4prefix": "85.105.128.0", "length": 18},
    ],
    arin_originas0_originautnums=[],
    port43="whois.arin.net",
    entities=[
        entity(
            "EXAMP-4",
            "registrant",
            name="Example Hosting, Inc.",
            kind="org",
            entities=(
                entity("AB1-ARIN", "abuse", name="Abuse", email="abuse@example.com"),
                entity(
                    "AD1-ARIN",
                    "administrative",
                    "noc",
                    name="Jane Doe",
                    kind="individual",
                    org="Example Hosting, Inc.",
                    email="noc@example.com",
                ),
                entity(
                    "TE1-ARIN",
                    "technical",
                    name="Hostmaster",
                    org="Hostmaster",
                    email="Hostmaster@Example.com",
                ),
            ),
        ),
        entity("TE2-ARIN", "technical", "abuse", name="Again", email="hostmaster@example.com"),
    ],
)

APNIC = network(
    "https://rdap.apnic.net/ip/2a02:ff80::/32",
    handle="2a02:ff80::/32",
    startAddress="2a02:ff80::",
    endAddress="2a02:ff80:ffff:ffff:ffff:ffff:ffff:ffff",
    ipVersion="v6",
    name="EXAMPLE-JP",
    type="ALLOCATED PORTABLE",
    country="JP",
    cidr0_cidrs=[{"v6prefix": "2a02:ff80::", "length": 32}],
    remarks=[{"title": "description", "description": ["Example K.K."]}],
    port43="whois.apnic.net",
    entities=[
        entity("IRT-EXAMPLE-JP", "abuse", name="IRT-EXAMPLE-JP", email="abuse@example.jp"),
        entity("EK1-AP", "administrative", name="Example K.K. \u7ba1\u7406", email="ip@example.jp"),
        entity("ORG-EK1-AP", "registrant", name="Example K.K.", kind="org"),
    ],
)

LACNIC = {
    "objectClassName": "ip network",
    "handle": "85.105.64/22",
    "startAddress": "85.105.64.0",
    "endAddress": "85.105.67.255",
    "ipVersion": "v4",
    "type": "ASSIGNED",
    "country": "BR",
    "parentHandle": "85.105/16",
    "links": [{"rel": "self", "href": "https://rdap.registro.br/ip/85.105.64.0/22"}],
    "lacnic_originAutnum": ["64500"],
    "lacnic_reverseDelegations": [{"startAddress": "85.105.64.0", "nameservers": []}],
    "entities": [
        entity("00.000.000/0001-00", "registrant", name="Exemplo Ltda", kind="org"),
        entity("EXTEC", "technical", name="REDACTED FOR PRIVACY", email=""),
        entity("EXADM", "administrative", name="Contato"),
        entity("EXABU", "abuse", email="mailto:abuse@example.br"),
    ],
    "redacted": [{"name": {"description": "technical contact e-mail"}, "method": "emptyValue"}],
}
