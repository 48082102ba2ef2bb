"""The torch engine without its GPU: module, precision, films. Nothing here has run on CUDA."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import GpuOptions
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.engine import signature
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine
from livestyle.workshop.export.check import psnr
from livestyle.workshop.torch_engine import TorchCudaEngine, live_module, order, prepared
from tests.conftest import picture
from tests.runtime.engines import TorchOnHost
from tests.runtime.gpu.strict_cuda import StrictCuda

SIZE = Size(96, 64)


class Types(TorchFunctionMode):
    """Notes of what type the results of convolutions and normalisations are."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, set[torch.dtype]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name.startswith(("conv", "var_mean")):
            first = found[0] if isinstance(found, tuple) else found
            self.seen.setdefault(name, set()).add(first.dtype)
        return found


def test_convolutions_are_half_and_normalisations_are_not(model: Model) -> None:
    module = prepared(live_module(model), Precision.F16)
    inputs, outputs = order(signature(model, SIZE))
    tensors = [torch.from_numpy(np.ones(spec.shape, spec.dtype)) for spec in inputs.values()]
    with torch.no_grad(), Types() as types:
        found = module(*tensors)
    halves, norms = (types.seen.pop(name) for name in ("conv2d", "var_mean"))
    assert halves == {torch.float16}
    assert norms == {torch.float32}
    assert all(kinds == {torch.float16} for kinds in types.seen.values())
    for tensor, spec in zip(found, outputs.values(), strict=True):
        assert (tuple(tensor.shape), tensor.numpy().dtype) == (spec.shape, spec.dtype)


@pytest.mark.parametrize("index", [0, 7, -1])
def test_half_precision_paints_what_a_cpu_paints(model: Model, index: int) -> None:
    vector, photo = model.styles.vectors[index], picture(SIZE)
    with (
        TorchOnHost(model, SIZE, Precision.F16) as engine,
        OnnxRuntimeEngine(model, SIZE, Precision.F32, 1) as other,
    ):
        style = FrameStyle.still(vector)
        assert psnr(engine.infer(photo, style), other.infer(photo, style)) > 40


def test_frames_in_flight_paint_what_one_after_the_other_paints(model: Model) -> None:
    frames = [picture(SIZE, seed // 3) for seed in range(9)]
    vectors = model.styles.vectors
    with TorchOnHost(model, SIZE, Precision.F32, options=GpuOptions(slots=3)) as engine:
        expected = [engine.infer(f, FrameStyle(vectors[i % 4], steadiness=0.8)) for i, f in enumerate(frames)]
        film, found = engine.open_film(), []
        for i, frame in enumerate(frames):
            if film.in_flight == film.depth:
                found.append(film.result())
            film.submit(frame, FrameStyle(vectors[i % 4], steadiness=0.8))
        found += [film.result() for _ in range(film.in_flight)]
    np.testing.assert_array_equal(found, expected)


def test_more_than_the_slots_hold_is_refused(model: Model) -> None:
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        for _ in range(2):
            engine.film.submit(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
        with pytest.raises(LivestyleError, match="2 frames are in flight already; take a result first"):
            engine.film.submit(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
        engine.film.drop()
        with pytest.raises(LivestyleError, match="no frame is in flight"):
            engine.film.result()


def test_an_error_of_cuda_reaches_the_caller_and_closing_still_works(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TorchOnHost(model, SIZE, Precision.F32) as engine:
        monkeypatch.setattr(
            StrictCuda, "record", lambda *_: (_ for _ in ()).throw(CudaError("cuEventRecord failed"))
        )
        for _ in range(2):
            engine.film.submit(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))
            with pytest.raises(CudaError, match="cuEventRecord failed"):
                engine.film.result()
    with pytest.raises(LivestyleError, match="not open"):
        engine.infer(picture(SIZE), FrameStyle.still(model.styles.vectors[0]))


def test_what_it_can_t_do_comes_with_a_remedy(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TorchCudaEngine, "_open_cuda", TorchOnHost._open_cuda)
    for precision in (Precision.BF16, Precision.INT8):
        with pytest.raises(LivestyleError, match=f"no {precision}; use --precision f16 or f32"):
            TorchCudaEngine(model, SIZE, precision).open()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(LivestyleError, match="sees no GPU; it needs torch for CUDA: pip install"):
        TorchCudaEngine(model, SIZE, Precision.F16).open()
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(LivestyleError, match=r"torch can't be loaded .*pip install '\.\[train\]'"):
        TorchCudaEngine(model, SIZE, Precision.F16).open()
