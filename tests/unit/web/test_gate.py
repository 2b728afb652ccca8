"""What every answer has in common: headers, the names of the site, limits, and calm faults."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from gotrdns.web.application import admin_site, public_site
from gotrdns.web.errors import Guarded
from gotrdns.web.gate import Names, host_of
from gotrdns.web.limits import TooMany
from gotrdns.web.private import PrivateTarget
from gotrdns.web.settings import AdminSettings, PageSettings
from gotrdns.web.streams import SlowVisitor
from gotrdns.web.visitors import visitor_of
from tests.unit.web.guarded_sites import Browser, means, site

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def failing(error: Exception) -> Route:
    async def fail(_request: Request) -> Response:
        raise error

    return Route("/fail", fail)


async def hello(request: Request) -> Response:
    return PlainTextResponse(str(visitor_of(request)))


@pytest.mark.parametrize("path", ["/hello", "/none", "/static/icon.svg", "/static/none", "/fail"])
def test_every_answer_binds_the_browser(path: str) -> None:
    faults: list[Exception] = []
    given = means(tell_fault=faults.append)
    app = site([Route("/hello", hello), failing(RuntimeError("secret"))], given)
    answer = Browser(app).get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Permissions-Policy" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    kept = answer.headers["Cache-Control"]
    assert kept == ("no-cache" if path == "/static/icon.svg" else "no-store")
    assert "secret" not in answer.text
    assert len(faults) == (path == "/fail")


def test_over_https_browsers_are_told_to_stay_there() -> None:
    answer = Browser(site([Route("/", hello)]), base_url="https://127.0.0.1").get("/")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_faults_are_told_ten_times_and_then_held_back() -> None:
    faults: list[Exception] = []
    given = means(tell_fault=faults.append)
    visitor = Browser(site([failing(RuntimeError("secret"))], given))
    for _ in range(30):
        answer = visitor.get("/fail")
        assert answer.status_code == 500
        assert "<h1>" in answer.text
    assert len(faults) == 10


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_other_sites_pages_may_link_here_and_embed_nothing(where: str) -> None:
    visitor = Browser(site([Route("/hello", hello)]))
    for destination in ("image", "iframe", "script", "empty", "object", "embed"):
        headers = {"Sec-Fetch-Site": where, "Sec-Fetch-Dest": destination}
        assert visitor.get("/hello", headers=headers).status_code == 403
        own = {**headers, "Sec-Fetch-Site": "same-origin"}
        assert visitor.get("/hello", headers=own).status_code == 200
    for seen in ({"Sec-Fetch-Site": where, "Sec-Fetch-Dest": "document"}, {}):
        assert visitor.get("/hello", headers=seen).status_code == 200
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}
    assert visitor.get("/hello", headers=typed).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (TooMany(2.1, of_all=False), 429, "3"),
        (TooMany(0.0, of_all=True), 503, "1"),
        (PrivateTarget(), 422, None),
        (HTTPException(404), 404, None),
        (HTTPException(401, headers={"WWW-Authenticate": "Basic"}), 401, None),
    ],
)
def test_what_is_expected_to_go_wrong_has_a_page(
    error: Exception, status: int, retry: str | None
) -> None:
    answer = Browser(site([failing(error)])).get("/fail")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == retry
    assert "<h1>" in answer.text
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Basic"


def test_nothing_but_reading_and_forms_is_answered() -> None:
    visitor = Browser(site([Route("/", hello)]))
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "X"):
        assert visitor.request(method, "/").status_code == 405


def test_an_address_that_is_too_long_is_refused() -> None:
    visitor = Browser(site([Route("/", hello)]))
    assert visitor.get("/?" + "x" * 2000).status_code == 200
    assert visitor.get("/?" + "x" * 2100).status_code == 414


@pytest.mark.parametrize(
    ("url", "host", "status"),
    [
        ("https://rdns.example.org", "rdns.example.org", 200),
        ("https://rdns.example.org", "RDNS.example.org.:8443", 200),
        ("https://rdns.example.org:8443", "rdns.example.org", 200),
        ("https://rdns.example.org", "rebound.example.net", 421),
        ("https://rdns.example.org", "rdns.example.org.evil.example", 421),
        ("https://rdns.example.org", "", 421),
        ("https://rdns.example.org", "[::1", 421),
        ("https://rdns.example.org", "127.0.0.1:8080", 200),
        ("https://rdns.example.org", "[::1]:8080", 200),
        ("https://rdns.example.org", "localhost:8080", 200),
        ("", "anything.example", 200),
    ],
)
def test_the_public_site_goes_by_its_own_name(url: str, host: str, status: int) -> None:
    visitor = Browser(public_site(means(PageSettings(public_url=url))))
    answer = visitor.get("/static/icon.svg", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8081", 200),
        ("localhost", 200),
        ("[::1]:8081", 200),
        ("192.168.1.5:8081", 200),  # what is typed as an address was not rebound
        ("admin.example.org", 200),
        ("rdns.example.org", 421),
        ("rebound.example.net", 421),
        ("127.0.0.1.nip.example", 421),
    ],
)
def test_the_administrators_site_goes_by_no_strangers_name(host: str, status: int) -> None:
    given = means(
        PageSettings(public_url="https://rdns.example.org"),
        AdminSettings(host_names=("admin.example.org",)),
    )
    visitor = Browser(admin_site(given), peer="127.0.0.1")
    answer = visitor.get("/static/icon.svg", headers={"Host": host})
    assert answer.status_code == status


def test_a_request_with_two_hosts_is_for_nobody() -> None:
    visitor = Browser(site([Route("/", hello)], names=Names(["a.example"], only=True)))
    headers = [("Host", "a.example"), ("Host", "b.example")]
    assert visitor.get("/", headers=headers).status_code == 421


def test_a_url_without_host_gives_none() -> None:
    assert host_of("") is None
    assert host_of("https://RDNS.example.org:8443/x") == "rdns.example.org"


def test_of_one_network_only_so_many_pages_are_asked_for_and_files_do_not_count() -> None:
    app = site([Route("/", hello)])
    visitor = Browser(app)
    neighbour = Browser(app, peer="192.0.2.200")
    statuses = [visitor.get("/").status_code for _ in range(130)]
    assert statuses.count(200) in range(120, 126)
    assert statuses[-1] == 429
    assert neighbour.get("/").status_code == 429
    assert int(neighbour.get("/").headers["Retry-After"]) == 1
    assert visitor.get("/static/icon.svg").status_code == 200
    assert Browser(app, peer="198.51.100.1").get("/").status_code == 200


def test_behind_a_trusted_proxy_the_visitor_is_whom_it_names() -> None:
    app = site([Route("/", hello)], means(PageSettings(trusted_proxies=("192.0.2.1",))))
    assert Browser(app).get("/", headers={"X-Forwarded-For": "2001:db8::7"}).text == "2001:db8::7"


HTTP: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}


async def nothing() -> Message:
    raise AssertionError("nothing is read")


def answered(app: Guarded, send: Send) -> None:
    asyncio.run(app(dict(HTTP), nothing, send))


def test_an_answer_that_does_not_begin_in_time_is_given_up() -> None:
    async def sleep(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.sleep(60)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    answered(Guarded(sleep, lambda error: pytest.fail(str(error)), patience=0.01), send)
    assert sent[0]["status"] == 503


def test_an_answer_that_has_begun_may_go_on_and_a_visitor_who_takes_nothing_is_dropped() -> None:
    async def tell_slowly(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"x"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 3:
            await asyncio.sleep(60)

    app = Guarded(tell_slowly, lambda error: pytest.fail(str(error)), patience=0.01, sending=0.01)
    answered(app, send)
    assert [each.get("status") for each in sent] == [200, None, None]


@pytest.mark.parametrize("error", [SlowVisitor(), RuntimeError("a fault")])
def test_an_answer_that_has_begun_gets_no_second_one(error: Exception) -> None:
    async def fail(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    sent: list[Message] = []
    faults: list[Exception] = []

    async def send(message: Message) -> None:
        sent.append(message)

    answered(Guarded(fail, faults.append), send)
    assert len(sent) == 1
    assert faults == ([] if isinstance(error, SlowVisitor) else [error])
