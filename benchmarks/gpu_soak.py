"""A soak with errors in it: an engine for two minutes, and what goes wrong on a GPU sooner or later.

    python benchmarks/gpu_soak.py --out soak.json

In turn, until the time is over: films opened and closed; an engine closed in mid flight; more films of 4K
than the memory has room for. After each the engine has to paint the same bytes as before, in a new style each
frame, and the GPU's memory has to be as full as after the first round.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gpu_engines import pictures

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import open_engine

LEFT_BYTES = 1 << 30
"""What is left of the GPU's memory while the large films are opened: 8 of 4K need several times that."""

LEAK_BYTES = 64 << 20
"""By so much the memory in use may grow over the whole soak."""

FILMS = 8


class Soak:
    """One engine, and what is done to it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.model, self.size = Model.load(options.model), Size.parse(options.size)
        self.found: dict[str, Any] = {"rounds": 0, "went_wrong": [], "out_of_memory": "", "used_bytes": []}
        self.frames = pictures(self.size)

    def engine(self, size: Size | None = None) -> Engine:
        return open_engine(self.model, size or self.size, self.options.device, slots=3)

    def paint(self, engine: Engine, count: int = 40) -> list[Pixels]:
        """Frames with as many in flight as there can be, in a new style each, without a past."""
        film, found, vectors = engine.film, list[Pixels](), self.model.styles.vectors
        film.reset()
        for number in range(count):
            if film.in_flight == film.depth:
                found.append(film.result())
            frame = self.frames[number % len(self.frames)]
            film.submit(frame, FrameStyle(vectors[number % len(vectors)]))
        return found + [film.result() for _ in range(film.in_flight)]

    def films(self, engine: Engine) -> None:
        for _ in range(FILMS):
            film = engine.open_film()
            film.submit(self.frames[0], FrameStyle.still(self.model.styles.vectors[0]))
            film.close()

    def closed_in_flight(self, _: Engine) -> None:
        with self.engine() as other:
            while other.film.in_flight < other.film.depth:
                other.film.submit(self.frames[0], FrameStyle.still(self.model.styles.vectors[0]))

    def too_little_memory(self, _: Engine) -> None:
        """Films of 4K until there is no memory: that is said, and all of it comes back."""
        large = Size.parse(self.options.large)
        frame = np.zeros((large.height, large.width, 3), np.uint8)
        hog = self.hog()
        try:
            with self.engine(large) as other:
                films = [other.film, *(other.open_film() for _ in range(FILMS - 1))]
                for film in films:
                    film.submit(frame, FrameStyle.still(self.model.styles.vectors[0]))
                for film in films:
                    film.result()
                self.found["out_of_memory"] = "never: all films found room"
        except LivestyleError as error:
            self.found["out_of_memory"] = str(error)
        finally:
            del hog

    def hog(self) -> torch.Tensor | None:
        """Most of the GPU's memory."""
        if self.options.device == "cpu":
            return None
        free, _ = torch.cuda.mem_get_info()
        return torch.empty(max(0, free - LEFT_BYTES), dtype=torch.uint8, device="cuda")

    def used_bytes(self) -> int:
        if self.options.device == "cpu":
            return 0
        torch.cuda.empty_cache()
        free, total = torch.cuda.mem_get_info()
        return total - free

    def run(self) -> None:
        """Round after round; at least two."""
        began = time.perf_counter()
        with self.engine() as engine:
            self.found["engine"] = str(engine.info)
            reference = self.paint(engine)
            while self.found["rounds"] < 2 or time.perf_counter() - began < self.options.seconds:
                for work in (self.films, self.closed_in_flight, self.too_little_memory):
                    self.step(work, engine, reference)
                self.found["rounds"] += 1
                self.found["used_bytes"].append(self.used_bytes())
                self.found["seconds"] = round(time.perf_counter() - began, 1)
                self.options.out.write_text(json.dumps(self.found, indent=2) + "\n", "utf-8")

    def step(self, work: Callable[[Engine], None], engine: Engine, reference: list[Pixels]) -> None:
        try:
            work(engine)
            if not np.array_equal(self.paint(engine), reference):
                raise ValueError("the engine paints something else since")
        except Exception as error:  # whatever it is, it belongs into the result
            self.found["went_wrong"].append(f"{work.__name__}: {type(error).__name__}: {error}")
            print(self.found["went_wrong"][-1], flush=True)

    @property
    def good(self) -> bool:
        used = self.found["used_bytes"]
        return not self.found["went_wrong"] and used[-1] - used[0] <= LEAK_BYTES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--model", default="cin-lite")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--large", default="3840x2160")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--out", type=Path, required=True)
    soak = Soak(parser.parse_args())
    soak.run()
    print(json.dumps(soak.found, indent=2))
    sys.exit(0 if soak.good else 1)


if __name__ == "__main__":
    main()
