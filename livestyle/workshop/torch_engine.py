"""torch on an NVIDIA GPU: runs where TensorRT isn't installed, and is the yardstick for it.

The one module of the live half that loads torch and the workshop, when its engine is opened: the
network is the workshop's own, and its weights are those of the shipped model.onnx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.runtime.gpu.cuda import Cuda, Stream
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.engine import GpuEngine, signature
from livestyle.runtime.gpu.frame_ring import Execution, Signature

if TYPE_CHECKING:
    import torch
    from torch import nn

WARM_UP = 3
"""Runs before a capture: cuDNN chooses its kernels and torch compiles in them."""

NEEDS = "torch for CUDA: pip install 'livestyle[train]'"


class TorchCudaEngine(GpuEngine):
    """Convolutions in half precision, normalisation in float32, channels last, as a CUDA graph."""

    name = "torch-cuda"
    captures = False
    compiled = False
    """Whether torch.compile is let loose on it: it starts in a minute instead of a second."""

    def _load(self, cuda: Cuda) -> None:
        torch = _torch()
        self._check(torch)
        self._cuda_layer = cuda
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = self.precision is not Precision.F32
        torch.set_grad_enabled(False)  # of this thread
        module = prepared(live_module(self.model), self.precision).to(self._device)
        self._module: Callable[..., Any] = module
        if self.compiled:
            self._module = torch.compile(module, dynamic=False)

    def _check(self, torch: Any) -> None:
        if self.precision not in (Precision.F32, Precision.F16):
            raise LivestyleError(f"torch-cuda has no {self.precision}; use --precision f16 or f32")
        if not torch.cuda.is_available():
            raise LivestyleError(f"torch {torch.__version__} sees no GPU; it needs {NEEDS}")

    @property
    def _device(self) -> str:
        return f"cuda:{self.options.gpu}"

    def _bind(self, addresses: Mapping[str, int], stream: Stream) -> Execution:
        inputs, outputs = order(signature(self.model, self.size))
        at = {name: self._tensor(addresses[name], spec) for name, spec in {**inputs, **outputs}.items()}
        run = Run(self._module, [at[name] for name in inputs], [at[name] for name in outputs])
        return self._execution(run, stream)

    def _execution(self, run: Run, stream: Stream) -> Execution:
        return GraphedRun(run, stream, self._device)

    def _tensor(self, address: int, spec: Spec) -> torch.Tensor:
        array = self._cuda_layer.array(address, spec.shape, spec.dtype)
        tensor: torch.Tensor = _torch().as_tensor(array, device=self._device)
        return tensor

    def _unload(self) -> None:
        del self._module

    @property
    def _title(self) -> str:
        return f"torch {_torch().__version__}{' compiled' * self.compiled}"


class CompiledTorchCudaEngine(TorchCudaEngine):
    """The same through torch.compile."""

    name = "torch-compile"
    compiled = True


class Run:
    """The network from fixed tensors to fixed tensors."""

    def __init__(
        self,
        module: Callable[..., Any],
        inputs: list[torch.Tensor],
        outputs: list[torch.Tensor],
    ) -> None:
        self._module = module
        self._inputs = inputs
        self._outputs = outputs

    def __call__(self) -> None:
        for target, found in zip(self._outputs, self._module(*self._inputs), strict=True):
            target.copy_(found)


class GraphedRun:
    """A Run, captured by torch, whose memory it is; replayed on the slot's stream."""

    def __init__(self, run: Run, stream: Stream, device: str) -> None:
        torch = _torch()
        self._stream = torch.cuda.ExternalStream(stream.handle, device=device)
        self._graph: Any = torch.cuda.CUDAGraph()
        with torch.cuda.stream(self._stream):
            for _ in range(WARM_UP):
                run()
        self._stream.synchronize()
        with torch.cuda.graph(self._graph, stream=self._stream, capture_error_mode="thread_local"):
            run()
        self._run = run

    def enqueue(self, stream: Stream) -> None:
        with _torch().cuda.stream(self._stream):
            self._graph.replay()

    def close(self) -> None:
        self._graph.reset()


def live_module(model: Model) -> nn.Module:
    """The model's live graph as a torch module, float32, with the weights of its float ONNX.

    Called with the graph's inputs in order, it returns its outputs in order.
    """
    try:
        from livestyle.workshop.export.live_transformer import live_graph
        from livestyle.workshop.export.onnx import load_network
    except ImportError as error:
        raise LivestyleError(f"the torch engine can't be loaded ({error}); it needs {NEEDS}") from error
    try:
        return live_graph(load_network(model))
    except LivestyleError:
        raise
    except Exception as error:  # the errors of protobuf share no base class below Exception
        raise LivestyleError(f"torch can't load {model.graph('float')}: {error}") from error


def prepared(module: nn.Module, precision: Precision) -> nn.Module:
    """`module` with channels last and, for F16, its convolutions in half precision; changed in place.

    Normalisation, pixels and state stay in float32: what goes into a convolution is rounded, no more.
    """
    torch = _torch()
    if precision is Precision.F16:
        for weight in module.parameters():
            weight.data = weight.data.half()
        module.forward = _autocast(module.forward)
    to: Any = module.to  # torch's own annotation of this call differs from build to build
    changed: nn.Module = to(memory_format=torch.channels_last)
    return changed


def order(of: Signature) -> tuple[dict[str, Spec], dict[str, Spec]]:
    """Inputs and outputs of the live graph in its order (see ARCHITECTURE.md)."""
    state = {f"state_{name}": spec for name, spec in of.state.items()}
    after = {f"next_{name}": spec for name, spec in of.state.items()}
    return {**of.inputs, **state}, {**of.outputs, **after}


def _autocast(forward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward` with what it convolves cast to half precision."""
    torch = _torch()

    def half(*inputs: Any) -> Any:
        with torch.autocast(inputs[0].device.type, torch.float16, cache_enabled=False):
            return forward(*inputs)

    return half


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise LivestyleError(f"torch can't be loaded ({error}); it needs {NEEDS}") from error
    return torch
