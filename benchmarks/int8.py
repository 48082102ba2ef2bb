"""What INT8 and bf16 cost: PSNR against f32 for every style, over a folder of photos at 640x480.

python benchmarks/int8.py --photos DIR --out benchmarks/results/int8.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from machine import computed, machine

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.workshop.export.check import psnr

SIZE = Size(640, 480)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="how many photos; default: all")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    model = Model.load(options.model)
    photos = (
        cv2.imread(str(p), cv2.IMREAD_COLOR) for p in sorted(options.photos.glob("*.*"))[: options.limit]
    )
    size = (SIZE.width, SIZE.height)
    resized = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in photos if p is not None)
    frames = [image.astype(np.uint8, copy=False) for image in resized]
    rows: dict[str, dict[str, float]] = {}
    engines = {p: OpenVinoEngine(model, SIZE, p, threads=0) for p in computed(model)}
    for engine in engines.values():
        engine.open()
    for name in model.styles:
        vector = model.styles.vector(name)
        found: dict[Precision, list[float]] = {p: [] for p in engines if p is not Precision.F32}
        for frame in frames:
            exact = engines[Precision.F32].infer(frame, FrameStyle.still(vector))
            for precision, values in found.items():
                values.append(psnr(engines[precision].infer(frame, FrameStyle.still(vector)), exact))
        rows[name] = {str(p): round(float(np.mean(v)), 2) for p, v in found.items()}
        print(name, rows[name], flush=True)
    summary = {
        f"{precision}_{how.__name__}": round(float(how([r[precision] for r in rows.values()])), 2)
        for precision in next(iter(rows.values()))
        for how in (np.mean, np.min)
    }
    result = {
        "machine": machine(), "model_sha256": model.card.sha256, "photos": len(frames), "size": str(SIZE),
        "psnr_db": summary, "styles": rows,
    }  # fmt: skip
    print(json.dumps(summary, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
