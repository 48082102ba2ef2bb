"""ONNX Runtime on a CPU: the second opinion on every graph, and the engine where OpenVINO is missing."""

from __future__ import annotations

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.runtime.cores import cores, limit
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Tensors


class OnnxRuntimeEngine(Engine):
    """Runs the float graph in f32 or the INT8 graph; it has no bf16."""

    name = "onnxruntime"

    def _open_impl(self) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise LivestyleError(
                f"ONNX Runtime can't be loaded ({error}); pip install '.[onnxruntime]'"
            ) from error
        if self.precision in (Precision.BF16, Precision.F16):
            raise LivestyleError(
                f"ONNX Runtime has no {self.precision} on a CPU; use --precision f32 or int8"
            )
        path = self.model.graph("int8" if self.precision is Precision.INT8 else "float")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads or limit()
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions share no base class below Exception
            raise LivestyleError(f"ONNX Runtime can't load {path}: {error}") from error
        self._version = onnxruntime.__version__

    def _close_impl(self) -> None:
        del self._session

    @property
    def info(self) -> EngineInfo:
        threads = self.threads or cores()
        return EngineInfo(f"ONNX Runtime {self._version}", "CPU", self.precision, threads)

    def _infer_impl(self, feed: Tensors) -> Tensors:
        return dict(zip(self._outputs, self._session.run(self._outputs, feed), strict=True))
