"""Snapshots and recordings: nothing is overwritten, and a slow disk holds nobody up."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from livestyle.core.frame import Frame
from livestyle.pipeline.live import PaintedFrame
from livestyle.ui.capture_files import Recording, Snapshots, free_path
from tests.ui.list_sink import ListSink


def test_a_style_with_a_long_name_is_saved(tmp_path: Path) -> None:
    frame = Frame(np.zeros((64, 64, 3), np.uint8), 0, 0)
    with Snapshots(tmp_path) as snapshots:
        snapshots.save(PaintedFrame(frame, frame, "ö" * 240), frame.pixels)
    assert snapshots.news()[0].startswith(f"Saved {tmp_path}/livestyle-")
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_what_another_run_is_writing_is_not_taken(tmp_path: Path) -> None:
    first = free_path(tmp_path, "x", (".mp4",))
    (tmp_path / f"{first.name}.mp4.livestyle-1.part").touch()
    assert free_path(tmp_path, "x", (".mp4",)) != first


def test_snapshots_never_overwrite(tmp_path: Path) -> None:
    dark, light = (np.full((64, 64, 3), v, np.uint8) for v in (10, 200))
    with Snapshots(tmp_path / "new" / "folder") as snapshots:
        for _ in range(3):
            snapshots.save(PaintedFrame(Frame(dark, 0, 0), Frame(light, 0, 0), "great_wave"), light)
    originals = sorted(tmp_path.rglob("*-original.png"))
    assert len(originals) == 3
    for path in originals:
        painted = cv2.imread(str(path).replace("-original", ""))
        original = cv2.imread(str(path))
        assert original is not None
        assert painted is not None
        assert (int(original[0, 0, 0]), int(painted[0, 0, 0])) == (10, 200)
    for line in snapshots.news():
        assert Path(line.removeprefix("Saved ")).parent == tmp_path / "new" / "folder"


def test_a_snapshot_that_cannot_be_saved_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    frame = Frame(np.zeros((64, 64, 3), np.uint8), 0, 0)
    with Snapshots(tmp_path / "file") as snapshots:
        snapshots.save(PaintedFrame(frame, frame, "x"), frame.pixels)
    assert "cannot" in snapshots.news()[0]


def test_a_slow_disk_leaves_frames_out_and_never_waits(tmp_path: Path) -> None:
    gate = threading.Event()

    def stuck(_: Frame) -> None:
        gate.wait(60)

    recording = Recording(tmp_path / "a.mp4", lambda path: ListSink(path, stuck))
    for index in range(100):
        recording.add(Frame(np.zeros((64, 64, 3), np.uint8), index, index))
    assert recording.left_out >= 80
    gate.set()
    recording.finish()
    written = (tmp_path / "a.mp4").read_text().split()
    assert len(written) == 100 - recording.left_out
