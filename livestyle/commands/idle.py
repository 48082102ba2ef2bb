"""Options that have no effect with the device or the camera that is named."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from livestyle.commands.given import refuse
from livestyle.core.pipes import is_stdin
from livestyle.runtime.select import DEVICES

ON_CPU = ("cpu", *DEVICES["cpu"])
"""Values of --device that name a CPU."""


def refuse_slots(context: typer.Context, device: str) -> None:
    """LivestyleError where frames in flight are given for a CPU, which has none."""
    if device in ON_CPU:
        refuse(context, f"with --device {device}", "slots")


def refuse_of_stdin(context: typer.Context, cameras: Sequence[str]) -> None:
    """LivestyleError where the one camera is stdin, and it is asked for what it can't be asked for."""
    if all(is_stdin(camera.strip()) for camera in cameras):
        refuse(context, "with a film from stdin", "size", "fps")
