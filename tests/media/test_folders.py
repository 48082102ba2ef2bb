"""Folders, pipes and names: what is taken, what is left out, and what is said of it."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livestyle import cli
from tests.media.pictures import CLEAR, PLAIN, RED, pillow, png_of, profile
from tests.media.situation import encoded
from tests.offline.clips import Clip, make, steady, times
from tests.tiny import write_tiny


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `in`, and the model `tiny`, in the current folder."""
    monkeypatch.chdir(tmp_path)
    write_tiny(tmp_path / "tiny")
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def run(command: str, *arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.run([command, *arguments, "--model", "tiny", "--device", "cpu", "--strength", "0"])
    return int(end.value.code or 0)


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir() if not path.name.startswith("."))


def test_every_kind_of_picture_is_taken_and_the_rest_is_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.png", "b.jfif", "c.avif"):
        (place / name).write_bytes(encoded(".png", PLAIN))
    for name in ("d.gif", "e.heic", "[bold]f.txt"):
        (place / name).touch()
    (place / "gone.png").symlink_to("nowhere.png")
    (place / "loop.png").symlink_to("loop.png")
    (place / "sub").mkdir()
    assert run("image", "in", "in/out") == 0
    assert names("in/out") == ["a.png", "b.png", "c.png"]
    left = "[bold]f.txt, d.gif, e.heic, gone.png, loop.png, sub"
    assert f"left out, not taken for pictures: {left}; expected" in capsys.readouterr().err


def test_every_kind_of_film_is_taken_and_the_rest_is_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = make(place / "a.mkv", Clip(steady(2))).read_bytes()
    kinds = ("vob", "mxf", "nut", "dv", "gif", "asf", "m2v", "ivf")
    for kind in kinds:
        (place / f"{kind}.{kind}").write_bytes(whole)
    (place / "photo.jpg").touch()
    assert run("video", "in", "out") == 0
    assert names("out") == sorted(["a.mkv", *(f"{kind}.mkv" for kind in kinds)])
    assert "left out, not taken for films: photo.jpg; expected" in capsys.readouterr().err


def test_a_film_that_fails_is_named_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(place / "a.mkv", Clip(steady(2)))
    (place / "b.mkv").touch()
    assert run("video", "in", "out") == 1
    said = capsys.readouterr().err
    assert "error: cannot read in/b.mkv: an empty file (0 bytes) there" in said
    assert "\n  cannot read in/b.mkv: an empty file" in said


def test_a_picture_that_is_none_does_not_end_a_folder(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.png").write_bytes(png_of(60000, 60000))
    (place / "b.png").write_bytes(encoded(".png", np.zeros((200, 20000, 3), np.uint8)))
    (place / "c.png").write_bytes(encoded(".png", np.zeros((2000, 9000, 3), np.uint8)))
    (place / "d.png").write_bytes(encoded(".png", PLAIN))
    assert run("image", "in", "out", "--max-side", "512") == 1
    assert names("out") == ["c.png", "d.png"]
    assert cv2.imread("out/c.png").shape == (114, 512, 3)  # type: ignore[union-attr]
    said = capsys.readouterr().err
    assert "a.png is too large; expected at most 8192x8192 px" in said
    assert "b.png: a picture of 512x5 can't be painted; expected 64 to 8192" in said
    assert "2 of 4 files could not be painted" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["image", "pipe", "out.png"],
        ["image", "a.png", "out.png", "--style-image", "pipe"],
        ["image", "a.png", "out.png", "--region", "pipe=grey"],
        ["video", "pipe", "out.mkv"],
        ["live", "--input", "pipe", "--output", "out.mkv"],
    ],
)
def test_a_pipe_is_refused_at_once(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    os.mkfifo("pipe")
    Path("a.png").write_bytes(encoded(".png", PLAIN))
    assert run(*arguments) == 2
    assert "pipe: a device or pipe there; expected a" in capsys.readouterr().err


def test_names_are_no_markup(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(place / "[bold]x.mkv", Clip(steady(2)))
    (place / "[red]y.mkv").write_bytes(b"nonsense")
    assert run("video", "in", "out") == 1
    said = capsys.readouterr().err
    assert "[bold]x.mkv" in said
    assert "[red]y.mkv" in said
    assert len(times(Path("out/[bold]x.mkv"))) == 2


def test_without_transparency_a_painting_lies_on_white(place: Path) -> None:
    (place / "a.png").write_bytes(encoded(".png", CLEAR))
    for kind in ("jpg", "bmp"):
        assert run("image", "in/a.png", f"out.{kind}") == 0
        mean = cv2.imread(f"out.{kind}").mean((0, 1))  # type: ignore[union-attr]
        assert list(mean) == pytest.approx([(level * 128 + 255 * 127) / 255 for level in RED], abs=2)


@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "webp"])
def test_profile_and_resolution_go_along(place: Path, kind: str) -> None:
    icc = profile()
    (place / "a.png").write_bytes(pillow("RGB", "PNG", icc_profile=icc, dpi=(300, 150)))
    assert run("image", "in/a.png", f"out.{kind}") == 0
    with Image.open(f"out.{kind}") as painted:
        assert painted.info["icc_profile"] == icc
        if kind != "webp":
            assert painted.info["dpi"] == pytest.approx((300, 150), abs=0.1)


def test_a_profile_of_ink_is_none_of_light(place: Path) -> None:
    """The painting is RGB, whatever the photo was."""
    ink = bytearray(profile())
    ink[16:20] = b"CMYK"
    (place / "a.jpg").write_bytes(pillow("CMYK", "JPEG", icc_profile=bytes(ink)))
    assert run("image", "in/a.jpg", "out.png") == 0
    with Image.open("out.png") as painted:
        assert "icc_profile" not in painted.info
