"""ONNX Runtime on what its execution providers reach: Apple's, Windows' and AMD's.

None of this has run on one: it is used only where it is asked for. ONNX Runtime itself would go on on the CPU
without an error where a provider is missing, does not load, lacks an operator, or fails in a frame.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import resolve_shapes
from livestyle.runtime.onnxruntime import OnnxRuntimeEngine

CPU = "CPUExecutionProvider"


class ProviderEngine(OnnxRuntimeEngine):
    """Runs the float graph in f32 on one execution provider, at one size.

    Fixed shapes leave no arithmetic of shapes in the graph, which ONNX Runtime would do on the CPU. What
    the provider still leaves to the CPU is an error, or is told (see `whole`).
    """

    auto = Precision.F32

    providers: tuple[str, ...]
    """ONNX Runtime's names of the provider; the first that is installed is used."""

    title: str

    whole = True
    """Whether the provider has to take the whole graph; if not, what it leaves is reported and in `info`."""

    def _graph(self) -> str:
        if self.precision is not Precision.F32:
            raise LivestyleError(f"{self.name} takes no {self.precision}; use --precision f32")
        return super()._graph()

    def _opened(self, onnxruntime: Any, path: str, options: Any) -> Any:
        provider = self._provider(onnxruntime)
        for name, length in self._lengths(onnxruntime, path).items():
            options.add_free_dimension_override_by_name(name, length)
        if self.whole:
            options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
        options.log_severity_level = 4  # it would print its errors, beside raising them
        self._set(options)
        chosen = [(provider, self._settings())]
        try:
            session = onnxruntime.InferenceSession(path, options, providers=chosen, enable_fallback=0)
        except Exception as error:  # its exceptions share no base class below Exception
            raise LivestyleError(
                f"{self.title} can't run all of {path}: {error}; use --device cpu"
            ) from error
        if session.get_providers()[0] != provider:
            raise LivestyleError(
                f"{provider} does not load; its driver or libraries are missing; {self.install}"
            )
        session.disable_fallback()
        self._left = Counter() if self.whole else left_to_cpu(session, provider)
        if self._left:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._left.items()))
            self.options.report(f"{self.name} leaves to the CPU: {kinds}")
        return session

    def _provider(self, onnxruntime: Any) -> str:
        here = onnxruntime.get_available_providers()
        for provider in self.providers:
            if provider in here:
                return provider
        raise LivestyleError(
            f"this ONNX Runtime has no {self.providers[0]}, only {', '.join(here)}; {self.install}"
        )

    def _lengths(self, onnxruntime: Any, path: str) -> dict[str, int]:
        """The graph's named dimensions, at this engine's size."""
        shapes: dict[str, tuple[int, ...]] = {
            "frame": (1, self.size.height, self.size.width, 3),
            **{f"state_{n}": s for n, s in resolve_shapes(self.model.card.state, self.size).items()},
        }
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        plain = onnxruntime.InferenceSession(path, options, providers=[CPU])
        return {
            name: length
            for port in plain.get_inputs()
            for name, length in zip(port.shape, shapes.get(port.name, ()), strict=False)
            if isinstance(name, str)
        }

    def _set(self, options: Any) -> None:
        """Change the SessionOptions as the provider needs them."""

    def _settings(self) -> dict[str, str]:
        """The provider's own options."""
        return {"device_id": str(self.options.gpu)}

    @property
    def _where(self) -> str:
        left = sum(self._left.values())
        return f"{self.title} ({left} operators on the CPU)" if left else self.title


def left_to_cpu(session: Any, provider: str) -> Counter[str]:
    """The operators, by kind, that do not run on a session's provider. LivestyleError if none does."""
    if not hasattr(session, "get_provider_graph_assignment_info"):
        raise LivestyleError(
            f"this ONNX Runtime can't say what {provider} runs; expected 1.24 or newer: "
            "pip install -U onnxruntime"
        )
    parts = session.get_provider_graph_assignment_info()
    if not any(part.ep_name == provider for part in parts):
        raise LivestyleError(f"{provider} takes no operator of this graph; use --device cpu")
    return Counter(node.op_type for part in parts if part.ep_name != provider for node in part.get_nodes())


class CoreMlEngine(ProviderEngine):
    """Apple's GPUs and neural engines. CoreML has no bytes, so that at least the pixels' casts are left."""

    name = "coreml"
    providers = ("CoreMLExecutionProvider",)
    title = "CoreML"
    whole = False
    install = "on a Mac: pip install '.[onnxruntime]'"

    def _settings(self) -> dict[str, str]:
        return {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"}


class DirectMlEngine(ProviderEngine):
    """Any GPU of Windows that has DirectX 12."""

    name = "directml"
    numbered = True
    providers = ("DmlExecutionProvider",)
    title = "DirectML"
    install = "on Windows: pip uninstall -y onnxruntime, then pip install onnxruntime-directml"

    def _set(self, options: Any) -> None:
        options.enable_mem_pattern = False  # DirectML refuses sessions with it


class RocmEngine(ProviderEngine):
    """AMD's GPUs under Linux: by MIGraphX, or in an ONNX Runtime before 1.23 by ROCm itself."""

    name = "rocm"
    numbered = True
    providers = ("MIGraphXExecutionProvider", "ROCMExecutionProvider")
    title = "AMD GPU"
    install = (
        "with an AMD GPU under Linux: install ROCm and MIGraphX, pip uninstall -y onnxruntime, "
        "then pip install onnxruntime-migraphx"
    )
