"""A model that takes any picture as a style, small enough to be made in a test: AdaIN on bare pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnx.parser

from livestyle.model.card import STYLES_NAME, Card, EncoderGraph, Model, file_sha256
from livestyle.model.styles import StyleBank

HEAD = '<ir_version: 9, opset_import: ["": 20]>'
LIVE = """
live (uint8[1,H,W,3] frame, float[1,6] style, float[1] strength, float[1] keep_color)
    => (uint8[1,H,W,3] stylized)
<int64[2] sides = {1, 2}, int64[1] three = {3}, int64[1] six = {6}, int64[1] zero = {0}, int64[1] one = {1},
 float low = {0.0}, float high = {255.0}, float tiny = {0.01}>
{
    x = Cast<to = 1>(frame)
    mean = ReduceMean(x, sides)
    centred = Sub(x, mean)
    squares = Mul(centred, centred)
    variance = ReduceMean(squares, sides)
    safe = Add(variance, tiny)
    deviation = Sqrt(safe)
    normal = Div(centred, deviation)
    color = Slice(style, zero, three, one)
    spread = Slice(style, three, six, one)
    wide = Mul(normal, spread)
    painting = Add(wide, color)
    change = Sub(painting, x)
    part = Mul(strength, change)
    painted = Add(x, part)
    none = Mul(keep_color, low)
    whole = Add(painted, none)
    rounded = Round(whole)
    clipped = Clip(rounded, low, high)
    stylized = Cast<to = 2>(clipped)
}
"""
ENCODER = """
encode (uint8[1,h,w,3] picture) => (float[1,6] style)
<int64[2] sides = {1, 2}>
{
    x = Cast<to = 1>(picture)
    mean = ReduceMean<keepdims = 0>(x, sides)
    kept = ReduceMean(x, sides)
    centred = Sub(x, kept)
    squares = Mul(centred, centred)
    variance = ReduceMean<keepdims = 0>(squares, sides)
    deviation = Sqrt(variance)
    style = Concat<axis = 1>(mean, deviation)
}
"""


def write_tiny(folder: Path, *styles: str, encoder: bool = True) -> Model:
    """A model named as its folder; style n of it paints all in the grey n. D = 6: mean and deviation, BGR."""
    folder.mkdir(parents=True)
    onnx.save(onnx.parser.parse_model(HEAD + LIVE), folder / "model.onnx")
    graph = None
    if encoder:
        onnx.save(onnx.parser.parse_model(HEAD + ENCODER), folder / "encoder.onnx")
        graph = EncoderGraph("encoder.onnx", file_sha256(folder / "encoder.onnx"), side_px=64)
    names = styles or ("grey",)
    vectors = np.zeros((len(names), 6), np.float32)
    vectors[:, :3] = np.arange(len(names))[:, None]
    StyleBank(names, vectors).save(folder / STYLES_NAME)
    card = Card(
        name=folder.name,
        description="AdaIN on bare pixels",
        method="test",
        architecture={},
        style_length=6,
        size_multiple=4,
        graphs={"float": "model.onnx"},
        sha256={"float": file_sha256(folder / "model.onnx")},
        licence="test",
        encoder=graph,
    )
    card.save(folder)
    return Model.load(folder)
