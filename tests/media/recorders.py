"""Films as cameras, recorders, phones and the air leave them: what each of them does in its own way."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

from tests.media.clocks import joined
from tests.media.situation import Outcome, Situation, ffmpeg, refused

SEEN = Outcome()
PICTURES = ("-f", "lavfi", "-i", "testsrc=s=96x64:r=25:d=0.4")
TONE = ("-f", "lavfi", "-i", "sine=d=0.4:sample_rate=44100")
H264 = ("-c:v", "libx264", "-g", "5", "-pix_fmt", "yuv420p")
TEN_S = tuple(n / 25 for n in range(10))
CAPTION = b"\0\0\1\xb2GA94\x03\x41\xff\xfc\x94\x20\xff"
"""User data of MPEG-2: one pair of bytes of a closed caption."""


def changed(make: Callable[[Path], object], *changes: tuple[bytes, bytes]) -> Callable[[Path], object]:
    """A maker: another's file with bytes exchanged, each of which it has to have."""

    def run(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        for before, after in changes:
            assert before in data
            data = data.replace(before, after)
        path.write_bytes(data)

    return run


def cut(make: Callable[[Path], object], part: float) -> Callable[[Path], object]:
    """A maker: the beginning of another's file."""

    def run(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * part)])

    return run


def sound_jumps(by_s: int) -> Callable[[Path], object]:
    """A maker: a transport stream whose sound alone has another clock from 0.2 s on."""

    def run(path: Path) -> None:
        ffmpeg(*PICTURES, *TONE, *H264, "-c:a", "mp2", "-pes_payload_size", "0")(path)
        with av.open(str(path)) as file:
            start = min(s.start_time or 0 for s in file.streams)
            pid = file.streams.audio[0].id
        data = bytearray(path.read_bytes())
        for at in range(0, len(data), 188):
            head = data[at : at + 188]
            pes = 4 + (1 + head[4] if head[3] & 0x20 else 0)
            begins = head[1] & 0x40 and (head[1] & 0x1F) << 8 | head[2] == pid
            if begins and head[pes + 7] & 0x80:
                time = read_time(bytes(head[pes + 9 : pes + 14]))
                if time > start + 18_000:
                    data[at + pes + 9 : at + pes + 14] = time_of(time + by_s * 90_000)
        path.write_bytes(data)

    return run


def read_time(data: bytes) -> int:
    """33 bits in five bytes, in ticks of MPEG."""
    return (data[0] >> 1 & 7) << 30 | data[1] << 22 | data[2] >> 1 << 15 | data[3] << 7 | data[4] >> 1


def time_of(ticks: int) -> bytes:
    """The five bytes of a PTS that comes alone."""
    parts = (ticks >> 30 & 7) << 1, ticks >> 22 & 255, (ticks >> 15 & 127) << 1, ticks >> 7 & 255
    return bytes((0x21 | parts[0], parts[1], parts[2] | 1, parts[3], (ticks & 127) << 1 | 1))


def pause_in_flv(path: Path) -> None:
    """A recorder of streams that goes on after a minute with the clock of the wall."""
    whole = path.with_name("whole.flv")
    ffmpeg(*PICTURES, *TONE, *H264, "-c:a", "aac")(whole)
    with av.open(str(whole)) as file, av.open(str(path), "w") as out:
        streams = [out.add_stream_from_template(s, opaque=True) for s in file.streams]
        for packet in file.demux():
            if packet.size and packet.dts is not None and packet.pts is not None:
                late = 60_000 if packet.dts * packet.time_base >= Fraction(1, 5) else 0
                packet.pts, packet.dts = packet.pts + late, packet.dts + late
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
    whole.unlink()


def telemetry(kind: bytes) -> Callable[[Path], object]:
    """A maker: a camera's film with a track of `kind`, made of one of timecode."""
    film = ffmpeg(*PICTURES, *H264, "-timecode", "01:00:00:00")
    head, name = b"\0\0\0\x24", (b"TimeCodeHandler", b"GoPro MET      ")
    return changed(film, (b"mhlrtmcd", b"mhlrmeta"), (head + b"tmcd", head + kind), name)


