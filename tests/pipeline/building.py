"""An engine that opens at once, one that has to be built first, and what builds it: when the test says so."""

from __future__ import annotations

import threading
from typing import ClassVar

import numpy as np

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.progress import Progress
from livestyle.core.size import Size
from livestyle.runtime.engine import EngineInfo
from livestyle.runtime.film import Tensors
from livestyle.runtime.select import Registry
from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, Network, Shapes
from livestyle.runtime.tensorrt.plan_cache import Order, is_built, obtain
from tests.pipeline.fakes import FakeCamera, NotingEngine

SIZE = Size(64, 64)
QUICK, BUILT = 50, 200


class QuickEngine(NotingEngine):
    """Opens at once; paints all in one grey, and counts frames in its state."""

    name = "quick"
    grey = QUICK

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(self.name, "nothing", self.precision, 1)

    def _infer_impl(self, feed: Tensors) -> Tensors:
        state = {n.replace("state_", "next_"): a + 1 for n, a in feed.items() if n.startswith("state_")}
        return {**state, "stylized": np.full_like(feed["frame"], self.grey)}


class SlowEngine(QuickEngine):
    """Its plan is built in steps, one each time that the test says so, and kept as plans are."""

    name = "slow"
    grey = BUILT
    step: ClassVar[threading.Semaphore]
    began: ClassVar[threading.Event]

    @property
    def order(self) -> Order:
        return Order(self.model, self.size, self.precision, Flavour.RTX)

    @property
    def ready(self) -> bool:
        return is_built(self.order)

    def _open_impl(self) -> None:
        obtain(self.order, None, report=self.options.report, progress=self.options.progress)


class SteppedCamera(FakeCamera):
    """Gives the next frame once `taken` is released: the newest wins nowhere, however slow the machine is."""

    def __init__(self) -> None:
        super().__init__(rate=50)
        self.taken = threading.Semaphore(1)

    def read(self) -> Frame | None:
        assert self.taken.acquire(timeout=60)
        return super().read()

    def end(self) -> None:
        """The next frame is none."""
        self._frames = self._next


BOTH = Registry.of({"slow": SlowEngine, "quick": QuickEngine})


class Workshop:
    """Stands in for TensorRT: two steps and a plan."""

    __version__ = "1.2"
    error: LivestyleError | None = None

    def parse(self, flavour: Flavour, graph: bytes, shapes: Shapes) -> Network:
        return Network(flavour, self, None, None, None)

    def build(
        self, network: Network, options: BuildOptions, timing: bytes, progress: Progress
    ) -> tuple[bytes, bytes]:
        SlowEngine.began.set()
        for share in (0.5, 1.0):
            assert SlowEngine.step.acquire(timeout=60)
            progress(share)
        if self.error:
            raise self.error
        return b"plan", b""
