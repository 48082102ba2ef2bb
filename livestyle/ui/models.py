"""The models in turn, from fast to slow, with what each is and how fast it is here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.pipeline.grid import AnyPipeline
from livestyle.runtime.engine import Engine
from livestyle.stylizer.hot_swap import paint_ms
from livestyle.stylizer.stylizer import Stylizer

LEAST_FPS = 5.0
"""What paints fewer frames a second is left out in turn, unless the user has named it."""

LATELY_S = 60.0
"""How long a model that was found slow is passed by untried."""

SETTLED_S = 3.0
"""How long after a change the figures of the run are those of the new model alone."""


class Models:
    """Used by the display thread alone. Nothing waits: engines are prepared on another thread."""

    def __init__(
        self, pipeline: AnyPipeline, stylizer: Stylizer, models: Sequence[Model], named: int
    ) -> None:
        """models: in the order of the key, the stylizer's among them.

        named: so many of them, the first, were asked for by name.
        """
        self._pipeline = pipeline
        self._stylizer = stylizer
        self._models = list(models)
        self._named = named
        self._step = 0
        self.wanted = self.current
        """the number of the one that was asked for last"""
        self._ms: dict[Path, tuple[float, float]] = {}
        self._on, self._since = self.current, time.monotonic()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(model.card.name for model in self._models)

    @property
    def titles(self) -> tuple[str, ...]:
        """What the user reads of each."""
        return titles_of(self._models)

    @property
    def all(self) -> Sequence[Model]:
        return self._models

    @property
    def current(self) -> int:
        """The number of the one that paints, from 0."""
        return [model.folder for model in self._models].index(self._stylizer.model.folder)

    @property
    def any_picture(self) -> int | None:
        """The number of the first that makes a style of any picture; None where none does."""
        return next((n for n, model in enumerate(self._models) if model.card.encoder), None)

    @property
    def coming(self) -> Model | None:
        """The one that is being prepared."""
        other = self.wanted != self.current and self._pipeline.hot_swap.preparing
        return self._models[self.wanted] if other else None

    def turn(self, step: int, every: bool = False) -> str:
        """Prepare the model `step` places on; gives what to tell the user.

        every: those too that are slow here.
        """
        if len(self._models) == 1:
            return f"{self._stylizer.model.card.name} is the only model here"
        number = self._next(self.wanted if self.coming else self.current, step, every)
        said = self.choose(number, sure=every)
        self._step = 0 if every else step
        return said

    def choose(self, number: int, sure: bool = True) -> str:
        """Prepare the model of this number, from 0; gives what to tell the user. sure: though it be slow."""
        current = self.current
        self._models[current] = self._stylizer.model  # with the styles it got meanwhile
        self.wanted, self._step, model = number, 0, self._models[number]
        if number == current:
            self._pipeline.hot_swap.stay()
            return f"Model: {model.card.name}"
        least = 0.0 if sure or number < self._named else LEAST_FPS
        self._pipeline.hot_swap.switch(model, lambda engine: self._check(engine, least))
        return f"Preparing {model.card.name} …"

    def choose_named(self, name: str) -> str:
        """Does what `choose` does, by name. LivestyleError for one that isn't here."""
        if name not in self.names:
            raise LivestyleError(f"there is no model {name!r} here; expected one of {', '.join(self.names)}")
        return self.choose(self.names.index(name))

    def news(self) -> list[str]:
        """What to tell of a model that paints now. One that was too slow is passed by for the next."""
        if self.current != self._on:
            self._on, self._since = self.current, time.monotonic()
            return [self.about(self._on)]
        slow, step = self.wanted, self._step
        if step and self.coming is None and slow != self._on and self._is_slow(slow):
            self.choose(self._next(slow, step, every=False), sure=False)
            self._step = step
            return [f"{self.about(slow)}; shift+tab goes there"]
        return []

    def about(self, number: int) -> str:
        """What a model is, and how fast it is here where that is known: 'cin: 16 paintings (8 fps here)'."""
        model = self._models[number]
        fps = self._fps(number)
        return f"{model.card.name}: {model.title}" + (f" ({fps:.0f} fps here)" if fps else "")

    def _next(self, number: int, step: int, every: bool) -> int:
        """The model `step` places on, or the first behind it that isn't slow, if only the one that paints."""
        places = [(number + step * n) % len(self._models) for n in range(1, len(self._models) + 1)]
        return next((n for n in places if every or not self._is_slow(n)), self.current)

    def _fps(self, number: int) -> float:
        """Frames a second that it could paint; 0 = not known yet."""
        recent = self._pipeline.stats.inference_ms.recent(50)
        if number == self.current and recent and time.monotonic() > self._since + SETTLED_S:
            self._ms[self._models[number].folder] = recent, time.monotonic()
        ms, _ = self._ms.get(self._models[number].folder, (0.0, 0.0))
        return 1000 / ms if ms else 0.0

    def _is_slow(self, number: int) -> bool:
        """And was so lately: what else the machine did then may be over."""
        _, when = self._ms.get(self._models[number].folder, (0.0, 0.0))
        lately = time.monotonic() < when + LATELY_S
        return number >= self._named and lately and self._fps(number) < LEAST_FPS

    def _check(self, engine: Engine, least: float) -> None:
        """On the thread that prepares it."""
        ms = paint_ms(engine)
        self._ms[engine.model.folder] = ms, time.monotonic()
        if 1000 / ms < least:
            raise LivestyleError(f"{engine.model.card.name} paints {1000 / ms:.1f} frames a second here")


def titles_of(models: Sequence[Model]) -> tuple[str, ...]:
    """What a newcomer reads of each: 'Any picture, fast'; its name before it where the card has no title."""
    cards = [model.card.title for model in models]
    return tuple(
        title[:1].upper() + title[1:] if title else f"{model.card.name}: {model.title}"
        for title, model in zip(cards, models, strict=True)
    )
