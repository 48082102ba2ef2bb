"""How good are the pictures? The network's objective beside L-BFGS from noise (Gatys 2016), per style.

python benchmarks/quality.py --model cin-lite --paintings DIR --notes CSV --photos DIR --vgg FILE
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livestyle.card import Model
from livestyle.export.onnx import restore
from livestyle.losses.tv import tv_loss
from livestyle.networks.styled import StyledTransformer
from livestyle.networks.vgg import load_vgg19
from livestyle.training.data import list_images, load_style, read_image, resize, to_tensor
from livestyle.training.device import Place
from livestyle.training.feedforward import Perception, Weights
from livestyle.training.gatys import optimize_pixels
from livestyle.training.paintings import list_paintings

SIDE_PX = 256


def square(path: Path) -> Tensor:
    """The middle square, 256 px."""
    image = read_image(path)
    side = min(image.shape[:2])
    top, left = ((n - side) // 2 for n in image.shape[:2])
    return to_tensor(resize(image[top : top + side, left : left + side], SIDE_PX / side))


def objective(
    perception: Perception, weights: Weights, content: Tensor, index: Tensor
) -> Callable[[Tensor], dict[str, Tensor]]:
    def of(image: Tensor) -> dict[str, Tensor]:
        content_term, style_term = perception.terms(image, content, index)
        total = weights.content * content_term + weights.style * style_term.mean()
        return {"loss": total + weights.tv * tv_loss(image)}

    return of


@torch.no_grad()
def measure(
    model: StyledTransformer,
    perception: Perception,
    photo: Tensor,
    row: Tensor,
    index: Tensor,
    place: Place,
) -> tuple[float, float, float]:
    """Content, style and TV loss of one photo painted in style `row`, whose painting is `index`."""
    with place.autocast():
        painted = model(photo, row)
        content, style = perception.terms(painted, perception.content(photo), index)
    return content.item(), style.mean().item(), tv_loss(painted).item()


def reached(curve: list[float], value: float) -> int:
    """The first iteration of L-BFGS that is at least as good as `value`; the last where none is."""
    return next((i for i, loss in enumerate(curve) if loss <= value), len(curve))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--paintings", type=Path, required=True)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--vgg", type=Path)
    parser.add_argument("--lbfgs-photos", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=40)
    parser.add_argument("--style-px", type=int, default=768)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    place = Place.choose("auto")
    model = restore(Model.load(options.model))
    place.module(model)
    vgg = load_vgg19(options.vgg)
    place.module(vgg)
    paintings = list_paintings(options.paintings, options.notes)
    with place.autocast():
        perception = Perception(vgg, [place.images(load_style(p.path, options.style_px)) for p in paintings])
    photos = [place.images(square(p)) for p in list_images(options.photos)]
    chosen = photos[:: max(1, len(photos) // options.lbfgs_photos)][: options.lbfgs_photos]
    rows: dict[str, Any] = {}
    for number, painting in enumerate(paintings):
        name = painting.note.name
        weights = Weights(style=Weights.style * painting.weight)  # as trained
        index = torch.tensor([number])
        row = torch.tensor([model.names.index(name)])
        terms = [measure(model, perception, photo, row, index, place) for photo in photos]
        net = [weights.content * c + weights.style * s + weights.tv * t for c, s, t in terms]
        net_chosen = net[:: max(1, len(photos) // options.lbfgs_photos)][: options.lbfgs_photos]
        curves = []
        for seed, photo in enumerate(chosen):
            noise = torch.rand(photo.shape, generator=torch.Generator().manual_seed(seed))
            # In float32: its line search can't tell two pictures apart by a loss in bf16.
            target = objective(perception, weights, perception.content(photo), index)
            steps = optimize_pixels(noise.to(place.device), target, options.iterations)
            curve = [note.terms["loss"] for note in steps]
            curves.append(curve + curve[-1:] * (options.iterations + 1 - len(curve)))
        curve = np.mean(curves, axis=0).tolist()
        rows[name] = {
            "content": round(float(np.mean([t[0] for t in terms])), 4),
            "style": round(float(np.mean([t[1] for t in terms])), 4),
            "objective": round(float(np.mean(net)), 4),
            "objective_same_photos": round(float(np.mean(net_chosen)), 4),
            "lbfgs": {str(i): round(curve[i], 4) for i in (0, 5, 10, 12, 15, 20, 30, 40) if i < len(curve)},
            "equals_lbfgs_iteration": reached(curve, float(np.mean(net_chosen))),
        }
        print(name, rows[name], flush=True)
    mean_curve = {
        k: float(np.mean([r["lbfgs"][k] for r in rows.values()])) for k in next(iter(rows.values()))["lbfgs"]
    }
    summary = {
        "objective_mean": float(np.mean([r["objective_same_photos"] for r in rows.values()])),
        "lbfgs_mean": mean_curve,
        "worst_iteration": min(r["equals_lbfgs_iteration"] for r in rows.values()),
        "median_iteration": float(np.median([r["equals_lbfgs_iteration"] for r in rows.values()])),
    }
    result = {
        "machine": platform.processor() or platform.machine(),
        "side_px": SIDE_PX,
        "summary": summary,
        "styles": rows,
    }
    print(json.dumps(summary, indent=2))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
