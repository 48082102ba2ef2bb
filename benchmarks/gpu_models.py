"""Models for the GPU figures: a wide network of random weights, and what half precision costs each style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from floor import feed_of
from gpu_engines import pictures
from gpu_rivals import autocast, live_graph

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import STYLES_NAME, Card, Model, StyleNote, file_sha256
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import StyleBank
from livestyle.runtime.select import open_engine
from livestyle.workshop.export.check import psnr
from livestyle.workshop.export.live_transformer import LiveTransformer
from livestyle.workshop.export.onnx import export_onnx
from livestyle.workshop.export.steadiness import state_shapes
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer


def wide_model(parent: Path, arch: str = "wide", styles: int = 4) -> Model:
    """Johnson's network in full width, untrained: as fast as a trained one. Written to `parent`."""
    torch.manual_seed(0)
    net, folder, graph = Transformer(ARCHITECTURES[arch]), parent / f"{arch}-untrained", "model.onnx"
    folder.mkdir()
    export_onnx(net, folder / graph)
    vectors = net.new_styles(styles) + 0.2 * torch.randn(styles, net.style_length)
    names = tuple(f"random_{n}" for n in range(styles))
    StyleBank(names, vectors.numpy()).save(folder / STYLES_NAME)
    Card(
        name=f"{arch}-untrained",
        description="for its speed alone",
        method="CIN",
        architecture=net.arch.to_dict(),
        style_length=net.style_length,
        size_multiple=LiveTransformer(net.arch).size_multiple,
        graphs={"float": graph},
        sha256={"float": file_sha256(folder / graph)},
        licence="none",
        state=state_shapes(net.style_length),
        styles=tuple(StyleNote(name) for name in names),
    ).save(folder)
    return Model.load(folder)


def styles_in_half(
    model: Model, size: Size, device: torch.device, engines: Sequence[str]
) -> dict[str, dict[str, float] | str]:
    """dB of torch in half precision and of each engine, by style, against torch in f32 without TF32."""
    frames = pictures(size)[:2]
    torch.backends.cudnn.allow_tf32 = False
    exact = _painted(model, frames, device, half=False)
    torch.backends.cudnn.allow_tf32 = True
    half = _painted(model, frames, device, half=True)
    found: dict[str, dict[str, float] | str] = {"torch f16": _by_style(model, half, exact)}
    for name in engines:
        try:
            with open_engine(model, size, name) as engine:
                styles = [FrameStyle.still(vector) for vector in model.styles.vectors]
                shown = [engine.infer(frame, style).copy() for style in styles for frame in frames]
                found[str(engine.info)] = _by_style(model, shown, exact)
        except LivestyleError as error:
            found[name] = str(error).split("\n")[0]
    return found


@torch.inference_mode()
def _painted(model: Model, frames: Sequence[Pixels], device: torch.device, half: bool) -> list[Pixels]:
    """Every style of every frame by torch, without a past."""
    found, live = [], live_graph(model, device, half)
    for style in range(len(model.styles)):
        for frame in frames:
            feed = [torch.from_numpy(a.copy()).to(device) for a in feed_of(model, frame, style).values()]
            with autocast(device, half):
                found.append(live(*feed)[0][0].cpu().numpy())
    return found


def _by_style(model: Model, shown: Sequence[Pixels], exact: Sequence[Pixels]) -> dict[str, float]:
    values = np.array([psnr(a, b) for a, b in zip(shown, exact, strict=True)]).reshape(len(model.styles), -1)
    rows = {name: round(float(v), 2) for name, v in zip(model.styles, values.mean(axis=1), strict=True)}
    return {"worst": min(rows.values()), **rows}
