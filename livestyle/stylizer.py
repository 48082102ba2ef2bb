"""The public API: a model, a style, and frames in, paintings out."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.card import Model
from livestyle.config import STEADINESS, Precision
from livestyle.errors import LivestyleError
from livestyle.frame import Pixels
from livestyle.runtime.encoder import StyleEncoder
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.select import Report, engines_for, open_engine
from livestyle.size import Size, SizeRule
from livestyle.styles import StyleChoice, Vector


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
        self._engine: Engine | None = None
        self._info: EngineInfo | None = None
        self._encoder: StyleEncoder | None = None
        self._changing = threading.Lock()
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
        self._strength = float(value)

    @property
    def keep_color(self) -> bool:
        """Whether the camera's colours stay under the painting's light and strokes."""
        return self._keep_color > 0

    @keep_color.setter
    def keep_color(self, value: bool) -> None:
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
        if self._info is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._info

    def add_style(self, name: str, picture: Pixels) -> str:
        """Make a style of a picture, uint8 BGR (H, W, 3); gives the name it goes by (see StyleBank.added).

        The picture is encoded once; then it is a style like any other, until this stylizer ends.
        Another thread may paint meanwhile. LivestyleError for a bad picture, a model without an
        encoder, or one that was replaced meanwhile.
        """
        model, encoder = self.model, self._encoder
        if encoder is None or encoder.model.folder != model.folder:
            encoder = self._encoder = StyleEncoder(model, self._device)
        vector = encoder.encode(picture)
        with self._changing:
            if self.model.folder != model.folder:
                raise LivestyleError(f"{name} is for {model.card.name}, which paints no more; add it again")
            name, bank = self.model.styles.added(name, vector)
            self.model = replace(self.model, styles=bank)
        return name

    def engine_for(self, model: Model) -> Engine:
        """An open engine that paints frames as they are now with another model; the caller closes it.

        LivestyleError before `open` or the first frame.
        """
        if self._size is None:
            raise LivestyleError("no engine is open yet; call open(size) or stylize a frame first")
        return self._open_engine(model, self._size)

    def adopt(self, engine: Engine) -> Engine | None:
        """Go on with this open engine, of whatever model, from the next frame on; closes it in the end.

        Gives the one before to the caller, to be closed. The style of the same name stays, else it
        is the model's first; all else stays as it is set, the frames before too where the model stays.
        """
        before, model = self._engine, engine.model
        if before is not None and before.model.folder == model.folder and before.size == engine.size:
            engine.state = before.state
        self._engine, self._info = engine, engine.info
        if model.folder != self.model.folder:
            name = self._style if self._style in model.styles.names else model.styles.names[0]
            with self._changing:
                self.model = model
            self.style = name
        return before

    def open(self, size: Size) -> Self:
        """Compile for frames of `size` now rather than at the first frame."""
        if self._engine is None or self._engine.size != self._rule.padded(size):
            self.close()
            self._engine = self._open_engine(self.model, size)
            self._info = self._engine.info
        elif size != self._size:
            self.reset()
        self._size = size
        return self

    def stylize(self, pixels: Pixels) -> Pixels:
        """Paint one frame, uint8 BGR (H, W, 3) to the same; the result is the caller's own.

        LivestyleError for another type or shape, or a side under 64 px.
        """
        if getattr(pixels, "ndim", 0) != 3 or pixels.shape[2] != 3 or pixels.dtype != "uint8":
            found = f"{getattr(pixels, 'dtype', type(pixels).__name__)} {getattr(pixels, 'shape', '')}"
            raise LivestyleError(f"bad frame: {found}; expected uint8 (H, W, 3) in BGR")
        size = Size.of(pixels)
        self.open(size)
        assert self._engine is not None
        padded = self._rule.pad(pixels)
        painted = self._engine.infer(padded, self._vector, self._strength, self._keep_color, self._steadiness)
        return np.ascontiguousarray(self._rule.crop(painted, size))

    def reset(self) -> None:
        """Forget the frames before: the next one is painted as if it were the first. So does another size."""
        if self._engine is not None:
            self._engine.reset()

    def close(self) -> None:
        """Free the engine; the next frame opens one again."""
        if self._engine is not None:
            self._engine.close()
            self._engine = self._info = None

    @property
    def _rule(self) -> SizeRule:
        return SizeRule(self.model.card.size_multiple)

    def _open_engine(self, model: Model, size: Size) -> Engine:
        padded = SizeRule(model.card.size_multiple).padded(size)
        return open_engine(model, padded, self._device, self._precision, self._threads, self._report)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
