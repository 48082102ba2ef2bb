"""The CUDA layer of the tests: each race is noted and its bytes poisoned, each misuse refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livestyle.runtime.gpu.driver import CudaError
from tests.runtime.gpu.strict_cuda import StrictCuda
from tests.runtime.gpu.strict_work import POISON, at

N = 256


def everything_at_once(count: int) -> int:
    """Runs as much as there may be run, as soon as it may."""
    return count - 1


@pytest.mark.parametrize("choose", [lambda _: 0, everything_at_once])
def test_a_pinned_input_that_is_overwritten_too_early(choose: Callable[[int], int]) -> None:
    cuda = StrictCuda(choose)
    stream, address, there, back = cuda.stream(), cuda.device(N), cuda.pinned(N), cuda.pinned(N)
    there[:] = 1
    cuda.upload(address, there, stream)
    there[:] = 2
    cuda.download(back, address, stream)
    stream.synchronize()
    assert cuda.ledger.races == ["the host wrote what was still to be copied to the device"]
    there[:] = 3  # by now that is right
    cuda.upload(address, there, stream)
    stream.synchronize()
    assert len(cuda.ledger.races) == 1


@pytest.mark.parametrize("choose", [lambda _: 0, everything_at_once])
@pytest.mark.parametrize("waits", [True, False])
def test_memory_that_two_streams_touch(choose: Callable[[int], int], waits: bool) -> None:
    cuda = StrictCuda(choose)
    first, second, event = cuda.stream(), cuda.stream(), cuda.event()
    address, back = cuda.device(N), cuda.pinned(N)
    cuda.zero(address, N, first)
    cuda.record(event, first)
    if waits:
        cuda.wait(second, event)
    cuda.download(back, address, second)
    second.synchronize()
    assert bool(cuda.ledger.races) is not waits
    assert (back == (0 if waits else POISON)).all()


def test_what_comes_back_is_there_once_one_has_waited_and_no_sooner() -> None:
    cuda = StrictCuda(everything_at_once)
    stream, event, address, back = cuda.stream(), cuda.event(), cuda.device(N), cuda.pinned(N)
    cuda.zero(address, N, stream)
    cuda.download(back, address, stream)
    assert (back == POISON).all()
    cuda.record(event, stream)
    event.synchronize()
    assert not back.any()


def refused(cuda: StrictCuda, call: Callable[[], object], what: str) -> None:
    before = len(cuda.faults)
    with pytest.raises(CudaError, match=what):
        call()
    assert len(cuda.faults) == before + 1


def test_destroyed_handles_are_refused() -> None:
    cuda = StrictCuda()
    part = cuda.part()
    stream, event, address = part.stream(), part.event(), part.device(N)
    part.close()
    live = cuda.stream()
    for call in (stream.synchronize, event.synchronize, lambda: cuda.record(event, live)):
        refused(cuda, call, "CUDA_ERROR_INVALID_HANDLE")
    refused(cuda, lambda: cuda.zero(address, N, live), "CUDA_ERROR_ILLEGAL_ADDRESS")
    refused(cuda, part.stream, "CUDA_ERROR_INVALID_HANDLE")


def test_what_a_capture_does_not_take_is_refused() -> None:
    cuda = StrictCuda()
    stream, event = cuda.stream(), cuda.event()
    calls: list[Callable[[], Any]] = [
        stream.synchronize,
        event.synchronize,
        lambda: cuda.wait(stream, event),
        lambda: cuda.record(event, stream),
        lambda: cuda.device(N),
        lambda: cuda.pinned(N),
        lambda: cuda.capture(stream, lambda: None),
    ]
    for call in calls:
        refused(cuda, lambda call=call: cuda.capture(stream, call), "CAPTURE_UNSUPPORTED")  # type: ignore[misc]
    stream.synchronize()


def test_another_thread_is_refused() -> None:
    cuda = StrictCuda()
    errors: list[Exception] = []

    def elsewhere() -> None:
        try:
            cuda.stream()
        except CudaError as error:
            errors.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "CUDA_ERROR_INVALID_CONTEXT" in str(errors[0])


def test_memory_that_is_freed_too_early() -> None:
    cuda = StrictCuda()
    stream, part = cuda.stream(), cuda.part()
    cuda.zero(part.device(N), N, stream)
    part.close()
    assert cuda.faults == ["memory was freed while it was in use"]


def test_a_graph_runs_with_each_launch_and_in_its_streams_order() -> None:
    cuda = StrictCuda()
    stream, address, back = cuda.stream(), cuda.device(4), cuda.pinned(4)

    def count() -> None:
        at(address, (1,), np.int32)[0] += 1

    launch = cuda.capture(stream, lambda: cuda.give(stream, count, [], [(address, 4)]))
    cuda.zero(address, 4, stream)
    launch()
    launch()
    cuda.download(back, address, stream)
    stream.synchronize()
    assert back.view(np.int32)[0] == 2


def test_what_another_stream_is_given_meanwhile_is_not_captured() -> None:
    cuda = StrictCuda()
    stream, other, address = cuda.stream(), cuda.stream(), cuda.device(4)
    runs: list[str] = []
    launch = cuda.capture(stream, lambda: cuda.give(other, lambda: runs.append("once")))
    cuda.zero(address, 4, stream)
    launch()
    launch()
    stream.synchronize()
    other.synchronize()
    assert runs == ["once"]
