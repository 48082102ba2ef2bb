"""Makes films whose motion is known to the pixel, on which steadiness is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sources.images import SUFFIXES, load_image, natural_key

PAN_PX = (3.3, 1.7)
ZOOM = 1.01
"""How far a pan moves, and by how much a zoom enlarges, from one frame to the next."""

MARGIN_PX = 48
"""How far a pan may go beyond the picture it starts with."""

Flow = NDArray[np.float32]
"""(H, W, 2): where each pixel of a frame lies in the next one, as (dx, dy) in px."""


@dataclass(frozen=True)
class FlowFilm:
    """Frames, uint8 BGR of one size, and the flow from each to the next."""

    frames: tuple[Pixels, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True)
class Passing:
    """Is a film of something that passes before a picture.

    trails[t]: what it has uncovered just before frame t, bool (H, W).
    """

    frames: tuple[Pixels, ...]
    trails: tuple[NDArray[np.bool_], ...]


def covering(photo: Pixels, size: Size) -> Pixels:
    """The photo scaled, and cut in the middle, to exactly `size`."""
    scale = max(size.width / photo.shape[1], size.height / photo.shape[0])
    inner = max(size.width, round(photo.shape[1] * scale)), max(size.height, round(photo.shape[0] * scale))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(photo, inner, interpolation=kind).astype(np.uint8, copy=False)
    left, top = (inner[0] - size.width) // 2, (inner[1] - size.height) // 2
    return np.ascontiguousarray(scaled[top : top + size.height, left : left + size.width])


def noisy(photo: Pixels, count: int, sigma: float, seed: int = 0) -> tuple[Pixels, ...]:
    """The same picture `count` times, with the noise of a sensor: normal, `sigma` of 255."""
    random = np.random.default_rng(seed)
    noise = (random.standard_normal(photo.shape, np.float32) * np.float32(sigma) for _ in range(count))
    return tuple(np.clip(np.rint(photo + n), 0, 255).astype(np.uint8) for n in noise)


def pan(photo: Pixels, size: Size, count: int) -> FlowFilm:
    """A camera that moves across a photo by PAN_PX a frame."""
    return _moving(photo, size, [(1.0, t * PAN_PX[0], t * PAN_PX[1]) for t in range(count)])


def zoom(photo: Pixels, size: Size, count: int) -> FlowFilm:
    """A camera that moves in on a photo by ZOOM a frame."""
    return _moving(photo, size, [(ZOOM**t, 0.0, 0.0) for t in range(count)])


def _moving(photo: Pixels, size: Size, path: Sequence[tuple[float, float, float]]) -> FlowFilm:
    """path: for each frame how much it is enlarged, and where its middle lies beside the photo's, px."""
    ground = covering(photo, Size(size.width + 2 * MARGIN_PX, size.height + 2 * MARGIN_PX))
    x, y = np.meshgrid(np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32))
    middle = np.array([size.width - 1, size.height - 1]) / 2

    def place(scale: float, dx: float, dy: float) -> NDArray[np.float64]:
        """From pixels of the frame to pixels of the ground, 2 x 3."""
        offset = middle * (1 - 1 / scale) + MARGIN_PX + [dx, dy]
        return np.array([[1 / scale, 0, offset[0]], [0, 1 / scale, offset[1]]])

    places = [place(*step) for step in path]
    frames = tuple(
        cv2.warpAffine(
            ground, m, (size.width, size.height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ).astype(np.uint8, copy=False)
        for m in places
    )
    flows = []
    for now, later in pairwise(places):
        ratio = now[0, 0] / later[0, 0]
        shift = (now[:, 2] - later[:, 2]) / later[0, 0]
        flows.append(np.stack([x * (ratio - 1) + shift[0], y * (ratio - 1) + shift[1]], 2).astype(np.float32))
    return FlowFilm(frames, tuple(flows))


def passing(photo: Pixels, size: Size, count: int, step_px: int = 8, behind_px: int = 48) -> Passing:
    """A dark square with a bright edge passes from left to right; `behind_px`: how long its trail counts."""
    ground = covering(photo, size)
    side = size.height // 3
    top, start = (size.height - side) // 2, size.width // 4
    frames, trails = [], []
    for number in range(count):
        left = start + number * step_px
        frame, trail = ground.copy(), np.zeros(ground.shape[:2], np.bool_)
        frame[top : top + side, left : left + side] = (220, 230, 240)
        frame[top + 3 : top + side - 3, left + 3 : left + side - 3] = (30, 40, 50)
        trail[top : top + side, max(start, left - behind_px) : left] = True
        frames.append(frame)
        trails.append(trail)
    return Passing(tuple(frames), tuple(trails))


def load_film(folder: Path) -> FlowFilm:
    """Pictures of one size with the flow of each to the next in .npz files (key `flow`, (dx, dy) in px),
    both in the order of their names, as MPI Sintel has them. LivestyleError where they don't fit.
    """
    paths = sorted((p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES), key=natural_key)
    frames = tuple(load_image(path) for path in paths)
    flows = tuple(_load_flow(path) for path in sorted(folder.glob("*.npz"), key=natural_key))
    shapes = {frame.shape[:2] for frame in frames} | {flow.shape[:2] for flow in flows}
    if len(frames) < 2 or len(flows) != len(frames) - 1 or len(shapes) != 1:
        raise LivestyleError(
            f"{folder} holds {len(frames)} pictures and {len(flows)} flows of the sizes {sorted(shapes)}; "
            "expected pictures of one size and one .npz fewer"
        )
    return FlowFilm(frames, flows)


def _load_flow(path: Path) -> Flow:
    try:
        with np.load(path) as arrays:
            flow: Flow = arrays["flow"].astype(np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise LivestyleError(f"cannot read flow from {path}: {error}; expected an array `flow`") from error
    if flow.ndim != 3 or flow.shape[2] != 2:
        raise LivestyleError(f"{path} holds flow of shape {flow.shape}; expected (H, W, 2)")
    return flow
