"""Keeps built engines on disk, and builds those that are missing. engines/README.md describes the files."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from livestyle.core.config import Precision, engines_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_bytes
from livestyle.core.progress import Progress, Report
from livestyle.core.size import Size
from livestyle.model.card import Model, file_sha256, resolve_shapes
from livestyle.runtime.gpu.driver import Gpu
from livestyle.runtime.gpu.open_cuda import open_cuda
from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, build, library, parse
from livestyle.runtime.tensorrt.typed_graph import RECIPE, graph_kind, typed_graph


@dataclass(frozen=True)
class Target:
    """Says what GPU an engine is built for; empty if it is built without looking at one.

    capability: compute capability, such as (8, 9); driver: its version, such as '580.95.05'.
    """

    gpu: str = ""
    capability: tuple[int, int] | None = None
    driver: str = ""

    @classmethod
    def of(cls, gpu: Gpu) -> Target:
        return cls(gpu.name, gpu.capability, gpu.driver)

    @property
    def tag(self) -> str:
        """The part of a file name, 'geforce-rtx-4070-sm89' or 'any'.

        Cards of one capability don't share files.
        """
        if not self.capability:
            return "any"
        name = re.sub(r"[^a-z0-9]+", "-", self.gpu.lower().removeprefix("nvidia")).strip("-")
        return "-".join(filter(None, (name, "sm{}{}".format(*self.capability))))


@dataclass(frozen=True)
class PlanCard:
    """Lists all that a plan depends on. It is written beside the plan as JSON, with the plan's hash."""

    model: str
    graph_sha256: str
    size: str
    precision: str
    flavour: str
    version: str
    level: int
    gpu: str
    capability: str
    driver: str
    recipe: int = RECIPE
    beside: bool = False
    """Whether it was built while another engine painted, which may have disturbed TensorRT's timing."""

    def save(self, path: Path, plan: bytes) -> None:
        data = {**asdict(self), "plan_sha256": _sha256(plan), "plan_bytes": len(plan)}
        write_bytes(path, (json.dumps(data, indent=2) + "\n").encode())

    def misfit(self, path: Path, plan: bytes, undisturbed: bool = False) -> str:
        """Why `plan` can't be used, by the card at `path`; empty where it can.

        Every field must be the same, except that a higher level is good enough. A plan that was built
        while another engine painted is good enough unless it has to be `undisturbed`.
        """
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            whole = (found["plan_sha256"], found["plan_bytes"]) == (_sha256(plan), len(plan))
            level, beside = int(found["level"]), bool(found["beside"])
        except (OSError, ValueError, TypeError, KeyError):
            return "its card is missing or damaged"
        if not whole:
            return "it is truncated or not the file that its card describes"
        if undisturbed and beside:
            return "another engine painted while it was timed"
        wanted = {**asdict(self), "level": max(level, self.level), "beside": beside}
        changed = [f"{k} {found.get(k)!r} is now {v!r}" for k, v in wanted.items() if found.get(k) != v]
        return f"it was built for something else: {', '.join(changed)}" if changed else ""


@dataclass(frozen=True)
class Order:
    """Asks for one engine: a model at a size that fits its multiple, in one precision, for one GPU."""

    model: Model
    size: Size
    precision: Precision
    flavour: Flavour
    target: Target = Target()
    level: int = BuildOptions.level
    beside: bool = False
    """Whether another engine paints during the build."""
    undisturbed: bool = False
    """Whether a plan that was built while another engine painted is rejected."""

    @property
    def path(self) -> Path:
        """Where the plan is kept: 'cin-lite-640x480-f16-rtx-geforce-rtx-4070-sm89.plan'; its card: .json."""
        name = f"{self.model.card.name}-{self.size}-{self.precision}-{self.flavour}-{self.target.tag}"
        return engines_dir() / f"{name}.plan"

    @property
    def kernels_path(self) -> Path:
        """Where the kernels are kept that TensorRT for RTX compiles when it runs."""
        return self.path.with_suffix(".kernels")

    @property
    def timing_path(self) -> Path:
        """What full TensorRT measured while it built: shared by all engines of one version and chip."""
        return engines_dir() / f"timing-{library(self.flavour).__version__}-{self.target.tag}.cache"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the inputs that depend on the size."""
        state = resolve_shapes(self.model.card.state, self.size)
        return {
            "frame": (1, self.size.height, self.size.width, 3),
            **{f"state_{name}": shape for name, shape in state.items()},
        }

    def card(self) -> PlanCard:
        """What the plan depends on here and now. LivestyleError where TensorRT or the graph is missing."""
        return PlanCard(
            model=self.model.card.name,
            graph_sha256=file_sha256(self.model.graph(graph_kind(self.precision))),
            size=str(self.size),
            precision=self.precision.value,
            flavour=self.flavour.value,
            version=str(library(self.flavour).__version__),
            level=self.level,
            gpu=self.target.gpu,
            capability="{}.{}".format(*self.target.capability) if self.target.capability else "",
            driver=self.target.driver,
            beside=self.beside,
        )

    def misfit(self, plan: bytes) -> str:
        """Why a plan that lies at `path` can't be used; empty where it can."""
        return self.card().misfit(self.path.with_suffix(".json"), plan, self.undisturbed)


