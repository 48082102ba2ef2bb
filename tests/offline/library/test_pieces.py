"""Long films painted in pieces: as they would be painted whole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.offline.library.join import copy_rest, join
from livestyle.offline.library.paint_piece import paint_piece
from livestyle.offline.library.pieces import Piece, pieces_of, warm_up_of
from livestyle.sinks.encoders import Encoding
from livestyle.stylizer.stylizer import Stylizer
from tests.offline.clips import Clip, Negative, frames, irregular, make, packets, steady, times
from tests.offline.test_video import add_subtitles
from tests.tiny import write_tiny


def in_pieces(
    source: Path, target: Path, stylizer: Stylizer, options: TranscodeOptions, pieces: tuple[Piece, ...]
) -> None:
    """As the tasks do it, but in one go, the last piece first."""
    folder = target.parent / "pieces"
    folder.mkdir()
    parts = [folder / f"{piece.number}{target.suffix}" for piece in pieces]
    for part, piece in reversed(list(zip(parts, pieces, strict=True))):
        paint_piece(source, part, piece, stylizer, options, lambda _: None)
    rest = folder / f"rest{target.suffix}"
    copy_rest(source, rest, stylizer, options, lambda _: None, lambda _: None)
    assert join(rest, parts, pieces, target) == sum(piece.pictures for piece in pieces)


def shown(path: Path) -> list[tuple[Fraction, Fraction]]:
    """When each picture's packet is shown, and how long, which an MP4 only says of the last."""
    fixed = path.suffix in (".mp4", ".mov")
    with av.open(str(path)) as file:
        return sorted(
            (p.pts * p.time_base, Fraction(0) if fixed else (p.duration or 0) * p.time_base)
            for p in file.demux(video=0)
            if p.size and p.pts is not None
        )


def psnr(a: Pixels, b: Pixels) -> float:
    error = float(((a.astype(np.float64) - b) ** 2).mean())
    return 99.0 if not error else 10 * np.log10(255**2 / error)


@pytest.mark.parametrize(
    ("container", "suffix", "encoding", "sound"),
    [
        ("mp4", ".mp4", Encoding(), "aac"),
        ("mkv", ".mkv", Encoding(), "libopus"),
        ("mp4", ".mov", Encoding("libx265"), "aac"),
        ("mkv", ".webm", Encoding(), "libopus"),
        ("mp4", ".mkv", Encoding("libvpx-vp9"), "aac"),
    ],
)
def test_every_time_and_all_sound_are_as_of_the_film_painted_whole(
    tmp_path: Path, model: Model, container: str, suffix: str, encoding: Encoding, sound: str
) -> None:
    source = make(tmp_path / f"in.{container}", Clip(irregular(100), sound=sound))
    options = TranscodeOptions(encoding=encoding)
    whole, joined = tmp_path / f"whole{suffix}", tmp_path / f"joined{suffix}"
    stylizer = Negative(model)
    transcode(source, whole, stylizer, options)
    pieces = pieces_of(source, None, 1.0, 3)
    assert len(pieces) >= 3
    in_pieces(source, joined, stylizer, options, pieces)
    assert times(joined) == times(whole)
    assert shown(joined) == shown(whole)
    assert packets(joined, "audio") == packets(whole, "audio") != []
    for a, b in zip(frames(joined), frames(whole), strict=True):
        assert psnr(a, b) > 25
    with av.open(str(joined)) as one, av.open(str(whole)) as other:
        assert [s.type for s in one.streams] == [s.type for s in other.streams]
        assert dict(one.metadata) == dict(other.metadata)
        assert one.duration == other.duration


def test_subtitles_go_along(tmp_path: Path, model: Model) -> None:
    source = add_subtitles(make(tmp_path / "in.mp4", Clip(steady(60))), tmp_path / "with.mkv")
    joined = tmp_path / "joined.mkv"
    in_pieces(source, joined, Negative(model), TranscodeOptions(), pieces_of(source, None, 0.9, 1))
    assert packets(joined, "subtitle") == packets(source, "subtitle") != []


