"""HTTPS with a certificate that is made here, or given."""

from __future__ import annotations

import datetime
import socket
import ssl
import stat
import sys
import threading
from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.page import certificate
from livestyle.page.certificate import context, own_certificate, own_print
from livestyle.page.options import PageOptions


def test_a_browser_that_trusts_it_is_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path))
    server = context(PageOptions(host="0.0.0.0"))
    assert server is not None
    trusting = ssl.create_default_context(cafile=str(tmp_path / "page" / "certificate.pem"))
    trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with server.wrap_socket(ours, server_side=True) as end:
            end.sendall(b"hello")

    thread = threading.Thread(target=serve)
    thread.start()
    with trusting.wrap_socket(theirs, server_hostname="127.0.0.1") as end:
        assert end.recv(9) == b"hello"
        told = end.getpeercert(binary_form=True)
    thread.join()
    assert told is not None
    assert own_print().count(":") == 31


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_reads_the_key(tmp_path: Path) -> None:
    path = own_certificate(tmp_path / "page", ["localhost"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_kept_until_it_is_old_or_the_machine_has_other_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = own_certificate(tmp_path, ["localhost", "192.0.2.7"]).read_bytes()
    assert own_certificate(tmp_path, ["localhost"]).read_bytes() == first
    second = own_certificate(tmp_path, ["localhost", "192.0.2.8"]).read_bytes()
    assert second != first
    monkeypatch.setattr(certificate, "RENEWED", datetime.timedelta(days=9999))
    assert own_certificate(tmp_path, ["localhost"]).read_bytes() != second
    (tmp_path / "certificate.pem").write_text("no certificate")
    assert b"BEGIN CERTIFICATE" in own_certificate(tmp_path, ["localhost"]).read_bytes()


def test_a_given_certificate_has_to_be_one(tmp_path: Path) -> None:
    path = own_certificate(tmp_path, ["localhost"])
    assert context(PageOptions(certificate=path)) is not None
    assert context(PageOptions()) is None
    (tmp_path / "bad.pem").write_text("nothing")
    for bad in ("bad.pem", "missing.pem"):
        with pytest.raises(LivestyleError, match="expected PEM"):
            context(PageOptions(certificate=tmp_path / bad))
