"""A live run from its options to its figures: what `live` and `bench` have in common."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from livestyle.core.address import shown
from livestyle.core.config import SLOTS, Precision, videos_dir
from livestyle.core.ending import Interrupts, before_exit
from livestyle.core.errors import LivestyleError, about
from livestyle.core.output_file import check_folder
from livestyle.core.parse import split_styles
from livestyle.core.pipes import is_stdout
from livestyle.core.size import Size
from livestyle.model.controls import Values
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.grid import AnyPipeline, GridPipeline, grid_size
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.pipeline.multi import one_size
from livestyle.pipeline.report import report
from livestyle.sinks.display import check_display
from livestyle.sinks.sink import Sink
from livestyle.sinks.virtual_camera import ANY, SIZE, VirtualCameraSink
from livestyle.sinks.window import Window
from livestyle.sources.microphone import Microphone
from livestyle.sources.open import is_webcam, open_source
from livestyle.sources.source import Source
from livestyle.stylizer.loading import add_style_images, load_models
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.capture_files import check_recording
from livestyle.ui.chooser import Chooser
from livestyle.ui.connecting import enter_all, waiting_for
from livestyle.ui.leftovers import rescued
from livestyle.ui.plan import SessionOptions
from livestyle.ui.remembered import Remembered, name_of, remember
from livestyle.ui.remote import Guest
from livestyle.ui.screen import Hud, describe
from livestyle.ui.session import Session
from livestyle.ui.streaming import Streaming, streaming
from livestyle.ui.virtual_camera import VirtualCamera

USUAL_RATE = 30.0
"""Frames a second of a camera that doesn't tell."""


@dataclass(frozen=True)
class ShowOptions:
    """Everything a live run can be asked for. None = the camera's, the model's or no limit.

    cameras: several are shown side by side, and `style` may name one for each, by commas.
    model: one, or several by commas, which a key changes. style_images: pictures to be styles.
    folder: where snapshots and recordings by key go; None = the user's own for such.
    record: a file to record from the start; '-' = stdout.
    microphone: what is heard in recordings; None = nothing, empty = the system's own.
    stream: the address of a server to send to; None = to none.
    virtual_camera: the device to send to from the start; None = not until a key asks for the first there is.
    controls: by name, as a look has them. figures: shown from the start.
    mirror: None = where it is a webcam. remembered: how the last run was left; None = nothing of that is
    used, nor is it of this run.
    governor: frames are painted smaller where `rate`, frames a second of each camera, isn't held otherwise.
    """

    cameras: tuple[str, ...] = ("0",)
    size: Size | None = None
    fps: float | None = None
    model: str = "cin-lite"
    style: str | None = None
    style_images: tuple[Path, ...] = ()
    controls: Values = field(default_factory=dict)
    mirror: bool | None = None
    remembered: Remembered | None = None
    rate: float | None = None
    governor: bool = True
    device: str = "auto"
    precision: Precision = Precision.AUTO
    threads: int = 0
    slots: int = SLOTS
    window: bool = True
    fullscreen: bool = False
    figures: bool = False
    folder: Path | None = None
    record: Path | None = None
    encoder: str | None = None
    crf: int | None = None
    microphone: str | None = None
    virtual_camera: str | None = None
    virtual_camera_size: Size = SIZE
    stream: str | None = None
    overwrite: bool = False
    max_frames: int | None = None
    seconds: float | None = None


def show(options: ShowOptions, console: Console, guest: Guest | None = None) -> dict[str, Any]:
    """Run until it ends or Ctrl+C, and give its figures (see report.py); says what was chosen.

    guest: somebody elsewhere who sees it too. Empty where the user left before there was a picture.
    """
    if options.record:
        check_recording(options.record, options.overwrite, options.cameras)
    if options.microphone is not None:
        with Microphone(options.microphone):
            pass  # that none is there is said now, not when a key asks for it
    if options.folder:
        check_folder(options.folder)
    if options.window:
        check_display()
    folders = {options.folder or videos_dir()}
    if options.record and not is_stdout(options.record):
        folders.add(options.record.parent)
    for line in rescued(folders):
        console.print(line)
    memory = options.remembered if len(options.cameras) == 1 else None
    with Interrupts() as interrupts, contextlib.ExitStack() as stack:
        virtual_camera = stack.enter_context(_virtual_camera(options, console))
        stream = stack.enter_context(streaming(options.stream, options.fps or USUAL_RATE, options.microphone))
        models = load_models(options.model, console.print)
        engine_options = models[0], options.device, options.precision, options.threads
        stylizer = stack.enter_context(Stylizer(*engine_options, console.print, options.slots))
        for model in models:
            model.card.check_paints()
        looks = looks_of(options, stylizer)
        sources = [_source(camera, options, guest) for camera in options.cameras]
        window = None
        if options.window:
            window = Window("livestyle", options.size or Size(640, 480), options.fullscreen)
        names = [shown(camera) for camera in options.cameras]
        if not _enter(options, sources, names, stack, window, console):
            return {}
        size = one_size(sources)
        with about(", ".join(names)):
            better = stylizer.open_soon(size)
        _announce(console, sources, stylizer, looks, len(models), keys=options.window)
        pipeline = _pipeline(sources, stylizer, looks, _governor(options, sources))
        if window is not None:
            window.resize(grid_size(len(sources), size))  # before it opens: what the user does to it stays
            if not window.open:
                stack.enter_context(window)
            if memory and memory.window:
                window.resize(memory.window, at_most=None)
            window.draw(waiting_for(sources, window, 0.0))
        picture = options.style_images[-1] if options.style_images else None
        chooser = Chooser(pipeline, stylizer, models, picture, named=len(options.model.split(",")))
        plan = _plan(options, console, lambda: bool(interrupts.asked), (virtual_camera, stream))
        session = Session(pipeline, window, Hud(pipeline, virtual_camera, stream), plan, chooser, guest)
        if window is not None:
            before_exit(session.captures.rescue)
        interrupts.defer()
        with pipeline:
            pipeline.hot_swap.improve(better)
            session.run()
        if memory:
            remember(_left(options, pipeline, stylizer, window), console.print)
        if said := pipeline.painting_size.summary():
            console.print(f"size    {said}", soft_wrap=True)
        figures = report(pipeline.lanes, stylizer.info, stylizer.model.card.name, pipeline.painting_size)
        return figures | virtual_camera.report() | stream.report()


