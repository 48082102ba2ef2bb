"""Bugs planted in the code of the frames in flight: the CUDA layer of the tests has to find each."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import types
from random import Random
from typing import Any

import pytest

from livestyle.core.config import Precision
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.gpu import engine as gpu
from livestyle.runtime.gpu import frame_ring
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.frame_ring import Slots
from tests.conftest import picture
from tests.runtime import engines
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.runtime.gpu.test_frame_ring import Film, finish, play

SCHEDULES = 25
"""Random ones, half of them with graphs; a bug has to show in a third."""

BUGS = {
    "a missing wait": [
        ("            self._cuda.wait(slot.stream, self._ring[at - 1].painted)\n", "            pass\n")
    ],
    "one slot too few": [("count = max(depth, MIN_SLOTS)", "count = max(depth - 1, 1)")],
    "a style written late": [
        (
            '            np.copyto(tensor, feed[name], casting="no")\n',
            "            if name == 'style':\n"
            "                self.late = tensor, feed[name]\n"
            "            else:\n"
            "                np.copyto(tensor, feed[name])\n",
        ),
        (
            "            self._cuda.record(slot.done, slot.stream)\n",
            "            np.copyto(*self.late)\n            self._cuda.record(slot.done, slot.stream)\n",
        ),
    ],
    "another slot's stream captured": [
        ("self._cuda.capture(slot.stream, slot.run)", "self._cuda.capture(self._ring[0].stream, slot.run)")
    ],
    "an early free": [
        (
            "                slot.stream.synchronize()\n        while self._ring",
            "                pass\n        while self._ring",
        )
    ],
}


def mutated(module: types.ModuleType, changes: list[tuple[str, str]]) -> Any:
    """A copy of a module with changes in its text, each of which has to fit in one place."""
    text = inspect.getsource(module)
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    spec = importlib.util.spec_from_loader(f"{module.__name__}_mutated", None)
    assert spec is not None
    copy = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = copy
    try:
        exec(compile(text, f"mutated {module.__name__}", "exec"), copy.__dict__)
    finally:
        del sys.modules[spec.name]
    return copy


def goes_wrong(kind: type[Slots], seed: int) -> bool:
    """Whether a random schedule of a film shows that something is wrong; it is left in mid flight."""
    random = Random(seed)
    cuda = StrictCuda(random.randrange, graphs=bool(seed % 2))
    try:
        film = Film(cuda, depth=3, kind=kind)
        actions = [
            ("submit", n, random.randrange(99)) if random.random() < 0.7 else ("result",) for n in range(24)
        ]
        play(film, actions)
        film.submit(1, 2)
        film.submit(3, 4)
        finish(cuda, film)
    except (AssertionError, CudaError):
        return True
    return False


def test_without_a_bug_nothing_is_found() -> None:
    assert not any(goes_wrong(mutated(frame_ring, []).Slots, seed) for seed in range(SCHEDULES))


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    found = [goes_wrong(mutated(frame_ring, BUGS[bug]).Slots, seed) for seed in range(SCHEDULES)]
    assert sum(found) > SCHEDULES // 3, f"{sum(found)} of {SCHEDULES}"


def test_a_second_thread_is_found(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    change = ("self._owner.do(self._slots.result)", "self._slots.result()")
    monkeypatch.setattr(gpu, "GpuFilm", mutated(gpu, [change]).GpuFilm)
    size = Size(64, 64)
    with (
        engines.TorchOnHost(model, size, Precision.F32) as engine,
        pytest.raises(CudaError, match="CUDA_ERROR_INVALID_CONTEXT"),
    ):
        engine.infer(picture(size), FrameStyle.still(model.styles.vectors[0]))
