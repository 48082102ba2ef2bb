"""Every command that reads media over the rows of the corpus that concern it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle import cli
from livestyle.core.errors import LivestyleError
from livestyle.workshop.training.data import PhotoCrops
from tests.conftest import once
from tests.media.clocks import CLOCKS
from tests.media.decoding_times import DECODING_TIMES
from tests.media.films import FILMS
from tests.media.pictures import PICTURES
from tests.media.recorders import RECORDERS
from tests.media.situation import MAX_BYTES, Outcome, Situation
from tests.media.subtitles import SUBTITLES
from tests.tiny import write_tiny

ROWS = (*FILMS, *CLOCKS, *RECORDERS, *DECODING_TIMES, *SUBTITLES, *PICTURES)
FAST = ("--encoder", "libx264", "--preset", "ultrafast", "--crf", "8")
SAID = re.compile(r"warning|error|Traceback", re.IGNORECASE)


def rows(command: str) -> pytest.MarkDecorator:
    """The test's `row` is each that the command concerns."""
    concerned = [row for row in ROWS if getattr(row, command) is not None]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in concerned])


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each row with its file, and the model `tiny`. Nobody writes into it."""
    return once(tmp_path_factory, "media", make_all)


def make_all(folder: Path) -> None:
    write_tiny(folder / "tiny")
    assert cv2.imwrite(str(folder / "photo.png"), np.full((64, 64, 3), 90, np.uint8))
    for row in ROWS:
        place = folder / row.name
        place.mkdir()
        row.make(place / row.file)


@dataclass(frozen=True)
class Desk:
    """Runs commands on a row's file, in a folder of their own, with a model that paints nothing new."""

    corpus: Path
    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, expected: Outcome, command: str, *arguments: object) -> None:
        """Run, and hold the exit code and what is said against what is expected."""
        with pytest.raises(SystemExit) as end:
            cli.run([command, *map(str, arguments), "--model", str(self.corpus / "tiny"), "--device", "cpu"])
        said = self.capture.readouterr()
        assert (end.value.code or 0) == expected.code, said.err
        assert "Traceback" not in said.err
        for pattern in expected.says:
            assert re.search(pattern, said.err), said.err
        if not expected.says:
            assert not SAID.search(said.err), said.err
        if expected.code:
            assert not list(self.folder.iterdir())

    def file(self, row: Situation) -> Path:
        return self.corpus / row.name / row.file


@pytest.fixture
def desk(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(corpus, tmp_path, capsys)


def test_no_two_rows_have_one_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_no_file_is_large(corpus: Path) -> None:
    sizes = {row.name: (corpus / row.name / row.file).lstat().st_size for row in ROWS}
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}


@rows("video")
def test_video(row: Situation, desk: Desk) -> None:
    assert row.video is not None
    out = desk.folder / row.target
    desk.run(row.video, "video", desk.file(row), out, "--strength", 0, *FAST, *row.options)
    if not row.video.code:
        check_film(out, row.video)


def check_film(path: Path, expected: Outcome) -> None:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        kinds = tuple(other.type for other in file.streams if other is not stream)
        shape = float(stream.sample_aspect_ratio or 1)
        frames = list(file.decode(stream))
    if expected.times is not None:
        assert [frame.time for frame in frames] == pytest.approx(list(expected.times), abs=0.002)
    if expected.ends_s is not None:
        assert ending_s(path) == pytest.approx(expected.ends_s, abs=0.002)
    if expected.size is not None:
        assert (frames[0].width, frames[0].height) == expected.size
    if expected.shape is not None:
        assert shape == pytest.approx(expected.shape, abs=0.01)
    if expected.tracks is not None:
        assert kinds == expected.tracks
    if expected.color is not None:
        assert color_of(frames[0]) == pytest.approx(expected.color, abs=8)


def ending_s(path: Path) -> float:
    """When the last picture is over, as its packet says."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert isinstance(stream, VideoStream)
        ends = [(p.pts or 0) + (p.duration or 0) for p in file.demux(stream) if p.size]
        return float(max(ends) * (stream.time_base or 0))


def color_of(frame: VideoFrame) -> list[float]:
    pixels = frame.to_ndarray(format="bgr24", src_color_range=1, dst_color_range=2)
    return [float(value) for value in pixels.mean((0, 1))]


@rows("image")
def test_image(row: Situation, desk: Desk) -> None:
    assert row.image is not None
    out = desk.folder / "out.png"
    desk.run(row.image, "image", desk.file(row), out, "--strength", 0)
    if row.image.code:
        return
    painted = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert painted is not None
    if row.image.size is not None:
        assert painted.shape[1::-1] == row.image.size
    if row.image.color is not None:
        assert list(painted.mean((0, 1))) == pytest.approx(row.image.color, abs=8)


@rows("live")
def test_live(row: Situation, desk: Desk) -> None:
    assert row.live is not None
    desk.run(row.live, "live", "--camera", desk.file(row), "--no-window", "--max-frames", 2)


def test_a_recording_of_wide_pixels_has_their_shape(desk: Desk) -> None:
    (row,) = (row for row in ROWS if row.name == "anamorphic")
    out = desk.folder / "out.mkv"
    desk.run(Outcome(), "live", "--camera", desk.file(row), "--no-window", "--max-frames", 2, "--record", out)
    check_film(out, Outcome(size=(102, 64), shape=1))


@rows("style")
def test_style_of_a_picture(row: Situation, desk: Desk) -> None:
    assert row.style is not None
    painting = ("--style-image", desk.file(row))
    desk.run(row.style, "image", desk.corpus / "photo.png", desk.folder / "out.png", *painting)


@rows("photos")
def test_train_takes_photos(row: Situation, desk: Desk) -> None:
    found = 0
    with suppress(LivestyleError):
        found = len(PhotoCrops.load([desk.file(row).parent], 64).photos)
    assert found == row.photos
