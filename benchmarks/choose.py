"""From Return on a picture in the window to that picture as the style on the screen.

    PYTHONPATH=. python benchmarks/choose.py --out benchmarks/results/choose.json

Needs Xvfb, openbox, xdotool and ImageMagick. The window is looked at with screenshots a tenth of a second
apart, so a figure is too long by up to that and one of them, which is told too. "encode" is the picture's
way through the encoder alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from machine import machine, summary

from livestyle.core.size import Size
from livestyle.sources.images import load_image
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer
from tests.ui.desktop import App, desktop, wait_for
from tests.ui.test_window_app import corner, shows

NAMES = "abcdefgh"
CAMERA = "synthetic:640x480@30"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="adain-lite")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    times: dict[str, list[float]] = {"encode": [], "choose": [], "screenshot": []}
    with tempfile.TemporaryDirectory() as name, desktop() as env, Stylizer(options.model) as stylizer:
        folder = Path(name)
        for number, letter in enumerate(NAMES):
            picture = cv2.applyColorMap(Scene(Size(1024, 768)).at(number * 1.7), number)
            cv2.imwrite(str(folder / f"{letter}.png"), picture)
        folders = {"XDG_PICTURES_DIR": name, "LIVESTYLE_DATA": str(folder / "data")}
        app = App({**env, **folders}, folder, "--camera", CAMERA, "--model", options.model)
        try:
            original = frozen(app, folder)
            for letter in NAMES:
                one(app, stylizer, folder / f"{letter}.png", original, times)
        finally:
            app.kill()
    result = {"machine": machine(), "model": options.model, **{k: summary(v) for k, v in times.items()}}
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def frozen(app: App, folder: Path) -> np.ndarray:
    """The frame at which the app now stands."""
    wait_for(lambda: app.shot().any())
    for key in ("space", "s"):
        app.key(key)
    path = wait_for(lambda: next(folder.glob("*-original.png"), None))
    wait_for(lambda: len(list(folder.glob("*-*.png"))) == 2)
    return load_image(path)


def one(
    app: App, stylizer: Stylizer, picture: Path, original: np.ndarray, times: dict[str, list[float]]
) -> None:
    pixels = load_image(picture)
    began = time.perf_counter()
    stylizer.style = stylizer.add_style(picture.stem, pixels)
    times["encode"].append((time.perf_counter() - began) * 1e3)
    stylizer.reset()
    expected = corner(stylizer.stylize(original))
    app.key("i")
    app.key(picture.stem)
    began = time.perf_counter()
    app.press("Return")
    wait_for(lambda: shows(app, expected))
    times["choose"].append((time.perf_counter() - began) * 1e3)
    began = time.perf_counter()
    app.shot()
    times["screenshot"].append((time.perf_counter() - began) * 1e3)


if __name__ == "__main__":
    main()
