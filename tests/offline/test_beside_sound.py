"""The sound of a film: copied, converted and in step, or named as left out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from tests.offline.clips import times
from tests.offline.tracks import PICTURES, TONE, ffmpeg, paint


def tone_begins(path: Path) -> float:
    """When the sound is first loud, in s, and that it goes on to the end."""
    with av.open(str(path)) as file:
        begins, ends = -1.0, 0.0
        for frame in file.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64)
            assert frame.pts is not None
            at = float(frame.pts * (frame.time_base or 0))
            loud = np.abs(samples).max(0).reshape(-1) > 0.2 * (1 if samples.max() <= 2 else 32768)
            if loud.any():
                step = frame.samples / frame.sample_rate / loud.size
                begins = at + float(np.argmax(loud)) * step if begins < 0 else begins
                ends = at + frame.samples / frame.sample_rate
    assert ends > 0.95
    return begins


@pytest.mark.parametrize(
    ("codec", "kind", "target", "made"),
    [
        ("truehd", "mkv", "mp4", "aac"),
        ("flac", "mkv", "mov", "aac"),
        ("wavpack", "mkv", "mp4", "aac"),
        ("pcm_s16le", "mkv", "webm", "opus"),
        ("aac", "mp4", "webm", "opus"),
    ],
)
def test_sound_that_cannot_be_copied_is_converted_and_said(
    tmp_path: Path, model: Model, codec: str, kind: str, target: str, made: str
) -> None:
    source = ffmpeg(
        tmp_path / f"in.{kind}", *PICTURES, *TONE, "-strict", "-2", "-c:v", "libx264", "-c:a", codec
    )
    done, said = paint(source, tmp_path / f"out.{target}", model)
    converted = {"aac": "AAC", "opus": "Opus"}[made]
    held = f"sound 1 ({codec}, converted to {converted})"
    assert said == f"in.{kind}: .{target} can't hold {held}; .mkv keeps it as it is"
    assert (done.frames, done.damaged, done.carried) == (25, 0, 1)
    with av.open(str(done.path)) as file:
        assert file.streams.audio[0].codec_context.codec.canonical_name == made
    assert tone_begins(done.path) == pytest.approx(0.5, abs=0.01)
    with pytest.raises(LivestyleError, match=rf"can't hold {codec} sound \(track 1\).*\.mkv.*--audio none"):
        paint(source, tmp_path / f"out.{target}", model, Audio.COPY)


@pytest.mark.parametrize("codec", ["aac", "ac3", "mp2"])
@pytest.mark.parametrize("target", ["mp4", "mov", "mkv"])
def test_sound_of_a_transport_stream_is_copied(tmp_path: Path, model: Model, codec: str, target: str) -> None:
    source = ffmpeg(tmp_path / "in.ts", *PICTURES, *TONE, "-c:v", "libx264", "-c:a", codec)
    done, said = paint(source, tmp_path / f"out.{target}", model)
    assert (said, done.damaged, done.carried) == ("", 0, 1)
    start = times(done.path)[0]
    assert tone_begins(done.path) - start == pytest.approx(tone_begins(source) - times(source)[0], abs=0.012)


def test_audio_says_what_becomes_of_it(tmp_path: Path, model: Model) -> None:
    source = ffmpeg(tmp_path / "in.mkv", *PICTURES, *TONE, "-c:v", "libx264", "-c:a", "flac")
    found = {}
    for audio in Audio:
        done, said = paint(source, tmp_path / "out.mkv", model, audio)
        with av.open(str(done.path)) as file:
            found[audio.value] = [s.codec_context.name for s in file.streams.audio]
        assert said == ""
    assert found == {"auto": ["flac"], "copy": ["flac"], "aac": ["aac"], "none": []}
    with pytest.raises(LivestyleError, match=r"\.webm can't hold AAC"):
        paint(source, tmp_path / "out.webm", model, Audio.AAC)


def test_a_gap_in_converted_sound_is_silent(tmp_path: Path, model: Model) -> None:
    """Packets of a quarter second are missing: what follows stays in step."""
    whole = ffmpeg(tmp_path / "whole.mkv", *PICTURES, *TONE, "-c:v", "libx264", "-c:a", "flac")
    with av.open(str(whole)) as file, av.open(str(tmp_path / "in.mkv"), "w") as out:
        streams = [out.add_stream_from_template(s, opaque=True) for s in file.streams]
        for packet in file.demux():
            at = (packet.pts or 0) * packet.time_base
            if packet.size and not (packet.stream_index and Fraction(1, 10) < at < Fraction(35, 100)):
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    done, _ = paint(tmp_path / "in.mkv", tmp_path / "out.mov", model)
    assert tone_begins(done.path) == pytest.approx(0.5, abs=0.01)


def test_sound_that_nobody_knows_is_left_out_and_named(tmp_path: Path, model: Model) -> None:
    source = ffmpeg(tmp_path / "in.mkv", *PICTURES, *TONE, "-c:v", "libx264", "-c:a", "flac")
    source.write_bytes(source.read_bytes().replace(b"A_FLAC", b"A_FLAX"))
    for target in ("mkv", "mp4"):
        done, said = paint(source, tmp_path / f"out.{target}", model)
        assert (done.frames, done.carried) == (25, 0)
        assert said == f"in.mkv: .{target} can't hold sound 1 (unknown, left out)"


def test_an_hour_without_sound_is_not_filled(tmp_path: Path, model: Model) -> None:
    """Its packets jump ahead by an hour: what comes after is where it was."""
    whole = ffmpeg(tmp_path / "whole.mkv", *PICTURES, *TONE, "-c:v", "libx264", "-c:a", "flac")
    with av.open(str(whole)) as file, av.open(str(tmp_path / "in.mkv"), "w") as out:
        streams = [out.add_stream_from_template(s, opaque=True) for s in file.streams]
        for packet in file.demux():
            if packet.size:
                late = packet.stream_index and (packet.pts or 0) * packet.time_base > Fraction(1, 2)
                packet.pts = (packet.pts or 0) + (3_600_000 if late else 0)
                packet.dts = packet.pts if late else packet.dts
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    done, _ = paint(tmp_path / "in.mkv", tmp_path / "out.mov", model)
    with av.open(str(done.path)) as made:
        heard = [float(p.pts * p.time_base) for p in made.demux(audio=0) if p.size and p.pts is not None]
    assert len(heard) < 100
    assert heard[-1] == pytest.approx(3601, abs=0.2)
