"""Video files, painted offline."""

from livestyle.transcode.job import Progress, Transcoded, TranscodeOptions, transcode

__all__ = ["Progress", "TranscodeOptions", "Transcoded", "transcode"]
