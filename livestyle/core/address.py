"""The address of a camera or server as it may be shown: without user, password and what else opens doors."""

from __future__ import annotations

import re

HOST = re.compile(r"(\[[0-9a-fA-F:.%]*\]?|[\w.-]*)(:\d*)?")
SECRET = re.compile(
    r"(?<![a-z])(user|pass|password|passwd|pwd|pw|token|key|auth|secret)=[^&/;\s]*", re.IGNORECASE
)
URL = re.compile(r"\b([a-z][a-z0-9+.-]*:/{1,2})\S*@", re.IGNORECASE)
UNWRITTEN = re.compile(r"[/?#]")

ENCODE = "if the password holds / ? or #, write them as %2F %3F %23"


def is_url(address: str) -> bool:
    return "://" in address


def shown(address: str) -> str:
    """Of a URL host and path; other text as it is, but for what stands before an @ with a : in it.

    A password may hold any sign, as it was typed: all up to the last @ is hidden, and all from ? or # on.
    """
    user, at, _ = address.rpartition("@")
    if not is_url(address) and not (at and ":" in user):
        return address
    rest = address.split("://", 1)[-1]
    for text in (rest, re.split("[?#]", rest)[0]):
        place = re.split("[?#]", text.rpartition("@")[2])[0]
        host, slash, path = place.partition("/")
        if HOST.fullmatch(host):
            return host + slash + SECRET.sub(r"\1=…", path)
    return "the stream"  # no part of it is a host for sure


def shown_server(address: str) -> str:
    """As `shown`, of where a stream goes: the last part of an RTMP path is the key to somebody's channel."""
    name = shown(address)
    if not address.lower().startswith("rtmp") or "/" not in name:
        return name
    return f"{name.rpartition('/')[0]}/…"


def without_passwords(text: str) -> str:
    """A message in which every URL has lost its user and password."""
    return URL.sub(r"\1…@", text)


def advice(address: str) -> str:
    """What helps where a password holds a sign that ends a URL's host; empty where none does."""
    before, at, _ = address.split("://", 1)[-1].rpartition("@")
    return f"; {ENCODE}" if at and UNWRITTEN.search(before) else ""
