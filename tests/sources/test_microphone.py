"""A microphone that is FFmpeg's own: a tone, at the pace of a device."""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.sound import RATE_HZ, Sound
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sources import microphone
from livestyle.sources.microphone import Microphone, devices
from tests.ui.desktop import wait_for

TONE = "sine=frequency=440:sample_rate=44100,arealtime"
SECOND_NS = 1_000_000_000


@pytest.fixture
def tone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "devices", lambda name: [("lavfi", name or TONE)])


@pytest.mark.usefixtures("tone")
def test_it_hears_at_one_rate_with_the_time_of_each_piece() -> None:
    heard: list[Sound] = []
    with Microphone() as ear:
        wait_for(lambda: heard.extend(ear.take()) or len(heard) > 9)  # type: ignore[func-returns-value]
    for before, after in itertools.pairwise(heard):
        length_ns = len(before.samples) / RATE_HZ * 1e9
        assert after.heard_ns - before.heard_ns == pytest.approx(length_ns, rel=0.05)
    samples = np.concatenate([sound.samples for sound in heard])
    assert samples.dtype == np.int16
    assert samples.shape[1] == 2
    spectrum = np.abs(np.fft.rfft(samples[:, 0]))
    assert np.argmax(spectrum) * RATE_HZ / len(samples) == pytest.approx(440, abs=9)
    assert "livestyle-microphone" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.usefixtures("tone")
@pytest.mark.parametrize("name", ["no such filter", "color"])
def test_one_that_does_not_open(name: str) -> None:
    with (
        pytest.raises(LivestyleError, match=r"no microphone opens.*leave out --microphone"),
        Microphone(name),
    ):
        pass


def test_a_system_that_hears_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "formats_available", frozenset({"mp4"}))
    with pytest.raises(LivestyleError, match="this FFmpeg hears no device"), Microphone():
        pass


@pytest.mark.parametrize(
    ("system", "name", "found"),
    [
        ("linux", "", [("pulse", "default"), ("alsa", "default")]),
        ("linux", "hw:1", [("pulse", "hw:1"), ("alsa", "hw:1")]),
        ("darwin", "", [("avfoundation", ":default")]),
        ("win32", "A microphone", [("dshow", "audio=A microphone")]),
    ],
)
def test_devices_by_system(
    system: str, name: str, found: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(av, "formats_available", frozenset({"pulse", "alsa", "avfoundation", "dshow"}))
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(microphone, "ALSA_FILES", {})
    assert list(devices(name)) == found


@pytest.mark.usefixtures("tone")
@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "aac"), (".mkv", "aac"), (".webm", "opus")])
def test_a_recording_has_the_sound_of_its_pictures(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"out{suffix}"
    ear = Microphone()
    pixels = np.zeros((64, 64, 3), np.uint8)
    with VideoFileSink(path, ear=ear) as sink:
        wait_for(lambda: ear._pieces)
        start_ns = ear._pieces[0].heard_ns
        sink.write(Frame(pixels, 0, start_ns))
        wait_for(lambda: ear._pieces and ear._pieces[-1].heard_ns > start_ns + SECOND_NS)
        sink.write(Frame(pixels, 1, start_ns + SECOND_NS))
    with av.open(str(path)) as file:
        assert file.streams.audio[0].codec_context.name == codec
        sounds = [frame.to_ndarray() for frame in file.decode(audio=0)]
    with av.open(str(path)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 2
    length = sum(sound.shape[-1] for sound in sounds) / RATE_HZ
    assert length == pytest.approx(1, abs=0.15)
    assert max(float(np.abs(sound).max()) for sound in sounds) > 0.05


def test_a_silent_ear_spoils_no_recording(tmp_path: Path) -> None:
    class Deaf(Microphone):
        def __enter__(self) -> Deaf:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    with VideoFileSink(tmp_path / "out.mp4", ear=Deaf()) as sink:
        for index in range(90):
            sink.write(Frame(np.zeros((64, 64, 3), np.uint8), index, index * 33_000_000))
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 90
