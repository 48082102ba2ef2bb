"""Video files, painted offline."""

from livestyle.offline.video import Progress, Transcoded, TranscodeOptions, transcode

__all__ = ["Progress", "TranscodeOptions", "Transcoded", "transcode"]
