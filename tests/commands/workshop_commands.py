"""For commands that need the workshop, values of their options that have to change what they do."""

from __future__ import annotations

import livestyle.commands.training.common  # noqa: F401 - before anything is patched that it imports
from livestyle.workshop.training.cyclegan.train import METHOD as CYCLEGAN
from tests.commands.recorder import Command
from tests.commands.shared import ENGINE, within

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
        "livestyle.workshop.training.loop.method_of": lambda work: CYCLEGAN,
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
        "style_image": ["painting.png"],
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
        "style_image": {**QUALITY, "appearance": True},
        "overwrite": {**QUALITY, "out": "report"},
        **within(TEMPORAL, "compare", "steadiness", "flow", "size", "plot"),
    },
    {
        "livestyle.commands.evaluate.Stylizer": None,
        "livestyle.commands.evaluate._appearance": None,
        "livestyle.commands.evaluate.add_style_images": lambda *_: {"painting": None},
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
