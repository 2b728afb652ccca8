"""Forms: what is read of a body, and whose forms are believed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gotrdns.web import forms
from gotrdns.web.forms import TOKEN_FIELD, Tokens, decode_fields, form_token, read_form
from gotrdns.web.settings import PageSettings
from tests.unit.web.guarded_sites import Browser, means, site

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def show(request: Request) -> Response:
    return PlainTextResponse(form_token(request) + "\n" + form_token(request))


async def take(request: Request) -> Response:
    return JSONResponse(await read_form(request))


def shop() -> Starlette:
    given = means(PageSettings(trusted_proxies=("192.0.2.80",)))
    return site([Route("/form", show), Route("/form", take, methods=["POST"])], given)


def token(browser: Browser) -> str:
    first, second = browser.get("/form").text.split()
    assert first == second
    return first


def test_a_form_of_ours_is_read() -> None:
    browser = Browser(shop())
    answer = browser.post("/form", data={TOKEN_FIELD: token(browser), "name": "Ü & é"})
    assert answer.json() == {"name": "Ü & é"}


def test_the_cookie_is_for_us_alone_and_lasts_for_all_forms() -> None:
    browser = Browser(shop())
    first = browser.get("/form")
    assert first.headers["Set-Cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict")
    again = browser.get("/form")
    assert again.text == first.text
    assert again.headers["Set-Cookie"] == first.headers["Set-Cookie"]


def test_over_https_no_neighbour_can_set_the_cookie() -> None:
    browser = Browser(shop(), peer="192.0.2.80", base_url="http://localhost")
    headers = {"X-Forwarded-Proto": "https"}
    shown = browser.get("/form", headers=headers)
    cookie = shown.headers["Set-Cookie"]
    assert cookie.startswith("__Host-gotrdns-form=")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
    seed = cookie.partition(";")[0]
    fields = {TOKEN_FIELD: shown.text.split()[0]}
    for name, status in ((seed, 200), (seed.removeprefix("__Host-"), 403)):
        answer = browser.post("/form", data=fields, headers={**headers, "Cookie": name})
        assert answer.status_code == status


def test_without_the_cookie_or_with_another_the_field_is_worth_nothing() -> None:
    app = shop()
    victim, attacker = Browser(app), Browser(app)
    own, foreign = token(victim), token(attacker)
    for browser, field, status in (
        (victim, own, 200),
        (victim, foreign, 403),
        (victim, "", 403),
        (victim, "ü", 403),
        (Browser(app), own, 403),
    ):
        answer = browser.post("/form", data={TOKEN_FIELD: field})
        assert answer.status_code == status
    assert victim.post("/form", data={}, headers=FORM).status_code == 403


@pytest.mark.parametrize("seed", ["", "x", "a" * 21, "a" * 23, "a" * 22 + "\n", "é" * 22])
def test_a_cookie_that_is_none_of_ours_is_replaced(seed: str) -> None:
    answer = Browser(shop()).get("/form", headers={"Cookie": f"gotrdns-form={seed}".encode()})
    assert f"gotrdns-form={seed};" not in answer.headers["Set-Cookie"]


def test_after_a_restart_old_forms_are_refused() -> None:
    old, new = Browser(shop()), Browser(shop())
    field = token(old)
    new.cookies.update(old.cookies)
    assert new.post("/form", data={TOKEN_FIELD: field}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://public.example"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "http://localhost:8080"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://[evil"}, 403),
        ({}, 200),
    ],
)
def test_what_a_browser_says_of_where_a_form_was_counts(
    headers: dict[str, str], status: int
) -> None:
    browser = Browser(shop(), base_url="http://localhost")
    answer = browser.post("/form", data={TOKEN_FIELD: token(browser)}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"a=1&a=2", 400),
        (b"a=%ff", 400),
        (b"a=\xff", 400),
        (b"a", 400),
        (b"&".join(b"f%d=" % n for n in range(101)), 400),
        (b"a=" + b"x" * 16_382, 403),
        (b"a=" + b"x" * 16_383, 413),
        (b"", 403),
    ],
)
def test_a_body_that_no_form_of_ours_makes_is_refused(body: bytes, status: int) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    for content in (body, in_pieces()):
        assert Browser(shop()).post("/form", content=content, headers=FORM).status_code == status


def test_other_types_of_body_are_refused() -> None:
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json", ""):
        answer = Browser(shop()).post("/form", content=b"a=1", headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_a_body_that_dribbles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_PATIENCE", 0.05)

    async def dribbling() -> AsyncIterator[bytes]:
        for _ in range(1000):
            await asyncio.sleep(0.01)
            yield b"a"

    answer = Browser(shop()).post("/form", content=dribbling(), headers=FORM)
    assert answer.status_code == 408


def test_a_field_fits_its_cookie_and_its_process_only() -> None:
    tokens, others = Tokens(b"x" * 32), Tokens()
    field = tokens.field_for("seed")
    assert tokens.fits("seed", field)
    assert not tokens.fits("seee", field)
    assert not others.fits("seed", field)


fields = st.dictionaries(st.text(), st.text(), max_size=20)


@given(fields)
@example({"": ""})
def test_what_a_browser_encodes_is_decoded(sent: dict[str, str]) -> None:
    def pairs() -> Iterator[tuple[str, str]]:
        yield from sent.items()

    try:
        encoded = urlencode(list(pairs())).encode()
    except UnicodeEncodeError:  # A lone surrogate, which no browser sends.
        return
    assert decode_fields(encoded) == sent


@given(st.binary(max_size=200))
def test_any_octets_are_fields_or_a_bad_request(body: bytes) -> None:
    try:
        decode_fields(body)
    except HTTPException as error:
        assert error.status_code == 400
