"""Video files, painted offline."""

from livestyle.offline.painter import Progress
from livestyle.offline.video import Transcoded, TranscodeOptions, transcode

__all__ = ["Progress", "TranscodeOptions", "Transcoded", "transcode"]