def is_built(order: Order) -> bool:
    """Whether get_plan would build nothing. LivestyleError where TensorRT or the graph is missing."""
    order.card()  # raises if it could not be built either
    found = _read(order.path)
    return found is not None and not order.misfit(found)


def get_plan(
    order: Order,
    *,
    again: bool = False,
    report: Report = lambda _: None,
    progress: Progress = lambda _: None,
) -> bytes:
    """The plan from disk if it fits, else a new one that is saved. again: build in any case.

    report: called with what is built, and why a file that is there can't be used. progress: see
    builder.build; it is called only during a build. A folder that can't be written is reported and is no
    error. LivestyleError if TensorRT is missing, refuses the graph or fails.
    """
    card, path = order.card(), order.path
    found = _read(path)
    misfit = order.misfit(found) if found is not None else "it is not there"
    if found is not None and not misfit and not again:
        return found
    if found is not None and misfit:
        report(f"{path} can't be used, {misfit}")
    builder = f"{order.flavour.label} {card.version}"
    report(f"building an engine of {card.model} for {card.size} in {card.precision} with {builder}")
    plan, timing = _build(order, progress)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, plan)
        card.save(path.with_suffix(".json"), plan)
        if timing:
            write_bytes(order.timing_path, timing)
    except (OSError, LivestyleError) as error:
        report(f"the engine can't be saved ({error}); it will be built again at the next start")
    return plan


def obtain(
    order: Order,
    gpu: Gpu | None,
    *,
    again: bool = False,
    report: Report = lambda _: None,
    progress: Progress = lambda _: None,
) -> bytes:
    """Call get_plan for `gpu` on a thread of its own, where the GPU is made current for full TensorRT.

    What interrupts the wait, such as Ctrl+C, ends the build too; raised inside TensorRT's own calls it would
    end the process.
    """
    stop = threading.Event()

    def tell(share: float) -> None:
        if stop.is_set():
            raise LivestyleError("the build was cancelled")
        progress(share)

    def work() -> bytes:
        with contextlib.ExitStack() as stack:
            if gpu is not None and order.flavour is Flavour.FULL:
                stack.callback(open_cuda(gpu.index).close)
            return get_plan(order, again=again, report=report, progress=tell)

    with ThreadPoolExecutor(1, "build") as pool:
        try:
            return pool.submit(work).result()
        finally:
            stop.set()


def read_kernels(order: Order) -> bytes:
    """What TensorRT for RTX compiled when this plan ran before; empty where nothing is kept."""
    return _read(order.kernels_path) or b""


def keep_kernels(order: Order, kernels: bytes) -> None:
    """Save compiled kernels for the next start; if that fails they are compiled again then."""
    with contextlib.suppress(OSError, LivestyleError):
        order.kernels_path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(order.kernels_path, kernels)


def _build(order: Order, progress: Progress) -> tuple[bytes, bytes]:
    network = parse(order.flavour, typed_graph(order.model, order.precision), order.shapes)
    options = BuildOptions(order.level, order.target.capability)
    timing = _read(order.timing_path) if order.flavour is Flavour.FULL else None
    return build(network, options, timing or b"", progress)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
