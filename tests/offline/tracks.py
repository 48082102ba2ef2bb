"""Films with tracks beside their pictures, and how they are painted in these tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from livestyle.core.config import Audio
from livestyle.model.card import Model
from livestyle.offline import Transcoded, TranscodeOptions, transcode
from tests.offline.clips import Negative

PICTURES = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=1")
TONE = ("-f", "lavfi", "-i", "aevalsrc='0.5*sin(2500*t)*gt(t,0.5)':s=48000:d=1")
"""Silence for half a second, then a tone."""
TEXT = "1\n00:00:00,100 --> 00:00:00,400\none <i>it</i>\n\n2\n00:00:00,600 --> 00:00:00,900\ntwo\n"


def ffmpeg(path: Path, *arguments: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60, cwd=path.parent)
    return path


def paint(source: Path, target: Path, model: Model, audio: Audio = Audio.AUTO) -> tuple[Transcoded, str]:
    said: list[str] = []
    options = TranscodeOptions(audio=audio, overwrite=True)
    done = transcode(source, target, Negative(model), options, warn=said.append)
    return done, "\n".join(said)
