"""What a film has beside its pictures: carried, converted or named, and never the end of the painting."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet
from av.stream import Disposition, Stream
from av.subtitles.subtitle import AssSubtitle

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline import Transcoded, TranscodeOptions, transcode
from tests.offline.clips import Clip, Negative, make, steady, times

PICTURES = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=1")
TONE = ("-f", "lavfi", "-i", "aevalsrc='0.5*sin(2500*t)*gt(t,0.5)':s=48000:d=1")
"""Silence for half a second, then a tone."""
TEXT = "1\n00:00:00,100 --> 00:00:00,400\none <i>it</i>\n\n2\n00:00:00,600 --> 00:00:00,900\ntwo\n"
CHAPTERS = """;FFMETADATA1
title=My film
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=First
[CHAPTER]
TIMEBASE=1/1000
START=400
END=1000
title=Second
"""


def ffmpeg(path: Path, *arguments: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60, cwd=path.parent)
    return path


def paint(source: Path, target: Path, model: Model, audio: Audio = Audio.AUTO) -> tuple[Transcoded, str]:
    said: list[str] = []
    options = TranscodeOptions(audio=audio, overwrite=True)
    done = transcode(source, target, Negative(model), options, warn=said.append)
    return done, "\n".join(said)


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


def full(folder: Path) -> Path:
    """A film with sound, subtitles, two chapters, a font and a cover, in German and Italian."""
    (folder / "t.srt").write_text(TEXT)
    (folder / "chapters.txt").write_text(CHAPTERS)
    (folder / "a.ttf").write_bytes(bytes(range(256)))
    ffmpeg(
        folder / "cover.jpg",
        "-f",
        "lavfi",
        "-i",
        "color=red:s=64x48",
        "-frames:v",
        "1",
        "-pix_fmt",
        "yuvj420p",
    )
    attached = []
    for number, (name, kind) in enumerate((("a.ttf", "font/ttf"), ("cover.jpg", "image/jpeg"))):
        place = f"-metadata:s:t:{number}"
        attached += ["-attach", name, place, f"mimetype={kind}", place, f"filename={name}"]
    return ffmpeg(
        folder / "in.mkv",
        *PICTURES, *TONE, "-i", "t.srt", "-i", "chapters.txt",
        "-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3",
        "-c:v", "libx264", "-c:a", "aac", "-c:s", "ass",
        "-metadata:s:v:0", "language=ger", "-metadata:s:a:0", "language=ita",
        *attached,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["mkv", "mp4", "mov", "webm"])
def test_chapters_languages_fonts_and_covers(tmp_path: Path, model: Model, target: str) -> None:
    source = full(tmp_path)
    done, said = paint(source, tmp_path / f"out.{target}", model)
    assert (done.frames, done.damaged) == (25, 0)
    with av.open(str(done.path)) as file:
        chapters = [
            (float(c["start"] * (c["time_base"] or 1)), c["metadata"]["title"]) for c in file.chapters()
        ]
        kinds = {s.type: s for s in file.streams}
        attached = {s.metadata["filename"]: s.data for s in file.streams if s.type == "attachment"}  # type: ignore[attr-defined]
        covers = [s for s in file.streams.video if s.disposition & Disposition.attached_pic]
        titles = file.metadata["title"]
        languages = [file.streams.video[0].language, kinds["audio"].language]
    assert chapters == [(0, "First"), (0.4, "Second")]
    assert titles == "My film"
    assert languages == ["ger", "ita"]
    if target == "mkv":
        assert said == ""
        assert attached == {"a.ttf": bytes(range(256))}
        assert len(covers) == 1
    else:
        assert "a.ttf (left out), a cover (mjpeg, left out)" in said
        assert "converted to" in said
        assert ".mkv keeps it as it is" in said


@pytest.mark.parametrize(
    ("codec", "kind", "target"),
    [
        ("srt", "mkv", "mp4"),
        ("ass", "mkv", "mov"),
        ("ass", "mkv", "webm"),
        ("mov_text", "mp4", "mkv"),
        ("mov_text", "mp4", "webm"),
        ("mov_text", "mp4", "mp4"),
        ("srt", "mkv", "mkv"),
    ],
)
def test_subtitles_are_read_the_same_in_any_container(
    tmp_path: Path, model: Model, codec: str, kind: str, target: str
) -> None:
    (tmp_path / "t.srt").write_text(TEXT)
    source = ffmpeg(tmp_path / f"in.{kind}", *PICTURES, "-i", "t.srt", "-c:v", "libx264", "-c:s", codec)
    done, _ = paint(source, tmp_path / f"out.{target}", model)
    assert (done.damaged, done.carried) == (0, 1)
    assert subtitles(done.path) == [(0.1, 0.4, "one it"), (0.6, 0.9, "two")]
    with av.open(str(source)) as before, av.open(str(done.path)) as after:
        assert (after.duration or 0) <= (before.duration or 0) + 2000


def subtitles(path: Path) -> list[tuple[float, float, str]]:
    """From, until, and what is said, without its looks; what can't be read isn't said."""
    found = []
    with av.open(str(path)) as file:
        stream = file.streams.subtitles[0]
        for packet in file.demux(stream):
            if not packet.size or packet.pts is None:
                continue
            start = packet.pts * packet.time_base
            ends = start + (packet.duration or 0) * packet.time_base
            try:
                text = "".join(
                    s.dialogue.decode() for s in stream.decode(packet) if isinstance(s, AssSubtitle)
                )
            except (av.FFmpegError, UnicodeDecodeError):
                continue
            text = text.replace("{\\i1}", "").replace("{\\i0}", "")
            found += [(round(float(start), 2), round(float(ends), 2), text)] if text else []
    return found


BAD = (b"", b"\xff\xfe\xff", b"\0", b"x" * 40_000, b"\x7f\xff", bytes(range(256)))


@pytest.mark.parametrize("codec", ["srt", "ass", "mov_text", "webvtt"])
@pytest.mark.parametrize("target", ["mkv", "mp4", "webm"])
def test_bad_subtitles_never_end_a_film(tmp_path: Path, model: Model, codec: str, target: str) -> None:
    (tmp_path / "t.srt").write_text(TEXT)
    kind = "mp4" if codec == "mov_text" else "mkv"
    whole = ffmpeg(tmp_path / f"whole.{kind}", *PICTURES, "-i", "t.srt", "-c:v", "libx264", "-c:s", codec)
    source = tmp_path / f"in.{kind}"
    with av.open(str(whole)) as file, av.open(str(source), "w") as out:
        streams = [out.add_stream_from_template(s, opaque=True) for s in file.streams]
        for packet in file.demux():
            if not packet.size:
                continue
            packet.stream = streams[packet.stream_index]
            out.mux(packet)
            if packet.stream_index == 1:
                for number, data in enumerate(BAD):
                    bad: Packet[Stream] = Packet(data)
                    bad.stream, bad.time_base = packet.stream, packet.time_base
                    bad.pts = bad.dts = (packet.pts or 0) + number + 1
                    bad.duration = (0, 1, 10**9)[number % 3]
                    out.mux(bad)
    done, _ = paint(source, tmp_path / f"out.{target}", model)
    assert len(times(done.path)) == done.frames == 25
    said = {text for _, _, text in subtitles(done.path)}
    assert {"one it", "two"} <= said


def test_a_timecode_goes_along(tmp_path: Path, model: Model) -> None:
    source = ffmpeg(tmp_path / "in.mov", *PICTURES, "-c:v", "libx264", "-timecode", "01:00:00:00")
    for target in ("mov", "mp4", "mkv"):
        done, said = paint(source, tmp_path / f"out.{target}", model)
        assert said == ""
        with av.open(str(done.path)) as file:
            found = {k.lower(): v for k, v in file.streams.video[0].metadata.items()}
        assert found["timecode"] == "01:00:00:00"


@pytest.mark.parametrize("target", ["mkv", "mp4"])
def test_telemetry_that_cannot_go_along_is_named(tmp_path: Path, model: Model, target: str) -> None:
    whole = make(tmp_path / "whole.mp4", Clip(steady(25)))
    source = tmp_path / "in.ts"
    with av.open(str(whole)) as file, av.open(str(source), "w") as out:
        picture = out.add_stream_from_template(file.streams.video[0], opaque=True)
        data = out.add_data_stream("klv")
        for packet in file.demux(video=0):
            if packet.size:
                packet.stream = picture
                out.mux(packet)
                extra: Packet[Stream] = Packet(b"\x06\x0e\x2b\x34" + bytes(12))
                extra.stream, extra.time_base = data, packet.time_base
                extra.pts = extra.dts = packet.dts
                out.mux(extra)
    done, said = paint(source, tmp_path / f"out.{target}", model)
    assert done.frames == 25
    assert "data 1 (data, left out)" in said
