"""What the gallery costs the live picture: rates, drops and delays with and without thumbnails, in turn.

python benchmarks/gallery.py --out benchmarks/results/gallery.json
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from machine import machine

from livestyle.core.size import Size
from livestyle.pipeline.gallery import Gallery
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.sources.open import open_source
from livestyle.stylizer.stylizer import Stylizer


def run(stylizer: Stylizer, thumbnails: bool, seconds: float) -> dict[str, Any]:
    """One run: figures of the picture, and how often every style was painted anew."""
    painted, count = 0, len(stylizer.styles)
    with open_source("synthetic", Size(640, 480), 30) as source:
        pipeline = LivePipeline(source, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        seen: dict[str, int] = {}
        with pipeline, Gallery(lambda: stylizer.model, lambda: pipeline.spare) as gallery:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                painting = pipeline.next(0.1)
                if painting is None:
                    continue
                pipeline.shown(painting)
                if thumbnails:
                    gallery.show(painting.original.pixels)
                    for small in gallery.thumbnails:
                        painted += seen.get(small.style) != id(small.pixels)
                        seen[small.style] = id(small.pixels)
        return {**asdict(pipeline.stats.summary()), "rounds_a_second": round(painted / count / seconds, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine(), "model": options.model, "without": [], "with": []}
    with Stylizer(options.model) as stylizer:
        stylizer.open(Size(640, 480))
        result["engine"] = str(stylizer.info)
        for _ in range(options.turns):
            for name in ("without", "with"):
                result[name].append(run(stylizer, name == "with", options.seconds))
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
