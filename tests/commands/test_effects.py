"""Every option of every command changes what the command does; those of `train`: test_train_effects.py."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from livestyle import cli
from livestyle.offline import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.stylizer.stylizer import Stylizer
from livestyle.ui.run import ShowOptions, show
from tests.commands.commands import COMMANDS
from tests.commands.recorder import Command, outcome
from tests.commands.workshop_commands import EXPORT, OPTIMIZE, REPRODUCE
from tests.offline.clips import Clip, make, steady
from tests.tiny import write_tiny
from tests.watched import watched


def test_no_command_is_left_out() -> None:
    assert {command.words[0] for command in COMMANDS} | {"train"} == set(cli.COMMANDS)


@pytest.mark.parametrize(
    ("command", "option"),
    [
        pytest.param(command, option, id=f"{command.words[0]}-{option}")
        for command in COMMANDS
        for option in command.options
    ],
)
def test_every_option_has_an_effect(
    command: Command, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    write_tiny(tmp_path / "tiny")
    for name in ("a.png", "in.png"):
        assert cv2.imwrite(str(tmp_path / name), np.full((90, 120, 3), 60, np.uint8))
    for folder in ("photos", "more"):
        (tmp_path / folder).mkdir()
        assert cv2.imwrite(str(tmp_path / folder / f"{folder}.png"), np.zeros((90, 120, 3), np.uint8))
    if command is EXPORT and option == "overwrite":
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "card.json").touch()
    base = command.within.get(option, command.base)
    before = outcome(command, base, tmp_path)
    if option == command.options[0]:
        assert outcome(command, base, tmp_path) == before
    after = outcome(command, {**base, option: command.others[option]}, tmp_path)
    assert after != before
    assert after.code == (2 if option == "device" and command in (OPTIMIZE, REPRODUCE) else 0), after.errors


def test_a_live_run_reads_all_it_is_asked_for(tmp_path: Path) -> None:
    """But for the full screen, which is the window's."""
    options = ShowOptions(
        cameras=("synthetic:160x120",), window=False, record=tmp_path / "a.mp4", max_frames=2, threads=1
    )
    seen: set[str] = set()
    assert show(watched(options, seen), Console(quiet=True))["frames"] == 2
    assert {field.name for field in fields(options)} - seen == {"fullscreen"}


def test_a_painted_video_reads_all_it_is_asked_for(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", Clip(steady(2), sound="aac"))
    options = TranscodeOptions()
    seen: set[str] = set()
    with Stylizer(write_tiny(tmp_path / "tiny")) as stylizer:
        transcode(source, tmp_path / "out.mp4", stylizer, watched(options, seen, ["encoding"]))
    asked = {field.name for field in fields(options)} | {f"encoding.{f.name}" for f in fields(Encoding)}
    assert asked <= seen
