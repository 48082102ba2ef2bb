"""Pictures of a film painted, in the style of their time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from livestyle.core.bars import Box
from livestyle.core.size import Size
from livestyle.offline.demux import Item, Picture
from livestyle.offline.shape import Shape
from livestyle.offline.style_schedule import StyleSchedule
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True)
class FilmProgress:
    """Frames painted so far, and how many there will be; None where the file doesn't say."""

    done: int
    total: int | None


class FilmPainter:
    """Paints pictures in the style of their time; packets pass between them."""

    def __init__(
        self,
        stylizer: Stylizer,
        schedule: StyleSchedule,
        time_base: Fraction,
        shape: Shape,
        total: int | None,
        progress: Callable[[FilmProgress], None],
        first_pts: int | None = None,
    ) -> None:
        """first_pts: of the film's first picture; None = it is the first that comes."""
        self._stylizer = stylizer
        self._schedule = schedule
        self._time_base = time_base
        self._shape = shape
        self._progress = progress
        self._total = total
        self._done = 0
        self._first_pts = first_pts
        self._changes: list[str] = []
        self._size: Size | None = None

    @property
    def seen(self) -> list[str]:
        """What was noticed of the pictures, in lines."""
        if not self._changes:
            return []
        more = f" and {len(self._changes) - 3} times more" if len(self._changes) > 3 else ""
        return [f"the picture becomes {', '.join(self._changes[:3])}{more}; it is shown whole, with bars"]

    def __call__(self, items: Iterable[Item]) -> Iterator[Item]:
        """Every item in order; as many pictures as the stylizer takes are in flight."""
        begun: deque[tuple[Item, Box | None]] = deque()
        for item in items:
            begun.append((item, self._begin(item) if isinstance(item, Picture) else None))
            while begun and (not isinstance(begun[0][0], Picture) or self._full):
                yield self._finish(*begun.popleft())
        while begun:
            yield self._finish(*begun.popleft())

    @property
    def _full(self) -> bool:
        return self._stylizer.in_flight >= self._stylizer.depth

    def _begin(self, picture: Picture) -> Box | None:
        """Where the picture lies in the painted one; None = it has no bars."""
        if self._first_pts is None:
            self._first_pts = picture.pts
        seconds = float((picture.pts - self._first_pts) * self._time_base)
        self._note(Size.of(picture.pixels), float(picture.pts * self._time_base))
        pixels, box = self._shape.fit(picture.pixels)
        self._stylizer.style_vector = self._schedule.at(seconds)
        self._stylizer.submit(pixels)
        return box and box.times(self._stylizer.model.card.scale)

    def _note(self, size: Size, seconds: float) -> None:
        if self._size is not None and size != self._size:
            self._changes.append(f"{size} at {seconds:.2f} s")
        self._size = size

    def _finish(self, item: Item, box: Box | None) -> Item:
        if not isinstance(item, Picture):
            return item
        painted = self._stylizer.result()
        if box is not None:
            box.clear_bars(painted)
        self._done += 1
        self._progress(FilmProgress(self._done, max(self._total, self._done) if self._total else None))
        return Picture(painted, item.pts, item.duration)
