"""A training goes on with what it began with, keeps what is done when interrupted, and no nonsense."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.model.card import StyleNote
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule
from livestyle.workshop.training.paintings import Painting
from livestyle.workshop.training.resuming import check_paints, check_weights
from tests.workshop.training.cin.test_train import options, shop

__all__ = ["shop"]
PLACE = Place(torch.device("cpu"), bf16=False)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def trained(shop: Path) -> TrainOptions:
    """A training of two styles with two of four steps done."""
    names = ("a", "b")
    paintings = tuple(Painting(shop / "photos" / f"photo_{n}.png", StyleNote(names[n])) for n in range(2))
    chosen = options(shop, shop / "work", paintings=paintings)
    for note in train_styles(chosen, PLACE).notes:
        if note.step == 2:
            break
    return chosen


def goes_on(chosen: TrainOptions) -> None:
    for _ in train_styles(chosen, PLACE).notes:
        return


def renamed(painting: Painting, name: str) -> Painting:
    return replace(painting, note=StyleNote(name))


def test_other_names_are_refused(trained: TrainOptions) -> None:
    a, b = trained.paintings
    with pytest.raises(LivestyleError, match="its styles were a, b and are a, z"):
        goes_on(replace(trained, paintings=(a, renamed(b, "z"))))
    with pytest.raises(LivestyleError, match="its styles were a, b and are b, a"):
        goes_on(replace(trained, paintings=(b, a)))


def test_more_or_fewer_paintings_are_named(trained: TrainOptions) -> None:
    a, b = trained.paintings
    with pytest.raises(LivestyleError, match="its styles were a, b and are a;"):
        goes_on(replace(trained, paintings=(a,)))
    with pytest.raises(LivestyleError, match="its styles were a, b and are a, b, c"):
        goes_on(replace(trained, paintings=(a, b, renamed(b, "c"))))


def test_exchanged_pictures_are_refused(trained: TrainOptions) -> None:
    a, b = trained.paintings
    with pytest.raises(LivestyleError, match="the picture of a, b has changed"):
        goes_on(replace(trained, paintings=(replace(a, path=b.path), replace(b, path=a.path))))


def test_another_network_is_refused(trained: TrainOptions) -> None:
    with pytest.raises(LivestyleError, match="norm was instance and is batch"):
        goes_on(replace(trained, norm=Norm.BATCH))
    with pytest.raises(LivestyleError, match=r"cannot go on .* was .* and is "):
        goes_on(replace(trained, arch="half"))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_checkpoint_that_is_none_is_one_error(
    trained: TrainOptions, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / CHECKPOINT).write_bytes(content)
    with pytest.raises(LivestyleError, match="cannot go on from"):
        goes_on(replace(trained, work=tmp_path))


def test_the_same_goes_on(trained: TrainOptions) -> None:
    assert next(note.step for note in train_styles(trained, PLACE).notes) == 3


@pytest.mark.parametrize("rate", [1e4, 1e6])
def test_a_training_that_diverges_keeps_no_checkpoint(
    trained: TrainOptions, tmp_path: Path, rate: float
) -> None:
    wild = replace(trained, work=tmp_path, schedule=Schedule(steps=4, rate=rate, save_every=2))
    with pytest.raises(LivestyleError, match="lower --rate"):
        list(train_styles(wild, PLACE).notes)
    assert not (tmp_path / CHECKPOINT).exists()


def test_weights_and_pictures_that_are_none() -> None:
    check_weights([torch.full((3,), -20.0), torch.zeros(0)], 1)
    for wrong in (1e4, float("nan"), float("-inf")):
        with pytest.raises(LivestyleError, match="diverged"):
            check_weights([torch.tensor([0.0, wrong])], 7)
    grey = np.full((64, 64, 3), 120, np.uint8)
    check_paints([("a", grey)])
    with pytest.raises(LivestyleError, match="100% of what b paints is black or white"):
        check_paints([("a", grey), ("b", np.zeros_like(grey))])


INTERRUPTED = """
import os, signal, sys
from livestyle.workshop.training.cin import train
step = train.FeedforwardObjective.__call__
done = []
def interrupting(self, photo, rng, progress):
    done.append(1)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
    return step(self, photo, rng, progress)
train.FeedforwardObjective.__call__ = interrupting
from livestyle.cli import run
run(["train", *sys.argv[1:]])
"""


def test_ctrl_c_keeps_every_step(shop: Path, tmp_path: Path) -> None:
    small = ["--crop", "64", "--batch", "2", "--style-size", "64", "--vgg", str(shop / "vgg.safetensors")]
    folders = [
        "--styles",
        str(shop / "photos"),
        "--content",
        str(shop / "photos"),
        "--out",
        str(tmp_path / "m"),
    ]
    command = [sys.executable, "-c", INTERRUPTED, *small, *folders, "--steps", "50"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=env, cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGINT, done.stderr
    assert "stopped after step 3 of 50" in done.stderr
    assert "3 photos" in done.stderr
    state = torch.load(tmp_path / "m.training" / CHECKPOINT, map_location="cpu", weights_only=True)
    assert state["step"] == 3
    assert not (tmp_path / "m").exists()


def test_pictures_that_are_no_good_are_named(shop: Path, tmp_path: Path) -> None:
    content = tmp_path / "photos"
    content.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    assert cv2.imwrite(str(content / "good.jp2"), noise)
    assert cv2.imwrite(str(content / "thin.png"), noise[:1])
    (content / "none.jpg").write_text("no picture")
    whole = cv2.imencode(".jpg", noise)[1].tobytes()
    (content / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    training = train_styles(options(shop, tmp_path / "work", content=(content,)), PLACE)
    assert {path.name for path in training.skipped} == {"thin.png", "none.jpg", "cut.jpg"}
    assert training.photos == 1
