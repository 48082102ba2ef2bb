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
from livestyle.ui import models as models_module
from livestyle.ui.chooser import Chooser
from livestyle.ui.picker import Picker
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

    def __init__(self, stylizer: Stylizer, models: list[Model], named: int = 1, style: str = "sun") -> None:
        stylizer.open(Size(64, 64))
        self.stylizer = stylizer
        self.look = Look(stylizer.model.styles, style)
        self.pipeline = LivePipeline(FakeCamera(), stylizer, self.look)
        self.chooser = Chooser(self.pipeline, stylizer, models, named=named)

    def color(self) -> list[int]:
        painting = wait_for(lambda: self.pipeline.next(1))
        return [int(n) for n in painting.painted.pixels[0, 0]]

    def told(self) -> list[str]:
        self.pipeline.next(0.01)
        return self.pipeline.news() + self.chooser.news()

    def hears(self, line: str) -> None:
        """Wait until this is told."""
        wait_for(lambda: line in self.told())

    def arrives(self, name: str) -> None:
        """Wait until a model paints, and all is told of it."""
        told: list[str] = []

        def both() -> bool:
            told.extend(self.told())
            starts = (f"{name}  ·  ", f"{name}: ")
            return all(any(line.startswith(start) for line in told) for start in starts)

        wait_for(both)
        assert self.stylizer.model.card.name == name


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
        assert show.chooser.models.turn(step) == f"Preparing {name} …"
        show.arrives(name)
    assert show.look.style == "moon"


