"""What the engines are measured against: torch, eager and compiled, and the loop of webcam projects."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from floor import Ceilings, feed_of
from torch import nn

from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.model.frame_style import STYLE_INPUTS
from livestyle.workshop.export import live_transformer as export
from livestyle.workshop.export.onnx import restore

MATRIX_SIDE = {"cuda": 8192, "cpu": 512}
COPY_BYTES = {"cuda": 2 << 30, "cpu": 16 << 20}
REPEATS = 10


class Rival(Protocol):
    """Paints frames of one size and keeps the time: stage name to milliseconds, where it knows them."""

    painted: Pixels
    """The latest painting."""

    def paint(self, pixels: Pixels) -> dict[str, float]: ...


class Clock:
    """Points on a stream; read once all work is done. On a CPU, where nothing is asynchronous, the time."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._points: list[Any] = []

    def point(self) -> None:
        if self._cuda:
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            self._points.append(event)
        else:
            self._points.append(time.perf_counter())

    def between(self) -> list[float]:
        """Milliseconds from point to point; waits for the last."""
        pairs = list(zip(self._points, self._points[1:], strict=False))
        if not self._cuda:
            return [(after - before) * 1e3 for before, after in pairs]
        self._points[-1].synchronize()
        return [before.elapsed_time(after) for before, after in pairs]


class TorchRival:
    """The live graph as a torch module, with pinned buffers made once and bytes over the bus."""

    def __init__(
        self, model: Model, pixels: Pixels, device: torch.device, half: bool, compiled: bool
    ) -> None:
        live = live_graph(model, device, half)
        self._run: Callable[..., Any] = torch.compile(live, dynamic=False) if compiled else live
        self._device, self._half = device, half
        feed = {name: torch.from_numpy(array.copy()) for name, array in feed_of(model, pixels).items()}
        pinned = device.type == "cuda"
        self._in = feed["frame"].pin_memory() if pinned else feed["frame"]
        self._out = torch.empty_like(feed["frame"], pin_memory=pinned)
        self._frame = self._in.to(device)
        self._look = [feed[name].to(device) for name in STYLE_INPUTS]
        self._state = [t.to(device) for name, t in feed.items() if name.startswith("state_")]

    @torch.inference_mode()
    def paint(self, pixels: Pixels) -> dict[str, float]:
        clock = Clock(self._device)
        self._in.numpy()[0] = pixels
        clock.point()
        self._frame.copy_(self._in, non_blocking=True)
        clock.point()
        with autocast(self._device, self._half):
            stylized, *state = self._run(self._frame, *self._look, *self._state)
        self._state = state
        clock.point()
        self._out.copy_(stylized, non_blocking=True)
        clock.point()
        stages = dict(zip(("h2d", "inference", "d2h"), clock.between(), strict=True))
        self.painted = self._out.numpy()[0].copy()
        return stages


class NaiveRival:
    """The known webcam projects' loop: new tensors for each frame, float32 over the bus, waiting in it."""

    def __init__(self, model: Model, device: torch.device) -> None:
        self._net = restore(model).net.eval().to(device)
        self._style = torch.from_numpy(model.styles.vectors[:1].copy()).to(device)
        self._device = device

    @torch.inference_mode()
    def paint(self, pixels: Pixels) -> dict[str, float]:
        image = np.ascontiguousarray(pixels[..., ::-1].transpose(2, 0, 1)[None]).astype(np.float32) / 255
        painted = self._net(torch.from_numpy(image).to(self._device), self._style)
        array = painted.clamp(0, 1).mul(255).cpu().numpy()[0]
        self.painted = np.ascontiguousarray(array.transpose(1, 2, 0)[..., ::-1]).round().astype(np.uint8)
        return {}


def live_graph(model: Model, device: torch.device, half: bool) -> nn.Module:
    """The live graph of a CIN model, channels last; with `half`, the weights of its convolutions in float16.

    Then it is to be run in `autocast`: normalisation and pixels stay float32, as in the graphs that ship.
    """
    live = export.live_graph(restore(model).net).requires_grad_(False).to(device)
    for weight in live.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
            weight.data = weight.data.half() if half else weight.data
    return live


def autocast(device: torch.device, half: bool) -> torch.autocast:
    return torch.autocast(device.type, torch.float16, enabled=half)


def measure_ceilings(device: torch.device) -> Ceilings:
    """What the chip does: a matrix product of random halves (a CPU: floats), large copies on it and to it."""
    side, count = MATRIX_SIDE[device.type], COPY_BYTES[device.type]
    kind = torch.float16 if device.type == "cuda" else torch.float32
    a, b = (torch.randn(side, side, device=device, dtype=kind) for _ in range(2))
    there, again = (torch.empty(count, dtype=torch.uint8, device=device) for _ in range(2))
    here = torch.empty(min(count, 256 << 20), dtype=torch.uint8, pin_memory=device.type == "cuda")
    part = there[: len(here)]
    return Ceilings(
        2 * side**3 / _seconds(lambda: torch.matmul(a, b), device),
        2 * count / _seconds(lambda: again.copy_(there), device),
        len(here) / _seconds(lambda: part.copy_(here, non_blocking=True), device),
        len(here) / _seconds(lambda: here.copy_(part, non_blocking=True), device),
    )


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The median over runs; the first three warm up."""
    taken = []
    for _ in range(3 + REPEATS):
        clock = Clock(device)
        clock.point()
        work()
        clock.point()
        taken.append(clock.between()[0])
    return float(np.median(taken[3:])) / 1e3
