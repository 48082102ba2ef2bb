"""Paint a camera live, or a file: what `python run_live.py` does."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from livestyle.commands import listing
from livestyle.commands.controls import NONE_GIVEN, option_of, takes_controls
from livestyle.commands.given import flags, refuse, refuse_all_but, standing_alone
from livestyle.commands.guests import welcomed
from livestyle.commands.idle import refuse_of_stdin, refuse_slots
from livestyle.commands.live_file import paint_file
from livestyle.commands.options import (
    Arithmetic,
    Device,
    KeptStyleImages,
    MidiName,
    OscPlace,
    SlotCount,
    StreamUrl,
    Threads,
)
from livestyle.core.config import SLOTS, Precision
from livestyle.core.pipes import is_stdout
from livestyle.core.size import Size
from livestyle.model.controls import CROSSFADE, MIRROR, STRENGTH, Scope, Values
from livestyle.page.options import PageOptions
from livestyle.sinks.encoders import RAW_VIDEO
from livestyle.sinks.virtual_camera import SIZE
from livestyle.ui.remembered import Remembered, forget, recall
from livestyle.ui.run import ShowOptions, show

NAME = "live"
FILES = "Files"

Command = standing_alone("--virtual-camera", "--microphone", "--midi")


@takes_controls(Scope.CAMERA, CROSSFADE, MIRROR)
def main(
    context: typer.Context,
    camera: Annotated[
        list[str] | None,
        typer.Option(
            help="Index, name, device, stream URL, video file, 'synthetic', or stdin: - or raw:WxH@RATE; "
            "given again: several, side by side.",
            show_default="0",
        ),
    ] = None,
    size: Annotated[str | None, typer.Option(help="Ask the camera for this size.", metavar="WxH")] = None,
    fps: Annotated[float | None, typer.Option(help="Ask the camera for this rate.", min=1)] = None,
    model: Annotated[
        str, typer.Option(help="Name or folder of a model; tab goes through a,b,c, or from one through all.")
    ] = "cin-lite",
    style: Annotated[
        str | None,
        typer.Option(help="Name, part of a name, or number; several for cameras or a file: a,b,c."),
    ] = None,
    style_image: KeptStyleImages = None,
    controls: Values = NONE_GIVEN,
    crossfade: Annotated[float | None, option_of(CROSSFADE)] = None,
    mirror: Annotated[
        bool | None,
        typer.Option("--mirror/--no-mirror", help=MIRROR.about, show_default="a webcam is mirrored"),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Hold so many frames a second, by painting smaller where it takes that.",
            show_default="the camera's",
            min=1,
        ),
    ] = None,
    no_governor: Annotated[
        bool, typer.Option("--no-governor", help="Always paint in the camera's size, however slow.")
    ] = False,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Start in full screen.")] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Show rates and latency from the start.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh", help="Forget the camera, model, style, strength and window size of the last time."
        ),
    ] = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show nothing.")] = False,
    page: Annotated[
        bool,
        typer.Option("--page", help="Show it in the browser too; `livestyle page` has the page's options."),
    ] = False,
    osc: OscPlace = None,
    midi: MidiName = None,
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    slots: SlotCount = SLOTS,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            "--snapshots",
            help="Folder for what the keys s and r make; otherwise your pictures and your videos.",
            metavar="DIR",
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Record into this video file from the start; - = stdout.", metavar="FILE"),
    ] = None,
    microphone: Annotated[
        str | None,
        typer.Option(
            help="Record and stream sound too: of the system's microphone, or of this one.", metavar="[NAME]"
        ),
    ] = None,
    virtual_camera: Annotated[
        str | None,
        typer.Option(
            help="Send what is shown to a virtual camera, for calls: the first there is, or this one.",
            metavar="[NAME]",
        ),
    ] = None,
    virtual_camera_size: Annotated[
        str, typer.Option(help="Its size, whatever the camera's; the rate is 30.", metavar="WxH")
    ] = str(SIZE),
    stream: StreamUrl = None,
    max_frames: Annotated[int | None, typer.Option(help="End after so many frames.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A summary as JSON on stdout at the end.")] = False,
    list_cameras: Annotated[bool, typer.Option("--list-cameras", help="Name the cameras and end.")] = False,
    list_models: Annotated[bool, typer.Option("--list-models", help="Name the models and end.")] = False,
    list_styles: Annotated[bool, typer.Option("--list-styles", help="Name the styles and end.")] = False,
    remove_style: Annotated[
        str | None, typer.Option(help="Remove a style of your own from the model and end.", metavar="STYLE")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--input", help="Paint this file or folder instead; - = stdin.", rich_help_panel=FILES),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", help="Where it goes; - = stdout.", rich_help_panel=FILES)
    ] = None,
    change_every: Annotated[
        str, typer.Option(help="With several styles: how long each lasts.", rich_help_panel=FILES)
    ] = "5s",
    encoder: Annotated[
        str | None,
        typer.Option(
            help="Video encoder, as FFmpeg names it, or 'hardware'; to stdout also rawvideo: bare BGR24.",
            rich_help_panel=FILES,
        ),
    ] = None,
    crf: Annotated[
        int | None, typer.Option(help="Quality of a video; lower is better.", min=0, rich_help_panel=FILES)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that exists.", rich_help_panel=FILES)
    ] = False,
) -> None:
    """Paint a camera live. Keys change the style and everything else; h shows them.

    What is left open here is as it was left the last time, but for files and without a window.
    With --input and --output a video or picture file is painted instead, as by `livestyle video`.
    """
    if list_cameras:
        refuse_all_but(context, "with --list-cameras", "list_cameras")
        return listing.cameras()
    if list_models:
        refuse_all_but(context, "with --list-models", "list_models")
        return listing.models()
    if list_styles:
        refuse_all_but(context, "with --list-styles", "list_styles", "model")
        return listing.styles(model)
    if remove_style:
        refuse_all_but(context, "with --remove-style", "remove_style", "model")
        return listing.remove_style(model, remove_style)
    options = ShowOptions(
        cameras=tuple(camera or ["0"]),
        size=Size.parse(size) if size else None,
        fps=fps,
        model=model,
        style=style,
        style_images=tuple(style_image or ()),
        controls={**controls, CROSSFADE.name: CROSSFADE.default if crossfade is None else crossfade},
        mirror=mirror,
        rate=rate,
        governor=not no_governor,
        device=device,
        precision=precision,
        threads=threads,
        slots=slots,
        window=not no_window,
        fullscreen=fullscreen,
        figures=figures,
        folder=folder,
        record=record,
        encoder=encoder,
        crf=crf,
        microphone=microphone,
        virtual_camera=virtual_camera,
        virtual_camera_size=Size.parse(virtual_camera_size),
        stream=stream,
        overwrite=overwrite,
        max_frames=max_frames,
    )
    if source or target:
        return paint_file(context, source, target, options, crossfade, change_every)
    _check_live(context, options)
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if options.window:
        options = _as_last_time(context, options, fresh, console)
    where = PageOptions(browser=True) if page else None
    with welcomed(where, osc, midi, console.print) as guest:
        found = show(options, console, guest)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    return None


def _as_last_time(context: typer.Context, options: ShowOptions, fresh: bool, console: Console) -> ShowOptions:
    """What the command line leaves open, as the last run with a window has left it."""
    if fresh:
        forget(console.print)
    last, given = Remembered() if fresh else recall(console.print), flags(context)
    strength = last.strength if STRENGTH.name not in given else None
    return replace(
        options,
        remembered=last,
        cameras=options.cameras if "camera" in given else (last.camera or options.cameras[0],),
        model=options.model if "model" in given else last.model or options.model,
        controls={**options.controls, **({} if strength is None else {STRENGTH.name: strength})},
    )


def _check_live(context: typer.Context, options: ShowOptions) -> None:
    """LivestyleError for what was given and has no effect on a camera."""
    refuse(context, "without --input", "change_every")
    refuse_slots(context, options.device)
    refuse_of_stdin(context, options.cameras)
    if not options.governor:
        refuse(context, "with --no-governor", "rate")
    if options.record is None:
        refuse(context, "without --record or --input", "overwrite")
    elif is_stdout(options.record):
        refuse(context, "with --record -, which has stdout for itself", "as_json", "overwrite")
        if options.encoder == RAW_VIDEO:
            refuse(context, f"with --encoder {RAW_VIDEO} to stdout, without a container", "microphone")
    if not options.window:
        refuse(context, "with --no-window", "fullscreen", "folder", "fresh")
        if options.virtual_camera is None:
            refuse(context, "with --no-window and without --virtual-camera", "virtual_camera_size")
        if options.record is None:
            refuse(context, "with --no-window and without --record", "encoder", "crf")
        if options.record is None and options.stream is None:
            refuse(context, "with --no-window and without --record or --stream", "microphone")
