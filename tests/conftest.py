"""What every test shares: folders of its own, the shipped model, a picture to paint."""

from __future__ import annotations

import logging
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from livestyle import Stylizer
from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.gpu.driver import CudaError, gpus

HERE = Path(__file__).parent

settings.register_profile("livestyle", deadline=None)
settings.load_profile("livestyle")


FIRST = (
    "benchmarks", "commands/training", "commands/test_reproduce.py", "workshop", "ui", "commands", "page",
    "offline", "runtime", "media", "test_cli.py", "core", "sources", "sinks", "pipeline",
)  # fmt: skip
"""Folders and files below tests/ that take longest: those come first, so that all processes end together.

A file is one process' as a whole: where a long one is the last, the others wait for it.
"""


def pytest_configure(config: pytest.Config) -> None:
    """A run under nohup ignores SIGHUP, and the programs that it starts would too."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if hasattr(config, "workerinput"):
        _keep_to_own_cores(int(config.workerinput["workerid"][2:]), config.workerinput["workercount"])


def _keep_to_own_cores(number: int, count: int) -> None:
    """Share the cores out among the processes of a run, and the programs that they start.

    torch, OpenVINO and the codecs would each take a thread for every core, in every process; most of a test
    would then be waiting, in each operation, for a thread that has no core.
    """
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[number % len(cores) :: count])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file is one process' as a whole, for its fixtures' sake, and files are begun in their order."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slowest first. Tests marked `gpu` are left out where there is no NVIDIA driver."""
    items.sort(key=_turn)
    try:
        found = bool(gpus())
    except CudaError:
        found = False
    left_out = [] if found else [item for item in items if item.get_closest_marker("gpu")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def _turn(item: pytest.Item) -> int:
    """The place of a test's file in FIRST; the rest comes behind it, as it was."""
    path = item.path.relative_to(HERE).as_posix()
    return next((turn for turn, name in enumerate(FIRST) if path.startswith(name)), len(FIRST))


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tests neither read nor fill the user's caches and styles; the commands they start don't either.

    What is compiled in one process of the run, the others need not compile again.
    """
    root = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIVESTYLE_CACHE", str(of_the_run(tmp_path_factory) / "cache"))
        patch.setenv("LIVESTYLE_DATA", str(root / "data"))
        patch.setitem(os.environ, "OMP_WAIT_POLICY", "PASSIVE")
        yield root


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What a shell starts in the background ignores Ctrl+C, and so does all that it starts itself."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def loggers_as_they_should_be(request: pytest.FixtureRequest) -> Iterator[None]:
    """Some library has left the loggers deaf, and a later test heard no warning.

    What was left is put right before and after a test, and a warning in the summary names the test.
    """
    _put_loggers_right(f"what ran before {request.node.nodeid}")
    yield
    _put_loggers_right(request.node.nodeid)


def _put_loggers_right(who: str) -> None:
    root, own = logging.getLogger(), logging.getLogger("livestyle")
    found = root.level, root.manager.disable, own.level, own.disabled, own.propagate
    if found != (logging.WARNING, logging.NOTSET, logging.NOTSET, False, True):
        warnings.warn(f"{who} left the loggers at {found}", stacklevel=1)
        root.setLevel(logging.WARNING)
        logging.disable(logging.NOTSET)
        own.setLevel(logging.NOTSET)
        own.disabled, own.propagate = False, True


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that ships."""
    return Model.load("cin-lite")


@pytest.fixture
def stylizer() -> Iterator[Stylizer]:
    with Stylizer(precision=Precision.F32, threads=1) as stylizer:
        yield stylizer


def of_the_run(factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of tests, which all its processes share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills, once in a run of all tests, however many processes share them."""
    folder = of_the_run(factory) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / "whole").exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            (folder / "whole").touch()
    return folder


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `train_two_styles` makes. Nobody writes into it."""
    from tests.workshop.small import train_two_styles

    return once(tmp_path_factory, "shop", train_two_styles)


@pytest.fixture(scope="session")
def huang(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Huang's network of random weights, live. Nobody writes into its folder."""
    from tests.workshop.small import publish_huang

    return Model.load(once(tmp_path_factory, "adain", publish_huang) / "huang")


def picture(size: Size, seed: int = 0) -> Pixels:
    """A picture with flat regions, edges and every colour: a gradient with random rectangles."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size.height, : size.width]
    pixels = np.stack([x * 255 / size.width, y * 255 / size.height, (x + y) % 256], axis=2).astype(np.uint8)
    for _ in range(12):
        top, left = rng.integers(size.height), rng.integers(size.width)
        pixels[top : top + size.height // 4, left : left + size.width // 4] = rng.integers(0, 256, 3)
    return pixels


def noisy(size: Size, count: int) -> list[Pixels]:
    noise = np.random.default_rng(0).normal(0, 4, (count, size.height, size.width, 3))
    return [np.clip(picture(size) + n, 0, 255).astype(np.uint8) for n in noise]
