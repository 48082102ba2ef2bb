"""Films in AVI and MXF, which say when a picture is decoded, not when it is shown."""

from __future__ import annotations

from tests.media.recorders import H264, PICTURES, TEN_S, TONE
from tests.media.situation import Outcome, Situation, ffmpeg, refused

SEEN = Outcome()
DROPPED = ("-vf", "select=not(between(n\\,4\\,6))", "-vsync", "0")
SEVEN_S = (0, 0.04, 0.08, 0.12, 0.28, 0.32, 0.36)
SOUND = (*TONE, "-c:a", "pcm_s16le", "-ar", "8000")
"""It begins at 0, so that pictures that begin a frame late are seen to."""

MPEG4 = (*SOUND, "-c:v", "mpeg4", "-bf", "2", "-q:v", "9")
HEVC = ("-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p")
NO_NAME = r"a\.avi calls its pictures uncompressed, .* hold none of 96x64: they are HEVC .*`ffmpeg -c:v hevc"

DECODING_TIMES = (
    Situation(
        "h264_in_avi",
        "camera.avi",
        ffmpeg(*PICTURES, *H264, "-bf", "2"),
        video=Outcome(times=TEN_S),
        live=SEEN,
    ),
    Situation(
        "h264_in_avi_with_dropped_frames",
        "camera.avi",
        ffmpeg(*PICTURES, *H264, "-bf", "2", *DROPPED),
        video=Outcome(times=SEVEN_S),
        live=SEEN,
    ),
    Situation(
        "h264_in_mxf",
        "camera.mxf",
        ffmpeg(*PICTURES, *H264, "-bf", "2"),
        video=Outcome(times=TEN_S),
        live=SEEN,
    ),
    *(
        Situation(name, "a.avi", ffmpeg(*PICTURES, *how), video=Outcome(times=times), live=SEEN)
        for name, how, times in (
            ("mpeg4_in_avi", MPEG4, TEN_S),
            ("mpeg4_in_avi_with_dropped_frames", (*MPEG4, *DROPPED), SEVEN_S),
            ("mpeg2_in_avi", (*SOUND, "-c:v", "mpeg2video", "-bf", "2", "-q:v", "9"), TEN_S),
            ("mpeg1_in_avi", (*SOUND, "-c:v", "mpeg1video", "-bf", "2", "-q:v", "9"), TEN_S),
            ("hevc_in_avi", (*SOUND, *HEVC, "-tag:v", "HEVC"), TEN_S),
        )
    ),
    Situation(
        "hevc_in_avi_without_a_name",
        "a.avi",
        ffmpeg(*PICTURES, *HEVC),
        video=refused(NO_NAME),
        live=refused(NO_NAME),
    ),
)
