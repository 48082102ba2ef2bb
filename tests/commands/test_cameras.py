"""Several cameras on one engine, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from tests.commands.shared import Run
from tests.tiny import write_tiny

TWO = ("--camera", "synthetic:160x120@30", "--camera", "synthetic:160x120@15", "--model", "tiny")
HEADLESS = ("--no-window", "--precision", "f32")


def test_each_camera_has_its_style_and_its_figures_and_a_recording_holds_both(
    tmp_path: Path, run: Run
) -> None:
    write_tiny(tmp_path / "tiny", "ink", "ash", "snow")
    options = (*TWO, *HEADLESS, "--style", "snow,ash", "--max-frames", "20", "--record", "a.mp4", "--json")
    done = run(*options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["size"] == "160x120"
    assert [camera["style"] for camera in found["cameras"]] == ["snow", "ash"]
    counts = [camera["frames"] for camera in found["cameras"]]
    assert max(counts) == 20
    assert min(counts) >= 1
    assert all(camera["latency_ms"]["p50"] > 0 for camera in found["cameras"])
    with av.open(str(tmp_path / "a.mp4")) as file:
        frames = [frame.to_ndarray(format="bgr24") for frame in file.decode(video=0)]
    assert frames[-1].shape == (120, 320, 3)
    assert int(np.max(frames[-1])) < 16  # two greys, 1 and 2


def test_styles_not_asked_for_are_the_next_ones(tmp_path: Path, run: Run) -> None:
    write_tiny(tmp_path / "tiny", "ink", "ash", "snow")
    done = run(*TWO, *HEADLESS, "--max-frames", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert [camera["style"] for camera in json.loads(done.stdout)["cameras"]] == ["ink", "ash"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--style", "ink,ash,snow"), "3 styles for 2 cameras"),
        (("--camera", "synthetic:320x240"), "need one size; found synthetic 160x120"),
        (("--style", "ink,nope"), "expected one of"),
    ],
)
def test_mistakes_are_one_clear_error(options: tuple[str, ...], says: str, tmp_path: Path, run: Run) -> None:
    write_tiny(tmp_path / "tiny", "ink", "ash", "snow")
    done = run(*TWO, *HEADLESS, *options)
    assert done.returncode == 2
    assert says in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
