"""Who gets in, and who doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from livestyle.page.certificate import own_certificate
from livestyle.page.options import Limits, PageOptions
from tests.page.served import BEARER, TOKEN, run, served

PATHS = ("/", "/static/page.css", "/controls.json", "/stream.mjpg", "/snapshot.png", "/recording", "/socket")


def test_without_the_token_there_is_nothing() -> None:
    async def test() -> None:
        async with served(refusals=100) as site:
            for path in PATHS:
                for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "livestyle-8737=wrong"}):
                    answer = await site.client.get(path, headers=headers)
                    assert answer.status == 403, path
                    assert "token" in await answer.text()
            assert (await site.client.post("/styles", data=b"")).status == 403
            assert (await site.client.get("/?token=wrong", allow_redirects=False)).status == 403

    run(test())


def test_the_token_in_the_address_becomes_a_cookie_that_scripts_cannot_read() -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.get(f"/?token={TOKEN}", allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            value = f"livestyle-8737={answer.cookies['livestyle-8737'].value}"
            page = await site.client.get("/", headers={"Cookie": value})
            assert page.status == 200
            policy = page.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "//" not in policy  # no other host
            assert page.headers["Referrer-Policy"] == "no-referrer"

    run(test())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8737"}, 403),
        ({"Host": "192.0.2.7"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "localhost:9000"}, 200),
        ({"Host": "[::1]:80"}, 200),
    ],
)
def test_a_host_that_is_not_this_machine_is_refused(headers: dict[str, str], status: int) -> None:
    async def test() -> None:
        async with served() as site:
            answer = await site.client.get("/controls.json", headers={**BEARER, **headers})
            assert answer.status == status

    run(test())


def test_on_the_network_an_address_is_known_and_a_foreign_name_is_not() -> None:
    async def test() -> None:
        async with served(PageOptions(host="0.0.0.0", token=TOKEN)) as site:
            for host, status in (("192.0.2.7:8737", 200), ("evil.example", 403)):
                answer = await site.client.get("/controls.json", headers={**BEARER, "Host": host})
                assert answer.status == status

    run(test())


def test_a_name_that_the_given_certificate_is_for_is_known(tmp_path: Path) -> None:
    path = own_certificate(tmp_path, ["paint.example", "*.brush.example"])
    hosts = {
        "paint.example": 200,
        "Paint.Example:8737": 200,
        "live.brush.example": 200,
        "brush.example": 403,
        "a.live.brush.example": 403,
        "evil.example": 403,
        "example": 403,
    }

    async def test() -> None:
        async with served(PageOptions(token=TOKEN, certificate=path)) as site:
            for host, status in hosts.items():
                answer = await site.client.get("/controls.json", headers={**BEARER, "Host": host})
                assert answer.status == status, host

    run(test())


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "file://"])
def test_another_page_can_do_nothing(origin: str) -> None:
    async def test() -> None:
        async with served() as site:
            with pytest.raises(WSServerHandshakeError) as refused:
                await site.socket(Origin=origin)
            assert refused.value.status == 403
            answer = await site.client.post("/styles", headers={**BEARER, "Origin": origin}, data=b"x")
            assert answer.status == 403
            assert site.desk.asked == []

    run(test())


def test_a_cookie_alone_acts_only_with_the_pages_origin() -> None:
    async def test() -> None:
        async with served() as site:
            cookie = {"Cookie": f'livestyle-8737="{TOKEN}"'}
            assert (await site.client.post("/styles", headers=cookie, data=b"x")).status == 403
            own = str(site.client.make_url("")).rstrip("/")
            answer = await site.client.post("/styles", headers={**cookie, "Origin": own}, data=b"x")
            assert answer.status == 422

    run(test())


def test_too_many_requests_are_refused() -> None:
    async def test() -> None:
        async with served(requests=1) as site:
            codes = [(await site.client.get("/controls.json", headers=BEARER)).status for _ in range(9)]
            assert codes[0] == 200
            assert codes[-1] == 429

    run(test())


@pytest.mark.parametrize("way", ["address", "cookie", "header"])
def test_tokens_are_not_guessed_by_trying_and_the_other_ways_stay_open(way: str) -> None:
    def by(way: str, token: str) -> tuple[str, dict[str, str]]:
        return {
            "address": (f"/controls.json?token={token}", {}),
            "cookie": ("/controls.json", {"Cookie": f"livestyle-8737={token}"}),
            "header": ("/controls.json", {"Authorization": f"Bearer {token}"}),
        }[way]

    async def test() -> None:
        async with served(refusals=0.25) as site:  # one, and the next after four seconds

            async def status(way: str, token: str) -> int:
                path, headers = by(way, token)
                return (await site.client.get(path, headers=headers)).status

            assert [await status(way, f"wrong{number}") for number in range(2)] == [403, 429]
            assert await status(way, TOKEN) == 429  # else it could be guessed all the same
            for other in {"address", "cookie", "header"} - {way}:
                assert await status(other, TOKEN) == 200

    run(test())


def test_requests_without_a_token_keep_nobody_out() -> None:
    async def test() -> None:
        async with served(refusals=0.25) as site:
            codes = [(await site.client.get("/controls.json")).status for _ in range(2)]
            assert codes == [403, 429]
            assert (await site.client.get("/controls.json", headers=BEARER)).status == 200

    run(test())


def test_only_the_machine_itself_is_reached_without_https() -> None:
    assert not PageOptions().https
    assert PageOptions(host="::1").loopback
    assert PageOptions(host="localhost").loopback
    assert PageOptions(host="0.0.0.0").https
    assert PageOptions(host="192.0.2.7", limits=Limits()).https
