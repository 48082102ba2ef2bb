"""For each command but `train`, values of its options that have to change what it does."""

from __future__ import annotations

from typing import Any

from livestyle.doctor.finding import Finding, State
from tests.commands.recorder import Command

ENGINE: dict[str, Any] = {"model": "tiny", "device": "cpu", "precision": "f32", "threads": "3", "slots": "1"}
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


def within(base: dict[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(names, base)


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
        "crossfade": "3",
        "fullscreen": True,
        "figures": True,
        "no_window": True,
        "snapshots": "shots",
        "record": "a.mp4",
        "max_frames": "9",
        "as_json": True,
        "list_cameras": True,
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
        "livestyle.commands.video.main": None,
        "livestyle.commands.live.removed": None,
        "livestyle.sources.camera.discovery.list_cameras": lambda: ["a camera"],
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
OPTIMIZE = Command(
    ("optimize",),
    {"photo": "a.png"},
    {
        "photo": "b.png",
        "style": ["a.png", "b.png=2"],
        "out": "out.png",
        "size": "99",
        "style_size": "99",
        "stages": "2",
        "iterations": "9",
        "optimizer": "adam",
        "rate": "0.5",
        "start": "noise",
        "only": "style",
        "layer": "relu3_1",
        "color": "luminance",
        "style_loss": "bn-stats",
        "content_weight": "0.3",
        "style_weight": "0.3",
        "tv_weight": "0.3",
        "preview": "9",
        "seed": "9",
        "vgg": "vgg.safetensors",
        "device": "quantum",
        "overwrite": True,
    },
    {"rate": {"photo": "a.png", "optimizer": "adam"}},
    {"livestyle.workshop.optimize.run.optimize": None},
)
REPRODUCE = Command(
    ("reproduce",),
    {"all_": True},
    {
        "all_": True,
        "names": "norms",
        "report": "elsewhere",
        "content": "photos",
        "validation": "photos",
        "styles": "photos",
        "notes": "notes.csv",
        "vgg": "vgg.safetensors",
        "device": "quantum",
        "trial": True,
        "overwrite": True,
    },
    {"all_": {}, "names": {}},
    {"livestyle.workshop.reproduction.run.reproduce": None},
)
EXPORT = Command(
    ("export",),
    {"work": "work", "out": "m", "frames": "photos"},
    {
        "work": "elsewhere",
        "out": "n",
        "frames": "more",
        "name": "another",
        "direction": "ba",
        "int8": False,
        "licence": "CC0",
        "overwrite": True,
    },
    {},
    {
        "livestyle.workshop.training.loop.method_of": lambda work: "cin",
        "livestyle.workshop.training.cin.train.load_checkpoint": lambda *_: (None, [], {}),
        "livestyle.workshop.export.quantize.calibration_frames": None,
        "livestyle.workshop.export.publish.publish": None,
        "livestyle.commands.training.common.report_published": None,
    },
)
TEMPORAL = {"temporal": True}
QUALITY = {"photos": "photos", "paintings": "photos"}
EVALUATE = Command(
    ("evaluate",),
    QUALITY,
    {
        **{name: value for name, value in ENGINE.items() if name != "slots"},
        **QUALITY,
        "temporal": True,
        "appearance": True,
        "onnx": ["other.onnx=grey"],
        "compare": "mosaic",
        "style": "grey",
        "steadiness": "0.1",
        "limit": "1",
        "notes": "notes.csv",
        "lbfgs": "9",
        "lbfgs_photos": "1",
        "style_size": "99",
        "vgg": "vgg.safetensors",
        "out": "report",
        "flow": ["films"],
        "size": "99x99",
        "plot": "plot.png",
        "overwrite": True,
        "as_json": True,
    },
    {
        "photos": {"paintings": "photos"},
        "paintings": {"photos": "photos"},
        "temporal": {"photos": "photos"},
        "lbfgs_photos": {**QUALITY, "lbfgs": "9"},
        "onnx": {**QUALITY, "appearance": True},
        "overwrite": {**QUALITY, "out": "report"},
        **within(TEMPORAL, "compare", "steadiness", "flow", "size", "plot"),
    },
    {
        "livestyle.commands.evaluate.Stylizer": None,
        "livestyle.commands.evaluate._appearance": None,
        "livestyle.commands.evaluate.load_material": None,
        "livestyle.commands.evaluate.evaluate": lambda *_: {},
        "livestyle.commands.evaluate.table_of": lambda *_: "a table",
        "livestyle.commands.evaluate.picture_of": None,
        "livestyle.commands.evaluate.save_image": None,
        "livestyle.workshop.quality.report.run": None,
    },
)
CALIBRATE = Command(
    ("calibrate",),
    {},
    {
        "source": ["photos"],
        "frames": "frames",
        "count": "9",
        "seconds": "9",
        "overwrite": True,
        "only_frames": True,
        "model": "tiny",
        "min_psnr": "9",
        "install_anyway": True,
        "install": False,
        "as_json": True,
    },
    within({"source": ["photos"]}, "seconds", "overwrite", "only_frames"),
    {"livestyle.commands.calibrate.choose": None, "livestyle.commands.calibrate.Calibration": None},
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
    LIVE, VIDEO, IMAGE, OPTIMIZE, REPRODUCE, EXPORT, EVALUATE, CALIBRATE, BUILD, BENCH, DOCTOR,
)  # fmt: skip
