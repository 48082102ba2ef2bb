"""What a session gives beside the window: snapshots, a recording, pictures for a virtual camera, a stream."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.config import pictures_dir, videos_dir
from livestyle.core.errors import LivestyleError, told
from livestyle.core.frame import Pixels
from livestyle.core.pipes import is_stdout
from livestyle.pipeline.lane import PaintedFrame
from livestyle.ui.capture_files import Recording, Snapshots, free_path
from livestyle.ui.open_folder import open_folder
from livestyle.ui.plan import SessionOptions


class Captures:
    """Used by the display thread, but for `rescue`. Entering starts the recording that the plan asks for.

    Each output has a thread and a pace of its own: none waits for another, and the window for none. Leaving
    finishes every file. Methods that give a string give what to tell the user.
    """

    def __init__(self, plan: SessionOptions, shown: bool) -> None:
        """shown: there is a window that tells what went wrong; without one it is raised."""
        self._plan = plan
        self._shown = shown
        self.finished: Path | None = None
        """the file that was recorded last"""
        self._recording: Recording | None = None
        self._snapshots = Snapshots(plan.folder or pictures_dir())
        self._used = plan.folder or pictures_dir()

    @property
    def recording(self) -> Recording | None:
        """The recording that runs or is paused; None where there is none."""
        return self._recording

    def add(self, painting: PaintedFrame, picture: Pixels, mirrored: bool = False) -> None:
        """Hand on what is shown of a painting, without what lies over it. A notice is not recorded.

        mirrored: left and right are swapped in it, which the virtual camera and the stream undo.
        """
        notice = painting.original.notice
        shown, mirrored = painting.painted.with_pixels(picture), mirrored and not notice
        self._plan.virtual_camera.add(shown, mirrored)
        self._plan.stream.add(shown, mirrored)
        if self._recording is not None and not notice:
            self._recording.add(shown)

    def snapshot(self, painting: PaintedFrame, picture: Pixels) -> None:
        """Begin to save what is seen of a painting; `news` tells of it."""
        self._used = self._plan.folder or pictures_dir()
        self._snapshots.save(painting, picture)

    def record(self) -> str:
        """Begin a recording, or finish the one that goes on."""
        if self._recording is not None:
            return self.stop()
        stem = free_path(self._plan.folder or videos_dir(), "", (".mp4",))
        return self.start(stem.with_name(f"{stem.name}.mp4"))

    def pause(self) -> str:
        """Pause the recording, or go on with it: what is shown meanwhile is not in it."""
        if self._recording is None:
            return "Nothing is recorded; r begins"
        self._recording.paused = not self._recording.paused
        return "Recording paused" if self._recording.paused else "Recording goes on"

    def open_folder(self) -> str:
        """Show the folder of what was saved last."""
        open_folder(self._used.absolute())
        return f"Opening {self._used.absolute()}"

    def virtual_camera(self) -> str:
        """Switch it on or off."""
        return self._plan.virtual_camera.toggle()

    def start(self, path: Path) -> str:
        self._recording = Recording(path, self._plan.open_recording)
        silent = "" if self._plan.sound else ", without sound"
        if is_stdout(path):
            return f"Recording to stdout{silent}"
        self._used = path.parent
        return f"Recording {path.absolute()}{silent}"

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
        if is_stdout(recording.path):
            return ""
        exists = recording.path.exists()
        self.finished = recording.path if exists else self.finished
        saved = f"Saved {recording.path.absolute()}" if exists else "Nothing was recorded"
        self._plan.say(saved)
        return saved

    def news(self) -> list[str]:
        """What to tell the user about what was done or has failed since the last call."""
        failed = self._recording is not None and self._recording.failed
        lines = [*self._saved(), *([self.stop()] if failed else []), self._camera_news(), self._stream_news()]
        return [line for line in lines if line]

    def _saved(self) -> list[str]:
        lines = self._snapshots.news()
        for line in lines:
            self._plan.say(line)
        return lines

    def _camera_news(self) -> str:
        try:
            return self._plan.virtual_camera.news()
        except LivestyleError as error:
            if not self._shown:
                raise
            self._plan.say(f"error: {error}")
            return f"{error}; v tries again"

    def _stream_news(self) -> str:
        line = self._plan.stream.news()
        if line:
            self._plan.say(line)
        return line

    def rescue(self) -> None:
        """Finish the files that were begun, on any thread, where the process is about to end."""
        self.stop()
        self._snapshots.finish()

    def __enter__(self) -> Self:
        if self._plan.record:
            self._plan.say(self.start(self._plan.record))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._snapshots.finish()
            self._saved()
