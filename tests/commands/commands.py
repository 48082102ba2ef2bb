"""For each command but `train`, values of its options that have to change what it does: the live half's."""

from __future__ import annotations

from typing import Any

from livestyle.doctor.finding import Finding, State
from tests.commands.recorder import Command
from tests.commands.shared import ENGINE, within
from tests.commands.workshop_commands import CALIBRATE, EVALUATE, EXPORT, OPTIMIZE, REPRODUCE

LOOK: dict[str, Any] = {
    "style": "grey",
    "style_image": ["a.png"],
    "strength": "0.5",
    "keep_color": True,
    "second_style": "grey",
    "blend": "0.3",
}
BLENDED = {"second_style": "grey"}
FILES: dict[str, Any] = {"source": "in.mp4", "target": "out.mp4"}


LIVE = Command(
    ("live",),
    {},
    {
        **ENGINE,
        **LOOK,
        **FILES,
        "camera": ["synthetic", "1"],
        "size": "64x64",
        "fps": "9",
        "steadiness": "0.1",
        "mirror": True,
        "stroke": "1.5",
        "crossfade": "3",
        "rate": "9",
        "fresh": True,
        "no_governor": True,
        "fullscreen": True,
        "figures": True,
        "no_window": True,
        "page": True,
        "osc": "9000",
        "midi": "a device",
        "folder": "shots",
        "record": "a.mp4",
        "microphone": "hw:1",
        "virtual_camera": "a device",
        "virtual_camera_size": "640x360",
        "stream": "udp://127.0.0.1:9",
        "max_frames": "9",
        "as_json": True,
        "list_cameras": True,
        "list_models": True,
        "list_styles": True,
        "remove_style": "grey",
        "change_every": "9s",
        "encoder": "libx265",
        "crf": "9",
        "overwrite": True,
    },
    {
        "overwrite": {"record": "a.mp4"},
        "blend": BLENDED,
        "source": {"target": "out.mp4"},
        "target": {"source": "in.mp4"},
        "change_every": {**FILES, "style": "a,b"},
        "remove_style": {"model": "tiny"},
        "list_styles": {"model": "tiny"},
    },
    {
        "livestyle.commands.live.show": lambda *_: {"frames": 1},
        "livestyle.commands.guests.open_page": None,
        "livestyle.commands.guests.open_osc": None,
        "livestyle.commands.guests.open_midi": None,
        "livestyle.commands.video.main": None,
        "livestyle.commands.live.forget": None,
        "livestyle.commands.listing.removed": None,
        "livestyle.sources.camera.discovery.list_cameras": lambda: ["a camera"],
    },
)
PAGE = Command(
    ("page",),
    {},
    {
        **ENGINE,
        **LOOK,
        "camera": ["synthetic", "1"],
        "size": "64x64",
        "fps": "9",
        "steadiness": "0.1",
        "mirror": True,
        "stroke": "1.5",
        "crossfade": "3",
        "folder": "films",
        "rate": "9",
        "no_governor": True,
        "encoder": "libx265",
        "crf": "9",
        "stream": "udp://127.0.0.1:9",
        "max_frames": "9",
        "as_json": True,
        "osc": "9000",
        "midi": "a device",
        "host": "0.0.0.0",
        "port": "9",
        "token": "12345678",
        "certificate": "page.pem",
        "key": "key.pem",
        "stun": "stun:stun.example:3478",
        "no_browser": True,
    },
    {"blend": BLENDED, "key": {"certificate": "page.pem"}},
    {
        "livestyle.commands.guests.open_page": None,
        "livestyle.commands.guests.open_osc": None,
        "livestyle.commands.guests.open_midi": None,
        "livestyle.commands.page.show": lambda *_: {"frames": 1},
    },
)
VIDEO = Command(
    ("video",),
    FILES,
    {
        **ENGINE,
        **LOOK,
        "source": "more.mp4",
        "target": "other.mp4",
        "change_every": "9s",
        "crossfade": "3s",
        "steadiness": "0.1",
        "max_side": "99",
        "encoder": "libx265",
        "crf": "9",
        "preset": "slow",
        "track": "2",
        "audio": "aac",
        "overwrite": True,
        "resume": False,
        "retry": True,
        "watch": True,
        "jobs": "auto",
        "cluster": "auto",
        "piece": "9s",
    },
    {
        **within({**FILES, "style": "a,b"}, "change_every", "crossfade"),
        "blend": {**FILES, **BLENDED},
        **within({"source": "photos", "target": "out"}, "resume", "retry", "watch", "piece"),
    },
    {
        "livestyle.commands.video.Stylizer": None,
        "livestyle.commands.video.paint_videos": None,
        "livestyle.commands.video.add_style_images": lambda _, paths: dict.fromkeys(map(str, paths or ())),
    },
)
IMAGE = Command(
    ("image",),
    {"source": "a.png", "target": "out.png"},
    {
        **{name: value for name, value in ENGINE.items() if name != "slots"},
        **LOOK,
        "source": "in.png",
        "target": "other.png",
        "color": "coral",
        "region": ["a.png=grey"],
        "max_side": "99",
        "overwrite": True,
    },
    {"blend": {"source": "a.png", "target": "out.png", **BLENDED}},
    {
        "livestyle.commands.image.Stylizer": None,
        "livestyle.commands.image.paint_images": None,
        "livestyle.commands.image.add_style_images": lambda _, paths: dict.fromkeys(map(str, paths or ())),
    },
)
BUILD = Command(
    ("build",),
    {"flavour": "rtx"},
    {
        "model": "tiny",
        "size": ["99x99"],
        "precision": ["f32"],
        "flavour": "tensorrt",
        "gpu": "3",
        "level": "1",
        "overwrite": True,
    },
    {},
    {"livestyle.commands.build.follow": b"", "livestyle.commands.build.chosen_gpu": lambda *_: None},
)
BENCH = Command(
    ("bench",),
    {},
    {
        **ENGINE,
        "camera": "a.mp4",
        "size": "99x99",
        "fps": "9",
        "seconds": "9",
        "streams": "2",
        "frames": "9",
        "window": True,
        "layers": True,
        "as_json": True,
    },
    {},
    {
        "livestyle.commands.bench.Stylizer": None,
        "livestyle.commands.bench.engine_alone": lambda *_: {},
        "livestyle.commands.bench.frames_together": lambda *_: {},
        "livestyle.commands.bench.show": lambda *_: {},
        "livestyle.commands.bench._table": lambda *_: "a table",
    },
)
DOCTOR = Command(
    ("doctor",),
    {},
    {"as_json": True},
    {},
    {"livestyle.commands.doctor.examine": lambda: [Finding("CPU", "threads", State.OK, "2")]},
)
COMMANDS = (
    LIVE, PAGE, VIDEO, IMAGE, OPTIMIZE, REPRODUCE, EXPORT, EVALUATE, CALIBRATE, BUILD, BENCH, DOCTOR,
)  # fmt: skip
