"""Training in calls of minutes: each goes on from the last checkpoint, what is finished is left alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import gpu_train
import pytest
from gpu_pack import pack

from livestyle.workshop.training.device import Place
from tests.workshop.small import write_photos, write_vgg


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("photos", "paintings"):
        write_photos(tmp_path / folder, 3)
    vgg, found = write_vgg(tmp_path / "vgg.safetensors", eight_bit=True), tmp_path / "data"
    pack(tmp_path / "photos", tmp_path / "paintings", vgg, found, vgg.stat().st_size + 10**6)
    return found


def test_a_call_that_is_over_ends_behind_a_checkpoint_and_the_next_goes_on(
    tmp_path: Path, data: Path
) -> None:
    options = gpu_train.options_of("lite", data, tmp_path / "work", steps=3)
    place = Place.choose("cpu")
    found = gpu_train.train(options, place, until=time.monotonic())
    assert (found["done"], found["steps"]) == (1, 3)
    assert not gpu_train.finished(options, found)
    found = gpu_train.train(options, place, until=time.monotonic() + 1000)
    assert found["done"] == 3
    assert gpu_train.finished(options, found)
    found = gpu_train.train(options, place, until=time.monotonic() + 1000)
    assert found["done"] == 0
    assert gpu_train.finished(options, found)


def test_without_time_it_says_that_there_is_more(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ["--data", str(data), "--work", str(tmp_path / "work"), "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", ["gpu_train.py", *places, "--steps", "2", "--budget", "0"])
    with pytest.raises(SystemExit) as stop:
        gpu_train.main()
    assert stop.value.code == gpu_train.MORE
    assert not (tmp_path / "work").exists()


def test_photos_are_left_out_where_there_is_no_room(tmp_path: Path) -> None:
    for folder in ("photos", "paintings"):
        write_photos(tmp_path / folder, 3)
    (tmp_path / "vgg").write_bytes(bytes(1000))
    places = (tmp_path / "photos", tmp_path / "paintings", tmp_path / "vgg")
    assert pack(*places, tmp_path / "small", 1000) == 0
    assert len(list((tmp_path / "small" / "paintings").iterdir())) == 3
