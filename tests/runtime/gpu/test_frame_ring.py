"""Frames in flight, on a CUDA of host memory. Nothing here has run on a GPU."""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livestyle.runtime.gpu.device_memory import Spec
from livestyle.runtime.gpu.driver import CudaError
from livestyle.runtime.gpu.frame_ring import Signature, Slots
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.runtime.gpu.strict_work import at

SHAPE = (1, 2, 3, 3)
FRAME, ONE = Spec(SHAPE, np.dtype(np.uint8)), Spec((1, 2), np.dtype(np.float32))
SPECS = {"frame": FRAME, "style": ONE, "stylized": FRAME}
MEMORY = {"sum": Spec((1, 1), np.dtype(np.float32)), "last": Spec((1, 5), np.dtype(np.float32))}
WITH_STATE = Signature({"frame": FRAME, "style": ONE}, {"stylized": FRAME}, MEMORY)
WITHOUT = Signature({"frame": FRAME, "style": ONE}, {"stylized": FRAME}, {})


class FakeNet:
    """stylized = frame + style[0] + sum of the frames before; the style must be of one piece."""

    captures = True

    def __init__(self, cuda: StrictCuda, addresses: Mapping[str, int], broken_at: int = -1) -> None:
        self.cuda, self.addresses, self.left, self.closed = cuda, addresses, broken_at, False
        specs = {**SPECS, **{f"{w}_{n}": spec for w in ("state", "next") for n, spec in MEMORY.items()}}
        ranges = {name: (address, specs[name].nbytes) for name, address in addresses.items()}
        self.writes = [ranges.pop(n) for n in list(ranges) if n == "stylized" or n.startswith("next_")]
        self.reads = list(ranges.values())

    def enqueue(self, stream: Any) -> None:
        self.cuda.give(stream, self.run, self.reads, self.writes)

    def run(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise CudaError("cuLaunchKernel failed: an illegal memory access was encountered")
        frame, style = at(self.addresses["frame"], SHAPE), at(self.addresses["style"], (2,), np.float32)
        past = 0.0
        if "state_sum" in self.addresses:
            past = float(at(self.addresses["state_sum"], (1,), np.float32)[0])
            at(self.addresses["next_sum"], (1,), np.float32)[0] = past + frame.flat[0]
            at(self.addresses["next_last"], (5,), np.float32)[:] = frame.flat[0]
        torn = style[0] != style[1] or not np.isfinite(past)
        at(self.addresses["stylized"], SHAPE)[:] = (
            0 if torn else (frame.astype(int) + int(style[0] + past)) % 256
        )

    def capturable(self, stream: Any) -> bool:
        return self.captures

    def close(self) -> None:
        assert not self.cuda.whole.closed
        assert not self.closed
        self.closed = True


class Film:
    """Slots, and what their results must be."""

    def __init__(
        self,
        cuda: Any,
        signature: Signature = WITH_STATE,
        depth: int = 2,
        broken_at: int = -1,
        kind: type[Slots] = Slots,
        launching: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        """launching: what gives work to the streams of a Cuda, where it doesn't by itself."""
        self.nets: list[FakeNet] = []
        self.said: list[str] = []
        self.past = 0
        self.expected: deque[int] = deque()

        def binder(part: Any) -> Any:
            def bind(addresses: Mapping[str, int], _: object) -> FakeNet:
                self.nets.append(FakeNet(launching(part), addresses, broken_at))
                return self.nets[-1]

            return bind

        self.slots = kind(cuda, signature, binder, depth, report=self.said.append)
        self.state = bool(signature.state)

    def submit(self, value: int, style: int) -> None:
        self.slots.fill(feed(value, style))
        self.slots.submit()
        self.expected.append((value + style + self.past) % 256)
        self.past += value * self.state

    def result(self) -> None:
        assert (self.slots.result() == self.expected.popleft()).all(), "a wrong painting"

    def reset(self) -> None:
        self.slots.reset()
        self.past = 0

    def drop(self) -> None:
        self.slots.drop()
        self.expected.clear()

    def carry(self) -> None:
        if self.state:
            state = self.slots.state
            assert state["sum"].item() == self.past, "a wrong past"
            self.slots.state = state


def feed(value: int, style: int = 0) -> dict[str, NDArray[Any]]:
    return {"frame": np.full(SHAPE, value, np.uint8), "style": np.full((1, 2), style, np.float32)}


def play(film: Film, actions: Sequence[tuple[Any, ...]]) -> None:
    """What is asked of slots, as far as frames are left for it; to the last painting."""
    for name, *arguments in actions:
        in_flight = film.slots.in_flight
        if (name != "submit" or in_flight < film.slots.depth) and (name != "result" or in_flight):
            getattr(film, name)(*arguments)
    while film.slots.in_flight:
        film.result()


def finish(cuda: StrictCuda, film: Film) -> None:
    """Close all and look whether anything was against CUDA's rules."""
    film.slots.close()
    assert not cuda.memory
    cuda.close()
    assert all(net.closed for net in film.nets)
    assert (cuda.ledger.races, cuda.faults) == ([], [])


def test_a_frame_that_is_timed_is_one_of_the_film() -> None:
    film = Film(StrictCuda(), depth=3)
    for value in (1, 2):
        film.submit(value, 5)
        film.result()
        film.slots.fill(feed(7))
        assert list(film.slots.timed()) == ["h2d", "inference", "d2h"]
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
    cuda = StrictCuda(random.randrange, graphs)
    film = Film(cuda, signature, depth)
    play(film, actions)
    finish(cuda, film)


@given(actions=ACTIONS, films=st.integers(2, 3), random=st.randoms(use_true_random=False))
def test_films_side_by_side_leave_each_other_alone(
    actions: list[tuple[Any, ...]], films: int, random: Random
) -> None:
    cuda = StrictCuda(random.randrange)
    reels = [Film(cuda) for _ in range(films)]
    for number, action in enumerate(actions):
        play_one = reels[number % films]
        play(play_one, [action])
    reels.pop().slots.close()
    for reel in reels:
        play(reel, [("submit", 3, 4)])
        reel.slots.close()
    cuda.close()
    assert (cuda.memory, cuda.ledger.races, cuda.faults) == ({}, [], [])


@given(number=st.integers(0, 120), random=st.randoms(use_true_random=False))
def test_any_call_may_fail_and_all_is_released(number: int, random: Random) -> None:
    calls = itertools.count()
    cuda = StrictCuda(random.randrange, fails=lambda _: next(calls) == number)
    film = None
    with contextlib.suppress(CudaError):
        film = Film(cuda, depth=3)
        play(film, [("submit", n, n) for n in range(3)] + [("carry",), ("drop",), ("submit", 1, 1)])
    if film is not None:
        film.slots.close()
    assert not cuda.memory
    cuda.close()
    assert (cuda.ledger.races, cuda.faults) == ([], [])


def test_slots_are_as_many_as_frames_in_flight_but_never_one() -> None:
    assert [len(Film(StrictCuda(), depth=depth).nets) for depth in (1, 2, 3)] == [2, 2, 3]


def test_frames_overlap() -> None:
    film = Film(StrictCuda(), WITHOUT, depth=3)
    for value in range(3):
        film.submit(value, 0)
    assert film.slots.in_flight == 3
    film.result()
    film.submit(3, 0)
    assert film.slots.in_flight == 3


def test_what_was_filled_in_may_change() -> None:
    film = Film(StrictCuda(), depth=2)
    tensors = feed(7, 1)
    film.slots.fill(tensors)
    film.slots.submit()
    tensors["frame"][:] = 99
    tensors["style"][:] = 50
    assert (film.slots.result() == 8).all()


def test_another_type_or_shape_is_refused() -> None:
    film = Film(StrictCuda())
    with pytest.raises(TypeError):
        film.slots.fill({**feed(1), "style": np.zeros((1, 2))})


@pytest.mark.parametrize("graphs", [True, False])
def test_without_cuda_graphs_it_runs_and_says_why(graphs: bool) -> None:
    film = Film(StrictCuda(graphs=graphs))
    film.submit(1, 2)
    film.result()
    says = ["CUDA graphs are not used: pycuda can't capture them; pip install cuda-bindings"]
    assert film.said == ([] if graphs else says)


def test_an_engine_that_can_t_be_captured_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeNet, "captures", False)
    film = Film(StrictCuda())
    film.submit(1, 2)
    film.result()
    assert film.said == ["CUDA graphs are not used: the engine can't be captured"]


@pytest.mark.parametrize("broken_at", range(1, 4))
@given(random=st.randoms(use_true_random=False))
def test_an_error_in_mid_flight_is_raised_and_stays(broken_at: int, random: Random) -> None:
    cuda = StrictCuda(random.randrange)
    film = Film(cuda, broken_at=broken_at)

    def paint() -> None:
        for value in range(10):
            if film.slots.in_flight == 2:
                film.result()
            film.submit(value, 1)

    with pytest.raises(CudaError, match="cuLaunchKernel"):
        paint()
    film.slots.drop()
    for call in (film.slots.submit, film.slots.result, lambda: film.slots.state):
        with pytest.raises(CudaError, match="cuLaunchKernel"):
            call()
    film.slots.close()
    assert all(net.closed for net in film.nets)


def test_an_error_while_it_is_made_frees_what_was_made() -> None:
    cuda = StrictCuda()
    made: list[FakeNet] = []

    def bind(addresses: Mapping[str, int], _: object) -> FakeNet:
        if len(made) == 2:
            raise CudaError("cuMemAlloc failed: out of memory")
        made.append(FakeNet(cuda, addresses))
        return made[-1]

    with pytest.raises(CudaError, match="out of memory"):
        Slots(cuda, WITH_STATE, lambda _: bind, depth=3)
    assert all(net.closed for net in made)
    assert not cuda.memory
