"""Runs a model's encoder, which turns any picture into a style vector."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.styles import Vector
from livestyle.runtime.cores import limit
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.runtime.openvino import OpenVinoEngine, core, reason
from livestyle.runtime.openvino_cache import cached

MIN_SIDE_PX = 16

RunEncoder: TypeAlias = Callable[[NDArray[np.uint8]], NDArray[Any]]
"""`picture`, uint8 [1, h, w, 3], to `style`, [1, D]"""


class StyleEncoder:
    """Loaded once, for pictures of any size; used by one thread at a time.

    Computes in float32 wherever it runs, so that a picture is the same style on every machine.
    """

    def __init__(self, model: Model, engine: str = OpenVinoEngine.name) -> None:
        """engine: the name of the engine that paints; the encoder runs on it if possible, else on a CPU.

        LivestyleError where the model has no encoder, NoEngineError where nothing can run it.
        """
        path = model.encoder()
        assert model.card.encoder is not None
        self.model = model
        self._graph = model.card.encoder
        self._run = _load(path, engine)

    def encode(self, picture: Pixels) -> Vector:
        """The style of a picture, uint8 BGR (H, W, 3), as float32 [D].

        LivestyleError for another type or shape, a side under 16 px, or what is no style vector.
        """
        try:
            found = self._run(scaled(picture, self._graph.side_px, self._graph.size_multiple)[None])
        except LivestyleError:
            raise
        except Exception as error:  # ONNX Runtime's exceptions share no base class below Exception
            raise LivestyleError(f"the encoder of {self.model.card.name} failed: {error}") from error
        length = self.model.card.style_length
        if found.shape != (1, length) or not np.isfinite(found).all():
            raise LivestyleError(
                f"the encoder of {self.model.card.name} gave {found.dtype} {found.shape}, "
                f"expected finite float32 (1, {length}); export the model again"
            )
        style: Vector = found[0].astype(np.float32)
        return style


def scaled(picture: Pixels, side_px: int, multiple: int) -> Pixels:
    """A picture at the size an encoder takes: about side_px² pixels, with sides rounded to multiples.

    LivestyleError for another type or shape, or a side under 16 px.
    """
    if getattr(picture, "ndim", 0) != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        found = f"{getattr(picture, 'dtype', type(picture).__name__)} {getattr(picture, 'shape', '')}"
        raise LivestyleError(f"bad picture: {found}; expected uint8 (H, W, 3) in BGR")
    size = Size.of(picture)
    if min(size.width, size.height) < MIN_SIDE_PX:
        raise LivestyleError(f"{size} is too small for a style; expected at least {MIN_SIDE_PX} px a side")
    scale = side_px / math.sqrt(size.width * size.height)
    width, height = (max(1, round(n * scale / multiple)) * multiple for n in (size.width, size.height))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=method).astype(np.uint8, copy=False)


def _load(path: Path, engine: str) -> RunEncoder:
    causes: dict[str, str] = {}
    for name in (engine,) if engine == OnnxRuntimeEngine.name else tuple(LOADERS):
        try:
            return LOADERS[name](path)
        except LivestyleError as error:
            causes[name] = str(error)
    raise NoEngineError(causes)


def _openvino(path: Path) -> RunEncoder:
    ov = core()
    try:
        with cached(f"{path.parent.name}-{path.stem}") as kept:
            settings = {"INFERENCE_PRECISION_HINT": "f32", **kept}
            compiled = ov.compile_model(ov.read_model(path), "CPU", settings)
    except (RuntimeError, ValueError) as error:  # a message in no UTF-8
        raise LivestyleError(f"OpenVINO can't compile {path}: {reason(error)}") from error

    def run(picture: NDArray[np.uint8]) -> NDArray[Any]:
        style: NDArray[Any] = compiled({"picture": picture})["style"]
        return style

    return run


def _onnxruntime(path: Path) -> RunEncoder:
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = limit()
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except ImportError as error:
        raise LivestyleError(
            f"ONNX Runtime can't be loaded ({error}); pip install '.[onnxruntime]'"
        ) from error
    except Exception as error:  # its exceptions share no base class below Exception
        raise LivestyleError(f"ONNX Runtime can't load {path}: {error}") from error

    def run(picture: NDArray[np.uint8]) -> NDArray[Any]:
        style: NDArray[Any] = session.run(["style"], {"picture": picture})[0]
        return style

    return run


LOADERS: Mapping[str, Callable[[Path], RunEncoder]] = {
    OpenVinoEngine.name: _openvino,
    OnnxRuntimeEngine.name: _onnxruntime,
}
