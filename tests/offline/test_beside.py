"""What a film has beside pictures, sound and subtitles: carried, or named as left out."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from av.packet import Packet
from av.stream import Disposition, Stream

from livestyle.model.card import Model
from tests.offline.clips import Clip, make, steady
from tests.offline.tracks import PICTURES, TEXT, TONE, ffmpeg, paint

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
