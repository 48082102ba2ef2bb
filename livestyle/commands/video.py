"""Paint video files: every frame at its own time, sound and subtitles as they were."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from livestyle.commands.controls import NONE_GIVEN, takes_controls
from livestyle.commands.given import refuse
from livestyle.commands.idle import refuse_slots
from livestyle.commands.options import (
    Arithmetic,
    Device,
    MaxSide,
    ModelName,
    Overwrite,
    SlotCount,
    StyleImages,
    Threads,
)
from livestyle.core.config import SLOTS, Audio, Precision
from livestyle.core.memory import give_back
from livestyle.core.parse import parse_seconds, split_styles
from livestyle.core.pipes import is_stdout, stdin_film
from livestyle.core.progress_bar import warn
from livestyle.model.controls import CROSSFADE, Scope, Values
from livestyle.model.styles import ALL
from livestyle.offline import FilmProgress, TranscodeOptions, transcode
from livestyle.offline.library.folder import FolderOptions, paint_file, paint_folder, video_pairs
from livestyle.offline.library.places import Places, parse_jobs
from livestyle.offline.library.tasks import OpenStylizer
from livestyle.offline.library.todo import LibraryOptions
from livestyle.sinks.encoders import Encoding
from livestyle.stylizer.loading import add_style_images, load_model
from livestyle.stylizer.stylizer import Stylizer

NAME = "video"


@takes_controls(Scope.FILM)
def main(
    context: typer.Context,
    source: Annotated[
        Path,
        typer.Argument(metavar="IN", help="A video file, a folder of them, or - or raw:WxH@RATE: stdin."),
    ],
    target: Annotated[
        Path,
        typer.Argument(metavar="OUT", help=".mp4, .mkv, .mov or .webm, a folder, or -: stdout, in Matroska."),
    ],
    style: Annotated[str | None, typer.Option(help="A style; several, as a,b,c, take turns; or all.")] = None,
    style_image: StyleImages = None,
    change_every: Annotated[str, typer.Option(help="With several styles: how long each lasts.")] = "5s",
    crossfade: Annotated[str, typer.Option(help=CROSSFADE.about)] = "1s",
    controls: Values = NONE_GIVEN,
    max_side: MaxSide = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="As FFmpeg names it, or 'hardware'; libx264, or in .webm libsvtav1; rawvideo: bare BGR24."
        ),
    ] = None,
    crf: Annotated[int | None, typer.Option(help="Quality; lower is better; libx264: 20.", min=0)] = None,
    preset: Annotated[str | None, typer.Option(help="Speed of the encoder; libx264: veryfast.")] = None,
    track: Annotated[
        int | None, typer.Option(help="Which picture track, from 1; default: as a player chooses.", min=1)
    ] = None,
    audio: Annotated[
        Audio, typer.Option(help="The sound: auto = copied where OUT can hold it, else converted to AAC.")
    ] = Audio.AUTO,
    model: ModelName = "cin-lite",
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    slots: SlotCount = SLOTS,
    overwrite: Overwrite = False,
    resume: Annotated[
        bool,
        typer.Option(help="A folder: go on where the last run was ended, and leave what is up to date."),
    ] = True,
    retry: Annotated[bool, typer.Option("--retry", help="A folder: only the films that failed.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="A folder: go on with what appears in it, until Ctrl+C.")
    ] = False,
    jobs: Annotated[
        str, typer.Option(help="How many films, or pieces of long ones, at once; auto = by cores and memory.")
    ] = "1",
    cluster: Annotated[
        str, typer.Option(help="Paint on a Ray cluster: auto = this machine's, or ray://HOST:PORT.")
    ] = "",
    piece: Annotated[
        str, typer.Option(help="Films over twice as long are painted in pieces of this; 0 = none is.")
    ] = "60s",
) -> None:
    """Paint a video file, or a folder of them.

    From stdin comes any container, or raw BGR24 of a given size and rate; all messages go to stderr.
    Ctrl+C keeps what is done so far as OUT.partial.mp4. Odd sizes lose their last row or column. A folder is
    gone on with by the same command, however it was ended; what became of it stands in OUT/.livestyle.jsonl.
    """
    refuse_slots(context, device)
    places = Places(parse_jobs(jobs), cluster)
    if is_stdout(target) or stdin_film(str(source)) is not None:
        refuse(context, "with a pipe", "jobs", "cluster", "overwrite" if is_stdout(target) else "")
    if not source.is_dir():
        refuse(context, "with one file", "resume", "retry", "watch")
        if not places.several:
            refuse(context, "with one file in one place", "piece")
    options = TranscodeOptions(
        styles=split_styles(style),
        every_s=parse_seconds(change_every),
        crossfade_s=parse_seconds(crossfade),
        controls=controls,
        encoding=Encoding(encoder, crf, preset),
        max_side=max_side,
        audio=audio,
        overwrite=overwrite,
        track=track,
    )
    if ALL not in options.styles and len(options.styles or style_image or ()) < 2:
        refuse(context, "with one style", "change_every", "crossfade")
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with Stylizer(
        load_model(model, console.print), device, precision, threads, console.print, slots
    ) as stylizer:
        added = add_style_images(stylizer, style_image)
        options = replace(options, styles=options.styles or tuple(added))
        how = FolderOptions(
            OpenStylizer(stylizer.model, device, precision, threads, slots),
            places,
            LibraryOptions(resume, retry, overwrite, parse_seconds(piece)),
            watch,
        )
        paint_videos(source, target, stylizer, options, console, how)


def paint_videos(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions,
    console: Console,
    how: FolderOptions,
) -> None:
    """Paint one video, or each of a folder, with a progress bar. LivestyleError where any fails."""
    give_back()
    if source.is_dir():
        paint_folder(source, target, stylizer, options, how, console)
        return
    [(source, target)] = video_pairs(source, target, console.print)
    if how.places.several:
        paint_file(source, target, stylizer, options, how, console)
    else:
        _paint(source, target, stylizer, options, console)


def _paint(
    source: Path, target: Path, stylizer: Stylizer, options: TranscodeOptions, console: Console
) -> None:
    with _bar(console) as bar:
        task = bar.add_task(source.name, total=None, rate="")

        def show(step: FilmProgress) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:.1f} fps" if speed else ""
            bar.update(task, completed=step.done, total=step.total, rate=rate)

        done = transcode(source, target, stylizer, options, show, partial(warn, console))
    rate = done.frames / done.seconds if done.seconds else 0.0
    console.print(
        f"{done.path}: {done.frames} frames, {done.size}, {rate:.1f} fps · {done.codecs} · {stylizer.info}",
        soft_wrap=True,
    )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:.0f} frames  {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
