"""Training in calls of minutes: each goes on from the last checkpoint, what is finished is left alone."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import gpu_after
import gpu_pack
import gpu_train
import pytest
import typer
from gpu_pieces import split
from typer.main import get_command

from livestyle.commands.training.common import style_fields
from livestyle.commands.training.train_methods import CinArguments
from livestyle.model.card import Model
from livestyle.workshop.training.cin.train import TrainOptions
from livestyle.workshop.training.device import Place
from tests.workshop.small import write_photos, write_vgg

CPU = Place.choose("cpu")
ROOT = Path(__file__).parents[2]

LIMIT_BYTES = 64 << 20
"""What travels to a lent machine in one call."""

PYCUDA_BYTES, CHECKPOINT_BYTES = 3 << 20, 28 << 20
"""The source of pycuda and setuptools; both trainings' checkpoints and logs, compressed."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("photos", "paintings"):
        write_photos(tmp_path / folder, 3)
    vgg, found = write_vgg(tmp_path / "vgg.safetensors", eight_bit=True), tmp_path / "data"
    most = vgg.stat().st_size + 10**6
    gpu_pack.pack(tmp_path / "photos", tmp_path / "paintings", None, vgg, found, most)
    return found


def small(name: str, data: Path, work: Path, steps: int) -> TrainOptions:
    return gpu_train.options_of(name, data, work, **gpu_train.small(steps))


def test_a_call_that_is_over_ends_behind_a_checkpoint_and_the_next_goes_on(
    tmp_path: Path, data: Path
) -> None:
    options = small("lite", data, tmp_path / "work", steps=3)
    found = gpu_train.train(options, CPU, until=time.monotonic())
    assert (found["done"], found["steps"]) == (1, 3)
    assert not gpu_train.finished(options, found)
    found = gpu_train.train(options, CPU, until=time.monotonic() + 1000)
    assert found["done"] == 3
    assert gpu_train.finished(options, found)
    found = gpu_train.train(options, CPU, until=time.monotonic() + 1000)
    assert found["done"] == 0
    assert gpu_train.finished(options, found)


def test_the_recipe_is_the_shipped_model_s_and_else_that_of_livestyle_train(data: Path) -> None:
    """At full size: larger crops, more of them a step."""
    told = CinArguments(styles=data / "paintings", content=[data / "photos"], out=data / "out")
    plain = TrainOptions(**style_fields(told, data / "work"), paintings=())
    shipped = Model.load("cin-lite").card.training
    ours = gpu_train.options_of("wide", data, data / "work", schedule=gpu_train.schedule(told.steps))
    changed = {f.name for f in fields(ours) if getattr(ours, f.name) != getattr(plain, f.name)}
    assert changed == {"work", "arch", "crop_px", "batch", "paintings", "vgg", "weights"}
    assert ours.weights.peaks == plain.weights.peaks
    assert {**shipped["weights"], "peaks": 8.0} == ours.record()["weights"]
    assert (shipped["style_loss"], shipped["style_px"]) == (ours.style_loss, ours.style_px)
    assert min(ours.weights.lattice, ours.weights.contrast, ours.weights.noise) > 0
    assert ours.architecture().canvas
    assert next(iter(gpu_train.RECIPE)) == "wide"


def test_there_are_as_many_steps_as_fit_into_the_time_and_that_is_settled_once(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_train, "PROBE", 3)
    options = small("lite", data, tmp_path / "work", steps=1)
    long = gpu_train.settled(options, CPU, 1e6).schedule
    assert (long.steps, long.warm) == (gpu_train.MOST_STEPS, gpu_train.WARM)
    assert gpu_train.settled(options, CPU, 1.0).schedule == long
    (options.work / gpu_train.STEPS).unlink()
    assert gpu_train.settled(options, CPU, 1e-6).schedule.steps == gpu_train.WARM
    assert [path.name for path in options.work.iterdir()] == [gpu_train.STEPS]


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
    places = (tmp_path / "photos", tmp_path / "paintings", None, tmp_path / "vgg")
    assert gpu_pack.pack(*places, tmp_path / "small", 1000) == 0
    assert len(list((tmp_path / "small" / "paintings").glob("*.jpg"))) == 3


