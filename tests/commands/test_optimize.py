"""`livestyle optimize` as a user sees it: where the picture goes, what Ctrl+C keeps, what is an error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from livestyle import cli
from livestyle.commands.optimize import parse_painting
from livestyle.core.errors import LivestyleError
from livestyle.workshop.optimize.picture import PictureOptimizer
from livestyle.workshop.training.loop import Note
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photo_0.png, photo_1.png and VGG weights."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder, 2, 64)
    write_vgg(folder / "vgg.safetensors", eight_bit=True, last="relu5_1")
    return folder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(shop: Path, *arguments: object) -> int:
    small = ["--size", "64", "--iterations", "3", "--device", "cpu", "--vgg", str(shop / "vgg.safetensors")]
    with pytest.raises(SystemExit) as exit_:
        cli.run(["optimize", str(shop / "photo_0.png"), *small, *map(str, arguments)])
    return int(exit_.value.code or 0)


def files() -> list[str]:
    return sorted(p.name for p in Path().iterdir())


def test_the_picture_is_called_after_photo_and_painting(shop: Path) -> None:
    assert run(shop, "--style", shop / "photo_1.png") == 0
    assert files() == ["photo_0-photo_1.png"]
    picture = cv2.imread("photo_0-photo_1.png")
    assert picture is not None
    assert picture.shape == (64, 64, 3)


def test_nothing_is_overwritten_unasked(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out.png").write_text("mine")
    asked = ("--only", "content", "--layer", "relu1_1", "--out", "out.png")
    assert run(shop, *asked) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert Path("out.png").read_text() == "mine"
    assert run(shop, *asked, "--overwrite") == 0
    assert cv2.imread("out.png") is not None
    Path("new.preview.png").write_text("mine too")
    asked = (*asked[:-1], "new.png")
    assert run(shop, *asked) == 2
    assert run(shop, *asked, "--preview", "0") == 0
    assert Path("new.preview.png").read_text() == "mine too"


def test_a_preview_is_there_while_it_paints_and_gone_after(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    paint = PictureOptimizer.run

    def watched(painter: PictureOptimizer) -> Iterator[Note]:
        for note in paint(painter):
            seen.append(files())
            yield note

    monkeypatch.setattr(PictureOptimizer, "run", watched)
    assert run(shop, "--style", shop / "photo_1.png", "--out", "out.jpg", "--preview", "2") == 0
    assert seen == [[], [], [], ["out.preview.jpg"]]
    assert files() == ["out.jpg"]


@pytest.mark.parametrize(("done", "left"), [(0, []), (2, ["out.png"])])
def test_ctrl_c_keeps_the_picture_so_far(
    shop: Path, done: int, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paint = PictureOptimizer.run

    def interrupted(painter: PictureOptimizer) -> Iterator[Note]:
        for note in paint(painter):
            yield note
            if note.step == done:
                raise KeyboardInterrupt

    monkeypatch.setattr(PictureOptimizer, "run", interrupted)
    assert run(shop, "--style", shop / "photo_1.png", "--out", "out.png", "--preview", "1") == 130
    assert files() == left
    assert all(cv2.imread(name) is not None for name in left)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no painting"),
        (["--style", "nothing.jpg"], "nothing.jpg: nothing there"),
        (["--style", "nothing.jpg=x"], "bad weight"),
        (["--only", "content", "--out", "out.gif"], "expected one of .jpg"),
        (["--only", "content", "--out", "no/where.png"], "make it first"),
        (["--only", "content", "--vgg", "nothing"], "VGG weights not found"),
        (["--only", "content", "--content-weight", "0"], "every weight is zero"),
    ],
)
def test_bad_input_is_one_error(
    shop: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shop, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert files() == []


def test_weights_of_paintings(tmp_path: Path) -> None:
    assert parse_painting("a.jpg") == (Path("a.jpg"), 1)
    assert parse_painting("a=b.jpg=0.5") == (Path("a=b.jpg"), 0.5)
    odd = tmp_path / "x=3"
    odd.touch()
    assert parse_painting(str(odd)) == (odd, 1)
    for bad in ("a.jpg=", "a.jpg=-1", "a.jpg=inf"):
        with pytest.raises(LivestyleError, match="bad weight"):
            parse_painting(bad)
