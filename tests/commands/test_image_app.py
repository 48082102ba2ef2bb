"""`livestyle image`: every kind of picture, alpha, EXIF, all styles, folders."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle import Stylizer, cli
from livestyle.model.card import Model
from tests.offline.clips import picture
from tests.tiny import write_tiny

TURNED_RIGHT = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""EXIF that says: turn a quarter clockwise to see it upright."""

PHOTO = picture(0, 128, 80)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit_:
        cli.run(["image", *map(str, arguments)])
    return int(exit_.value.code or 0)


def read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels.astype(np.uint8, copy=False)


def test_a_picture_is_painted_at_its_size(tmp_path: Path, model: Model) -> None:
    cv2.imwrite(str(tmp_path / "in.png"), PHOTO)
    assert run(tmp_path / "in.png", tmp_path / "out.png", "--style", 2, "--strength", 0.7) == 0
    with Stylizer(model) as stylizer:
        stylizer.style, stylizer.strength = "2", 0.7
        assert np.array_equal(read(tmp_path / "out.png"), stylizer.stylize(PHOTO))


@pytest.mark.parametrize("suffix", ["jpg", "webp", "png"])
def test_exif_turns_the_picture(tmp_path: Path, suffix: str) -> None:
    data = cv2.imencodeWithMetadata(
        f".{suffix}", PHOTO, [cv2.IMAGE_METADATA_EXIF], [np.frombuffer(TURNED_RIGHT, np.uint8)]
    )[1]
    (tmp_path / f"in.{suffix}").write_bytes(data.tobytes())
    assert run(tmp_path / f"in.{suffix}", tmp_path / "out.png", "--strength", 0) == 0
    upright = np.rot90(PHOTO, -1).astype(int)
    assert np.abs(read(tmp_path / "out.png") - upright).mean() < 6


@pytest.mark.parametrize("exif", [False, True])
def test_alpha_is_copied(tmp_path: Path, exif: bool) -> None:
    alpha = (np.arange(128) * 2).astype(np.uint8)[None].repeat(80, 0)
    image = np.dstack([PHOTO, alpha])
    data = (
        cv2.imencodeWithMetadata(
            ".png", image, [cv2.IMAGE_METADATA_EXIF], [np.frombuffer(TURNED_RIGHT, np.uint8)]
        )
        if exif
        else cv2.imencode(".png", image)
    )[1]
    (tmp_path / "in.png").write_bytes(data.tobytes())
    assert run(tmp_path / "in.png", tmp_path / "out.png") == 0
    painted = read(tmp_path / "out.png")
    expected = np.rot90(alpha, -1) if exif else alpha
    assert np.array_equal(painted[:, :, 3], expected)
    assert run(tmp_path / "in.png", tmp_path / "out.jpg") == 0
    assert read(tmp_path / "out.jpg").shape == (*expected.shape, 3)


@pytest.mark.parametrize("kind", ["gray", "sixteen"])
def test_other_depths_are_converted(tmp_path: Path, kind: str) -> None:
    gray = PHOTO[:, :, 0]
    cv2.imwrite(str(tmp_path / "in.png"), gray if kind == "gray" else PHOTO.astype(np.uint16) * 257)
    assert run(tmp_path / "in.png", tmp_path / "out.png", "--strength", 0) == 0
    expected = np.dstack([gray] * 3) if kind == "gray" else PHOTO
    assert np.abs(read(tmp_path / "out.png").astype(int) - expected).max() <= 2


def test_all_styles_make_a_picture_each(tmp_path: Path, model: Model) -> None:
    cv2.imwrite(str(tmp_path / "in.jpg"), PHOTO)
    assert run(tmp_path / "in.jpg", tmp_path / "all", "--style", "all") == 0
    names = {p.name for p in (tmp_path / "all").iterdir()}
    assert names == {f"in-{style}.jpg" for style in model.styles}
    first, second = (read(tmp_path / "all" / f"in-{style}.jpg") for style in model.styles.names[:2])
    assert np.abs(first.astype(int) - second).mean() > 2
    assert run(tmp_path / "in.jpg", tmp_path / "one.jpg", "--style", "all") == 2


def test_a_folder_goes_on_after_a_broken_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "a.jpg"), PHOTO)
    (photos / "b.png").write_bytes(b"nonsense")
    cv2.imwrite(str(photos / "c.ppm"), PHOTO)
    assert run(photos, tmp_path / "out", "--max-side", 110) == 1
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.jpg", "c.png"]
    assert read(tmp_path / "out" / "a.jpg").shape == (69, 110, 3)
    said = capsys.readouterr().err
    assert "b.png" in said
    assert f"2 of 3 files painted: {tmp_path / 'out'}" in said


@pytest.mark.parametrize("broken", [False, True])
def test_a_folder_with_one_picture_ends_as_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: bool
) -> None:
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "a.png"), PHOTO)
    if broken:
        (tmp_path / "photos" / "a.png").write_bytes(b"nonsense")
    assert run(tmp_path / "photos", tmp_path / "out") == int(broken)
    done = "0 of 1" if broken else "1"
    assert f"{done} file painted: {tmp_path / 'out'}" in capsys.readouterr().err