def test_of_the_paintings_those_in_the_notes_travel_with_all_that_is_known(
    tmp_path: Path, data: Path
) -> None:
    notes = tmp_path / "notes.csv"
    notes.write_text(
        "file,name,title,artist,year,licence,weight,share,stroke\n"
        "photo_1.png,storm,A storm,Somebody,1850,public domain,0.7,2,1.5\n"
    )
    gpu_pack.pack_paintings(tmp_path / "paintings", notes, tmp_path / "packed" / "paintings")
    (packed,) = small("lite", data, tmp_path, 1).paintings[:1]
    assert packed.note.name == "photo_0"
    (data / "paintings").rename(tmp_path / "all")
    (tmp_path / "packed" / "paintings").rename(data / "paintings")
    (packed,) = small("lite", data, tmp_path, 1).paintings
    assert (packed.path.name, packed.note.name, packed.note.year) == ("photo_1.jpg", "storm", "1850")
    assert (packed.weight, packed.share, packed.stroke) == (0.7, 2, 1.5)


def test_what_travels_is_not_too_much() -> None:
    """The checkout and pycuda to measure; a part of the checkout, the pictures and checkpoints to train."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    sizes = {
        name: (ROOT / name).lstat().st_size for name in listed.stdout.split("\0") if (ROOT / name).exists()
    }
    assert sum(sizes.values()) + PYCUDA_BYTES < LIMIT_BYTES
    trained = sum(size for name, size in sizes.items() if gpu_pack.trains(name))
    assert trained + gpu_pack.MEGABYTES * 1e6 + CHECKPOINT_BYTES < LIMIT_BYTES
    assert gpu_pack.trains("livestyle/models/cin-lite/card.json")
    assert not gpu_pack.trains("livestyle/models/adain/model.onnx")


def test_one_command_makes_models_and_their_figures_of_what_came_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what it calls the arguments are held against the commands; what they do is tested with these."""
    out, models = tmp_path / "out", tmp_path / "made"
    for name in ("lite", "wide"):
        (tmp_path / "work" / name).mkdir(parents=True)
        (tmp_path / "work" / name / "checkpoint.pt").touch()
    for folder in (out, tmp_path / "photos", tmp_path / "paintings"):
        folder.mkdir()
    (tmp_path / "paintings" / "notes.csv").touch()
    split(tmp_path / "work", out)
    called: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        called.append(command[3:])
        failed = "export" in command and command[4].endswith("lite")
        return subprocess.CompletedProcess(command, int(failed), b"{}")

    monkeypatch.setattr(subprocess, "run", run)
    places = ["--data", str(tmp_path), "--photos", str(tmp_path / "photos")]
    monkeypatch.setattr(sys, "argv", ["gpu_after.py", str(out), str(models), *places])
    with pytest.raises(SystemExit) as stop:
        gpu_after.main()
    assert stop.value.code == 1  # for lite, which costs wide nothing
    names = [(command[0], Path(command[2 if command[0] == "export" else 1]).name) for command in called]
    assert names == [("export", "lite"), ("export", "wide"), ("evaluate", "wide"), ("evaluate", "wide")]
    for command, *arguments in called:
        module = import_module(f"livestyle.commands.{command}")
        single = typer.Typer()
        single.command()(module.main)
        get_command(single).make_context(command, arguments)
    assert (models / "wide-temporal.json").read_text() == "{}"
    monkeypatch.setattr(sys, "argv", ["gpu_after.py", str(models), str(models), *places])
    with pytest.raises(SystemExit) as stop:
        gpu_after.main()
    assert stop.value.code == 2
    assert "holds no training" in capsys.readouterr().err
