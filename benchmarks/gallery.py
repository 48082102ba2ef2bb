"""What the gallery costs the live picture: rates, drops and delays with and without thumbnails, in turn.

python -m benchmarks.gallery --json benchmarks/results/gallery.json
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livestyle.core.size import Size
from livestyle.pipeline.gallery import Gallery
from livestyle.pipeline.live import LivePipeline
from livestyle.pipeline.look import Look
from livestyle.sources.open import open_source
from livestyle.stylizer.stylizer import Stylizer

SECONDS, TURNS = 20.0, 3


def run(stylizer: Stylizer, thumbnails: bool, seconds: float) -> dict[str, Any]:
    """One run: figures of the picture, and how often every style was painted anew."""
    painted, count = 0, len(stylizer.styles)
    with open_source("synthetic", Size(640, 480), 30) as source, Gallery(lambda: stylizer.model) as gallery:
        pipeline = LivePipeline(source, stylizer, Look(stylizer.model.styles, stylizer.styles[0]))
        seen: dict[str, int] = {}
        with pipeline:
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "model": options.model}
    with Stylizer(options.model) as stylizer:
        stylizer.open(Size(640, 480))
        found["engine"] = str(stylizer.info)
        for _ in range(TURNS):
            for name in ("without", "with"):
                found.setdefault(name, []).append(run(stylizer, name == "with", options.seconds))
    text = json.dumps(found, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
