"""livestyle calibrate: choose frames, quantise with them, judge the result, install it."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from livestyle.commands.given import refuse
from livestyle.commands.options import AsJson, ModelName
from livestyle.commands.train import require_torch
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.workshop.calibration.farthest_point import FrameChooser
from livestyle.workshop.calibration.frames import (
    check_frames_dir,
    frames_dir,
    look_at,
    read_frames,
    write_frames,
)

NAME = "calibrate"
QUANTISING = ("model", "min_psnr", "install_anyway", "install", "as_json")
KEPT_BACK = 8
"""One frame in this many is not calibrated with: INT8 is judged by those."""

MIN_PSNR_DB = 35.0
"""An error of 4.5 of 255 RMS, which paint hides. Ranges from unfit frames come to 28 dB."""


def main(
    context: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option("--from", help="Folder of photos, video or camera to choose from; may be given again."),
    ] = None,
    frames: Annotated[
        Path | None, typer.Option(help="Folder of the chosen frames; default calibration/frames.")
    ] = None,
    count: Annotated[int, typer.Option(help="Frames to choose, at most.", min=8)] = 120,
    seconds: Annotated[float, typer.Option(help="How long a camera is watched.", min=1)] = 60.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the frames chosen before.")] = False,
    only_frames: Annotated[bool, typer.Option("--only-frames", help="Choose frames and stop.")] = False,
    model: ModelName = "cin-lite",
    min_psnr: Annotated[float, typer.Option(help="Every style must come to this, dB.")] = MIN_PSNR_DB,
    install_anyway: Annotated[
        bool, typer.Option("--install-anyway", help="Install even where a style is below --min-psnr.")
    ] = False,
    install: Annotated[bool, typer.Option(help="Make the new INT8 graph the model's own.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make a model's INT8 graph anew from pictures of your own, and say what it costs and gives.

    livestyle calibrate --from photos/ --from 0

    The graph that is installed is replaced when the new one is whole and good enough.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    folder = frames or frames_dir()
    if not source:
        refuse(context, "without --from", "seconds", "overwrite")
    if only_frames:
        refuse(context, "with --only-frames", *QUANTISING)
    elif not install:
        refuse(context, "with --no-install", "min_psnr", "install_anyway")
    if source:
        choose(source, folder, count, seconds, overwrite, console)
    if only_frames:
        if not source:
            raise LivestyleError("nothing to choose from; give --from a folder, a video or a camera")
        return
    require_torch(("torch", "onnx", "nncf"))
    Calibration(Model.load(model), folder, count, console).run(
        None if install_anyway else min_psnr, install, as_json
    )


def choose(
    sources: list[str], folder: Path, count: int, seconds: float, overwrite: bool, console: Console
) -> None:
    """Look through `sources`, and write what was chosen to `folder`."""
    check_frames_dir(folder, overwrite)
    chooser = FrameChooser(count)
    for spec in sources:
        with console.status(f"looking at {spec}"):
            look_at(spec, seconds, chooser)
    chosen = chooser.chosen()
    if not chosen:
        raise LivestyleError(f"none of {chooser.seen} pictures shows anything; is the lens covered?")
    write_frames(folder, chosen, overwrite)
    console.print(f"{len(chosen)} of {chooser.seen} pictures chosen: {folder}", soft_wrap=True)


@dataclass(frozen=True)
class Calibration:
    """One model and the frames its INT8 graph is made with."""

    model: Model
    folder: Path
    count: int
    console: Console

    def run(self, min_psnr_db: float | None, install: bool, as_json: bool) -> None:
        """Quantise, judge, show, install; LivestyleError below `min_psnr_db`, and nothing is changed."""
        from livestyle.workshop.export.install_int8 import install as put
        from livestyle.workshop.export.int8_report import judge, with_int8
        from livestyle.workshop.export.quantize import quantize

        frames = read_frames(self.folder, self.count)
        held = frames[KEPT_BACK - 1 :: KEPT_BACK]
        used = [frame for number, frame in enumerate(frames, 1) if number % KEPT_BACK]
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / "model-int8.onnx"
            self.console.print(f"calibrating {self.model.card.name} with {len(used)} frames")
            with contextlib.redirect_stdout(sys.stderr):  # NNCF draws bars
                quantize(self.model.graph("float"), draft, used, self.model.styles)
            with self.console.status("judging"):
                found = judge(with_int8(self.model, draft), self.model, held)
            figures = {"int8_psnr_db": {k: round(v, 1) for k, v in found.psnr_db.items()}}
            counts = {"frames": len(used), "judged_by": len(held)}
            self._show({**found.to_dict(), **counts}, as_json)
            if not install:
                return
            if min_psnr_db is not None:
                found.check(min_psnr_db)
            where = put(draft, self.model, {**figures, "int8_calibration": counts})
        self.console.print(f"installed: {where}", soft_wrap=True)

    def _show(self, found: dict[str, Any], as_json: bool) -> None:
        if as_json:
            sys.stdout.write(json.dumps(found) + "\n")
        else:
            Console(highlight=False, markup=False).print(_table(found))


def _table(found: dict[str, Any]) -> Table:
    table = Table("INT8 against f32, dB", "new", "installed", box=None, pad_edge=False)
    for name, value in found["psnr_db"].items():
        had = found["installed_db"].get(name)
        table.add_row(name, f"{value:.1f}", "" if had is None else f"{had:.1f}")
    table.add_section()
    for kind, size in found["bytes"].items():
        table.add_row(f"{kind} graph, kB", f"{size / 1e3:.0f}")
    for precision, times in found["times_faster"].items():
        table.add_row(f"times as fast as {precision}", f"{times:.2f}")
    return table