def _source(camera: str, options: ShowOptions, guest: Guest | None) -> Source:
    def open_it() -> Source:
        return open_source(camera, options.size, options.fps)

    return open_it() if guest is None else guest.source(camera, open_it)


def _virtual_camera(options: ShowOptions, console: Console) -> VirtualCamera:
    """On already where it is asked for: calls that wait for it see black until there is a picture."""
    open_sink = partial(VirtualCameraSink, options.virtual_camera or ANY, options.virtual_camera_size)
    open_sink()  # a size that can't be is an error now, not when a key asks for it
    camera = VirtualCamera(open_sink)
    if options.virtual_camera is not None:
        console.print(f"output  {camera.start()}", soft_wrap=True)
    return camera


def _governor(options: ShowOptions, sources: Sequence[Source]) -> Governor | None:
    if not options.governor:
        return None
    return Governor(sum(options.rate or source.info.rate or USUAL_RATE for source in sources))


def _pipeline(
    sources: Sequence[Source], stylizer: Stylizer, looks: Sequence[Look], governor: Governor | None
) -> AnyPipeline:
    if len(sources) == 1:
        return LivePipeline(sources[0], stylizer, looks[0], governor)
    return GridPipeline(sources, stylizer, looks, governor)


def looks_of(options: ShowOptions, stylizer: Stylizer) -> list[Look]:
    """One for each camera; styles that weren't asked for are the next ones of the model."""
    added = add_style_images(stylizer, options.style_images, keep_them=True)
    count = len(options.cameras)
    last = options.remembered.style if options.remembered else None
    if options.style:
        styles = split_styles(options.style) if count > 1 else (options.style,)
    else:
        styles = (last,) if last in stylizer.styles and count == 1 and not added else ()
    if len(styles) > count:
        raise LivestyleError(f"--style {options.style}: {len(styles)} styles for {count} cameras")
    first = stylizer.model.first_style
    others = [*added, first, *(name for name in stylizer.styles if name not in (*added, first))]
    wanted = [*styles, *itertools.islice(itertools.cycle(others), count - len(styles))]
    looks = [Look(stylizer.model.styles, style) for style in wanted]
    for look, camera in zip(looks, options.cameras, strict=True):
        look.set_controls(options.controls)
        look.mirror = is_webcam(camera) if options.mirror is None else options.mirror
    return looks


def _enter(
    options: ShowOptions,
    sources: Sequence[Source],
    names: Sequence[str],
    stack: contextlib.ExitStack,
    window: Window | None,
    console: Console,
) -> bool:
    """Does what `enter_all` does; an error of a camera that was remembered says where its name is from."""
    try:
        return enter_all(sources, names, stack, window, console.print)
    except LivestyleError as error:
        last = options.remembered.camera if options.remembered else None
        if last in (None, "0") or options.cameras != (last,):
            raise
        raise LivestyleError(f"{error}; it was the camera of the last time: --fresh forgets it") from error


def _left(
    options: ShowOptions, pipeline: AnyPipeline, stylizer: Stylizer, window: Window | None
) -> Remembered:
    """How this run was left. Of cameras those of this machine alone, as addresses hold passwords."""
    camera, look = options.cameras[0], pipeline.look
    return Remembered(
        camera=camera if is_webcam(camera) else None,
        model=name_of(stylizer.model),
        style=look.style,
        strength=look.strength,
        window=window.kept_size if window else None,
    )


def _plan(
    options: ShowOptions,
    console: Console,
    stopped: Callable[[], bool],
    outputs: tuple[VirtualCamera, Streaming],
) -> SessionOptions:
    def open_recording(path: Path) -> Sink:
        from livestyle.sinks.encoders import Encoding
        from livestyle.sinks.video_file import VideoFileSink

        encoding = Encoding(options.encoder, options.crf)
        overwrite = options.overwrite and path == options.record
        ear = None if options.microphone is None else Microphone(options.microphone)
        return VideoFileSink(path, options.fps or 30, encoding, overwrite, ear)

    return SessionOptions(
        open_recording,
        record=options.record,
        folder=options.folder,
        sound=options.microphone is not None,
        virtual_camera=outputs[0],
        stream=outputs[1],
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
    model = stylizer.model
    console.print(f"model   {model.card.name}: {model.title}, 1 of {models}", soft_wrap=True)
    for look in looks:
        console.print(f"style   {look.title}, {look.index + 1} of {len(look.bank)}", soft_wrap=True)
    if keys:
        several = "k camera, " if len(sources) > 1 else ""
        console.print(f"keys    ← → style, tab model, {several}h help, q quit", soft_wrap=True)
