"""What TensorRT for RTX leaves of the casts and paddings of FP16, as its built engines say; needs no GPU.

    python benchmarks/kernels.py --out benchmarks/results/kernels.json

It fuses when it builds, not when it runs, and then lists the kernels of the engine in its log, with the nodes
that each was made of. How long they take is not known from that, nor what full TensorRT would do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from livestyle.core.config import Precision
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, build, library, log, parse
from livestyle.runtime.tensorrt.onnx_nodes import CONVOLUTIONS
from livestyle.runtime.tensorrt.plan_cache import Order
from livestyle.runtime.tensorrt.typed_graph import typed_graph

RTX = Flavour.RTX
NORM = "InstanceNormalization"


@dataclass(frozen=True)
class Kernel:
    """One of an engine's. operators: of the ONNX nodes in it. reads, writes: types, such as 'Half'."""

    operators: tuple[str, ...]
    reads: frozenset[str]
    writes: frozenset[str]

    def has(self, *operators: str) -> bool:
        return bool(set(operators).intersection(self.operators))


class Detailed:
    """A builder whose engines say all that they are made of."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder

    def create_builder_config(self) -> Any:
        config = self._builder.create_builder_config()
        config.profiling_verbosity = library(RTX).ProfilingVerbosity.DETAILED
        return config

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)


def kernels(model: Model, size: Size, precision: Precision = Precision.F16) -> list[Kernel]:
    """What an engine consists of, in its order."""
    graph = typed_graph(model, precision)
    operators = {node.name: node.op_type for node in onnx.load_from_string(graph).graph.node}
    network = parse(RTX, graph, Order(model, size, precision, RTX).shapes)
    with heard() as messages:
        build(replace(network, builder=Detailed(network.builder)), BuildOptions())
    (listed,) = (message for message in messages if message.startswith("Layers:"))
    return [_kernel(line, operators) for line in listed.splitlines() if "LayerType: " in line]


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """All that TensorRT logs meanwhile; it has one log per process."""
    messages, kind = list[str](), type(log(RTX))
    whole = kind.log
    kind.log = lambda _, severity, message: messages.append(message)
    try:
        yield messages
    finally:
        kind.log = whole


def _kernel(line: str, operators: dict[str, str]) -> Kernel:
    """Of 'Name: …, LayerType: …, Inputs: [ … Datatype: Half … ], Outputs: [ … ], … [ONNX Layer: pad]'."""
    before, _, after = line.partition("Outputs: ")
    reads, writes = (frozenset(re.findall(r"Datatype: (\w+)", part)) for part in (before, after))
    names = re.findall(r"\[ONNX Layer: ([^\]]+)\]", line)
    return Kernel(tuple(operators[name] for name in names if name in operators), reads, writes)


def summary(found: Sequence[Kernel]) -> dict[str, int]:
    """What became of casts and paddings."""
    convolve = [kernel for kernel in found if kernel.has(*CONVOLUTIONS)]
    return {
        "kernels": len(found),
        "convolutions": len(convolve),
        "that cast or pad themselves": sum(kernel.has("Cast", "Pad") for kernel in convolve),
        "casts alone": sum(set(kernel.operators) == {"Cast"} for kernel in found),
        "casts with a normalisation": sum(kernel.has("Cast") and kernel.has(NORM) for kernel in found),
        "casts with a padding": sum(kernel.has("Cast") and kernel.has("Pad") for kernel in found),
        "paddings without a cast": sum(kernel.has("Pad") and not kernel.has("Cast") for kernel in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=("cin-lite", "adain-lite", "cin", "adain"))
    parser.add_argument("--sizes", nargs="+", default=("640x480", "1280x720", "1920x1080"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {"tensorrt": f"{RTX.label} {library(RTX).__version__}"}
    for model in map(Model.load, options.models):
        sizes = (SizeRule(model.card.size_multiple).padded(Size.parse(text)) for text in options.sizes)
        found[model.card.name] = {str(size): summary(kernels(model, size)) for size in sizes}
        print(json.dumps({model.card.name: found[model.card.name]}, indent=2), flush=True)
    if options.out:
        options.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
