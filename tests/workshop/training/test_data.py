from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.sources.jpeg import is_cut
from livestyle.workshop.training.data import PhotoCrops, load_style, read_image, to_image, to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.paintings import list_paintings, style_name
from tests.workshop.small import write_photos


def test_crops_have_the_asked_size_and_follow_the_seed(tmp_path: Path) -> None:
    write_photos(tmp_path, 3, 80)
    crops = PhotoCrops.load([tmp_path], 64)
    first, again, other = (crops.batch(np.random.default_rng(s), 4) for s in (1, 1, 2))
    assert first.shape == (4, 3, 64, 64)
    assert bool((first == again).all())
    assert not bool((first == other).all())
    assert 0 <= float(first.min()) < float(first.max()) <= 1


def test_small_photos_are_enlarged(tmp_path: Path) -> None:
    write_photos(tmp_path, 1, 40)
    assert PhotoCrops.load([tmp_path], 64).batch(np.random.default_rng(0), 2).shape[-1] == 64


def test_one_broken_photo_is_skipped_and_counted(tmp_path: Path) -> None:
    write_photos(tmp_path, 3)
    (tmp_path / "broken.jpg").write_bytes(b"no jpeg")
    crops = PhotoCrops.load([tmp_path], 64)
    assert len(crops.photos) == 3
    assert [p.name for p in crops.skipped] == ["broken.jpg"]


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="no pictures"):
        PhotoCrops.load([tmp_path], 64)
    with pytest.raises(LivestyleError, match="not a folder"):
        PhotoCrops.load([tmp_path / "nothing"], 64)
    (tmp_path / "broken.jpg").write_bytes(b"no jpeg")
    with pytest.raises(LivestyleError, match="none of the 1"):
        PhotoCrops.load([tmp_path], 64)


def test_a_style_of_8_pixels_is_an_error(tmp_path: Path) -> None:
    path = write_photos(tmp_path, 1, 8)[0]
    with pytest.raises(LivestyleError, match="8x8"):
        load_style(path, 768)


def test_style_size_is_the_long_side(tmp_path: Path) -> None:
    assert load_style(write_photos(tmp_path, 1, 96)[0], 128).shape == (1, 3, 128, 128)


def test_pixels_survive_the_way_to_a_tensor_and_back() -> None:
    picture = dead_leaf_photos(1, 32)[0]
    assert bool((to_image(to_tensor(picture)) == picture).all())


def test_wrong_path(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="nothing there"):
        read_image(tmp_path / "nothing.png")


def test_dead_leaves_follow_the_seed_and_differ() -> None:
    first, second = dead_leaf_photos(2, 48, seed=3)
    assert bool((first == dead_leaf_photos(1, 48, seed=3)[0]).all())
    assert float(np.abs(first.astype(int) - second).mean()) > 10


def test_paintings_from_a_folder_and_from_notes(tmp_path: Path) -> None:
    write_photos(tmp_path, 3)
    assert [p.note.name for p in list_paintings(tmp_path)] == ["photo_0", "photo_1", "photo_2"]
    notes = tmp_path / "notes.csv"
    notes.write_text("file,name,title,artist,year,licence,weight\nphoto_2.png,sea,The Sea,A,1900,pd,2\n")
    (sea,) = list_paintings(tmp_path, notes)
    assert (sea.note.name, sea.note.title, sea.weight) == ("sea", "The Sea", 2.0)


def test_bad_notes(tmp_path: Path) -> None:
    write_photos(tmp_path, 1)
    notes = tmp_path / "notes.csv"
    notes.write_text("file,name\nphoto_0.png,sea\n")
    with pytest.raises(LivestyleError, match="column 'title'"):
        list_paintings(tmp_path, notes)
    notes.write_text("file,name,title,artist,year,licence\ngone.png,a,b,c,d,e\n")
    with pytest.raises(LivestyleError, match=r"gone\.png"):
        list_paintings(tmp_path, notes)


def test_style_names() -> None:
    assert style_name(Path("My Painting (1).jpg")) == "my_painting_1"
    assert style_name(Path("星.jpg")) == "style"


def test_a_jpeg_that_breaks_off_is_told_from_a_whole_one() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    for flags in ([], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1], [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]):
        whole = cv2.imencode(".jpg", noise, flags)[1].tobytes()
        assert not is_cut(whole)
        assert not is_cut(whole + b"a film behind it \xff\xda\xff")
        for part in (3, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1):
            assert is_cut(whole[:part])
    assert not is_cut(b"")
    assert not is_cut(cv2.imencode(".png", noise)[1].tobytes()[:500])


def test_a_long_photo_is_not_blown_up(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "long.png"), np.full((64, 4000, 3), 90, np.uint8))
    assert cv2.imwrite(str(tmp_path / "line.png"), np.full((1, 2000, 3), 90, np.uint8))
    crops = PhotoCrops.load([tmp_path], 256)
    assert [photo.shape for photo in crops.photos] == [(256, 2048, 3)]
    assert [path.name for path in crops.skipped] == ["line.png"]
