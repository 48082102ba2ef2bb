"""Frames in flight, on a CUDA of host memory. Nothing here has run on a GPU."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livestyle.core.frame import Pixels
from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.frame_ring import Signature, Slots
from tests.runtime.gpu.fake_cuda import FakeCuda, at

SHAPE = (1, 2, 3, 3)
FRAME, ONE = Spec(SHAPE, np.dtype(np.uint8)), Spec((1, 2), np.dtype(np.float32))
MEMORY = {"sum": Spec((1, 1), np.dtype(np.float32)), "last": Spec((1, 5), np.dtype(np.float32))}
WITH_STATE = Signature({"frame": FRAME, "style": ONE}, {"stylized": FRAME}, MEMORY)
WITHOUT = Signature({"frame": FRAME, "style": ONE}, {"stylized": FRAME}, {})


class FakeNet:
    """stylized = frame + style[0] + sum of the frames before; the style must be of one piece."""

    def __init__(self, cuda: FakeCuda, addresses: Mapping[str, int], broken_at: int = -1) -> None:
        self.cuda, self.addresses, self.left, self.closed = cuda, addresses, broken_at, False

    def enqueue(self, stream: Any) -> None:
        self.cuda.give(stream, self.run)

    def run(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise CudaError("cuLaunchKernel failed: an illegal memory access was encountered")
        frame, style = at(self.addresses["frame"], SHAPE), at(self.addresses["style"], (2,), np.float32)
        assert style[0] == style[1]
        past = 0.0
        if "state_sum" in self.addresses:
            past = float(at(self.addresses["state_sum"], (1,), np.float32)[0])
            at(self.addresses["next_sum"], (1,), np.float32)[0] = past + frame.flat[0]
            at(self.addresses["next_last"], (5,), np.float32)[:] = frame.flat[0]
        at(self.addresses["stylized"], SHAPE)[:] = (frame.astype(int) + int(style[0]) + int(past)) % 256

    def close(self) -> None:
        assert not self.cuda.closed
        assert not self.closed
        self.closed = True


class Film:
    """Slots, and what their results must be."""

    def __init__(
        self, cuda: FakeCuda, signature: Signature = WITH_STATE, depth: int = 2, broken_at: int = -1
    ) -> None:
        self.nets: list[FakeNet] = []
        self.said: list[str] = []
        self.past = 0
        self.expected: deque[int] = deque()

        def bind(addresses: Mapping[str, int], _: object) -> FakeNet:
            self.nets.append(FakeNet(cuda, addresses, broken_at))
            return self.nets[-1]

        self.slots = Slots(cuda, signature, bind, depth, report=self.said.append)
        self.state = bool(signature.state)

    def submit(self, value: int, style: int) -> None:
        self.slots.submit(feed(value, style))
        self.expected.append((value + style + self.past) % 256)
        self.past += value * self.state

    def result(self) -> None:
        assert (self.slots.result() == self.expected.popleft()).all()

    def reset(self) -> None:
        self.slots.reset()
        self.past = 0

    def drop(self) -> None:
        self.slots.drop()
        self.expected.clear()


def feed(value: int, style: int = 0) -> dict[str, NDArray[Any]]:
    return {"frame": np.full(SHAPE, value, np.uint8), "style": np.full((1, 2), style, np.float32)}


def test_a_frame_that_is_timed_is_one_of_the_film() -> None:
    film = Film(FakeCuda(), depth=3)
    for value in (1, 2):
        film.submit(value, 5)
        film.result()
        assert list(film.slots.timed(feed(7))) == ["h2d", "inference", "d2h"]
        film.past += 7
    film.submit(3, 0)
    film.submit(4, 0)
    film.result()
    film.result()


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.integers(0, 9), st.integers(0, 99)),
        st.tuples(st.sampled_from(["result", "reset", "drop", "carry"])),
    ),
    max_size=40,
)


@given(
    actions=ACTIONS,
    depth=st.integers(1, 4),
    signature=st.sampled_from([WITH_STATE, WITHOUT]),
    graphs=st.booleans(),
    random=st.randoms(use_true_random=False),
)
def test_any_schedule_gives_every_frame_in_order_with_its_own_style_and_past(
    actions: list[tuple[Any, ...]], depth: int, signature: Signature, graphs: bool, random: Random
) -> None:
    cuda = FakeCuda(random.randrange, graphs)
    film = Film(cuda, signature, depth)
    for name, *arguments in actions:
        if name == "submit" and film.slots.in_flight < depth:
            film.submit(*arguments)
        elif name == "result" and film.slots.in_flight:
            film.result()
        elif name in ("reset", "drop"):
            getattr(film, name)()
        elif name == "carry" and film.state:
            state = film.slots.state
            assert state["sum"].item() == film.past
            film.slots.state = state
    while film.slots.in_flight:
        film.result()
    film.slots.close()
    cuda.close()
    assert all(net.closed for net in film.nets)


def test_slots_are_as_many_as_frames_in_flight_but_never_one() -> None:
    assert [len(Film(FakeCuda(), depth=depth).nets) for depth in (1, 2, 3)] == [2, 2, 3]


def test_frames_overlap() -> None:
    film = Film(FakeCuda(), WITHOUT, depth=3)
    for value in range(3):
        film.submit(value, 0)
    assert film.slots.in_flight == 3
    film.result()
    film.submit(3, 0)
    assert film.slots.in_flight == 3


def test_what_was_submitted_may_change_and_what_came_back_stays() -> None:
    film = Film(FakeCuda(), depth=2)
    tensors = feed(7, 1)
    film.slots.submit(tensors)
    tensors["frame"][:] = 99
    tensors["style"][:] = 50
    first: Pixels = film.slots.result()
    film.slots.submit(feed(2))
    film.slots.result()
    film.slots.submit(feed(3))
    assert (first == 8).all()


def test_another_type_or_shape_is_refused() -> None:
    film = Film(FakeCuda())
    with pytest.raises(TypeError):
        film.slots.submit({**feed(1), "style": np.zeros((1, 2))})


@pytest.mark.parametrize("graphs", [True, False])
def test_without_cuda_graphs_it_runs_and_says_why(graphs: bool) -> None:
    film = Film(FakeCuda(graphs=graphs))
    film.submit(1, 2)
    film.result()
    says = ["CUDA graphs are not used: pycuda can't capture them; pip install cuda-bindings"]
    assert film.said == ([] if graphs else says)


@pytest.mark.parametrize("broken_at", range(1, 4))
@given(random=st.randoms(use_true_random=False))
def test_an_error_in_mid_flight_is_raised_and_stays(broken_at: int, random: Random) -> None:
    cuda = FakeCuda(random.randrange)
    film = Film(cuda, broken_at=broken_at)

    def paint() -> None:
        for value in range(10):
            if film.slots.in_flight == 2:
                film.result()
            film.submit(value, 1)

    with pytest.raises(CudaError, match="cuLaunchKernel"):
        paint()
    film.slots.drop()
    for call in (lambda: film.slots.submit(feed(1)), film.slots.result, lambda: film.slots.state):
        with pytest.raises(CudaError, match="cuLaunchKernel"):
            call()
    film.slots.close()
    assert all(net.closed for net in film.nets)


def test_an_error_while_it_is_made_frees_what_was_made() -> None:
    cuda = FakeCuda()
    made: list[FakeNet] = []

    def bind(addresses: Mapping[str, int], _: object) -> FakeNet:
        if len(made) == 2:
            raise CudaError("cuMemAlloc failed: out of memory")
        made.append(FakeNet(cuda, addresses))
        return made[-1]

    with pytest.raises(CudaError, match="out of memory"):
        Slots(cuda, WITH_STATE, bind, depth=3)
    assert all(net.closed for net in made)
