"""TensorRT on an NVIDIA GPU, in both its flavours. Not run on hardware yet: see README.md."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Lines, Progress
from livestyle.runtime.engine import BUILDING
from livestyle.runtime.gpu.cuda import Cuda, Stream
from livestyle.runtime.gpu.driver import CudaError, Gpu, cuda_errors, find_gpu
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.gpu.frame_ring import Bind, Execution
from livestyle.runtime.tensorrt.builder import Flavour, library, log
from livestyle.runtime.tensorrt.plan_cache import Order, Target, is_built, keep_kernels, obtain, read_kernels


class TensorRtEngine(GpuEngine):
    """Runs full TensorRT. If the plan isn't built yet, `open` builds it and reports how far it is."""

    name = Flavour.FULL.value
    flavour = Flavour.FULL

    @property
    def ready(self) -> bool:
        return is_built(self._find()[0])

    def _find(self) -> tuple[Order, Gpu]:
        """The plan that is needed here and the GPU that it is for. LivestyleError if it can't run."""
        library(self.flavour)
        gpu = find_gpu(self.options.gpu)
        target, beside = Target.of(gpu), self.options.beside
        order = Order(self.model, self.size, self.precision, self.flavour, target, beside=beside)
        return order, gpu

    def _open_impl(self) -> None:
        self._order, gpu = self._find()
        with cuda_errors(self._title):
            self._data = obtain(self._order, gpu, report=self.options.report, progress=self._progress)
        super()._open_impl()

    def _load(self, cuda: Cuda) -> None:
        kernels = read_kernels(self._order)
        try:
            self._plan = Plan(self.flavour, self._data, kernels)
        except LivestyleError as error:
            self.options.report(f"{self._order.path} can't be used: {error}")
            report, progress = self.options.report, self._progress
            self._data = obtain(self._order, cuda.gpu, again=True, report=report, progress=progress)
            self._plan = Plan(self.flavour, self._data)
        self._kernels = kernels
        del self._data

    def _binder(self, cuda: Cuda) -> Bind:
        """Slots of a film with state run one after the other, so they share the memory of activations."""
        nbytes = max(1, self._plan.memory_bytes)
        shared = cuda.device(nbytes) if self.model.card.state else None

        def bind(addresses: Mapping[str, int], stream: Stream) -> Execution:
            return self._plan.bind(addresses, cuda.device(nbytes) if shared is None else shared)

        return bind

    def _unload(self) -> None:
        with contextlib.suppress(Exception):  # of a GPU that failed there are none; they are compiled again
            kernels = self._plan.kernels()
            if kernels and kernels != self._kernels:
                keep_kernels(self._order, kernels)
        del self._plan

    @property
    def _progress(self) -> Progress:
        lines = Lines(self.options.report, BUILDING)

        def tell(share: float) -> None:
            self.options.progress(share)
            lines.tell(share)

        return tell

    @property
    def _title(self) -> str:
        return f"{self.flavour.label} {library(self.flavour).__version__}"


class RtxEngine(TensorRtEngine):
    """Runs TensorRT for RTX, on GeForce and other RTX cards from Turing on."""

    name = Flavour.RTX.value
    flavour = Flavour.RTX


class Plan:
    """Loads a plan into the memory of the GPU whose context is current in this thread."""

    def __init__(self, flavour: Flavour, data: bytes, kernels: bytes = b"") -> None:
        """kernels: those that an earlier run compiled. LivestyleError if TensorRT can't load the plan."""
        self._trt, self._log = library(flavour), log(flavour)
        self._log.errors.clear()
        try:
            self._runtime = self._trt.Runtime(self._log)
            self._engine = self._runtime.deserialize_cuda_engine(data)
        except (RuntimeError, TypeError) as error:  # pybind: the factory returned nothing
            raise LivestyleError(f"{flavour.label} can't run here: {self._log.first() or error}") from error
        if self._engine is None:
            raise LivestyleError(f"{flavour.label} can't load the engine: {self._log.first()}")
        self._config = self._cache = None
        if flavour is Flavour.RTX:
            self._config = self._engine.create_runtime_config()
            self._config.set_execution_context_allocation_strategy(self._user_managed)
            self._cache = self._config.create_runtime_cache()
            if kernels:  # TensorRT ignores those of another driver, and damaged ones
                self._cache.deserialize(kernels)
            self._config.set_runtime_cache(self._cache)

    @property
    def _user_managed(self) -> Any:
        return self._trt.ExecutionContextAllocationStrategy.USER_MANAGED

    @property
    def memory_bytes(self) -> int:
        """The memory that a context needs for activations."""
        return int(self._engine.device_memory_size_v2)

    def kernels(self) -> bytes:
        """The kernels that TensorRT for RTX has compiled so far, for the next start; empty on full
        TensorRT.
        """
        return bytes(self._cache.serialize()) if self._cache is not None else b""

    @property
    def tensors(self) -> set[str]:
        """The names of its inputs and outputs."""
        return {self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors)}

    def bind(self, addresses: Mapping[str, int], memory: int) -> Bound:
        """Make a context with its tensors at `addresses`, and its `memory_bytes` of memory at `memory`.

        CudaError if TensorRT can't make it; LivestyleError if the plan has other tensors.
        """
        if set(addresses) != self.tensors:
            raise LivestyleError(
                f"the engine has the tensors {sorted(self.tensors)}, not {sorted(addresses)}"
            )
        self._log.errors.clear()
        context = self._engine.create_execution_context(self._config or self._user_managed)
        if context is None:
            raise CudaError(f"create_execution_context failed: {self._log.first()}")
        context.set_device_memory(memory, self.memory_bytes)
        for name, address in addresses.items():
            if not context.set_tensor_address(name, address):
                raise CudaError(f"set_tensor_address of {name!r} failed: {self._log.first()}")
        return Bound(context, self._log)


class Bound:
    """Is an Execution by a TensorRT context; it is freed before its plan."""

    def __init__(self, context: Any, messages: Any) -> None:
        self._context = context
        self._log = messages

    def enqueue(self, stream: Stream) -> None:
        with cuda_errors("TensorRT"):
            enqueued = self._context.execute_async_v3(stream.handle)
        if not enqueued:
            raise CudaError(f"execute_async_v3 failed: {self._log.first()}")

    def capturable(self, stream: Stream) -> bool:
        """TensorRT for RTX knows whether it can; for full TensorRT the capture has to be tried."""
        asked = getattr(self._context, "is_stream_capturable", None)
        return asked is None or bool(asked(stream.handle))

    def close(self) -> None:
        self._context = None
