"""The public API: a model, a style, and frames in, paintings out."""

from __future__ import annotations

from itertools import product
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.card import Model
from livestyle.config import STEADINESS, Precision
from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.select import Report, engines_for, open_engine
from livestyle.size import Size, SizeRule, tile
from livestyle.styles import StyleChoice, Vector

TILE_PX, MARGIN_PX = 256, 16
"""What a model that enlarges gets at once, and how far it looks around a pixel: tiles leave no seam."""


class Stylizer:
    """Paints frames of any size from 64x64 up.

    >>> with Stylizer(model="cin-lite") as stylizer:
    ...     stylizer.style = "great_wave"
    ...     painted = stylizer.stylize(frame)

    An engine is compiled for a size when the first frame of that size comes (or with `open`), and
    kept until another size comes. `style`, `strength`, `keep_color` and `steadiness` may be set at any
    time from any thread; they count from the next `stylize` on and compile nothing. `stylize` itself
    belongs to one thread at a time.

    Frames are taken as a film: where nothing moves, the painting is held (`steadiness`). Call
    `reset` between films, or set steadiness to 0 for pictures that have nothing to do with each other.

    A model that enlarges (`model.card.scale` above 1) gives larger frames and has no strength to set.
    """

    def __init__(
        self,
        model: str | Model = "cin-lite",
        device: str = "auto",
        precision: str | Precision = Precision.AUTO,
        threads: int = 0,
        report: Report = lambda _: None,
    ) -> None:
        """model: a name, a folder or a Model. device: auto, cpu, openvino or onnxruntime.

        precision: auto, f32, bf16 or int8. threads: 0 = the engine's choice. report: called with a
        line for every engine that was passed over. LivestyleError for a name that does not exist.
        """
        engines_for(device)
        if threads < 0:
            raise LivestyleError(f"threads {threads} is out of range; expected 0 (automatic) or more")
        self.model = model if isinstance(model, Model) else Model.load(model)
        self._device = device
        try:
            self._precision = Precision(precision)
        except ValueError:
            names = ", ".join(Precision)
            raise LivestyleError(f"unknown precision {precision!r}; expected one of {names}") from None
        self._threads = threads
        self._report = report
        self._rule = SizeRule(self.model.card.size_multiple)
        self._engine: Engine | None = None
        self._strength = 1.0
        self._keep_color = 0.0
        self._steadiness = STEADINESS
        self._size: Size | None = None
        self.style = self.styles[0]

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles, in order."""
        return self.model.styles.names

    @property
    def style(self) -> StyleChoice:
        """The style in use: a name, or weights by name. Set to either; any part of a name will do."""
        return self._style

    @style.setter
    def style(self, choice: StyleChoice) -> None:
        self._vector = self.model.styles.vector(choice)
        self._style = self.model.styles.find(choice) if isinstance(choice, str) else dict(choice)

    @property
    def style_vector(self) -> Vector:
        """The vector in use, float32 [D]. Set it for a crossfade; `style` keeps its name."""
        return self._vector

    @style_vector.setter
    def style_vector(self, vector: Vector) -> None:
        self._vector = vector

    @property
    def strength(self) -> float:
        """0 = the camera, 1 = the painting."""
        return self._strength

    @strength.setter
    def strength(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise LivestyleError(f"strength {value} is out of range; expected 0 to 1")
        if value != 1:
            self.model.card.check_paints()
        self._strength = float(value)

    @property
    def keep_color(self) -> bool:
        """Whether the camera's colours stay under the painting's light and strokes."""
        return self._keep_color > 0

    @keep_color.setter
    def keep_color(self, value: bool) -> None:
        if value:
            self.model.card.check_paints()
        self._keep_color = float(value)

    @property
    def steadiness(self) -> float:
        """0 = every frame by itself, 1 = the most is held where nothing moves. What moves is never held."""
        return self._steadiness

    @steadiness.setter
    def steadiness(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise LivestyleError(f"steadiness {value} is out of range; expected 0 to 1")
        self._steadiness = float(value)

    @property
    def info(self) -> EngineInfo:
        """What runs. LivestyleError before `open` or the first frame."""
        if self._engine is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._engine.info

    def open(self, size: Size) -> Self:
        """Compile for frames of `size` now rather than at the first frame."""
        if self.model.card.scale > 1:
            size = Size(min(size.width, TILE_PX), min(size.height, TILE_PX))
        padded = self._rule.padded(size)
        if self._engine is None or self._engine.size != padded:
            self.close()
            self._engine = open_engine(
                self.model, padded, self._device, self._precision, self._threads, self._report
            )
        return self

    def stylize(self, pixels: Pixels) -> Pixels:
        """Paint one frame, uint8 BGR (H, W, 3) to the same, or enlarge it; the result is the caller's own.

        LivestyleError for another type or shape, or a side under 64 px.
        """
        if getattr(pixels, "ndim", 0) != 3 or pixels.shape[2] != 3 or pixels.dtype != "uint8":
            found = f"{getattr(pixels, 'dtype', type(pixels).__name__)} {getattr(pixels, 'shape', '')}"
            raise LivestyleError(f"bad frame: {found}; expected uint8 (H, W, 3) in BGR")
        size = Size.of(pixels)
        self.open(size)
        assert self._engine is not None
        if size != self._size:
            self.reset()
            self._size = size
        if self.model.card.scale > 1:
            return self._enlarge(pixels, self._engine)
        padded = self._rule.pad(pixels)
        painted = self._engine.infer(padded, self._vector, self._strength, self._keep_color, self._steadiness)
        return np.ascontiguousarray(self._rule.crop(painted, size))

    def _enlarge(self, pixels: Pixels, engine: Engine) -> Pixels:
        """Tile by tile, so that a photo of any size takes the memory of a small one."""
        scale = self.model.card.scale
        size = Size.of(pixels).times(scale)
        whole = np.empty((size.height, size.width, 3), np.uint8)
        for y, x in product(*(tile(side, TILE_PX, MARGIN_PX) for side in pixels.shape[:2])):
            part = self._rule.pad(pixels[y.start : y.start + TILE_PX, x.start : x.start + TILE_PX])
            made = engine.infer(part, self._vector, 1.0, 0.0)
            (top, bottom), (left, right) = (
                ((at.keep_from - at.start) * scale, (at.keep_to - at.start) * scale) for at in (y, x)
            )
            rows = slice(y.keep_from * scale, y.keep_to * scale)
            columns = slice(x.keep_from * scale, x.keep_to * scale)
            whole[rows, columns] = made[top:bottom, left:right]
        return whole

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first. So does another size."""
        if self._engine is not None:
            self._engine.reset()

    def close(self) -> None:
        """Free the engine; the next frame opens one again."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
