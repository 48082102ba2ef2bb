"""A torch module as an ONNX file: traced, its weights rounded, without a trace of where it was made."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from livestyle.workshop.export.float16_weights import store_halves

OPSET = 20

EXPORTERS = ("torch", "onnxscript", "onnx_ir")
"""Whose loggers tell of an export."""


def write_onnx(
    module: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: Sequence[str],
    outputs: Sequence[str],
    free: Sequence[Mapping[int, Any]],
) -> None:
    """Trace `module`, which is in eval mode, with `example`, and write the graph.

    inputs, outputs: names of the tensors. free: for each input the axes that stay free, as torch.export
    has them. Weights of convolutions become float16 (see float16_weights.py).
    """
    with quiet():
        torch.onnx.export(
            module,
            example,
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
            dynamic_shapes=tuple(dict(axes) for axes in free),
        )
    model = onnx.load(str(path))
    forget_origins(model)
    store_halves(model)
    onnx.save(model, str(path))


def forget_origins(model: onnx.ModelProto) -> None:
    """Take out the exporter's notes: source lines and paths of the machine it ran on."""
    graph = model.graph
    for item in (
        model,
        graph,
        *graph.node,
        *graph.initializer,
        *graph.input,
        *graph.output,
        *graph.value_info,
    ):
        del item.metadata_props[:]
        item.doc_string = ""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The exporter prints and warns of its own affairs; errors still raise, and nobody else is silenced."""
    loggers = [logging.getLogger(name) for name in EXPORTERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