def test_as_many_pictures_come_out_as_go_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("a.png", "a.ppm", "a.jp2", "b.ppm"):
        cv2.imwrite(str(photos / name), PHOTO)
    for more in ((), ("--overwrite",)):
        assert run(photos, out, *more) == 0
        assert sorted(p.name for p in out.iterdir()) == ["a-jp2.png", "a-ppm.png", "a.png", "b.png"]
        assert f"4 files painted: {out}" in capsys.readouterr().err
    cv2.imwrite(str(photos / "a-ppm.png"), PHOTO)
    assert run(photos, tmp_path / "other") == 2
    assert "two inputs would become a-ppm.png; rename one" in capsys.readouterr().err


def test_a_painting_gets_the_colours_of_each_photo(tmp_path: Path) -> None:
    """The tiny model gives a photo mean and deviation of the painting: here they are its own."""
    write_tiny(tmp_path / "tiny")
    (tmp_path / "photos").mkdir()
    photos = [cv2.GaussianBlur(picture(n, 128, 80), (0, 0), 3) // 2 + 60 for n in (0, 1)]
    for number, photo in enumerate(photos):
        cv2.imwrite(str(tmp_path / "photos" / f"{number}.png"), photo)
    cv2.imwrite(str(tmp_path / "painting.png"), 255 - picture(7, 96, 96) // 2)
    options = ("--model", tmp_path / "tiny", "--style-image", tmp_path / "painting.png")
    assert run(tmp_path / "photos", tmp_path / "coral", *options, "--color", "coral") == 0
    assert run(tmp_path / "photos", tmp_path / "plain", *options) == 0
    for number, photo in enumerate(photos):
        coral, plain = (read(tmp_path / name / f"{number}.png").astype(int) for name in ("coral", "plain"))
        assert np.abs(coral - photo).mean() < 4
        assert np.abs(plain - photo).mean() > 20


def test_luminance_is_keeping_the_colour(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "in.png"), PHOTO)
    assert run(tmp_path / "in.png", tmp_path / "a.png", "--color", "luminance") == 0
    assert run(tmp_path / "in.png", tmp_path / "b.png", "--keep-color") == 0
    assert np.array_equal(read(tmp_path / "a.png"), read(tmp_path / "b.png"))


def test_corners_of_regions_are_what_one_style_paints(tmp_path: Path) -> None:
    """Left the one, right the other, below what --style says; a soft border between left and right."""
    cv2.imwrite(str(tmp_path / "in.png"), PHOTO)
    ramp = np.clip(np.arange(32) * 32.0 - 368, 0, 255).astype(np.uint8)[None].repeat(20, 0)
    ramp[12:] = 0
    left = 255 - ramp
    left[12:] = 0
    cv2.imwrite(str(tmp_path / "left.png"), left)
    cv2.imwrite(str(tmp_path / "right.png"), ramp)
    regions = ("--region", f"{tmp_path}/left.png=2", "--region", f"{tmp_path}/right.png=3")
    assert run(tmp_path / "in.png", tmp_path / "mixed.png", "--style", 1, *regions) == 0
    for number in (1, 2, 3):
        assert run(tmp_path / "in.png", tmp_path / f"{number}.png", "--style", number) == 0
    mixed, below, left, right = (read(tmp_path / f"{name}.png") for name in ("mixed", 1, 2, 3))
    assert np.array_equal(mixed[:40, :40], left[:40, :40])
    assert np.array_equal(mixed[:40, -40:], right[:40, -40:])
    assert np.array_equal(mixed[-24:], below[-24:])
    assert not np.array_equal(mixed[:40, 60:68], left[:40, 60:68])


def test_a_region_of_a_picture(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny")
    cv2.imwrite(str(tmp_path / "in.png"), PHOTO)
    cv2.imwrite(str(tmp_path / "red.png"), np.full((40, 40, 3), (10, 20, 200), np.uint8))
    mask = np.zeros((80, 128), np.uint8)
    mask[:, :64] = 255
    cv2.imwrite(str(tmp_path / "a=b.png"), mask)
    region = ("--region", f"{tmp_path}/a=b.png={tmp_path}/red.png")
    assert run(tmp_path / "in.png", tmp_path / "out.png", "--model", tmp_path / "tiny", *region) == 0
    painted = read(tmp_path / "out.png")
    assert (painted[:, :64] == (10, 20, 200)).all()
    assert (painted[:, 64:] == 0).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--region", "mask.png"], "expected MASK=STYLE"),
        (["--region", "none.png=1"], "cannot read none.png: nothing there"),
        (["--region", "in.png=nothing"], "style 'nothing' is not here"),
        (["--color", "coral"], "takes trained styles only"),
        (["--color", "coral", "--model", "tiny"], "grey is a style without one; give --style-image"),
        (
            ["--color", "coral", "--model", "tiny", "--style-image", "in.png", "--region", "in.png=grey"],
            "grey",
        ),
    ],
)
def test_bad_regions_and_colours(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_tiny(tmp_path / "tiny")
    cv2.imwrite("in.png", PHOTO)
    assert run("in.png", "out.png", *options) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.png", "out.png"],
        ["in.png", "in.png", "--overwrite"],
        ["in.png", "there.png"],
        ["in.png", "out.xyz"],
        ["in.png", "no/folder/out.png"],
        ["in.png", "out.png", "--style", "no-such-style"],
    ],
)
def test_what_cannot_be_done_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("in.png", PHOTO)
    (tmp_path / "there.png").write_bytes(b"precious")
    assert run(*arguments) == 2
    assert (tmp_path / "there.png").read_bytes() == b"precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.png", "there.png"]
