"""Measure the whole live pipeline without a camera, and the engine alone."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from livestyle.bench.engine import frames_together
from livestyle.bench.layers import LayerTimes, layer_times
from livestyle.commands.given import refuse
from livestyle.commands.idle import refuse_slots
from livestyle.commands.options import Arithmetic, AsJson, Device, ModelName, SlotCount, Threads
from livestyle.core.config import SLOTS, Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.pipeline.stats import Delay, Percentiles
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.run import ShowOptions, show

NAME = "bench"
WARM_UP = 5
STAGES = {"h2d": "frame to the GPU", "inference": "inference", "d2h": "painting from the GPU"}


LISTED_SHARE = 0.01
"""Of the whole: layers below it make one line of the table."""


def main(
    context: typer.Context,
    camera: Annotated[str, typer.Option(help="A synthetic scene, or a video file to play.")] = "synthetic",
    size: Annotated[str, typer.Option(help="Size of the camera's frames.", metavar="WxH")] = "640x480",
    fps: Annotated[float, typer.Option(help="The camera's rate.", min=1)] = 30.0,
    seconds: Annotated[float, typer.Option(help="How long the pipeline runs.", min=1)] = 10.0,
    streams: Annotated[
        int, typer.Option(help="Films side by side on one engine, each in a style of its own.", min=1)
    ] = 1,
    frames: Annotated[int, typer.Option(help="How many frames the engine alone paints.", min=1)] = 100,
    window: Annotated[bool, typer.Option("--window", help="Show it, so that display counts.")] = False,
    layers: Annotated[
        bool, typer.Option("--layers", help="Measure each layer of the network alone, on a CPU by OpenVINO.")
    ] = False,
    model: ModelName = "cin-lite",
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    slots: SlotCount = SLOTS,
    as_json: AsJson = False,
) -> None:
    """Measure the live pipeline without a camera: rates, latency from capture to display, drops."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    chosen = Size.parse(size)
    if layers:
        refuse(context, "with --layers", "camera", "fps", "seconds", "streams", "window", "slots")
        times = layer_times(Model.load(model), chosen, device, precision, threads, frames)
        _print(times.row(), _layer_table(times), as_json)
        return
    refuse_slots(context, device)
    with Stylizer(model, device, precision, threads, console.print, slots) as stylizer:
        alone = engine_alone(stylizer, chosen, frames)
        loaded = stylizer.model
    together = frames_together(loaded, chosen, device, precision, threads, slots, streams)
    options = ShowOptions(
        cameras=(camera,),
        size=chosen,
        fps=fps,
        model=model,
        device=device,
        precision=precision,
        threads=threads,
        slots=slots,
        window=window,
        seconds=seconds,
        governor=False,
    )
    found = {**show(options, console), "engine_alone_ms": alone, **together, "window": window}
    _print(found, _table(found), as_json)


def _print(found: dict[str, Any], table: Table, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        Console(highlight=False, markup=False).print(table)


def engine_alone(stylizer: Stylizer, size: Size, frames: int) -> dict[str, float]:
    """Milliseconds a frame, one after the other, without anything beside it: p50, p95, max."""
    pixels = np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), np.uint8)
    delay = Delay()
    for number in range(WARM_UP + frames):
        began = time.perf_counter()
        stylizer.stylize(pixels)
        if number >= WARM_UP:
            delay.add((time.perf_counter() - began) * 1e3)
    measured = Percentiles.of(delay)
    return {"p50": measured.p50, "p95": measured.p95, "max": measured.max}


def _table(found: dict[str, Any]) -> Table:
    table = Table("", "p50", "p95", "max", box=None, pad_edge=False)
    for label, key in (
        ("engine alone, ms", "engine_alone_ms"),
        ("inference in the pipeline, ms", "inference_ms"),
        ("capture to display, ms", "latency_ms"),
    ):
        table.add_row(label, *(f"{found[key][column]:.1f}" for column in ("p50", "p95", "max")))
    for stage, row in found.get("stages_ms", {}).items():
        table.add_row(f"{STAGES[stage]}, ms", f"{row['p50_ms']:.2f}", f"{row['p95_ms']:.2f}")
    for key, label in (("in_flight", "with frames in flight"), ("streams", "of all films side by side")):
        if key in found:
            table.add_row(f"frames a second {label}", f"{found[key]['frames_per_second']:.1f}")
    table.add_row("frames a second", f"{found['display_fps']:.1f}")
    table.add_row("frames shown", str(found["frames"]))
    table.add_row("frames dropped", str(found["dropped"]))
    table.add_row("memory, MB", str(found["memory_mb"]))
    return table


def _layer_table(times: LayerTimes) -> Table:
    """The layers in their order, then the kinds, the longest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("layer", "kind", "kernel"):
        table.add_column(heading, overflow="fold")
    table.add_column("ms", justify="right")
    table.add_column("share", justify="right")
    least = LISTED_SHARE * times.counted_ms

    def add(name: str, kind: str, kernel: str, ms: float) -> None:
        table.add_row(name, kind, kernel, f"{ms:.3f}", f"{ms / times.counted_ms:.1%}")

    for layer in times.layers:
        if layer.ms >= least:
            add(layer.name, layer.kind, layer.kernel, layer.ms)
    small = [layer.ms for layer in times.layers if layer.ms < least]
    add(f"{len(small)} others", "", "", sum(small))
    table.add_section()
    for kind, ms in times.kinds().items():
        if ms >= least:
            add("all", kind, "", ms)
    add("all layers", "", "", times.counted_ms)
    table.add_row("a frame", "", "", f"{times.frame_ms:.3f}", "")
    table.caption = f"{times.model}, {times.size}; {times.engine}"
    return table
