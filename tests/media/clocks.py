"""Films whose clock, tracks, size or shape is not that of a plain one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av

from tests.media.situation import Outcome, Situation, animation, clip, ffmpeg
from tests.offline.clips import Clip, make

SEEN = Outcome()
PICTURES = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=0.4")
TONE = ("-f", "lavfi", "-i", "sine=d=0.4")
STREAM = (*PICTURES, *TONE, "-c:v", "libx264", "-g", "5", "-c:a", "aac")
TEN_S = tuple(n / 25 for n in range(10))
SHIFTED = tuple(0.023 + t for t in TEN_S)
"""AAC begins a block before the pictures, so that they begin that much after 0."""


def joined(*makers: Callable[[Path], object]) -> Callable[[Path], object]:
    """A maker: the files of others one after the other."""

    def run(path: Path) -> None:
        parts = []
        for number, maker in enumerate(makers):
            part = path.with_name(f"{number}{path.suffix}")
            maker(part)
            parts.append(part.read_bytes())
            part.unlink()
        path.write_bytes(b"".join(parts))

    return run


def repeated(path: Path) -> None:
    """Every time is that of two pictures."""
    steady = path.with_name("steady.mkv")
    make(steady, Clip(range(0, 240, 40), codec="mjpeg", pix_fmt="yuvj420p", color=(1, 1, 1, 2)))
    with av.open(str(steady)) as file, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(file.streams.video[0], opaque=True)
        for number, packet in enumerate(p for p in file.demux(video=0) if p.size):
            packet.stream, packet.pts, packet.dts = stream, number // 2 * 40, number // 2 * 40
            out.mux(packet)
    steady.unlink()


def with_subtitles_and_font(path: Path) -> None:
    """An ASS track, a chapter, and what is no font but called one."""
    names = {
        "t.srt": b"1\n00:00:00,100 --> 00:00:00,300\nhello\n",
        "c.txt": b";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=One\n",
        "a.ttf": b"not a font",
    }
    for name, data in names.items():
        (path.parent / name).write_bytes(data)
    of_font = ("-attach", "a.ttf", "-metadata:s:t", "mimetype=font/ttf", "-metadata:s:t", "filename=a.ttf")
    more = ("-i", "t.srt", "-i", "c.txt", "-map_metadata", "2", "-c:v", "libx264", "-c:s", "ass")
    ffmpeg(*PICTURES, *more, *of_font)(path)
    for name in names:
        (path.parent / name).unlink()


CLOCKS = (
    Situation(
        "clock_wraps",
        "broadcast.ts",
        ffmpeg(*STREAM, "-output_ts_offset", "95442.2"),
        target="out.mp4",
        video=Outcome(times=SHIFTED, tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "clock_starts_late",
        "broadcast.ts",
        ffmpeg(*STREAM, "-output_ts_offset", "50000"),
        video=Outcome(times=SHIFTED, tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "clock_jumps",
        "joined.ts",
        joined(ffmpeg(*STREAM), ffmpeg(*STREAM)),
        target="out.mp4",
        video=Outcome(
            times=[0.023 + n / 25 for n in range(20)],
            says=(r"joined\.ts: its clock jumps 1 time \(at 0\.42 s\)",),
            tracks=("audio",),
        ),
        live=SEEN,
    ),
    Situation(
        "times_repeat",
        "a.mkv",
        repeated,
        video=Outcome(
            times=(0, 0.001, 0.04, 0.041, 0.08, 0.081), says=("3 pictures had the time of the one",)
        ),
        live=SEEN,
    ),
    Situation(
        "hours_apart",
        "lapse.mkv",
        clip(*range(0, 30 * 3_600_000, 3_600_000)),
        target="out.mp4",
        video=Outcome(times=tuple(range(0, 30 * 3600, 3600))),
    ),
    Situation(
        "moving_gif",
        "a.gif",
        lambda path: animation(path, [(0, 0, 200), (0, 200, 0), (200, 0, 0)], [200, 500, 2000]),
        target="out.mp4",
        video=Outcome(times=(0, 0.2, 0.7), ends_s=2.7),
        live=SEEN,
    ),
    Situation(
        "sound_begins_late",
        "a.mpg",
        ffmpeg(
            *("-f", "lavfi", "-i", "color=gray:s=96x64:r=25:d=3.4", "-itsoffset", "3", *TONE),
            *("-c:v", "mpeg2video", "-q:v", "20", "-c:a", "mp2", "-b:a", "32k", "-ac", "1"),
        ),
        video=Outcome(says=(r"85 frames",), tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "sound_that_mp4_cannot_hold",
        "disc.mkv",
        ffmpeg(*PICTURES, *TONE, "-strict", "-2", "-c:v", "libx264", "-c:a", "wavpack"),
        target="out.mp4",
        video=Outcome(
            times=TEN_S,
            says=(r"disc\.mkv: \.mp4 can't hold sound 1 \(wavpack, converted to AAC\); \.mkv keeps it",),
            tracks=("audio",),
        ),
        live=SEEN,
    ),
    Situation(
        "sound_of_a_stream",
        "broadcast.ts",
        ffmpeg(*STREAM),
        target="out.mov",
        video=Outcome(times=SHIFTED, tracks=("audio",)),
    ),
    Situation(
        "subtitles_and_font",
        "anime.mkv",
        with_subtitles_and_font,
        video=Outcome(times=TEN_S, tracks=("subtitle", "attachment")),
    ),
    Situation(
        "subtitles_and_font_to_mp4",
        "anime.mkv",
        with_subtitles_and_font,
        target="out.mp4",
        video=Outcome(
            times=TEN_S,
            says=(r"subtitles 1 \(ssa, converted to mov_text\), a\.ttf \(left out\)",),
            tracks=("subtitle", "data"),
        ),
    ),
    Situation(
        "timecode",
        "camera.mov",
        ffmpeg(*PICTURES, "-c:v", "libx264", "-timecode", "01:00:00:00"),
        target="out.mov",
        video=Outcome(times=TEN_S, tracks=("data",)),
        live=SEEN,
    ),
    Situation(
        "size_changes",
        "zapped.ts",
        joined(
            clip(*range(0, 200, 40), width=160, height=120), clip(*range(0, 200, 40), width=80, height=80)
        ),
        target="out.mp4",
        video=Outcome(
            times=TEN_S,
            size=(160, 120),
            says=(r"the picture becomes 80x80 at 0\.20 s; it is shown whole, with bars", "clock jumps"),
        ),
        live=SEEN,
    ),
    Situation(
        "anamorphic_to_webm",
        "dv.mkv",
        ffmpeg(*PICTURES, "-vf", "setsar=16/9", "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        target="out.webm",
        options=("--encoder", "libvpx-vp9", "--preset", "8"),
        video=Outcome(times=TEN_S, size=(170, 64), shape=1),
        live=SEEN,
    ),
)