def captions(path: Path) -> None:
    """MPEG-2 with captions in the user data of each picture."""
    ffmpeg(*PICTURES, "-c:v", "mpeg2video", "-bf", "0", "-q:v", "10", "-f", "mpeg2video")(path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\0\0\1\1", CAPTION + b"\0\0\1\1"))


def caption_track(path: Path) -> None:
    """Captions in a track of their own, as editors of QuickTime make it."""
    words = path.with_name("c.scc")
    pairs = "94ae 94ae 9420 9420 9470 9470 c8e5 ecec ef80 942c 942c 942f 942f"
    words.write_text(f"Scenarist_SCC V1.0\n\n00:00:00:05\t{pairs}\n")
    ffmpeg(*PICTURES, "-i", "c.scc", *H264, "-c:s", "copy")(path)
    words.unlink()


RECORDERS = (
    Situation(
        "sound_jumps_ahead",
        "a.ts",
        sound_jumps(60),
        video=Outcome(says=(r"a\.ts: its clock jumps 1 time", "the film goes on there"), tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "sound_jumps_back",
        "a.ts",
        sound_jumps(-1),
        target="out.mp4",
        video=Outcome(says=(r"a\.ts: its clock jumps 1 time", "the film goes on there"), tracks=("audio",)),
        live=SEEN,
    ),
    Situation(
        "pause_in_flv",
        "stream.flv",
        pause_in_flv,
        target="out.mp4",
        video=Outcome(
            times=[0.023 + t for t in TEN_S],
            says=(r"stream\.flv: its clock jumps 1 time \(at 0\.2\d s\)",),
            tracks=("audio",),
        ),
        live=SEEN,
    ),
    Situation(
        "joined_matroska",
        "two.mkv",
        joined(*[ffmpeg(*PICTURES, *TONE, *H264, "-bf", "3", "-c:a", "aac")] * 2),
        target="out.mp4",
        video=Outcome(
            times=[0.023 + n / 25 for n in range(20)],
            says=(r"two\.mkv: its clock jumps 1 time \(at 0\.42 s\)",),
            tracks=("audio",),
        ),
        live=SEEN,
    ),
    Situation(
        "sound_of_another_kind",
        "song.wav",
        ffmpeg("-f", "lavfi", "-i", "sine=d=0.1"),
        video=refused(r"song\.wav: its kind is not read here; expected a video file"),
        live=refused(r"song\.wav: its kind is not read here; expected a video file"),
    ),
    Situation(
        "telemetry",
        "action.mov",
        telemetry(b"gpmd"),
        target="out.mp4",
        video=Outcome(times=TEN_S, tracks=("data",)),
        live=SEEN,
    ),
    Situation(
        "telemetry_to_mkv",
        "action.mov",
        telemetry(b"gpmd"),
        video=Outcome(times=TEN_S, tracks=(), says=(r"\.mkv can't hold data 1 \(GoPro MET, left out\)",)),
    ),
    Situation(
        "telemetry_of_a_phone",
        "phone.mov",
        telemetry(b"mebx"),
        target="out.mov",
        video=Outcome(times=TEN_S, tracks=(), says=(r"\.mov can't hold data 1 \(GoPro MET, left out\)",)),
        live=SEEN,
    ),
    Situation(
        "spatial_sound_of_a_phone",
        "phone.mov",
        changed(
            ffmpeg(
                *PICTURES,
                *TONE,
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "1",
                *H264,
                "-ar",
                "8000",
                "-c:a:1",
                "pcm_s16le",
            ),
            (b"sowt", b"apac"),
        ),
        target="out.mov",
        video=Outcome(
            times=TEN_S, tracks=("audio",), says=(r"\.mov can't hold sound 2 \(unknown, left out\)",)
        ),
        live=SEEN,
    ),
    Situation(
        "sound_that_cannot_be_decoded",
        "disc.mkv",
        changed(ffmpeg(*PICTURES, *TONE, *H264, "-c:a", "libvorbis"), (b"A_VORBIS", b"A_TRUEHD")),
        target="out.mp4",
        video=Outcome(times=TEN_S, says=(r"disc\.mkv: none of sound 1 \(truehd\) can be decoded",)),
        live=SEEN,
    ),
    Situation(
        "many_loudspeakers",
        "stage.mkv",
        ffmpeg(*PICTURES, *TONE, *H264, "-af", "pan=22.2|c0=c0", "-ar", "8000", "-c:a", "flac", "-ac", "8"),
        target="out.webm",
        options=("--encoder", "libvpx-vp9", "--preset", "8"),
        video=Outcome(times=TEN_S, tracks=("audio",), says=(r"sound 1 \(flac, converted to Opus\)",)),
    ),
    Situation(
        "interlaced",
        "tape.mpg",
        ffmpeg(*PICTURES, "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-q:v", "10"),
        video=Outcome(says=(r"tape\.mpg is interlaced and is painted so.*-vf bwdif",)),
        live=SEEN,
    ),
    Situation(
        "clear_vp9",
        "overlay.webm",
        ffmpeg(*PICTURES, "-vf", "format=yuva420p", "-c:v", "libvpx-vp9", "-deadline", "realtime"),
        video=Outcome(times=TEN_S, says=(r"overlay\.webm says that it is transparent in places",)),
        live=SEEN,
    ),
    Situation(
        "clear_prores",
        "overlay.mov",
        ffmpeg(
            *("-f", "lavfi", "-i", "color=red@0.5:s=96x64:r=25:d=0.2,format=yuva444p10le"),
            *("-c:v", "prores_ks", "-profile:v", "4444", "-q:v", "30"),
        ),
        video=Outcome(says=(r"overlay\.mov is transparent in places; a painted film is white there",)),
        live=SEEN,
    ),
    Situation(
        "captions",
        "air.m2v",
        captions,
        video=Outcome(times=TEN_S, says=(r"air\.m2v has closed captions in its pictures",)),
        live=SEEN,
    ),
    Situation(
        "caption_track",
        "edit.mov",
        caption_track,
        video=Outcome(times=TEN_S, tracks=(), says=(r"\.mkv can't hold subtitles 1 \(cc_dec, left out\)",)),
        live=SEEN,
    ),
    Situation(
        "index_missing",
        "crashed.mp4",
        cut(ffmpeg(*PICTURES, *H264), 0.6),
        video=refused(r"crashed\.mp4: it was cut off: the index at its end \(moov\) is missing"),
        live=refused(r"crashed\.mp4: it was cut off: the index at its end \(moov\) is missing"),
    ),
    Situation(
        "clock_of_many_bits",
        "a.mkv",
        ffmpeg(*PICTURES, *H264, "-output_ts_offset", "3000000"),
        target="out.mp4",
        video=Outcome(times=TEN_S),
        live=SEEN,
    ),
)
