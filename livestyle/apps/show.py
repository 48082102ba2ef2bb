"""A live run from its options to its figures: what `live` and `bench` have in common."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from livestyle.apps.options import add_style_images, load_models
from livestyle.apps.report import report
from livestyle.config import SLOTS, STEADINESS, Precision
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.sinks.display import check_display
from livestyle.sinks.part import check_target
from livestyle.sinks.sink import Sink
from livestyle.sinks.window import Window
from livestyle.size import Size
from livestyle.sources.open import open_source
from livestyle.sources.source import SourceInfo
from livestyle.stylizer import Stylizer
from livestyle.ui.repertoire import Repertoire
from livestyle.ui.screen import Hud, describe, pretty
from livestyle.ui.session import Plan, Session

CROSSFADE_S = 0.8
"""What the key switches on where the command line says nothing."""


@dataclass(frozen=True)
class ShowOptions:
    """Everything a live run can be asked for. None = the camera's, the model's or no limit.

    model: one, or several by commas, which a key changes. style_images: pictures to be styles.
    folder: where snapshots and recordings by key go. record: a file to record from the start.
    crossfade_s: how long a change of style takes; 0 = at once, until the key.
    """

    camera: str = "0"
    size: Size | None = None
    fps: float | None = None
    model: str = "cin-lite"
    style: str | None = None
    style_images: tuple[Path, ...] = ()
    strength: float = 1.0
    keep_color: bool = False
    steadiness: float = STEADINESS
    mirror: bool = False
    crossfade_s: float = 0.0
    device: str = "auto"
    precision: Precision = Precision.AUTO
    threads: int = 0
    slots: int = SLOTS
    window: bool = True
    fullscreen: bool = False
    folder: Path = Path()
    record: Path | None = None
    encoder: str | None = None
    crf: int | None = None
    overwrite: bool = False
    max_frames: int | None = None
    seconds: float | None = None


def show(options: ShowOptions, console: Console) -> dict[str, Any]:
    """Run until it ends or Ctrl+C, and give its figures (see report.py); says what was chosen."""
    if options.record:
        check_target(options.record, options.overwrite)
    if options.window:
        check_display()
    models = load_models(options.model)
    with contextlib.ExitStack() as stack:
        engine_options = models[0], options.device, options.precision, options.threads
        stylizer = stack.enter_context(Stylizer(*engine_options, console.print, options.slots))
        for model in models:
            model.card.check_paints()
        look = _look(options, stylizer)
        source = stack.enter_context(open_source(options.camera, options.size, options.fps))
        stylizer.open(source.info.size)
        _announce(console, source.info, stylizer, look, len(models), keys=options.window)
        pipeline = LivePipeline(source, stylizer, look)
        window = Window("livestyle", source.info.size, options.fullscreen) if options.window else None
        if window is not None:
            stack.enter_context(window)
        picture = options.style_images[-1] if options.style_images else None
        repertoire = Repertoire(pipeline, stylizer, models, picture)
        session = Session(pipeline, window, Hud(pipeline, source), _plan(options), repertoire)
        with contextlib.suppress(KeyboardInterrupt), pipeline:
            session.run()
        return report(pipeline.stats, source.info, stylizer.info, stylizer.model.card.name)


def _look(options: ShowOptions, stylizer: Stylizer) -> Look:
    added = add_style_images(stylizer, options.style_images)
    look = Look(stylizer.model.styles, options.style or (*added, *stylizer.styles)[0], options.crossfade_s)
    look.strength, look.keep_color, look.mirror = options.strength, options.keep_color, options.mirror
    look.steadiness = options.steadiness
    return look


def _plan(options: ShowOptions) -> Plan:
    def open_recording(path: Path) -> Sink:
        from livestyle.sinks.encoders import Encoding
        from livestyle.sinks.video_file import VideoFileSink

        encoding = Encoding(options.encoder, options.crf)
        return VideoFileSink(path, options.fps or 30, encoding, options.overwrite and path == options.record)

    return Plan(
        open_recording,
        record=options.record,
        folder=options.folder,
        max_frames=options.max_frames,
        seconds=options.seconds,
        crossfade_s=options.crossfade_s or CROSSFADE_S,
    )


def _announce(
    console: Console, source: SourceInfo, stylizer: Stylizer, look: Look, models: int, keys: bool
) -> None:
    console.print(f"camera  {describe(source)}", soft_wrap=True)
    console.print(f"engine  {stylizer.info}", soft_wrap=True)
    console.print(f"model   {stylizer.model.card.name}, 1 of {models}", soft_wrap=True)
    console.print(f"style   {pretty(look.style)}, {look.index + 1} of {len(look.bank)}", soft_wrap=True)
    if keys:
        console.print("keys    ← → style, tab model, h help, q quit", soft_wrap=True)
