"""Models in turn and pictures as styles, asked for by keys while frames go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Progress
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.runtime.select import OpenedEngine
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from tests.pipeline.fakes import FakeCamera
from tests.tiny import write_tiny
from tests.ui.desktop import wait_for


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Model]:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    styles = {"one": ("sea", "sun"), "two": ("sea", "sun"), "three": ("moon",)}
    return [write_tiny(tmp_path / name, *names, encoder=name != "three") for name, names in styles.items()]


class Show:
    """A pipeline that runs, and its chooser."""

    def __init__(self, stylizer: Stylizer, models: list[Model], picture: Path | None = None) -> None:
        stylizer.open(Size(64, 64))
        self.stylizer = stylizer
        self.look = Look(stylizer.model.styles, "sun")
        self.pipeline = LivePipeline(FakeCamera(), stylizer, self.look)
        self.chooser = Chooser(self.pipeline, stylizer, models, picture)

    def color(self) -> list[int]:
        painting = wait_for(lambda: self.pipeline.next(1))
        return [int(n) for n in painting.painted.pixels[0, 0]]

    def told(self) -> list[str]:
        self.pipeline.next(0.01)
        return self.chooser.news() + self.pipeline.news()


@pytest.fixture
def show(models: list[Model]) -> Iterator[Show]:
    with Stylizer(models[0], precision="f32", threads=1) as stylizer:
        show = Show(stylizer, models)
        with show.pipeline, show.chooser:
            yield show


def write(path: Path, color: tuple[int, int, int], side: int = 40) -> Path:
    path.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(path), np.full((side, side, 3), color, np.uint8))
    return path


def test_models_go_round_and_back(show: Show) -> None:
    for step, name in ((1, "two"), (1, "three"), (1, "one"), (-1, "three")):
        assert show.chooser.turn(step) == f"Preparing {name} …"
        assert wait_for(show.told)[0].startswith(name)
        assert show.stylizer.model.card.name == name
    assert show.look.style == "moon"


def test_pressing_on_skips_models_and_coming_back_is_staying(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, opened = threading.Event(), show.stylizer.engine_for

    def wait(model: Model, progress: Progress) -> OpenedEngine:
        assert gate.wait(60)
        return opened(model, progress)

    monkeypatch.setattr(show.stylizer, "engine_for", wait)
    assert [show.chooser.turn(1) for _ in range(3)] == [
        "Preparing two …",
        "Preparing three …",
        "Model: one",
    ]
    assert show.chooser.busy == ""
    assert [show.chooser.turn(1) for _ in range(2)] == ["Preparing two …", "Preparing three …"]
    assert show.chooser.busy == "Preparing three"
    gate.set()
    assert wait_for(show.told)[0].startswith("three")
    assert show.chooser.busy == ""
    assert show.look.style == "moon"


def test_one_model_alone_says_so(models: list[Model]) -> None:
    with Stylizer(models[0], precision="f32") as stylizer:
        show = Show(stylizer, models[:1])
        assert show.chooser.turn(1) == "one is the only model here"


def test_a_model_that_cannot_be_opened_is_a_notice(show: Show, models: list[Model]) -> None:
    models[1].graph("float").write_bytes(b"no graph")
    show.chooser.turn(1)
    assert "two can't paint here" in wait_for(show.told)[0]
    assert show.color() == [1, 1, 1]
    assert show.chooser.turn(1) == "Preparing two …"


def test_a_picture_is_the_style_of_the_next_frames_and_stays_with_its_model(
    show: Show, tmp_path: Path
) -> None:
    assert show.chooser.add(write(tmp_path / "Red Sun.png", (10, 20, 200))) == "Reading Red Sun.png …"
    assert wait_for(show.told) == ["Style: Red sun"]
    wait_for(lambda: show.color() == [10, 20, 200])
    assert show.look.style == "red_sun"
    show.chooser.turn(1)
    wait_for(show.told)
    assert show.look.style == "sea"
    show.chooser.turn(-1)
    wait_for(show.told)
    assert show.look.bank.names == ("sea", "sun", "red_sun")


def test_a_picture_is_kept_and_goes_when_it_is_asked_twice(show: Show, tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="sun ships with one"):
        show.chooser.remove()
    show.chooser.add(write(tmp_path / "red.png", (10, 20, 200)))
    wait_for(show.told)
    folder = show.stylizer.model.folder
    assert Model.load(folder).styles.names == ("sea", "sun", "red")
    wait_for(lambda: show.color() == [10, 20, 200])
    assert show.chooser.remove() == "d again removes Red for good"
    show.chooser._going_until = 0.0
    assert show.chooser.remove() == "d again removes Red for good"
    assert show.chooser.remove() == "Removed Red"
    wait_for(lambda: show.color() == [0, 0, 0])
    assert show.look.bank.names == Model.load(folder).styles.names == ("sea", "sun")


def test_pictures_of_the_folder_one_after_the_other(show: Show, tmp_path: Path) -> None:
    assert show.chooser.browse(1) == "i opens a picture"
    paths = [write(tmp_path / "p" / f"{n}.png", (n, n, n)) for n in (30, 60, 90)]
    show.chooser.add(paths[0])
    for step, level in ((0, 30), (1, 60), (1, 90), (1, 30), (-1, 90)):
        if step:
            show.chooser.browse(step)
        wait_for(show.told)
        wait_for(lambda level=level: show.color() == [level] * 3)  # type: ignore[misc]
    assert show.look.bank.names[2:] == ("30", "60", "90")
    assert Model.load(show.stylizer.model.folder).styles.names[2:] == ("30",)
    assert show.chooser.picker().text == paths[0].parent.as_posix() + "/"


@pytest.mark.parametrize("bad", ["missing.png", "text.png", "thin.png"])
def test_a_bad_picture_is_a_notice(show: Show, tmp_path: Path, bad: str) -> None:
    (tmp_path / "text.png").write_text("no picture")
    write(tmp_path / "thin.png", (0, 0, 0), side=8)
    show.chooser.add(tmp_path / bad)
    told = wait_for(show.told)
    assert len(told) == 1
    assert "cannot read" in told[0] or "too small" in told[0]
    assert show.color() == [1, 1, 1]


def test_a_model_of_trained_styles_says_so_at_once(show: Show, tmp_path: Path) -> None:
    show.chooser.turn(-1)
    wait_for(show.told)
    with pytest.raises(LivestyleError, match="three takes trained styles only"):
        show.chooser.picker()
    with pytest.raises(LivestyleError, match="three takes trained styles only"):
        show.chooser.add(tmp_path / "a.png")
