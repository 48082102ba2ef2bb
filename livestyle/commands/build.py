"""livestyle build: make TensorRT engines before they are needed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from livestyle.commands.options import ModelName
from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.runtime.gpu.driver import Gpu, find_gpu
from livestyle.runtime.tensorrt.builder import LEVELS, BuildOptions, Flavour, library
from livestyle.runtime.tensorrt.plan_cache import Order, Target, obtain

NAME = "build"


def main(
    model: ModelName = "cin-lite",
    size: Annotated[
        list[str] | None, typer.Option(help="Size of the frames; may be given again.", metavar="WxH")
    ] = None,
    precision: Annotated[
        list[Precision] | None, typer.Option(help="f16, f32 or int8; may be given again.")
    ] = None,
    flavour: Annotated[
        Flavour | None, typer.Option(help="Which TensorRT; default: the one that is installed.")
    ] = None,
    gpu: Annotated[int | None, typer.Option(help="Number of the GPU to build for.", min=0)] = None,
    level: Annotated[
        int, typer.Option(help="0 is built fastest, 5 may run fastest.", min=0, max=LEVELS[-1])
    ] = BuildOptions.level,
    overwrite: Annotated[bool, typer.Option(help="Build again what is there and fits.")] = False,
) -> None:
    """Build TensorRT engines now, so that the app need not at its first start.

    TensorRT for RTX builds without a GPU too; such an engine shows that the model can be built, no more.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    chosen = flavour or installed_flavour()
    loaded = Model.load(model)
    found = chosen_gpu(gpu, chosen)
    target = Target.of(found) if found else Target()
    rule = SizeRule(loaded.card.size_multiple)
    sizes = [rule.padded(Size.parse(text)) for text in size or ["640x480"]]
    orders = [
        Order(loaded, of, p, chosen, target, level, undisturbed=True)
        for of in sizes
        for p in precision or [Precision.F16]
    ]
    for order in orders:
        plan = follow(order, found, overwrite, console)
        typer.echo(f"{order.path}  {len(plan) / 1e6:.1f} MB")


def chosen_gpu(number: int | None, flavour: Flavour) -> Gpu | None:
    """The GPU to build for; None where TensorRT for RTX does without. LivestyleError where there is none."""
    try:
        return find_gpu(number or 0)
    except LivestyleError:
        if number is None and flavour is Flavour.RTX:
            return None
        raise


def installed_flavour() -> Flavour:
    """Full TensorRT where it is installed, else TensorRT for RTX. LivestyleError with both causes."""
    causes = []
    for flavour in Flavour:
        try:
            library(flavour)
        except LivestyleError as error:
            causes.append(f"  {error}")
        else:
            return flavour
    raise LivestyleError("no TensorRT is installed:\n" + "\n".join(causes))


def follow(order: Order, gpu: Gpu | None, again: bool, console: Console) -> bytes:
    """Get the plan and draw how far it is. Ctrl+C ends the building too."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(order.path.stem, total=1.0)

    def progress(share: float) -> None:
        bar.start()
        bar.update(task, completed=share)

    try:
        return obtain(order, gpu, again=again, report=console.print, progress=progress)
    finally:
        if bar.live.is_started:
            bar.stop()
