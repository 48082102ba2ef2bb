"""What there is to paint with, changed by keys: models in turn, and any picture as a style."""

from __future__ import annotations

import contextlib
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
from livestyle.pipeline.gallery import Gallery
from livestyle.pipeline.grid import AnyPipeline
from livestyle.pipeline.look import Look
from livestyle.sources.images import load_style_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import check_own
from livestyle.ui.gallery_view import Offer
from livestyle.ui.models import Models
from livestyle.ui.picker import Picker, neighbour
from livestyle.ui.previews import Previews

AGAIN_S = 4.0
"""How soon the key that removes a style, or goes to another model, has to be pressed again."""


class Chooser:
    """Asks a stylizer that is painting for other models and styles. Used by the display thread alone.

    Nothing here waits: engines are prepared and pictures encoded on other threads. What came of it
    is told by `news`, and by the pipeline's for engines.
    """

    def __init__(
        self,
        pipeline: AnyPipeline,
        stylizer: Stylizer,
        models: Sequence[Model],
        picture: Path | None = None,
        named: int = 1,
    ) -> None:
        """models, named: see Models. picture: where choosing begins."""
        self.gallery = Gallery(lambda: stylizer.model, lambda: pipeline.spare)
        self._stylizer = stylizer
        self._hot_swap = pipeline.hot_swap
        self._pipeline = pipeline
        self._previews = Previews()
        self.models = Models(pipeline, stylizer, models, named)
        self._picture = picture
        self._thread = ThreadPoolExecutor(1, "livestyle-pictures")
        self._coming: tuple[Look, Future[str]] | None = None
        self._last: Future[str] | None = None
        self._going, self._going_until, self._offered_until = "", 0.0, 0.0
        self._waiting: tuple[Path, bool] | None = None

    @property
    def model(self) -> Model:
        """What paints now."""
        return self._stylizer.model

    @property
    def busy(self) -> str:
        """What is going on beside the painting, such as 'Preparing cin'; empty = nothing."""
        preparing = self._hot_swap.preparing
        share = f"  {self._hot_swap.progress:.0%}" if self._hot_swap.progress else ""
        return f"Preparing {preparing}{share}" if preparing else ""

    def offer(self) -> Offer:
        """What the gallery shows."""
        look, models, thumbnails = self._pipeline.look, self.models, self.gallery.thumbnails
        return Offer(
            thumbnails,
            look.style,
            look.second_style,
            models.titles,
            models.current,
            adds=models.any_picture is not None,
            titles=tuple(self.model.styles.titles_of(small.style) for small in thumbnails),
            about=tuple(models.about(number) for number in range(len(models.names))),
            coming=models.wanted if models.coming else None,
            problem=self.gallery.problem,
            busy=self.busy,
        )

    def picker(self, sure: bool = False) -> Picker | str:
        """Choose a picture; or what to tell the user, where another model has to be gone to for that first.

        sure: the user knows. LivestyleError where no model takes pictures.
        """
        if first := self._go_to_pictures(sure):
            return first
        self._previews.forget()
        return Picker(self._picture.parent if self._picture else pictures_dir(), self._previews)

    def drop(self, path: Path) -> str:
        """As `add`, for a picture that was dropped; where another model has to be gone to, it is."""
        self._go_to_pictures(sure=True)
        return self.add(path)

    def _go_to_pictures(self, sure: bool) -> str:
        """Go to a model that takes pictures; gives what to tell the user, where that is to be asked first."""
        other = self.models.any_picture
        if self._stylizer.model.card.encoder is None and other is not None and not self._is_coming(other):
            title, now = self.models.titles[other], time.monotonic()
            if not sure and now > self._offered_until:
                self._offered_until = now + AGAIN_S
                return f"A picture needs another model, “{title}”: i again goes there"
            self.models.choose(other)
        elif self.models.coming is None:
            self._stylizer.model.encoder()
        self._offered_until = 0.0
        return ""

    def _is_coming(self, number: int) -> bool:
        return self.models.coming is not None and self.models.wanted == number

    def add(self, path: Path, keep_it: bool = True) -> str:
        """Begin to make a style of a picture file, in place of one that waits; the look changes to it.

        keep_it: it is there the next time too.
        """
        coming = self.models.coming
        if self._stylizer.model.card.encoder is None and coming is not None and coming.card.encoder:
            self._waiting = path, keep_it
            return f"{path.name} follows once {coming.card.name} is there"
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

    @property
    def browses(self) -> bool:
        """There was a picture, and its folder can be gone through."""
        return self._picture is not None

    def browse(self, step: int) -> str:
        """As `add` for the picture `step` places on in the folder of the last one, which is not kept."""
        if self._picture is None:
            raise LivestyleError("i opens a picture")
        return self.add(neighbour(self._picture.absolute(), step), keep_it=False)

    def remove(self, style: str = "") -> str:
        """Remove a style for good, at the second call within AGAIN_S seconds; the one that is shown, if none.

        LivestyleError for one that ships with the model.
        """
        style, now = style or self._pipeline.look.style, time.monotonic()
        check_own(self._stylizer.model, style)
        if self._going != style or now > self._going_until:
            self._going, self._going_until = style, now + AGAIN_S
            return f"d again removes {self._title(style)} for good"
        self._going = ""
        title = self._title(style)
        self._stylizer.remove_style(style)
        return f"Removed {title}"

    def _title(self, style: str) -> str:
        return self.model.styles.title(style)

    def news(self) -> list[str]:
        """What to tell the user since the last call: models, pictures that became styles or did not."""
        lines = self.models.news()
        if self._waiting is not None and self.models.coming is None:
            waiting, self._waiting = self._waiting, None
            with contextlib.suppress(LivestyleError):  # the model did not come, and that was said
                lines.append(self.add(*waiting))
        return lines + self._pictures()

    def _pictures(self) -> list[str]:
        if self._coming is None or not self._coming[1].done():
            return []
        (look, coming), self._coming = self._coming, None
        try:
            name = coming.result()
        except (LivestyleError, OSError) as error:
            return [told(error)]
        look.ask(name)
        return [f"Style: {self._title(name)}"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait a moment for a picture that is being encoded."""
        self.gallery.close()
        self._previews.close()
        end(self._thread, self._last)
