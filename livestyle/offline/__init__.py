"""Video files, painted offline."""

from livestyle.offline.painter import FilmProgress
from livestyle.offline.video import Transcoded, TranscodeOptions, transcode

__all__ = ["FilmProgress", "TranscodeOptions", "Transcoded", "transcode"]
