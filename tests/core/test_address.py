"""What of a camera's address is shown, whatever its password holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from livestyle.core.address import ENCODE, advice, shown, without_passwords
from livestyle.core.errors import LivestyleError
from livestyle.sources.camera.connection import Request, using
from livestyle.sources.camera.source import CameraSource
from livestyle.sources.open import open_source

ROOT = Path(__file__).parents[2]
ADDRESSES = {
    "http://me:SECRET@127.0.0.1:1/live?key=SECRET": "127.0.0.1:1/live",
    "rtsp://admin:SECRET/WORD@10.0.0.1:554/s": "10.0.0.1:554/s",
    "rtsp://admin:SECRET?WORD@cam/s": "cam/s",
    "rtsp://admin:SECRET#WORD@cam": "cam",
    "rtsp://admin:SE@CRET@cam/x": "cam/x",
    "rtsp://admin:SECRET@[::1]:80/x": "[::1]:80/x",
    "admin:SECRET@10.0.0.1/s": "10.0.0.1/s",
    "rtsp:admin:SECRET/x@cam": "cam",
    "http://cam/live?mail=a@b&pw=SECRET": "cam/live",
    "rtsp://a:SECRET?x@b&w": "the stream",
    "http://cam/x?token=SECRET": "cam/x",
    "rtsp://cam:554/user=admin_password=SECRET_channel=1": "cam:554/user=…",
    "rtsp://cam/ch1&admin_password=SECRET&c=1": "cam/ch1&admin_password=…&c=1",
    "http://[::1/x": "[::1/x",
    "Logitech BRIO": "Logitech BRIO",
    "/dev/video0": "/dev/video0",
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_a_password_is_hidden(address: str, expected: str) -> None:
    assert shown(address) == Request(address).label == expected
    assert "SECRET" not in shown(address)


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "SECRET" in address])
def test_no_error_tells_it(address: str) -> None:
    place = (
        address.replace("10.0.0.1", "127.0.0.1:1")
        .replace("://cam", "://127.0.0.1:1")
        .replace("@cam", "@127.0.0.1:1")
    )
    with pytest.raises(LivestyleError) as caught, CameraSource(Request(place)):
        pass
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("sign", "/?#")
def test_signs_that_end_a_host_are_to_be_written_otherwise(sign: str) -> None:
    address = f"rtsp://admin:SECRET{sign}WORD@127.0.0.1:1/s"
    assert ENCODE in advice(address)
    with pytest.raises(LivestyleError, match="%2F %3F %23"), CameraSource(Request(address)):
        pass
    assert not advice("rtsp://admin:SECRET@cam/s?x=1#2")


def test_what_is_no_address_at_all_is_one_error() -> None:
    with pytest.raises(LivestyleError, match="can't be opened"), CameraSource(Request("http://[::1/x")):
        pass
    with pytest.raises(LivestyleError, match="does not exist") as caught:
        open_source("rtsp:/admin:SECRET@cam/x.mp4")
    assert "SECRET" not in str(caught.value)
    with pytest.raises(LivestyleError, match="is no camera here"), open_source("x" * 5000):
        pass


def test_every_commands_error_is_without_it(tmp_path: Path) -> None:
    assert (
        without_passwords("no rtsp:/a:SECRET/x@cam/y; see http://b:SECRET@c")
        == "no rtsp:/…@cam/y; see http://…@c"
    )
    command = [sys.executable, "-m", "livestyle", "video", "rtsp://a:SECRET?x@cam/y", str(tmp_path / "o.mp4")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "SECRET" not in done.stderr


def test_who_uses_a_camera_is_named(tmp_path: Path) -> None:
    device, processes = tmp_path / "video0", tmp_path / "proc"
    device.touch()
    for number, name, target in ((12, "zoom", device), (13, "cat", tmp_path / "else")):
        (processes / str(number) / "fd").mkdir(parents=True)
        (processes / str(number) / "comm").write_text(f"{name}\n")
        (processes / str(number) / "fd" / "5").symlink_to(target)
    assert using(device, processes) == ["zoom (process 12)"]
