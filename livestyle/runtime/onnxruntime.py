"""ONNX Runtime on a CPU: the second opinion on every graph, and the engine where OpenVINO is missing."""

from __future__ import annotations

from typing import Any

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.runtime.cores import cores, limit
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Tensors


class OnnxRuntimeEngine(Engine):
    """Runs the float graph in f32 or the INT8 graph; it has no bf16.

    INT8 gains nothing in it: ONNX Runtime fuses Q/DQ only where they follow a convolution too, and here a
    normalisation does. It rounds as the graph says and computes the convolutions in float: 1.06 to 1.20 times
    as long as f32 (Zen 1).
    """

    name = "onnxruntime"
    auto = Precision.F32
    install = "pip install '.[onnxruntime]'"

    def _open_impl(self) -> None:
        onnxruntime = self._package()
        path = self._graph()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads or limit()
        try:
            self._session = self._opened(onnxruntime, path, options)
        except LivestyleError:
            raise
        except Exception as error:  # its exceptions share no base class below Exception
            raise LivestyleError(f"ONNX Runtime can't load {path}: {error}") from error
        self._version = onnxruntime.__version__

    def _package(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise LivestyleError(f"ONNX Runtime can't be loaded ({error}); {self.install}") from error
        return onnxruntime

    def _graph(self) -> str:
        """The file to run. LivestyleError for a precision that it doesn't have."""
        if self.precision in (Precision.BF16, Precision.F16):
            raise LivestyleError(
                f"ONNX Runtime has no {self.precision} on a CPU; use --precision f32 or int8"
            )
        return str(self.model.graph("int8" if self.precision is Precision.INT8 else "float"))

    def _opened(self, onnxruntime: Any, path: str, options: Any) -> Any:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def _close_impl(self) -> None:
        del self._session

    @property
    def info(self) -> EngineInfo:
        threads = self.threads or cores()
        return EngineInfo(f"ONNX Runtime {self._version}", self._where, self.precision, threads)

    @property
    def _where(self) -> str:
        return "CPU"

    def _infer_impl(self, feed: Tensors) -> Tensors:
        return dict(zip(self._outputs, self._session.run(self._outputs, feed), strict=True))
