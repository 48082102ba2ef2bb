"""What several commands take, with the one help text of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from livestyle.core.config import Precision

ModelName: TypeAlias = Annotated[str, typer.Option(help="Name or folder of a model.")]
Device: TypeAlias = Annotated[
    str,
    typer.Option(
        help="auto, cpu, cuda, gpu (Intel), npu, coreml, directml, rocm, or an engine by name; "
        "of several GPUs one by its number, as cuda:1."
    ),
]
Arithmetic: TypeAlias = Annotated[Precision, typer.Option(help="Arithmetic of the network.")]
Threads: TypeAlias = Annotated[int, typer.Option(help="CPU threads; 0 = the engine's choice.", min=0)]
SlotCount: TypeAlias = Annotated[int, typer.Option(help="Frames in flight on a GPU.", min=1, max=8)]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of a table.")]
TorchDevice: TypeAlias = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Vgg: TypeAlias = Annotated[Path | None, typer.Option(help="VGG-19 as safetensors; default: torchvision's.")]
MaxSide: TypeAlias = Annotated[int | None, typer.Option(help="Scale down to this many px a side.", min=64)]
StreamUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Send what is shown to a server: rtmp://, rtsp://, udp://, srt:// …", metavar="URL"),
]
OscPlace: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Hear OSC at this port; of this machine, without a host.", metavar="[HOST:]PORT"),
]
MidiName: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Hear a MIDI device: the first there is, or this one.", metavar="[NAME]"),
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")]
StyleImages: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--style-image",
        help="A picture as the style of this run, where the model takes any; repeatable.",
        metavar="FILE",
    ),
]
KeptStyleImages: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--style-image",
        help="A picture as a style, where the model takes any; kept for the next time as by the key i, "
        "not so with --input; repeatable.",
        metavar="FILE",
    ),
]
