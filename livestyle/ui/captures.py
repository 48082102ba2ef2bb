"""The files of a session: the snapshots and the recording that its keys make."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError, told
from livestyle.core.frame import Pixels
from livestyle.pipeline.lane import PaintedFrame
from livestyle.ui.capture_files import Recording, Snapshots, free_path
from livestyle.ui.plan import SessionOptions


class Captures:
    """Used by the display thread, but for `rescue`. Entering starts the recording that the plan asks for.

    Leaving finishes every file. Methods that give a string give what to tell the user.
    """

    def __init__(self, plan: SessionOptions, shown: bool) -> None:
        """shown: somebody sees what is told of what went wrong; without one it is raised."""
        self._plan = plan
        self._shown = shown
        self.finished: Path | None = None
        """the file that was recorded last"""
        self._recording: Recording | None = None
        self._snapshots = Snapshots(plan.folder)

    @property
    def recording_since(self) -> float | None:
        """Seconds of time.monotonic(); None = nothing is recorded."""
        return self._recording.began if self._recording else None

    def add(self, painting: PaintedFrame, picture: Pixels) -> None:
        """Record what is shown of a painting; a notice is not recorded."""
        if self._recording is not None and not painting.original.notice:
            self._recording.add(painting.painted.with_pixels(picture))

    def snapshot(self, painting: PaintedFrame) -> None:
        """Begin to save it; `news` tells of it."""
        self._snapshots.save(painting)

    def record(self) -> str:
        """Begin a recording, or finish the one that goes on."""
        if self._recording is not None:
            return self.stop()
        stem = free_path(self._plan.folder, "", (".mp4",))
        return self.start(stem.with_name(f"{stem.name}.mp4"))

    def start(self, path: Path) -> str:
        self._recording = Recording(path, self._plan.open_recording)
        return f"Recording {path.name}"

    def stop(self) -> str:
        """Finish the recording. Raises what went wrong where there is no window to tell it in."""
        recording, self._recording = self._recording, None
        if recording is None:
            return ""
        try:
            recording.finish()
        except (LivestyleError, OSError) as error:
            if not self._shown:
                raise
            self._plan.say(f"error: {told(error)}")
            return told(error)
        if not recording.path.exists():
            return "Nothing was recorded"
        self.finished = recording.path
        return f"Saved {recording.path.name}"

    def news(self) -> list[str]:
        """What to tell the user about snapshots that are written, and a recording that has failed."""
        failed = self._recording is not None and self._recording.failed
        return [*self._snapshots.news(), *([self.stop()] if failed else [])]

    def rescue(self) -> None:
        """Finish the files that were begun, on any thread, where the process is about to end."""
        self.stop()
        self._snapshots.finish()

    def __enter__(self) -> Self:
        if self._plan.record:
            self.start(self._plan.record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._snapshots.finish()
