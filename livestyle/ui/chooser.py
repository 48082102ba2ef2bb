"""What there is to paint with, changed by keys: models in turn, and any picture as a style."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.background import end
from livestyle.core.config import pictures_dir
from livestyle.core.errors import LivestyleError, told
from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.look import Look
from livestyle.sources.images import load_style_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import check_own
from livestyle.ui.panels import pretty
from livestyle.ui.picker import Picker, neighbour

AGAIN_S = 4.0
"""How soon the key that removes a style has to be pressed again."""


class Chooser:
    """Asks a stylizer that is painting for other models and styles. Used by the display thread alone.

    Nothing here waits: engines are prepared and pictures encoded on other threads. What came of it
    is told by `news`, and by the pipeline's for engines.
    """

    def __init__(
        self, pipeline: AnyPipeline, stylizer: Stylizer, models: Sequence[Model], picture: Path | None = None
    ) -> None:
        """models: in the order of the key, the stylizer's among them. picture: where choosing begins."""
        self._stylizer = stylizer
        self._hot_swap = pipeline.hot_swap
        self._pipeline = pipeline
        self._models = list(models)
        self._wanted = 0
        self._picture = picture
        self._thread = ThreadPoolExecutor(1, "livestyle-pictures")
        self._coming: tuple[Look, Future[str]] | None = None
        self._last: Future[str] | None = None
        self._going, self._going_until = "", 0.0

    @property
    def busy(self) -> str:
        """What is going on beside the painting, such as 'Preparing cin'; empty = nothing."""
        preparing = self._hot_swap.preparing
        share = f"  {self._hot_swap.progress:.0%}" if self._hot_swap.progress else ""
        return f"Preparing {preparing}{share}" if preparing else ""

    @property
    def model(self) -> Model:
        """What paints now."""
        return self._stylizer.model

    @property
    def models(self) -> Sequence[Model]:
        """All there are, in the order of the key."""
        return self._models

    def turn(self, step: int) -> str:
        """Prepare the model `step` places on; gives what to tell the user."""
        if len(self._models) == 1:
            return f"{self.model.card.name} is the only model here"
        start = self._wanted if self._hot_swap.preparing else self._current()
        return self._prepare((start + step) % len(self._models))

    def turn_to(self, name: str) -> str:
        """Prepare a model by name. LivestyleError for one that isn't here."""
        names = [model.card.name for model in self._models]
        if name not in names:
            raise LivestyleError(f"there is no model {name!r} here; expected one of {', '.join(names)}")
        return self._prepare(names.index(name))

    def _current(self) -> int:
        return [model.folder for model in self._models].index(self.model.folder)

    def _prepare(self, wanted: int) -> str:
        current = self._current()
        self._models[current] = self.model  # with the styles it got meanwhile
        self._wanted, model = wanted, self._models[wanted]
        if wanted == current:
            self._hot_swap.stay()
            return f"Model: {model.card.name}"
        self._hot_swap.switch(model)
        return f"Preparing {model.card.name} …"

    def picker(self) -> Picker:
        """Choose a picture. LivestyleError where the model takes trained styles only."""
        self._stylizer.model.encoder()
        if self._picture is not None:
            return Picker(self._picture.parent)
        return Picker(pictures_dir())

    def add(self, path: Path, keep_it: bool = True) -> str:
        """Begin to make a style of a picture file, in place of one that waits; the look changes to it.

        keep_it: it is there the next time too.
        """
        self._stylizer.model.encoder()
        self._picture = path
        return self._begin(path.name, lambda: load_style_image(path), keep_it)

    def add_picture(self, name: str, picture: Pixels) -> str:
        """As `add`, for a picture that is here already, uint8 BGR (H, W, 3); it is kept."""
        self._stylizer.model.encoder()
        return self._begin(name, lambda: (name, picture), True)

    def _begin(self, what: str, read: Callable[[], tuple[str, Pixels]], keep_it: bool) -> str:
        if self._coming is not None:
            self._coming[1].cancel()
        self._last = self._thread.submit(lambda: self._stylizer.add_style(*read(), keep_it=keep_it))
        self._coming = self._pipeline.look, self._last
        return f"Reading {what} …"

    def browse(self, step: int) -> str:
        """As `add` for the picture `step` places on in the folder of the last one, which is not kept."""
        if self._picture is None:
            return "i opens a picture"
        return self.add(neighbour(self._picture.absolute(), step), keep_it=False)

    def remove(self) -> str:
        """Remove the style that is shown for good, at the second call within AGAIN_S seconds.

        LivestyleError for one that ships with the model.
        """
        style, now = self._pipeline.look.style, time.monotonic()
        check_own(self._stylizer.model, style)
        if self._going != style or now > self._going_until:
            self._going, self._going_until = style, now + AGAIN_S
            return f"d again removes {pretty(style)} for good"
        self._going = ""
        self._stylizer.remove_style(style)
        return f"Removed {pretty(style)}"

    def news(self) -> list[str]:
        """What to tell the user about pictures that became styles, or did not, since the last call."""
        if self._coming is None or not self._coming[1].done():
            return []
        (look, coming), self._coming = self._coming, None
        try:
            name = coming.result()
        except (LivestyleError, OSError) as error:
            return [told(error)]
        look.ask(name)
        return [f"Style: {pretty(name)}"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait a moment for a picture that is being encoded."""
        end(self._thread, self._last)
