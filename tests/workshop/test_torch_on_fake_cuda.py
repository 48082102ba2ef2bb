"""torch's graphs on fake tensors of a CUDA device: where every tensor lies, without a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.gpu.engine import signature
from livestyle.workshop.torch_engine import live_module, order, prepared
from tests.runtime.graphs import SHIPPED

SIZE = Size(128, 96)
CUDA = torch.device("cuda:0")


class Places(TorchDispatchMode):
    """Notes every operation that reads or makes a tensor outside the GPU, and how what it convolves lies."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.elsewhere: list[str] = []
        self.convolved: list[bool] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs, found)) if isinstance(leaf, Tensor)]
        if any(tensor.device != CUDA for tensor in tensors):
            self.elsewhere.append(str(func))
        if "convolution" in str(func) and not args[6]:  # nor transposed
            self.convolved.append(args[0].is_contiguous(memory_format=torch.channels_last))
        return found


def on_fake_cuda(module: nn.Module, mode: FakeTensorMode) -> nn.Module:
    """`module` as `.to("cuda")` would leave it, buffers too; what is no buffer stays where it is."""
    for part in module.modules():
        for table in (part._parameters, part._buffers):
            for name, tensor in table.items():
                if tensor is not None:
                    meta = mode.from_tensor(tensor.detach()).to("meta")
                    table[name] = FakeTensor(mode, meta, CUDA)  # type: ignore[assignment]
    return module


def frame(model: Model, mode: FakeTensorMode) -> Sequence[Tensor]:
    """What the graph takes, on the GPU."""
    inputs, _ = order(signature(model, SIZE))
    kinds = {"uint8": torch.uint8, "float32": torch.float32}
    with mode:
        return [torch.empty(s.shape, dtype=kinds[s.dtype.name], device=CUDA) for s in inputs.values()]


@pytest.fixture(autouse=True)
def autocast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no GPU torch leaves autocast out."""
    monkeypatch.setattr(
        "torch.amp.autocast_mode.torch.cuda.amp.common.amp_definitely_not_available", lambda: False
    )


@pytest.mark.parametrize("precision", [Precision.F32, Precision.F16])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_whole_frame_stays_on_the_gpu(name: str, precision: Precision) -> None:
    model, mode = Model.load(name), FakeTensorMode(allow_non_fake_inputs=True)
    module = on_fake_cuda(prepared(live_module(model), precision), mode)
    inputs = frame(model, mode)
    with torch.no_grad(), mode, Places() as places:
        found = module(*inputs)
    _, outputs = order(signature(model, SIZE))
    assert [tuple(tensor.shape) for tensor in found] == [spec.shape for spec in outputs.values()]
    assert places.elsewhere == []
    assert all(places.convolved), places.convolved
