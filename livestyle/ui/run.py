"""A live run from its options to its figures: what `live` and `bench` have in common."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from livestyle.core.config import SLOTS, Precision
from livestyle.core.ending import Interrupts, before_exit
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import check_target
from livestyle.core.parse import split_styles
from livestyle.core.size import Size
from livestyle.model.controls import Values
from livestyle.pipeline.grid import AnyPipeline, GridPipeline, grid_size
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.multi import one_size
from livestyle.pipeline.report import report
from livestyle.sinks.display import check_display
from livestyle.sinks.sink import Sink
from livestyle.sinks.window import Window
from livestyle.sources.address import shown
from livestyle.sources.open import open_source
from livestyle.sources.source import Source
from livestyle.stylizer.loading import add_style_images, load_models
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.chooser import Chooser
from livestyle.ui.connecting import enter_all
from livestyle.ui.leftovers import rescued
from livestyle.ui.panels import pretty
from livestyle.ui.plan import SessionOptions
from livestyle.ui.remote import Guest
from livestyle.ui.screen import Hud, describe
from livestyle.ui.session import Session


@dataclass(frozen=True)
class ShowOptions:
    """Everything a live run can be asked for. None = the camera's, the model's or no limit.

    cameras: several are shown side by side, and `style` may name one for each, by commas.
    model: one, or several by commas, which a key changes. style_images: pictures to be styles.
    folder: where snapshots and recordings by key go. record: a file to record from the start.
    controls: by name, as a look has them. figures: shown from the start.
    """

    cameras: tuple[str, ...] = ("0",)
    size: Size | None = None
    fps: float | None = None
    model: str = "cin-lite"
    style: str | None = None
    style_images: tuple[Path, ...] = ()
    controls: Values = field(default_factory=dict)
    device: str = "auto"
    precision: Precision = Precision.AUTO
    threads: int = 0
    slots: int = SLOTS
    window: bool = True
    fullscreen: bool = False
    figures: bool = False
    folder: Path = Path()
    record: Path | None = None
    encoder: str | None = None
    crf: int | None = None
    overwrite: bool = False
    max_frames: int | None = None
    seconds: float | None = None


def show(options: ShowOptions, console: Console, guest: Guest | None = None) -> dict[str, Any]:
    """Run until it ends or Ctrl+C, and give its figures (see report.py); says what was chosen.

    guest: somebody elsewhere who sees it too. Empty where the user left before there was a picture.
    """
    if options.record:
        for camera in options.cameras:  # one may be a file
            check_target(options.record, options.overwrite, Path(camera) if Path(camera).is_file() else None)
    if options.window:
        check_display()
    for line in rescued({options.folder, *([options.record.parent] if options.record else [])}):
        console.print(line)
    models = load_models(options.model, console.print)
    with Interrupts() as interrupts, contextlib.ExitStack() as stack:
        engine_options = models[0], options.device, options.precision, options.threads
        stylizer = stack.enter_context(Stylizer(*engine_options, console.print, options.slots))
        for model in models:
            model.card.check_paints()
        looks = _looks(options, stylizer)
        sources = [_source(camera, options, guest) for camera in options.cameras]
        window = None
        if options.window:
            window = Window("livestyle", options.size or Size(640, 480), options.fullscreen)
        names = [shown(camera) for camera in options.cameras]
        if not enter_all(sources, names, stack, window, console.print):
            return {}
        size = one_size(sources)
        better = stylizer.open_soon(size)
        _announce(console, sources, stylizer, looks, len(models), keys=options.window)
        pipeline = _pipeline(sources, stylizer, looks)
        if window is not None:
            if not window.open:
                stack.enter_context(window)
            window.resize(grid_size(len(sources), size))
        picture = options.style_images[-1] if options.style_images else None
        chooser = Chooser(pipeline, stylizer, models, picture, named=len(options.model.split(",")))
        plan = _plan(options, console, lambda: bool(interrupts.asked))
        session = Session(pipeline, window, Hud(pipeline), plan, chooser, guest)
        if window is not None:
            before_exit(session.captures.rescue)
        interrupts.defer()
        with pipeline:
            pipeline.hot_swap.improve(better)
            session.run()
        return report(pipeline.lanes, stylizer.info, stylizer.model.card.name)


def _source(camera: str, options: ShowOptions, guest: Guest | None) -> Source:
    def open_it() -> Source:
        return open_source(camera, options.size, options.fps)

    return open_it() if guest is None else guest.source(camera, open_it)


def _pipeline(sources: Sequence[Source], stylizer: Stylizer, looks: Sequence[Look]) -> AnyPipeline:
    if len(sources) == 1:
        return LivePipeline(sources[0], stylizer, looks[0])
    return GridPipeline(sources, stylizer, looks)


def _looks(options: ShowOptions, stylizer: Stylizer) -> list[Look]:
    """One for each camera; styles that weren't asked for are the next ones of the model."""
    added = add_style_images(stylizer, options.style_images, keep_them=True)
    count = len(options.cameras)
    styles = split_styles(options.style) if count > 1 else ((options.style,) if options.style else ())
    if len(styles) > count:
        raise LivestyleError(f"--style {options.style}: {len(styles)} styles for {count} cameras")
    others = [*added, *(name for name in stylizer.styles if name not in added)]
    wanted = [*styles, *itertools.islice(itertools.cycle(others), count - len(styles))]
    looks = [Look(stylizer.model.styles, style) for style in wanted]
    for look in looks:
        look.set_controls(options.controls)
    return looks


def _plan(options: ShowOptions, console: Console, stopped: Callable[[], bool]) -> SessionOptions:
    def open_recording(path: Path) -> Sink:
        from livestyle.sinks.encoders import Encoding
        from livestyle.sinks.video_file import VideoFileSink

        encoding = Encoding(options.encoder, options.crf)
        return VideoFileSink(path, options.fps or 30, encoding, options.overwrite and path == options.record)

    return SessionOptions(
        open_recording,
        record=options.record,
        folder=options.folder,
        max_frames=options.max_frames,
        seconds=options.seconds,
        figures=options.figures,
        say=lambda line: console.print(line, soft_wrap=True),
        stopped=stopped,
    )


def _announce(
    console: Console,
    sources: Sequence[Source],
    stylizer: Stylizer,
    looks: Sequence[Look],
    models: int,
    keys: bool,
) -> None:
    for source in sources:
        console.print(f"camera  {describe(source.info)}", soft_wrap=True)
    console.print(f"engine  {stylizer.info}", soft_wrap=True)
    console.print(f"model   {stylizer.model.card.name}, 1 of {models}", soft_wrap=True)
    for look in looks:
        console.print(f"style   {pretty(look.style)}, {look.index + 1} of {len(look.bank)}", soft_wrap=True)
    if keys:
        several = "k camera, " if len(sources) > 1 else ""
        console.print(f"keys    ← → style, tab model, {several}h help, q quit", soft_wrap=True)
