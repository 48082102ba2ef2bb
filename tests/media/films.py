"""Films as cameras, phones, screens and converters make them."""

from __future__ import annotations

from fractions import Fraction

from tests.media.situation import Outcome, Situation, clip, ffmpeg, refused, written

STEADY = tuple(range(0, 240, 40))
STEADY_S = tuple(t / 1000 for t in STEADY)
SEEN = Outcome()
SECOND = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=0.24")

FILMS = (
    Situation(
        "plain",
        "a.mp4",
        clip(*STEADY, sound="aac"),
        target="out.mp4",
        video=Outcome(times=STEADY_S, ends_s=0.24, size=(96, 64), tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "variable_rate",
        "a.mkv",
        clip(0, 33, 100, 110, 500, 533, 900),
        video=Outcome(times=(0, 0.033, 0.1, 0.11, 0.5, 0.533, 0.9)),
        live=SEEN,
    ),
    Situation(
        "fine_time_base",
        "a.mp4",
        clip(*range(0, 18018, 3003), time_base=Fraction(1, 90_000)),
        target="out.mp4",
        video=Outcome(times=[n * 3003 / 90_000 for n in range(6)]),
    ),
    Situation(
        "turned",
        "phone.mp4",
        clip(*STEADY, rotation=90),
        video=Outcome(times=STEADY_S, size=(64, 96)),
        live=SEEN,
    ),
    Situation(
        "anamorphic",
        "dv.mkv",
        ffmpeg(*SECOND, "-vf", "setsar=16/15", "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        video=Outcome(times=STEADY_S, size=(96, 64), shape=16 / 15),
        live=SEEN,
    ),
    Situation(
        "odd_size",
        "a.mkv",
        clip(*STEADY, width=97, height=67, codec="ffv1", pix_fmt="yuv444p"),
        video=Outcome(times=STEADY_S, size=(96, 66)),
        live=SEEN,
    ),
    Situation(
        "small",
        "icon.mkv",
        ffmpeg("-f", "lavfi", "-i", "testsrc=s=16x16:r=25:d=0.1", "-c:v", "ffv1"),
        video=refused(r"icon\.mkv: a picture of 16x16 can't be painted; expected 64"),
        live=refused(r"icon\.mkv: a picture of 16x16 can't be painted; expected 64"),
    ),
    Situation(
        "full_range",
        "a.mkv",
        clip(*STEADY, color=(1, 1, 1, 2), solid=(30, 60, 220)),
        video=Outcome(times=STEADY_S, color=(30, 60, 220)),
    ),
    Situation(
        "rec601",
        "a.mp4",
        clip(*STEADY, color=(6, 6, 6, 1), solid=(30, 60, 220)),
        video=Outcome(times=STEADY_S, color=(30, 60, 220)),
    ),
    Situation(
        "ten_bits",
        "a.mkv",
        clip(*STEADY, pix_fmt="yuv420p10le", solid=(30, 60, 220)),
        video=Outcome(times=STEADY_S, color=(30, 60, 220)),
        live=SEEN,
    ),
    Situation(
        "hdr",
        "a.mp4",
        clip(*STEADY, color=(9, 9, 16, 1), pix_fmt="yuv420p10le", codec="libx265"),
        video=Outcome(times=STEADY_S, says=(r"PQ \(HDR10\) video; it is painted as if it were SDR",)),
    ),
    Situation(
        "half_clear_film",
        "a.mkv",
        clip(*STEADY, codec="ffv1", pix_fmt="bgra", solid=(30, 60, 220), alpha=128),
        video=Outcome(times=STEADY_S, color=(142, 157, 238), says=("is transparent in places",)),
        live=SEEN,
    ),
    Situation(
        "motion_jpeg",
        "camera.avi",
        clip(*STEADY, codec="mjpeg", pix_fmt="yuvj420p", time_base=Fraction(1, 1000)),
        video=Outcome(times=STEADY_S),
        live=SEEN,
    ),
    Situation(
        "one_picture",
        "a.mp4",
        clip(0),
        target="out.mp4",
        video=Outcome(times=(0,)),
        live=SEEN,
    ),
    Situation(
        "thousand_a_second",
        "fast.mkv",
        ffmpeg(
            "-f", "lavfi", "-i", "color=gray:s=96x64:r=1000:d=0.05", "-c:v", "libx264", "-pix_fmt", "yuv420p"
        ),
        target="out.mp4",
        video=Outcome(times=[n / 1000 for n in range(50)]),
        live=SEEN,
    ),
    Situation(
        "sound_alone",
        "song.mp4",
        ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", "-c:a", "aac"),
        video=refused("has no video that can be decoded; it holds audio"),
        live=refused("has no video that can be decoded; it holds audio"),
    ),
    Situation(
        "text",
        "notes.mp4",
        written(b"hello"),
        video=refused(r"cannot read .*notes\.mp4"),
        live=refused(r"cannot read .*notes\.mp4"),
    ),
    Situation(
        "empty",
        "nothing.mkv",
        written(b""),
        video=refused(r"cannot read .*nothing\.mkv: an empty file \(0 bytes\) there; expected a video"),
        live=refused(r"cannot read .*nothing\.mkv: an empty file \(0 bytes\) there; expected a video"),
    ),
    Situation(
        "link_to_itself",
        "loop.mkv",
        lambda path: path.symlink_to(path.name),
        video=refused(r"cannot read .*loop\.mkv: a link to loop\.mkv, which leads to nothing, there"),
        live=refused(r"loop\.mkv does not exist; expected a video file or a camera"),
    ),
    Situation(
        "one_pixel",
        "dot.mkv",
        ffmpeg("-f", "lavfi", "-i", "testsrc=s=1x1:r=25:d=0.1", "-c:v", "ffv1", "-pix_fmt", "bgr0"),
        video=refused(r"dot\.mkv: a picture of 1x1 can't be painted; expected 64"),
        live=refused(r"dot\.mkv: a picture of 1x1 can't be painted; expected 64"),
    ),
)
