"""Paint a camera live and show it as a page in the browser, without a window."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from livestyle.commands.controls import NONE_GIVEN, option_of, takes_controls
from livestyle.commands.given import standing_alone
from livestyle.commands.guests import welcomed
from livestyle.commands.idle import refuse_of_stdin, refuse_slots
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
from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.model.controls import CROSSFADE, Scope, Values
from livestyle.page.options import LOOPBACK, PORT, PageOptions
from livestyle.ui.run import ShowOptions, show

NAME = "page"
PAGE = "Page"

Command = standing_alone("--midi")


@takes_controls(Scope.CAMERA, CROSSFADE)
def main(
    context: typer.Context,
    camera: Annotated[
        list[str] | None,
        typer.Option(
            help="Index, name, device, stream URL, video file, 'synthetic', or 'browser': the page's; "
            "given again: several, side by side.",
            show_default="0",
        ),
    ] = None,
    size: Annotated[str | None, typer.Option(help="Ask the camera for this size.", metavar="WxH")] = None,
    fps: Annotated[float | None, typer.Option(help="Ask the camera for this rate.", min=1)] = None,
    model: Annotated[
        str, typer.Option(help="Name or folder of a model, or a,b,c; from one alone all can be reached.")
    ] = "cin-lite",
    style: Annotated[
        str | None, typer.Option(help="Name, part of a name, or number; several for cameras: a,b,c.")
    ] = None,
    style_image: KeptStyleImages = None,
    controls: Values = NONE_GIVEN,
    crossfade: Annotated[float | None, option_of(CROSSFADE)] = None,
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
    osc: OscPlace = None,
    midi: MidiName = None,
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    slots: SlotCount = SLOTS,
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder for what is recorded from the page; otherwise your videos.", metavar="DIR"),
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Video encoder, as FFmpeg names it, or 'hardware'.")
    ] = None,
    crf: Annotated[int | None, typer.Option(help="Quality of a video; lower is better.", min=0)] = None,
    stream: StreamUrl = None,
    max_frames: Annotated[int | None, typer.Option(help="End after so many frames.", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A summary as JSON on stdout at the end.")] = False,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at; 0.0.0.0 = all of this machine's, by HTTPS.", rich_help_panel=PAGE
        ),
    ] = LOOPBACK,
    port: Annotated[
        int, typer.Option(help="0 = one that is free.", min=0, max=65535, rich_help_panel=PAGE)
    ] = PORT,
    token: Annotated[
        str,
        typer.Option(
            help="What an address has to have to be let in; a new one each time without.",
            rich_help_panel=PAGE,
        ),
    ] = "",
    certificate: Annotated[
        Path | None,
        typer.Option(help="For HTTPS: PEM, of the page's name.", metavar="FILE", rich_help_panel=PAGE),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The certificate's key, if it isn't in it.", metavar="FILE", rich_help_panel=PAGE),
    ] = None,
    stun: Annotated[
        str,
        typer.Option(
            help="Server that WebRTC may ask for its address, stun:HOST:PORT; none is asked without.",
            rich_help_panel=PAGE,
        ),
    ] = "",
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Open no browser.", rich_help_panel=PAGE)
    ] = False,
) -> None:
    """Paint a camera live and show it as a page in the browser: here, or on any device of the network.

    The page has all styles, models and controls; /stream.mjpg?token=… is the picture alone, for OBS and
    others.
    """
    options = ShowOptions(
        cameras=tuple(camera or ["0"]),
        size=Size.parse(size) if size else None,
        fps=fps,
        model=model,
        style=style,
        style_images=tuple(style_image or ()),
        controls={**controls, CROSSFADE.name: CROSSFADE.default if crossfade is None else crossfade},
        rate=rate,
        governor=not no_governor,
        device=device,
        precision=precision,
        threads=threads,
        slots=slots,
        window=False,
        folder=folder,
        encoder=encoder,
        crf=crf,
        stream=stream,
        max_frames=max_frames,
    )
    refuse_slots(context, device)
    refuse_of_stdin(context, options.cameras)
    if token and not (token.isascii() and token.isprintable() and len(token) >= 8):
        raise LivestyleError("--token is too short or has odd letters; expected 8 letters or more")
    if rate and no_governor:
        raise LivestyleError("--rate has no effect with --no-governor; leave it out")
    if key and not certificate:
        raise LivestyleError("--key has no effect without --certificate; leave it out")
    if stun and not re.fullmatch(r"stun:[\w.\-\[\]:]+", stun):
        raise LivestyleError(f"bad --stun {stun!r}; expected stun:HOST:PORT")
    where = PageOptions(host, port, token, certificate, key, stun, browser=not no_browser)
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with welcomed(where, osc, midi, console.print) as guest:
        found = show(options, console, guest)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