def test_pressing_on_skips_models_and_coming_back_is_staying(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, opened = threading.Event(), show.stylizer.engine_for

    def wait(model: Model, progress: Progress) -> OpenedEngine:
        assert gate.wait(60)
        return opened(model, progress)

    monkeypatch.setattr(show.stylizer, "engine_for", wait)
    assert [show.chooser.models.turn(1) for _ in range(3)] == [
        "Preparing two …",
        "Preparing three …",
        "Model: one",
    ]
    assert show.chooser.busy == ""
    assert [show.chooser.models.turn(1) for _ in range(2)] == ["Preparing two …", "Preparing three …"]
    assert show.chooser.busy == "Preparing three"
    gate.set()
    show.arrives("three")
    assert show.chooser.busy == ""
    assert show.look.style == "moon"


def test_one_model_alone_says_so(models: list[Model]) -> None:
    with Stylizer(models[0], precision="f32") as stylizer:
        show = Show(stylizer, models[:1])
        assert show.chooser.models.turn(1) == "one is the only model here"


def test_a_model_that_cannot_be_opened_is_a_notice(show: Show, models: list[Model]) -> None:
    models[1].graph("float").write_bytes(b"no graph")
    show.chooser.models.turn(1)
    assert "two can't paint here" in wait_for(show.told)[0]
    assert show.color() == [1, 1, 1]
    assert show.chooser.models.turn(1) == "Preparing two …"


def test_a_picture_is_the_style_of_the_next_frames_and_stays_with_its_model(
    show: Show, tmp_path: Path
) -> None:
    assert show.chooser.add(write(tmp_path / "Red Sun.png", (10, 20, 200))) == "Reading Red Sun.png …"
    assert wait_for(show.told) == ["Style: Red sun"]
    wait_for(lambda: show.color() == [10, 20, 200])
    assert show.look.style == "red_sun"
    show.chooser.models.turn(1)
    show.arrives("two")
    assert show.look.style == "sea"
    show.chooser.models.turn(-1)
    show.arrives("one")
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
    assert show.chooser.remove("red") == "Removed Red"
    wait_for(lambda: show.color() == [0, 0, 0])
    assert show.look.bank.names == Model.load(folder).styles.names == ("sea", "sun")


def test_pictures_of_the_folder_one_after_the_other(show: Show, tmp_path: Path) -> None:
    assert not show.chooser.browses
    with pytest.raises(LivestyleError, match="i opens a picture"):
        show.chooser.browse(1)
    paths = [write(tmp_path / "p" / f"{n}.png", (n, n, n)) for n in (30, 60, 90)]
    show.chooser.add(paths[0])
    for step, level in ((0, 30), (1, 60), (1, 90), (1, 30), (-1, 90)):
        if step:
            show.chooser.browse(step)
        wait_for(show.told)
        wait_for(lambda level=level: show.color() == [level] * 3)  # type: ignore[misc]
    assert show.look.bank.names[2:] == ("30", "60", "90")
    assert Model.load(show.stylizer.model.folder).styles.names[2:] == ("30",)
    picker = show.chooser.picker()
    assert isinstance(picker, Picker)
    assert picker.text == paths[0].parent.as_posix() + "/"


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
    show.chooser.models.turn(-1)
    show.arrives("three")
    with pytest.raises(LivestyleError, match="three takes trained styles only"):
        show.chooser.add(tmp_path / "a.png")


def test_where_no_model_takes_pictures_it_says_so(tmp_path: Path) -> None:
    with Stylizer(write_tiny(tmp_path / "fixed", encoder=False)) as stylizer:
        show = Show(stylizer, [stylizer.model], style="grey")
        with pytest.raises(LivestyleError, match="fixed takes trained styles only"):
            show.chooser.picker()


def test_the_model_that_takes_any_picture_is_offered_and_gone_to(show: Show, tmp_path: Path) -> None:
    show.chooser.models.turn(-1)
    show.arrives("three")
    title = show.chooser.models.titles[0]
    assert show.chooser.picker() == f"A picture needs another model, “{title}”: i again goes there"
    show.chooser._offered_until = 0.0
    assert isinstance(show.chooser.picker(), str)
    assert isinstance(show.chooser.picker(), Picker)
    said = show.chooser.add(write(tmp_path / "red.png", (10, 20, 200)))
    assert said in ("red.png follows once one is there", "Reading red.png …")
    wait_for(lambda: (show.told(), show.color() == [10, 20, 200])[1])
    assert show.stylizer.model.card.name == "one"
    assert show.look.style == "red"


def test_who_knows_is_not_asked_twice(show: Show) -> None:
    show.chooser.models.turn(-1)
    show.arrives("three")
    assert isinstance(show.chooser.picker(sure=True), Picker)
    show.arrives("one")


def test_what_is_offered_is_what_there_is(show: Show) -> None:
    offer = show.chooser.offer()
    assert offer.models == ("one: any picture", "two: any picture", "three: one painting")
    assert (offer.model, offer.style, offer.second, offer.adds) == (0, "sun", "", True)
    assert [small.style for small in offer.thumbnails] == ["sea", "sun"]
    assert offer.about[2] == "three: one painting"
    show.chooser.models.choose(2)
    assert show.chooser.offer().busy.startswith("Preparing three")
    show.arrives("three")
    assert show.chooser.offer().model == 2


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that paint a frame in a second."""
    names = ["two"]
    monkeypatch.setattr(
        models_module, "paint_ms", lambda engine: 1000 if engine.model.card.name in names else 20
    )
    return names


def test_in_turn_a_slow_model_is_passed_by_and_known(show: Show, slow: list[str]) -> None:
    assert show.chooser.models.turn(1) == "Preparing two …"
    show.hears("two: any picture (1 fps here); shift+tab goes there")
    show.hears("three: one painting (50 fps here)")
    assert show.stylizer.model.card.name == "three"
    show.chooser.models.turn(1)
    show.arrives("one")
    assert show.chooser.models.turn(1) == "Preparing three …"
    show.arrives("three")
    assert show.chooser.models.turn(-1, every=True) == "Preparing two …"
    show.arrives("two")


def test_where_all_others_are_slow_it_stays(show: Show, slow: list[str]) -> None:
    slow.append("three")
    show.chooser.models.turn(1)
    show.hears("three: one painting (1 fps here); shift+tab goes there")
    assert show.stylizer.model.card.name == "one"
    assert show.chooser.busy == ""
    assert show.chooser.models.turn(1) == "Model: one"


def test_a_model_that_was_named_is_gone_to_though_it_be_slow(models: list[Model], slow: list[str]) -> None:
    with Stylizer(models[0], precision="f32", threads=1) as stylizer:
        show = Show(stylizer, models, named=2)
        with show.pipeline, show.chooser:
            show.chooser.models.turn(1)
            show.arrives("two")
