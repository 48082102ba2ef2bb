"""Films through pipes, as a user of FFmpeg has them: stdout has the film, and nothing else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.pipes import StdinFilm, stdin_film
from livestyle.core.size import Size
from livestyle.sinks import pipe_writer
from livestyle.sinks.encoders import RAW_VIDEO, Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.stylizer.stylizer import Stylizer
from tests.offline.clips import Clip, make, picture, steady
from tests.tiny import write_tiny

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT = 96, 64
BLUE = (200, 120, 40)
PICTURES = [picture(index, WIDTH, HEIGHT) for index in range(6)]


class Reader(io.BytesIO):
    """Keeps what it got when it is closed."""

    def close(self) -> None:
        pass


@contextmanager
def livestyle(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command with the tiny model, and pipes on all sides; what it says goes to folder/said."""
    write_tiny(folder / "tiny")
    command = [sys.executable, "-m", "livestyle", *words, "--model", str(folder / "tiny"), "--threads", "1"]
    pipe = subprocess.PIPE
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=said)
        with process:
            try:
                yield process
            finally:
                process.kill()


def test_bare_pixels_come_and_go_painted_to_the_byte(tmp_path: Path) -> None:
    raw = b"".join(pixels.tobytes() for pixels in PICTURES)
    with livestyle(tmp_path, "video", f"raw:{WIDTH}x{HEIGHT}@25", "-", "--encoder", RAW_VIDEO) as process:
        film, _ = process.communicate(raw)
    assert process.returncode == 0, (tmp_path / "said").read_text()
    with Stylizer(str(tmp_path / "tiny"), threads=1) as stylizer:
        assert film == b"".join(stylizer.stylize(pixels).tobytes() for pixels in PICTURES)


def test_a_container_comes_and_goes_with_its_sound(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(6), WIDTH, HEIGHT, sound="aac"))
    with livestyle(tmp_path, "video", "-", "-") as process:
        film, _ = process.communicate(source.read_bytes())
    said = (tmp_path / "said").read_text()
    assert process.returncode == 0, said
    assert "stdout: 6 frames" in said
    with av.open(io.BytesIO(film), "r") as container:
        assert container.format.name.startswith("matroska")
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert [(f.width, f.height) for f in container.decode(video=0)] == 6 * [(WIDTH, HEIGHT)]


def test_a_camera_is_read_from_a_pipe_and_recorded_into_one(tmp_path: Path) -> None:
    """It ends where the pipe ends."""
    words = "live", "--camera", f"raw:{WIDTH}x{HEIGHT}@25", "--no-window", "--record", "-"
    with livestyle(tmp_path, *words, "--encoder", RAW_VIDEO) as process:
        over = threading.Event()

        def send() -> None:
            assert process.stdin is not None
            with process.stdin as camera:
                while not over.is_set():
                    camera.write(PICTURES[0].tobytes())

        sender = threading.Thread(target=send)
        sender.start()
        assert process.stdout is not None
        film = process.stdout.read(3 * PICTURES[0].nbytes)
        over.set()
        film += process.stdout.read()
        sender.join()
        assert process.wait() == 0, (tmp_path / "said").read_text()
    frames = np.frombuffer(film, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    with Stylizer(str(tmp_path / "tiny"), threads=1) as stylizer:
        expected = stylizer.stylize(PICTURES[0])
    assert len(frames) >= 3
    assert all(np.array_equal(frame, expected) for frame in frames)


@pytest.mark.parametrize("encoder", [(), ("--encoder", RAW_VIDEO)], ids=["matroska", "raw"])
def test_a_container_is_a_camera_that_is_recorded_into_a_pipe(
    encoder: tuple[str, ...], tmp_path: Path
) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(30), WIDTH, HEIGHT, solid=BLUE))
    words = "live", "--camera", "-", "--no-window", "--strength", "0", "--record", "-", *encoder
    with livestyle(tmp_path, *words) as process:
        film, _ = process.communicate(source.read_bytes())
    assert process.returncode == 0, (tmp_path / "said").read_text()
    if encoder:
        frames = np.frombuffer(film, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    else:
        with av.open(io.BytesIO(film), "r") as container:
            assert container.format.name.startswith("matroska")
            frames = np.stack([frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)])
    assert np.abs(frames.astype(int) - BLUE).max() < 8


def test_a_reader_that_ends_early_is_one_line(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", Clip(steady(60), WIDTH, HEIGHT))
    with livestyle(tmp_path, "video", str(source), "-", "--encoder", RAW_VIDEO) as process:
        assert process.stdout is not None
        process.stdout.read(1000)
        process.stdout.close()
        assert process.wait() == 2
    said = (tmp_path / "said").read_text().splitlines()
    assert said[-1] == "error: the program that reads the film from stdout has ended"
    assert not any("Traceback" in line or "Exception" in line for line in said)


def test_bare_pixels_of_a_recording_have_one_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """They carry no times: where nothing came, the picture after stands there already."""
    film = Reader()
    monkeypatch.setattr(pipe_writer, "StdoutFile", lambda: film)
    with VideoFileSink(Path("-"), 10, Encoding(RAW_VIDEO)) as sink:
        for level, at_ms in ((10, 0), (20, 40), (30, 110), (40, 400)):
            sink.write(Frame(np.full((64, 64, 3), level, np.uint8), 0, at_ms * 1_000_000))
    frames = np.frombuffer(film.getvalue(), np.uint8).reshape(-1, 64 * 64 * 3)
    assert list(frames[:, 0]) == [10, 30, 40, 40, 40]


def test_what_stdin_has_is_told_by_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda _: False)
    assert stdin_film("-") == StdinFilm()
    assert stdin_film("RAW:640x480@29.97") == StdinFilm(Size(640, 480), 29.97)
    assert stdin_film("clip.mp4") is None
    for bad in ("raw:", "raw:640x480", "raw:640x480@0", "raw:640x480@x", "raw:9x9@30"):
        with pytest.raises(LivestyleError):
            stdin_film(bad)
    monkeypatch.setattr(os, "isatty", lambda _: True)
    with pytest.raises(LivestyleError, match="terminal"):
        stdin_film("-")
