"""Video on a GPU's own circuits, which this machine need not have: what is tried, said and done without."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import pytest
from av.video.stream import VideoStream

from livestyle.sinks import hardware as encoding
from livestyle.sinks.encoders import Encoding, encoder_name
from livestyle.sources import hardware
from livestyle.sources.video import container
from livestyle.sources.video.clip import ClipSource
from livestyle.sources.video.file import VideoFileSource
from tests.sources.media import write_video


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing found before counts, nothing found here after; what is logged is heard at any root level."""
    caplog.set_level(logging.WARNING, "livestyle")
    monkeypatch.delenv(hardware.SWITCH, raising=False)
    caches: tuple[Any, ...] = (hardware.device, hardware._tell, encoding.refusal, encoding.hardware_encoder)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


class FakeAccel:
    """HWAccel of a machine on which `works` open."""

    works: tuple[str, ...] = ()

    def __init__(self, device_type: str, allow_software_fallback: bool) -> None:
        self.device_type, self.fallback = device_type, allow_software_fallback

    def create(self, codec: object) -> FakeAccel:
        if self.device_type not in self.works:
            raise OSError(5, f"no driver for {self.device_type}")
        return self


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> type[FakeAccel]:
    kind = type("Accel", (FakeAccel,), {})
    monkeypatch.setattr(hardware, "HWAccel", kind)
    monkeypatch.setattr(hardware, "hwdevices_available", lambda: ["qsv", "cuda", "vaapi"])
    return kind


def stream(codec: str, on_hardware: bool) -> VideoStream:
    context = SimpleNamespace(name=codec, is_hwaccel=on_hardware)
    return cast("VideoStream", SimpleNamespace(codec_context=context))


def test_the_first_that_opens_is_taken(devices: type[FakeAccel]) -> None:
    devices.works = ("qsv", "vaapi")
    assert hardware.device() == "vaapi"
    assert hardware.refusal("cuda") == "no driver for cuda"
    assert hardware.refusal("videotoolbox") == "this FFmpeg was built without it"
    found = cast("FakeAccel", hardware.accelerator())
    assert (found.device_type, found.fallback) == ("vaapi", True)
    assert hardware.decoder_of(stream("hevc", True)) == "hevc on vaapi"


def test_where_none_opens_the_cpu_decodes_and_nothing_is_said(
    devices: type[FakeAccel], caplog: pytest.LogCaptureFixture
) -> None:
    assert hardware.accelerator() is None
    assert hardware.decoder_of(stream("h264", False)) == "h264"
    assert not caplog.records


def test_a_fallback_names_its_reason_once(devices: type[FakeAccel], caplog: pytest.LogCaptureFixture) -> None:
    devices.works = ("cuda",)
    for codec in ("vp8", "vp8", "h264"):
        hardware.decoder_of(stream(codec, codec == "h264"))
    assert caplog.messages == ["vp8 is decoded on the CPU: cuda takes no such video"]


def test_it_can_be_left_out(devices: type[FakeAccel], monkeypatch: pytest.MonkeyPatch) -> None:
    devices.works = ("cuda",)
    monkeypatch.setenv(hardware.SWITCH, "software")
    assert hardware.accelerator() is None


def test_files_are_opened_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []
    whole = av.open

    def opened(*args: Any, hwaccel: object, **more: Any) -> Any:
        asked.append(hwaccel)
        return whole(*args, **more)

    path = write_video(tmp_path / "a.mp4", range(3))
    monkeypatch.setattr(container, "accelerator", lambda: "the accelerator")
    monkeypatch.setattr(av, "open", opened)
    container.open_container(path).close()
    assert asked == ["the accelerator"]


def test_what_decodes_a_film_that_is_played_is_told_too(
    devices: type[FakeAccel], tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    path = write_video(tmp_path / "a.mp4", range(3))
    monkeypatch.setattr(container, "accelerator", lambda: None)  # a device that takes no such video
    devices.works = ("cuda",)
    for kind in (VideoFileSource, ClipSource):
        with kind(path) as source:
            assert source.info.format == "h264"
    assert caplog.messages == ["h264 is decoded on the CPU: cuda takes no such video"]
    monkeypatch.setattr("livestyle.sources.video.reader.decoder_of", lambda _: "h264 on cuda")
    with ClipSource(path) as source:
        assert source.info.format == "h264 on cuda"


def test_an_encoder_on_hardware_where_one_opens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(encoding, "refusal", lambda name: "" if name == "h264_qsv" else "no driver")
    assert encoder_name(Encoding("hardware"), "mp4") == "h264_qsv"
    assert not caplog.records
    for _ in range(2):
        assert encoder_name(Encoding("hardware"), "webm") == "libsvtav1"
    (message,) = caplog.messages
    assert message.startswith("video is encoded on the CPU: h264_nvenc: no WebM holds what it makes")


def test_else_one_on_the_cpu_and_why_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(encoding, "refusal", lambda name: f"no driver of {name}")
    for _ in range(2):
        assert encoder_name(Encoding("hardware"), "mp4") == "libx264"
    (message,) = caplog.messages
    assert message.startswith("video is encoded on the CPU: h264_nvenc: no driver of h264_nvenc; hevc")


def test_an_encoder_is_tried_by_opening_it() -> None:
    assert encoding.refusal("libx264") == ""
    assert encoding.refusal("h264_of_another_world") == "this FFmpeg was built without it"
