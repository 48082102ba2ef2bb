"""Thumbnails of the camera in every style, painted beside the live picture."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.pipeline import gallery as gallery_module
from livestyle.pipeline.gallery import (
    A_FRAME,
    LEAST_SHARE,
    SHARE,
    THUMBNAIL,
    Gallery,
    Thumbnail,
    open_small,
    thumbnail,
)
from livestyle.runtime.engine import Engine
from livestyle.stylizer.stylizer import Stylizer
from tests.conftest import picture
from tests.tiny import write_tiny
from tests.ui.desktop import wait_for

GREYS = tuple(f"grey_{n}" for n in range(11))
FRAME = picture(Size(320, 240))


def grey(small: Thumbnail) -> int | None:
    """The grey that all of it has."""
    if small.pixels is None:
        return None
    assert Size.of(small.pixels) == THUMBNAIL
    assert small.pixels.min() == small.pixels.max()
    return int(small.pixels[0, 0, 0])


def greys(gallery: Gallery, frame: Pixels = FRAME) -> list[int | None]:
    gallery.show(frame)
    return [grey(small) for small in gallery.thumbnails]


def test_every_style_is_painted_under_its_name(tmp_path: Path) -> None:
    model = write_tiny(tmp_path / "tiny", *GREYS)
    with Gallery(lambda: model) as gallery:
        assert gallery.thumbnails == tuple(Thumbnail(name, None) for name in GREYS)
        wait_for(lambda: greys(gallery) == list(range(11)))
        assert gallery.problem == ""


def test_a_frame_gives_a_few_thumbnails_and_no_frame_none(tmp_path: Path) -> None:
    model, painted = write_tiny(tmp_path / "tiny", *GREYS), threading.Semaphore(0)

    class Counting:
        def __init__(self, engine: Engine) -> None:
            self.model, self.size, self.close, self._engine = model, engine.size, engine.close, engine

        def infer(self, *arguments: object) -> Pixels:
            painted.release()
            return self._engine.infer(*arguments)  # type: ignore[arg-type]

    with Gallery(lambda: model, open_engine_for=lambda m: Counting(open_small(m))) as gallery:  # type: ignore[arg-type, return-value]
        wait_for(lambda: greys(gallery)[0] == 0)
        wait_for(lambda: sum(g is not None for g in (grey(s) for s in gallery.thumbnails)) >= A_FRAME)
        while painted.acquire(timeout=0.5):
            pass
        gallery.show(FRAME)
        for _ in range(A_FRAME):
            assert painted.acquire(timeout=60)
        assert not painted.acquire(timeout=0.3)


def test_an_added_style_and_another_model_are_followed(tmp_path: Path) -> None:
    one, two = write_tiny(tmp_path / "one", *GREYS[:2]), write_tiny(tmp_path / "two", "x", "y", "z")
    models = [one]
    with Gallery(lambda: models[-1]) as gallery:
        wait_for(lambda: greys(gallery) == [0, 1])
        vector = np.full((1, 6), 70, np.float32) * np.array([1, 1, 1, 0, 0, 0], np.float32)
        models.append(replace(one, styles=one.styles.extended(["new"], vector)))
        assert gallery.thumbnails[-1] == Thumbnail("new", None)
        wait_for(lambda: greys(gallery) == [0, 1, 70])
        models.append(two)
        assert gallery.thumbnails == tuple(Thumbnail(name, None) for name in "xyz")
        wait_for(lambda: greys(gallery) == [0, 1, 2])


def test_a_model_without_an_engine_says_why_and_the_next_one_paints(tmp_path: Path) -> None:
    models = [write_tiny(tmp_path / "bad", "a"), write_tiny(tmp_path / "good", "b")]
    asked: list[str] = []

    def open_one(model: Model) -> Engine:
        asked.append(model.card.name)
        if model.card.name == "bad":
            raise LivestyleError("it is broken")
        return open_small(model)

    with Gallery(lambda: models[0], open_engine_for=open_one) as gallery:
        wait_for(lambda: greys(gallery) and gallery.problem)
        assert gallery.problem == "no thumbnails of bad: it is broken"
        for _ in range(5):
            gallery.show(FRAME)
        del models[0]
        wait_for(lambda: greys(gallery) == [0])
        assert gallery.problem == ""
        assert asked == ["bad", "good"]


def test_leaving_does_not_wait_for_an_engine_and_closes_it(tmp_path: Path) -> None:
    model, gate, closed = write_tiny(tmp_path / "tiny", "a"), threading.Event(), threading.Event()
    opening = threading.Event()

    def open_late(asked: Model) -> Engine:
        opening.set()
        assert gate.wait(60)
        engine = open_small(asked)
        close = engine.close
        engine.close = lambda: (close(), closed.set())  # type: ignore[assignment, method-assign, func-returns-value]
        return engine

    with Gallery(lambda: model, open_engine_for=open_late) as gallery:
        gallery.show(FRAME)
        assert opening.wait(60)
    gate.set()
    assert closed.wait(60)


@pytest.mark.parametrize(("spare", "share"), [(1.0, SHARE), (0.5, SHARE / 2), (0.0, LEAST_SHARE)])
def test_it_takes_its_share_of_the_time_that_is_spare_once_all_styles_are_there(
    tmp_path: Path, spare: float, share: float
) -> None:
    model, waits, asked = write_tiny(tmp_path / "tiny", "a"), [], []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return True

    def clock() -> float:
        asked.append(0)
        return float(len(asked))  # a second each time

    with Gallery(lambda: model, lambda: spare) as gallery, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "perf_counter", clock)
        with open_small(model) as engine:
            for _ in range(2):
                gallery._paint(engine, model.styles, thumbnail(FRAME), Stop())
    assert waits == [pytest.approx(1 / SHARE - 1), pytest.approx(1 / share - 1)]


def test_who_never_looks_opens_nothing(tmp_path: Path) -> None:
    model, threads = write_tiny(tmp_path / "tiny", "a"), threading.active_count()

    def open_never(asked: Model) -> Engine:
        raise AssertionError(asked)

    with Gallery(lambda: model, open_engine_for=open_never) as gallery:
        assert threading.active_count() == threads
        assert gallery.problem == ""


@pytest.mark.parametrize("size", [Size(640, 480), Size(1280, 720), Size(480, 640), Size(80, 64)])
def test_a_thumbnail_is_the_middle_of_the_picture(size: Size) -> None:
    pixels = np.zeros((size.height, size.width, 3), np.uint8)
    pixels[size.height // 2, :] = pixels[:, size.width // 2] = 255
    small = thumbnail(pixels).astype(int)
    assert small.shape == (THUMBNAIL.height, THUMBNAIL.width, 3)
    assert abs(int(small.sum(axis=(0, 2)).argmax()) - THUMBNAIL.width // 2) <= 2
    assert abs(int(small.sum(axis=(1, 2)).argmax()) - THUMBNAIL.height // 2) <= 2


def test_of_the_shipped_model_it_is_what_the_model_paints(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "SHARE", 1.0)
    with Gallery(lambda: model) as gallery:

        def whole() -> bool:
            gallery.show(FRAME)
            return all(small.pixels is not None for small in gallery.thumbnails)

        wait_for(whole)
        found = {small.style: small.pixels for small in gallery.thumbnails}
    with Stylizer(model, device="cpu", precision=Precision.AUTO, threads=1) as stylizer:
        stylizer.steadiness = 0.0
        for style in (model.styles.names[1], model.styles.names[-1]):
            stylizer.style = style
            expected, pixels = stylizer.stylize(thumbnail(FRAME)), found[style]
            assert pixels is not None
            assert np.abs(pixels.astype(int) - expected).mean() < 2
