"""The subtitles of a film: the same in any container, and never the end of the painting."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from av.packet import Packet
from av.stream import Stream
from av.subtitles.subtitle import AssSubtitle

from livestyle.model.card import Model
from tests.offline.clips import times
from tests.offline.tracks import PICTURES, TEXT, ffmpeg, paint


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
