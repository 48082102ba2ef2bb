"""Who gets in: the token, the Host and the Origin of a request, and how many there may be."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from livestyle.core.rates import Buckets
from livestyle.page.certificate import certified
from livestyle.page.options import PageOptions

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(self)",
}


class Guard:
    """Looks at every request before anything else does. What it refuses it raises as an HTTP answer.

    Tokens can't be guessed by trying: after some wrong ones even the right one waits, of that address and by
    that way. Other ways stay open, as another page can make the user's browser send an address, but neither
    its cookie nor a header.
    """

    def __init__(self, options: PageOptions, token: str, port: int) -> None:
        """port: the one that is listened at; it names the cookie, because ports share their cookies."""
        self.cookie = f"livestyle-{port}"
        self._token = token
        self._options = options
        self._requests = Buckets(options.limits.requests)
        self._refused = Buckets(options.limits.refusals)
        own = socket.gethostname().lower()
        self._names = {"localhost"} if options.loopback else {"localhost", own, f"{own}.local"}
        self._names.add(options.host.lower())
        if options.certificate is not None:
            self._names |= certified(options.certificate)

    def check(self, request: web.Request, acts: bool) -> None:
        """acts: it changes something, and so has to come from the page itself, or from no page at all."""
        if not self._known(request.host):
            raise web.HTTPForbidden(
                text="this name is not the page's; use the address that the terminal shows"
            )
        given = self._given(request)
        refused = self._refused.of(f"{next(iter(given), '')} {request.remote}")
        if refused.empty():
            raise web.HTTPTooManyRequests(text="too many wrong tokens; wait a little")
        if not self._right(given.values()):
            refused.take()
            raise web.HTTPForbidden(
                text="the token is missing or wrong; use the address that the terminal shows"
            )
        if acts and not self._from_the_page(request):
            raise web.HTTPForbidden(text="this comes from another page")
        if not self._requests.of(request.remote or "").take():
            raise web.HTTPTooManyRequests(text="too many requests")

    def _given(self, request: web.Request) -> dict[str, str]:
        """The tokens of a request by the way that each comes; the first is the way that counts."""
        found = {
            "address": request.query.get("token", ""),
            "cookie": request.cookies.get(self.cookie, ""),
            "header": request.headers.get("Authorization", "").removeprefix("Bearer "),
        }
        return {way: token for way, token in found.items() if token}

    def _right(self, given: Iterable[str]) -> bool:
        wanted = self._token.encode()
        return any(secrets.compare_digest(one.encode("utf-8", "backslashreplace"), wanted) for one in given)

    def _known(self, host: str) -> bool:
        """Whether a Host header names this machine: by a number, a name of its own or its certificate's."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._names or f"*.{name.partition('.')[2]}" in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._options.loopback

    def _from_the_page(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:  # a browser always tells; a program brings the token itself
            return self.cookie not in request.cookies
        return origin in (f"http://{request.host}", f"https://{request.host}")
