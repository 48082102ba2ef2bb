"""What only a GPU can show; left out where there is no driver. Nothing here has run on one yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.gpu.cuda import Cuda, Stream
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.frame_ring import Execution, Signature, Slots
from livestyle.runtime.gpu.open_cuda import LAYERS, open_cuda
from livestyle.runtime.select import open_engine
from livestyle.workshop.export.check import psnr
from livestyle.workshop.torch_engine import TorchCudaEngine
from tests.conftest import picture
from tests.runtime.graphs import SHIPPED

pytestmark = pytest.mark.gpu

SIZE = Size(320, 240)
SIDE, FRAMES = 64, 2000
FRAME, SUM = Spec((1, SIDE, SIDE, 3), np.dtype(np.uint8)), Spec((1, 1), np.dtype(np.int32))
SIGNATURE = Signature({"frame": FRAME}, {"stylized": FRAME}, {"sum": SUM})


@pytest.fixture(params=LAYERS)
def cuda(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cuda]:
    """Each layer that is installed."""
    monkeypatch.setenv("LIVESTYLE_CUDA", request.param)
    try:
        found = open_cuda()
    except CudaError as error:
        pytest.skip(str(error))
    yield found
    found.close()


@pytest.mark.parametrize(("precision", "least"), [(Precision.F32, 48.0), (Precision.F16, 38.0)])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_frame_is_what_a_cpu_paints(name: str, precision: Precision, least: float) -> None:
    model, photo = Model.load(name), picture(SIZE)
    with (
        TorchCudaEngine(model, SIZE, precision) as engine,
        open_engine(model, SIZE, "cpu", Precision.F32) as cpu,
    ):
        for style in map(FrameStyle.still, model.styles.vectors[:3]):
            assert psnr(engine.infer(photo, style), cpu.infer(photo, style)) > least


class Delayed:
    """stylized = frame + sum of the frames before, modulo 256, after a while that differs from slot to slot.

    Only operations into given memory: nothing is allocated, so that anyone may capture it.
    """

    def __init__(self, cuda: Cuda, addresses: Mapping[str, int], stream: Stream, cycles: int) -> None:
        specs = {"frame": FRAME, "stylized": FRAME, "state_sum": SUM, "next_sum": SUM}
        self._at = {
            name: torch.as_tensor(cuda.array(addresses[name], spec.shape, spec.dtype), device="cuda:0")
            for name, spec in specs.items()
        }
        self._stream = torch.cuda.ExternalStream(stream.handle)
        self._small = torch.empty(1, 1, dtype=torch.uint8, device="cuda:0")
        self._cycles = cycles

    def enqueue(self, stream: Stream) -> None:
        at = self._at
        with torch.cuda.stream(self._stream):
            torch.cuda._sleep(self._cycles)
            self._small.copy_(at["state_sum"])
            torch.add(at["frame"], self._small, out=at["stylized"])
            at["next_sum"].copy_(at["frame"].view(-1)[:1].view(1, 1))
            at["next_sum"].add_(at["state_sum"])
            torch.cuda._sleep(self._cycles // 2)

    def capturable(self, stream: Stream) -> bool:
        return True

    def close(self) -> None:
        pass


@pytest.mark.parametrize("graphs", [True, False])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_frames_in_flight_keep_their_order_and_their_past(cuda: Cuda, depth: int, graphs: bool) -> None:
    rng = np.random.default_rng(depth)

    def binder(part: Cuda) -> Callable[[Mapping[str, int], Stream], Execution]:
        return lambda addresses, stream: Delayed(part, addresses, stream, int(rng.integers(1, 300_000)))

    said: list[str] = []
    slots = Slots(cuda, SIGNATURE, binder, depth, graphs, said.append)
    values, past, expected = rng.integers(0, 256, FRAMES), 0, list[int]()
    for value in values:
        if slots.in_flight == depth:
            assert (slots.result() == expected.pop(0)).all()
        slots.fill({"frame": np.full(FRAME.shape, value, np.uint8)})
        slots.submit()
        expected.append((int(value) + past) % 256)
        past += int(value)
    while slots.in_flight:
        assert (slots.result() == expected.pop(0)).all()
    slots.close()
    no_graphs: Any = [line for line in said if "pip install cuda-bindings" not in line]
    assert no_graphs == []
