"""`livestyle reproduce` as a user sees it: every experiment runs, what was run is kept, the page says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest

from livestyle import cli
from livestyle.workshop.reproduction import synthetic_data
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.findings import Claim, Findings
from livestyle.workshop.reproduction.registry import EXPERIMENTS, Experiment
from tests.workshop.small import write_photos, write_vgg

NAMES = [e.name for e in EXPERIMENTS]
EXACT = {"norms": 1, "cin": 2, "matching": 1, "adain": 4}
"""Claims that hold at any size and for any weights of VGG."""


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vgg(tmp_path_factory.mktemp("vgg") / "vgg.safetensors", eight_bit=True, last="relu5_1")


def run(vgg: Path, *arguments: object) -> int:
    small = ["--trial", "--device", "cpu", "--vgg", str(vgg)]
    with pytest.raises(SystemExit) as exit_:
        cli.run(["reproduce", *map(str, arguments), *small])
    return int(exit_.value.code or 0)


@pytest.fixture(scope="module", autouse=True)
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is asked for a second time is a copy: every run draws the same photos and paintings."""
    kept: dict[object, Path] = {}

    def once(draw: Callable[..., Path]) -> Callable[..., Path]:
        def drawn(folder: Path, *asked: int, **named: int) -> Path:
            what = draw, asked, tuple(named.items())
            if what not in kept:
                kept[what] = draw(tmp_path_factory.mktemp("drawn") / "once", *asked, **named)
            return Path(shutil.copytree(kept[what], folder))

        return drawn

    with pytest.MonkeyPatch.context() as patch:
        for draw in (synthetic_data.write_photos, synthetic_data.write_paintings):
            patch.setattr(f"livestyle.workshop.reproduction.run.{draw.__name__}", once(draw))
        yield


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_runs_without_pictures_of_ones_own(name: str, vgg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(vgg, name, "--report", out) == 0
    found = json.loads((out / f"{name}.json").read_text("utf-8"))
    assert found["trial"]
    assert found["claims"]
    page = (out / "index.html").read_text("utf-8")
    for picture in found["pictures"]:
        assert picture["file"] in page
        assert cv2.imread(str(out / picture["file"])) is not None
    held = sum(c["verdict"] == "yes" for c in found["claims"])
    assert held >= EXACT.get(name, 0)


class _Fake:
    """An experiment that counts how often it is run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs: list[str] = []
        fake = self

        def load(experiment: Experiment) -> object:
            def findings(setting: Setting) -> Findings:
                fake.runs.append(experiment.name)
                return Findings(setting.material, [Claim.at_most("a claim", 2, 1)])

            return findings

        monkeypatch.setattr(Experiment, "load", load)


def test_all_is_one_page_and_goes_on_where_it_was(
    vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, out = _Fake(monkeypatch), tmp_path / "out"
    assert run(vgg, "cin", "--report", out) == 0
    assert run(vgg, "--all", "--report", out) == 0  # not reached is no error
    assert sorted(fake.runs) == sorted(NAMES)
    assert "cin: run before; --overwrite runs it again" in capsys.readouterr().err
    assert run(vgg, "cin", "--report", out, "--overwrite") == 0
    assert fake.runs[-1] == "cin"
    page = (out / "index.html").read_text("utf-8")
    assert [f'id="{name}"' in page for name in NAMES] == [True] * len(NAMES)
    assert f"{len(NAMES)} claims: 0 hold, {len(NAMES)} do not" in page


def test_a_trial_makes_way_for_the_real_thing(
    vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = _Fake(monkeypatch)
    write_photos(tmp_path / "photos", 3)
    write_photos(tmp_path / "paintings", 2)
    given = ("--content", tmp_path / "photos", "--styles", tmp_path / "paintings")
    assert run(vgg, "cin", "--report", tmp_path) == 0
    path = tmp_path / "cin.json"
    real = path.read_text("utf-8").replace('"trial": true', '"trial": false')
    with pytest.raises(SystemExit):
        cli.run(["reproduce", "cin", *map(str, given), "--report", str(tmp_path), "--vgg", str(vgg)])
    assert len(fake.runs) == 2
    assert '"trial": false' in path.read_text("utf-8")
    path.write_text(real, "utf-8")
    assert run(vgg, "cin", "--report", tmp_path) == 0
    assert len(fake.runs) == 2


def test_pictures_that_are_given_are_what_is_used(
    vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Fake(monkeypatch)
    for folder, count in (("photos", 3), ("held", 2), ("paintings", 4)):
        write_photos(tmp_path / folder, count)
    given = ("--content", tmp_path / "photos", "--styles", tmp_path / "paintings")
    held_out = ("--validation", tmp_path / "held")
    assert run(vgg, "cin", *given, *held_out, "--report", tmp_path / "a") == 0
    assert run(vgg, "cin", *given, "--report", tmp_path / "b") == 0
    setups = [json.loads((tmp_path / name / "cin.json").read_text("utf-8"))["setup"] for name in "ab"]
    assert setups == [
        "3 photos to train on, 2 to measure on, 4 paintings",
        "3 photos to train on, the same to measure on, 4 paintings",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --all"),
        (["gatys", "--all"], "give --all"),
        (["nothing"], "expected gatys, johnson"),
        (["cin", "--content", "nowhere"], "not a folder: nowhere"),
        (["cin", "--report", "file"], "file is a file"),
        (["cin", "--report", "mine"], "was not made by livestyle reproduce"),
    ],
)
def test_bad_input_is_one_error_and_runs_nothing(
    arguments: list[str],
    message: str,
    vgg: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    fake = _Fake(monkeypatch)
    Path("file").touch()
    Path("mine").mkdir()
    Path("mine/index.html").write_text("<p>my page", "utf-8")
    assert run(vgg, *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert fake.runs == []
    assert not Path("reproduction").exists()
    assert Path("mine/index.html").read_text("utf-8") == "<p>my page"


def test_weights_that_are_missing_are_an_error_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = _Fake(monkeypatch)
    assert run(tmp_path / "nothing", "cin", "--report", tmp_path / "out") == 2
    assert fake.runs == []
    assert not (tmp_path / "out").exists()
