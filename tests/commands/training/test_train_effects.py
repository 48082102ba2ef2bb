"""Every option of every method of `livestyle train` changes what the method does."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from livestyle.commands.train import METHODS
from tests.commands.recorder import Command, outcome
from tests.workshop.small import write_photos

OTHERS: dict[str, Any] = {
    "content": ["photos", "more"],
    "styles": "more",
    "style": "more/photo_0.png",
    "painting": "more/photo_0.png",
    "notes": "notes.csv",
    "more_styles": ["more"],
    "held_out": "more",
    "validation": "more",
    "a": ["photos", "more"],
    "b": ["paintings", "more"],
    "model": "mosaic",
    "out": "elsewhere",
    "work": "at-work",
    "name": "another",
    "resume": True,
    "overwrite": True,
    "int8": False,
    "arch": "wide",
    "norm": "none",
    "start": "cin-lite",
    "teacher": "cin-lite",
    "pool": "7",
    "steps": "3",
    "rate": "0.5",
    "decay": "0.1",
    "batch": "3",
    "seed": "9",
    "crop": "64",
    "style_size": "64",
    "stroke": "2",
    "canvas": False,
    "style_loss": "bn-stats",
    "loss": "pixel",
    "diversity": "0.7",
    "samples": "3",
    "direction": "ba",
    "device": "quantum",
    "vgg": "vgg.safetensors",
    **{
        f"{name}_weight": "0.3"
        for name in (
            "content",
            "style",
            "tv",
            "stability",
            "noise",
            "film",
            "peaks",
            "detail",
            "lattice",
            "contrast",
            "palette",
            "cycle",
            "identity",
        )
    },
}
"""For each option, by its name in the code, another value than the base's and the default."""

OWN_OTHERS: dict[str, dict[str, Any]] = {"add-style": {"out": "elsewhere.npz"}, "adain": {"arch": "half"}}

BASES: dict[str, dict[str, Any]] = {
    "cin": {"styles": "paintings", "content": ["photos"], "out": "m"},
    "johnson": {"style": "paintings/photo_0.png", "content": ["photos"], "out": "m"},
    "adain": {"styles": "paintings", "content": ["photos"], "out": "m"},
    "cyclegan": {"a": ["photos"], "b": ["paintings"], "out": "m"},
    "superres": {"content": ["photos"], "out": "m"},
    "texture": {"style": "paintings/photo_0.png", "out": "m"},
    "add-style": {"painting": "paintings/photo_0.png", "out": "m.npz"},
}
PUBLISHED: dict[str, Any] = dict.fromkeys(("publish", "report_published", "frames_of"))
ADAIN = SimpleNamespace(encoder=None)
STUBS: dict[str, dict[str, Any]] = {
    "cin": {**PUBLISHED, "train_styles": None, "restore": None},
    "adain": {
        **PUBLISHED,
        "train_adain": None,
        "restore": None,
        "load_adain": lambda work: (ADAIN, None, [], {}),
    },
    "cyclegan": {**PUBLISHED, "train_cyclegan": None},
    "superres": {**PUBLISHED, "train_superres": None, "load_vgg19": None, "measure": lambda *_: {}},
    "texture": {
        "train_texture": None,
        "draw_textures": lambda model, count, *_: torch.zeros(count, 3, 8, 8),
        "save_image": None,
    },
    "add-style": {"restore": None, "add_style": None, "StyleBank": None},
}
STUBS["johnson"] = STUBS["cin"]
"""Where training starts: what it is called with is what an option has to change."""


def command(method: str) -> Command:
    module = f"livestyle.commands.training.train_{'cin' if method == 'johnson' else method.replace('-', '_')}"
    stubs = {f"{module}.{name}": value for name, value in STUBS[method].items()}
    return Command(("train", method), BASES[method], {**OTHERS, **OWN_OTHERS.get(method, {})}, {}, stubs)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    write_photos(folder / "photos", 1, 72)
    write_photos(folder / "paintings", 1, 72, seed=1)
    write_photos(folder / "more", 1, 72, seed=2)
    row = "photo_0.png,named,Named,Somebody,1900,CC0"
    (folder / "notes.csv").write_text(f"file,name,title,artist,year,licence\n{row}\n")
    return folder


@pytest.fixture
def shop(pictures: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pictures, tmp_path / "shop"))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_options_do_the_same(method: str, shop: Path) -> None:
    one = command(method)
    done = outcome(one, one.base, shop)
    assert done.code == 0, done.errors
    assert done == outcome(one, one.base, shop)


@pytest.mark.parametrize(
    ("method", "option"), [(method, option) for method in METHODS for option in command(method).options]
)
def test_every_option_has_an_effect(method: str, option: str, shop: Path) -> None:
    one = command(method)
    if option == "overwrite":
        touch(shop, "m/card.json", "m/texture-001.png", "m.npz")
    if option == "resume":
        touch(shop, "m.training/checkpoint.pt")
    before = outcome(one, one.base, shop)
    after = outcome(one, {**one.base, option: one.others[option]}, shop)
    assert after != before
    assert after.code == (2 if option == "device" else 0)


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
