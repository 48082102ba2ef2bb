"""What paints in a live run: a stylizer with its hot_swap, and the lanes of the sources."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError
from livestyle.pipeline.lane import Lane
from livestyle.pipeline.look import Look
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.pipeline.stats import Stats
from livestyle.pipeline.worker import Worker, stop_all
from livestyle.runtime.engine import EngineInfo
from livestyle.sources.source import SourceInfo
from livestyle.stylizer.hot_swap import Handover, HotSwap
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import picture_of


class Stage:
    """What every live pipeline has. One of the lanes is `selected`: the keys and the figures are for it.

    What the `hot_swap` was told to prepare goes on between two frames. Entering starts the threads,
    leaving stops the sources and joins the threads.
    """

    _workers: Sequence[Worker]

    def __init__(self, stylizer: Stylizer, lanes: Sequence[Lane], painting_size: PaintingSize) -> None:
        """painting_size: the one that the lanes have."""
        self.painting_size = painting_size
        self.hot_swap = HotSwap(stylizer)
        self.lanes = lanes
        self.selected = 0
        self._stylizer = stylizer
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()

    @property
    def look(self) -> Look:
        return self.lanes[self.selected].look

    @property
    def stats(self) -> Stats:
        return self.lanes[self.selected].stats

    @property
    def frames_shown(self) -> int:
        """The frames shown of the source of which most were."""
        return max(lane.stats.display.count for lane in self.lanes)

    @property
    def spare(self) -> float:
        """The share of the last seconds, 0 to 1, in which the thread that paints had no frame to paint."""
        rates = ((lane.stats.inference.recent(), lane.stats.inference_ms.recent(50)) for lane in self.lanes)
        return max(0.0, 1.0 - sum(rate * ms / 1000 for rate, ms in rates))

    @property
    def source(self) -> SourceInfo:
        return self.lanes[self.selected].source.info

    @property
    def engine(self) -> EngineInfo:
        """What runs now."""
        return self._stylizer.info

    @property
    def model(self) -> str:
        """The name of the model that paints now."""
        return self._stylizer.model.card.name

    @property
    def picture(self) -> Path | None:
        """The file with the picture that the style was made of, where that is kept."""
        return picture_of(self._stylizer.model, self.look.style)

    def news(self) -> list[str]:
        """What to tell the user about engines taken over, or not, since the last call."""
        return [self._news.get() for _ in range(self._news.qsize())]

    def _hand_over(self) -> None:
        """Go on with what was prepared since the last frame: an engine, a model, more styles, another size.

        Ask for the size that is wanted. Its engine is prepared beside the painting, so a step costs no frame;
        the film of before ends with it, as at a cut: strokes hang on a size, and would show twice.
        """
        size = self.hot_swap.resizing
        try:
            taken = self.hot_swap.hand_over()
        except LivestyleError as error:
            self._news.put(str(error))
            if size is not None:
                self.painting_size.stay()
        else:
            if taken is Handover.SIZE and size is not None:
                self.painting_size.took_over(size)
            elif taken is Handover.ENGINE:
                self._news.put(f"{self.model}  ·  {self.engine.engine}")
                self.painting_size.forget()
        self.painting_size.counts = not self.hot_swap.preparing
        if (wanted := self.painting_size.wanted) is not None:
            self.hot_swap.resize(wanted)
        for lane in self.lanes:
            lane.look.follow(self._stylizer.model.styles, self._stylizer.model.first_style)

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lane in self.lanes:
            lane.source.stop()
            lane.captured.close()
            lane.paintings.close()
        try:
            stop_all(self._workers)
        except BaseException:
            if error is None:
                raise
        finally:
            self.hot_swap.close()