def test_chapters_and_fonts_go_along(tmp_path: Path, model: Model) -> None:
    source, joined = tmp_path / "with.mkv", tmp_path / "joined.mkv"
    chapter = {"id": 1, "start": 0, "end": 900, "time_base": Fraction(1, 1000), "metadata": {"title": "One"}}
    with av.open(str(make(tmp_path / "in.mp4", Clip(steady(60))))) as file, av.open(str(source), "w") as out:
        stream = out.add_stream_from_template(file.streams.video[0])
        out.add_attachment("a.ttf", "font/ttf", b"a font")
        out.set_chapters([chapter])  # type: ignore[list-item]
        for packet in file.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    in_pieces(source, joined, Negative(model), TranscodeOptions(), pieces_of(source, None, 0.9, 1))
    with av.open(str(joined)) as file:
        assert [stream.type for stream in file.streams] == ["video", "attachment"]
        assert [chapter["metadata"] for chapter in file.chapters()] == [{"title": "One"}]


def test_no_seam_is_seen_where_paintings_are_held(tmp_path: Path, model: Model) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(240), width=128, height=96, codec="libx264"))
    options = TranscodeOptions(styles=(model.styles.names[0],), encoding=Encoding(crf=0))
    with Stylizer(model, precision="f32") as stylizer:
        transcode(source, tmp_path / "whole.mkv", stylizer, options)
        pieces = pieces_of(source, None, 4.0, warm_up_of(stylizer.steadiness))
        assert len(pieces) == 2
        assert pieces[1].warm < pieces[1].start
        in_pieces(source, tmp_path / "joined.mkv", stylizer, options, pieces)
    whole, joined = frames(tmp_path / "whole.mkv"), frames(tmp_path / "joined.mkv")
    assert len(whole) == len(joined) == 240
    assert min(psnr(a, b) for a, b in zip(whole, joined, strict=True)) >= 45


def test_styles_change_by_the_time_of_the_film(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny", "black", "white")
    model = Model.load(tmp_path / "tiny")
    source = make(tmp_path / "in.mp4", Clip(steady(100)))
    options = TranscodeOptions(styles=("all",), every_s=0.7, crossfade_s=0.2, encoding=Encoding(crf=1))
    with Stylizer(model) as stylizer:
        transcode(source, tmp_path / "whole.mp4", stylizer, options)
        in_pieces(source, tmp_path / "out.mp4", stylizer, options, pieces_of(source, None, 1.0, 1))
    for a, b in zip(frames(tmp_path / "whole.mp4"), frames(tmp_path / "out.mp4"), strict=True):
        assert psnr(a, b) > 40


def test_pieces_begin_at_keyframes_and_hold_every_picture(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(200)))
    pieces = pieces_of(source, None, 2.0, 10)
    with av.open(str(source)) as file:
        found = [(p.pts, p.is_keyframe) for p in file.demux(video=0) if p.size]
    keys = {pts for pts, key in found if key}
    assert {piece.start for piece in pieces} | {piece.seek for piece in pieces} <= keys
    assert sum(piece.pictures for piece in pieces) == 200
    assert [piece.end for piece in pieces[:-1]] == [piece.start for piece in pieces[1:]]
    assert pieces[-1].end is None
    shown_at = sorted(pts for pts, _ in found if pts is not None)
    for piece in pieces[1:]:
        assert shown_at.index(piece.start) - shown_at.index(piece.warm) == 10


def test_a_cut_between_scenes_is_taken_before_others(tmp_path: Path) -> None:
    """The encoder puts a keyframe at each: the film changes to its negative where no other would stand."""
    path = tmp_path / "in.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"g": "25"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        rng = np.random.default_rng(0)
        scenes = [rng.integers(0, 255, (64, 96, 3), np.uint8) for _ in range(2)]
        for number in range(200):
            frame = av.VideoFrame.from_ndarray(scenes[number >= 88], "bgr24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    pieces = pieces_of(path, None, 3.0, 1)
    with av.open(str(path)) as file:
        base = file.streams.video[0].time_base
    assert base is not None
    assert [round(float(piece.start * base) * 25) for piece in pieces][1] == 88


@pytest.mark.parametrize("kind", ["short", "avi"])
def test_what_cannot_be_cut_stays_whole(tmp_path: Path, kind: str) -> None:
    if kind == "short":
        source = make(tmp_path / "in.mp4", Clip(steady(30)))
    else:
        source = make(tmp_path / "in.avi", Clip(steady(100), codec="mpeg4"))
    assert len(pieces_of(source, None, 1.0, 1)) < 2


def test_a_piece_with_a_picture_missing_is_an_error(tmp_path: Path, model: Model) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(100)))
    piece = pieces_of(source, None, 1.0, 1)[1]
    with pytest.raises(LivestyleError, match="packets tell of 99"):
        paint_piece(
            source,
            tmp_path / "part.mp4",
            replace(piece, pictures=99),
            Negative(model),
            TranscodeOptions(),
            lambda _: None,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]
