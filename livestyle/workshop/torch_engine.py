"""The torch engine for NVIDIA GPUs, for where TensorRT isn't installed, and to compare it with.

The one module of the live half that loads torch and the workshop, when its engine is opened: the
network is the workshop's own, and its weights are those of the shipped model.onnx.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Report
from livestyle.model.card import Model
from livestyle.runtime.gpu.cuda import Cuda, Stream
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.driver import cuda_errors, first_line
from livestyle.runtime.gpu.engine import GpuEngine, signature
from livestyle.runtime.gpu.frame_ring import Bind, Execution, Signature

if TYPE_CHECKING:
    import torch
    from torch import nn

WARM_UP = 3
"""Runs before a capture: cuDNN chooses its kernels and torch compiles in them."""

NEEDS = "torch for CUDA: pip install '.[train]'"


class TorchCudaEngine(GpuEngine):
    """Convolutions in half precision, normalisation in float32, channels last, as a CUDA graph."""

    name = "torch-cuda"
    captures = False
    compiled = False
    """Whether torch.compile is used: starting then takes a minute instead of a second."""

    def _load(self, cuda: Cuda) -> None:
        torch = _torch()
        self._check(torch)
        self._cuda_layer = cuda
        torch.set_grad_enabled(False)  # of this thread
        module = prepared(live_module(self.model), self.precision).to(self._device)
        self._module: Callable[..., Any] = module
        if self.compiled:
            self._module = torch.compile(module, dynamic=False)

    def _check(self, torch: Any) -> None:
        if self.model.card.scale != 1:
            raise LivestyleError("torch-cuda can't enlarge pictures; use --device cpu, or tensorrt or rtx")
        if self.precision not in (Precision.F32, Precision.F16):
            raise LivestyleError(f"torch-cuda has no {self.precision}; use --precision f16 or f32")
        if not torch.cuda.is_available():
            raise LivestyleError(f"torch {torch.__version__} sees no GPU; it needs {NEEDS}")

    @property
    def _device(self) -> str:
        return f"cuda:{self.options.gpu}"

    def _binder(self, cuda: Cuda) -> Bind:
        """Slots of a film with state run one after the other: their graphs share one pool of memory."""
        pool = _torch().cuda.graph_pool_handle() if not self.captures and self.model.card.state else None
        inputs, outputs = order(signature(self.model, self.size))

        def bind(addresses: Mapping[str, int], stream: Stream) -> Execution:
            at = {n: self._tensor(addresses[n], spec) for n, spec in {**inputs, **outputs}.items()}
            run = Run(self._module, [at[name] for name in inputs], [at[name] for name in outputs])
            return self._execution(run, stream, pool)

        return bind

    def _execution(self, run: Run, stream: Stream, pool: Any) -> Execution:
        made = TorchExecution(run, stream, self._device, exact=self.precision is Precision.F32)
        if self.graphs:
            made.capture(pool, self.options.report)
        return made

    def _tensor(self, address: int, spec: Spec) -> torch.Tensor:
        array = self._cuda_layer.array(address, spec.shape, spec.dtype)
        tensor: torch.Tensor = _torch().as_tensor(array, device=self._device)
        return tensor

    def _unload(self) -> None:
        del self._module
        with contextlib.suppress(Exception):  # an error was raised where it was met
            _torch().cuda.empty_cache()

    @property
    def _title(self) -> str:
        return f"torch {_torch().__version__}{' compiled' * self.compiled}"


class CompiledTorchCudaEngine(TorchCudaEngine):
    """The same through torch.compile."""

    name = "torch-compile"
    compiled = True


class Run:
    """Runs the network from fixed tensors to fixed tensors."""

    def __init__(
        self,
        module: Callable[..., Any],
        inputs: list[torch.Tensor],
        outputs: list[torch.Tensor],
    ) -> None:
        self._module = module
        self.inputs = inputs
        self.outputs = outputs

    def __call__(self) -> None:
        for target, found in zip(self.outputs, self._module(*self.inputs), strict=True):
            target.copy_(found)


class TorchExecution:
    """Runs a Run on a slot's stream. torch, which owns the memory, captures and replays it if it can.

    CudaError for whatever torch raises.
    """

    def __init__(self, run: Run, stream: Stream, device: str, exact: bool) -> None:
        """exact: without TF32."""
        self._run, self._exact = run, exact
        self._stream = _torch().cuda.ExternalStream(stream.handle, device=device)
        with self._current():
            for _ in range(WARM_UP):
                run()
        self._stream.synchronize()
        self._graph: Any = None

    def capture(self, pool: Any, report: Report) -> None:
        """From now on a graph is replayed, where there can be one; else `report` is told why not.

        pool: memory that graphs share that never run at once, None = of its own.
        """
        cuda = _torch().cuda
        graph = cuda.CUDAGraph()
        try:
            with (
                self._current(),
                cuda.graph(graph, pool, self._stream, capture_error_mode="thread_local"),
            ):
                self._run()
        except Exception as error:  # whatever it is, frames can be painted without
            report(f"CUDA graphs are not used: {first_line(error)}")
        else:
            self._graph = graph

    def enqueue(self, stream: Stream) -> None:
        with cuda_errors("torch"), self._current():
            if self._graph is None:
                self._run()
            else:
                self._graph.replay()

    def capturable(self, stream: Stream) -> bool:
        """Always False: torch has captured it itself."""
        return False

    def close(self) -> None:
        if self._graph is not None:
            self._graph.reset()
            self._graph = None
            with contextlib.suppress(Exception):  # where another engine is captured at this moment
                _torch().cuda.empty_cache()  # which keeps the graph's memory for graphs to come

    @contextlib.contextmanager
    def _current(self) -> Iterator[None]:
        """What torch runs goes to the slot's stream, with kernels that cuDNN tried out."""
        torch = _torch()
        flags = torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=not self._exact)
        with flags, torch.cuda.stream(self._stream):
            yield


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
    from livestyle.workshop.export.channels_last import keep_channels_last

    torch = _torch()
    keep_channels_last(module)
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
