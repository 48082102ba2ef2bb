"""A file painted: its times, its sound, its colours, its size, and its errors."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.controls import STEADINESS
from livestyle.offline import FilmProgress, Transcoded, TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.sources.video.container import EXACT
from livestyle.stylizer.stylizer import Stylizer
from tests.offline.clips import Clip, Negative, frames, irregular, make, packets, steady, times


@pytest.fixture
def negative(model: Model) -> Negative:
    return Negative(model)


def run(source: Path, target: Path, stylizer: Stylizer, **options: object) -> tuple[Transcoded, list[str]]:
    warnings: list[str] = []
    done = transcode(source, target, stylizer, TranscodeOptions(**options), warn=warnings.append)  # type: ignore[arg-type]
    assert sorted(p.name for p in target.parent.glob("*.part")) == []
    return done, warnings


@pytest.mark.parametrize(
    ("container", "target", "base", "sound"),
    [
        ("mp4", "mp4", 1000, "aac"),
        ("mp4", "mp4", 90_000, "aac"),
        ("mkv", "mkv", 1000, "aac"),
        ("mkv", "mp4", 1000, "libopus"),
        ("mp4", "mov", 600, "aac"),
        ("mp4", "mkv", 1000, "aac"),
        ("mkv", "webm", 1000, "libopus"),
    ],
)
def test_times_and_sound_stay_what_they_are(
    tmp_path: Path, negative: Negative, container: str, target: str, base: int, sound: str
) -> None:
    pts = irregular(196)
    source = make(tmp_path / f"in.{container}", Clip(pts, time_base=Fraction(1, base), sound=sound))
    done, warnings = run(source, tmp_path / f"out.{target}", negative)
    assert (done.frames, done.damaged, done.carried, warnings) == (196, 0, 1, [])
    assert times(done.path) == times(source)
    assert len(set(np.diff(pts))) > 10
    heard, copied = packets(source, "audio"), packets(done.path, "audio")
    assert [hash_ for hash_, _ in copied] == [hash_ for hash_, _ in heard]
    assert max(abs(a - b) for (_, a), (_, b) in zip(heard, copied, strict=True)) <= Fraction(1, 2000)


def test_subtitles_are_copied_where_the_container_can(tmp_path: Path, negative: Negative) -> None:
    source = add_subtitles(make(tmp_path / "in.mkv", Clip(steady(20))), tmp_path / "with.mkv")
    done, warnings = run(source, tmp_path / "out.mkv", negative)
    assert packets(done.path, "subtitle") == packets(source, "subtitle") != []
    assert warnings == []


def test_every_picture_is_painted_once_and_in_place(tmp_path: Path, negative: Negative) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(40)))
    done, _ = run(source, tmp_path / "out.mp4", negative, encoding=Encoding(crf=1))
    before, after = frames(source), frames(done.path)
    assert len(after) == 40
    errors = [np.abs((255 - a.astype(int)) - b).mean() for a, b in zip(before, after, strict=True)]
    assert max(errors) < 6


def test_the_real_network_paints(tmp_path: Path, model: Model) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(6)))
    with Stylizer(model) as stylizer:
        done, _ = run(source, tmp_path / "out.mp4", stylizer, encoding=Encoding(crf=1))
        expected = stylizer.stylize(frames(source)[3])
    assert np.abs(frames(done.path)[3].astype(int) - expected).mean() < 10


def test_styles_change_by_the_time_of_the_video(tmp_path: Path, model: Model) -> None:
    """The stylizer draws where its vector stands between the first two styles."""
    bank = model.styles

    class Gauge(Negative):
        seen: list[float]

        def paint(self, pixels: Pixels) -> Pixels:
            a, b = bank.vectors[0], bank.vectors[1]
            self.seen.append(float((self.style_vector - a) @ (b - a) / ((b - a) @ (b - a))))
            return super().paint(pixels)

    gauge = Gauge(model)
    gauge.seen = []
    source = make(tmp_path / "in.mkv", Clip([500, 700, 1499, 1500, 2000, 2500, 3000, 3500]))
    run(source, tmp_path / "out.mkv", gauge, styles=bank.names[:2], every_s=1.0, crossfade_s=1.0)
    assert gauge.seen == pytest.approx([0, 0, 0, 0, 0.5, 1, 0.5, 0], abs=1e-3)


@pytest.mark.parametrize("angle", [90, 180, -90])
def test_a_turned_video_comes_out_upright(tmp_path: Path, negative: Negative, angle: int) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(5), rotation=angle))
    plain = make(tmp_path / "plain.mp4", Clip(steady(5)))
    done, _ = run(source, tmp_path / "out.mp4", negative, encoding=Encoding(crf=1))
    assert done.size == (Size(96, 64) if angle == 180 else Size(64, 96))
    upright = np.rot90(frames(plain)[2], angle // 90).astype(int)
    assert np.abs((255 - upright) - frames(done.path)[2]).mean() < 6
    with av.open(str(done.path)) as file:
        assert next(file.decode(video=0)).rotation == 0


def test_an_odd_size_loses_a_row_and_a_column(tmp_path: Path, negative: Negative) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(4), width=97, height=67, codec="ffv1", pix_fmt="yuv444p"))
    done, _ = run(source, tmp_path / "out.mp4", negative, encoding=Encoding(crf=1))
    assert done.size == Size(96, 66)
    kept = frames(source)[1][:66, :96].astype(int)
    assert np.abs((255 - kept) - frames(done.path)[1]).mean() < 8


def test_max_side_scales_down(tmp_path: Path, negative: Negative) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(4), width=256, height=128))
    done, _ = run(source, tmp_path / "out.mp4", negative, max_side=130)
    assert done.size == Size(130, 64)


@pytest.mark.parametrize("matrix", [1, 6])
@pytest.mark.parametrize("color_range", [1, 2])
def test_colours_survive_and_are_tagged(tmp_path: Path, model: Model, matrix: int, color_range: int) -> None:
    """Strong colours come through BT.709 and BT.601, limited and full range, within rounding."""

    class Same(Negative):
        def paint(self, pixels: Pixels) -> Pixels:
            return pixels

    clip = Clip(steady(3), color=(matrix, matrix, matrix, color_range), solid=(30, 60, 220))
    source = make(tmp_path / "in.mkv", clip)
    done, _ = run(source, tmp_path / "out.mp4", Same(model), encoding=Encoding(crf=1))
    with av.open(str(done.path)) as file:
        frame = next(file.decode(video=0))
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert tags == (matrix, matrix, matrix, 1)
    bgr = frame.to_ndarray(format="bgr24", src_color_range=1, dst_color_range=2, interpolation=EXACT)
    assert np.abs(bgr.mean((0, 1)) - (30, 60, 220)).max() < 5


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_warned_about(tmp_path: Path, negative: Negative, transfer: int) -> None:
    clip = Clip(steady(3), color=(9, 9, transfer, 1), pix_fmt="yuv420p10le", codec="libx265")
    done, warnings = run(make(tmp_path / "in.mp4", clip), tmp_path / "out.mp4", negative)
    assert "SDR" in warnings[0]
    with av.open(str(done.path)) as file:
        assert next(file.decode(video=0)).color_trc == 1


@pytest.mark.parametrize("encoder", ["libx265", "libsvtav1", "libvpx-vp9"])
def test_other_encoders(tmp_path: Path, negative: Negative, encoder: str) -> None:
    source = make(tmp_path / "in.mkv", Clip(irregular(12)))
    done, _ = run(source, tmp_path / "out.mkv", negative, encoding=Encoding(encoder, crf=30))
    assert times(done.path) == times(source)


@pytest.mark.parametrize(
    ("encoding", "target", "said"),
    [
        (Encoding("nonsense"), "out.mp4", "no video encoder 'nonsense'.*libx264"),
        (Encoding("aac"), "out.mp4", "no video encoder"),
        (Encoding("mpeg4", crf=3), "out.mkv", "knows no --crf"),
        (Encoding("libx264", preset="lightspeed"), "out.mp4", "cannot write"),
        (Encoding("libx264"), "out.webm", "can't hold"),
        (Encoding(), "out.xyz", "unknown kind '.xyz'"),
        (Encoding(), "no/folder/out.mp4", "does not exist"),
    ],
)
def test_what_cannot_be_written_is_said_before_work(
    tmp_path: Path, negative: Negative, encoding: Encoding, target: str, said: str
) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(3)))
    with pytest.raises(LivestyleError, match=said):
        run(source, tmp_path / target, negative, encoding=encoding)
    assert [p.name for p in tmp_path.rglob("*")] == ["in.mkv"]


def test_nothing_is_overwritten_unasked(tmp_path: Path, negative: Negative) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(5)))
    target = tmp_path / "out.mp4"
    target.write_bytes(b"precious")
    with pytest.raises(LivestyleError, match="--overwrite"):
        run(source, target, negative)
    assert target.read_bytes() == b"precious"
    with pytest.raises(LivestyleError, match="input and output"):
        run(source, source, negative, overwrite=True)
    assert len(times(source)) == 5
    run(source, target, negative, overwrite=True)
    assert len(times(target)) == 5


@pytest.mark.parametrize(
    ("name", "content"),
    [("missing.mp4", None), ("text.mp4", b"hello"), ("empty.mp4", b""), ("list.mp4", b"#EXTM3U")],
)
def test_what_is_no_video_is_said(
    tmp_path: Path, negative: Negative, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LivestyleError, match=f"cannot read .*{name}"):
        run(tmp_path / name, tmp_path / "out.mp4", negative)
    assert not list(tmp_path.glob("out*"))


def test_progress_counts_to_the_end(tmp_path: Path, negative: Negative) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(7)))
    steps: list[FilmProgress] = []
    transcode(source, tmp_path / "out.mp4", negative, progress=steps.append)
    assert [s.done for s in steps] == list(range(1, 8))
    assert {s.total for s in steps} == {7}


def add_subtitles(source: Path, target: Path) -> Path:
    """The same with a subtitle stream of three lines."""
    text = target.with_suffix(".srt")
    text.write_text("".join(f"{n}\n00:00:00,{n}00 --> 00:00:00,{n}90\nline {n}\n\n" for n in range(1, 4)))
    with av.open(str(source)) as video, av.open(str(text)) as words, av.open(str(target), "w") as out:
        streams = [out.add_stream_from_template(f.streams[0], opaque=True) for f in (video, words)]
        for file, stream in zip((video, words), streams, strict=True):
            for packet in file.demux(0):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    return target


def test_every_file_begins_without_a_past(
    tmp_path: Path, negative: Negative, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(4)))
    began: list[float] = []
    monkeypatch.setattr(negative, "reset", lambda: began.append(negative.steadiness))
    run(source, tmp_path / "a.mp4", negative)
    run(source, tmp_path / "b.mp4", negative, controls={"steadiness": 0.25})
    assert began == [STEADINESS.default, 0.25]
