"""Plans on disk: found again where they fit, else built again and said so; never half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import livestyle
from livestyle.core.config import Precision, engines_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.progress import Progress
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.tensorrt import builder, plan_cache
from livestyle.runtime.tensorrt.builder import BuildOptions, Flavour, Network
from livestyle.runtime.tensorrt.plan_cache import Order, Target, get_plan, is_built
from livestyle.runtime.tensorrt.typed_graph import RECIPE

RTX_4090 = Target("NVIDIA GeForce RTX 4090", (8, 9), "13.0")


@dataclass
class Workshop:
    """Stands in for TensorRT: a plan is text that says what it was built from."""

    built: list[BuildOptions] = field(default_factory=list)
    timing: list[bytes] = field(default_factory=list)
    version: str = "11.2.0"
    error: Exception | None = None

    def library(self, flavour: Flavour) -> Any:
        return self

    @property
    def __version__(self) -> str:
        return self.version

    def parse(self, flavour: Flavour, graph: bytes, shapes: builder.Shapes) -> Network:
        return Network(flavour, self, (graph, shapes), None, None)

    def build(
        self,
        network: Network,
        options: BuildOptions,
        timing: bytes = b"",
        progress: Progress = lambda _: None,
    ) -> tuple[bytes, bytes]:
        if self.error:
            raise self.error
        progress(1.0)
        self.built.append(options)
        self.timing.append(timing)
        cache = b"%d timed" % len(self.built) if network.flavour is Flavour.FULL else b""
        return b"plan %d" % len(self.built), cache


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    found = Workshop()
    for name in ("library", "parse", "build"):
        monkeypatch.setattr(plan_cache, name, getattr(found, name))
    return found


@pytest.fixture
def order(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    return Order(model, Size(640, 480), Precision.F16, Flavour.FULL, RTX_4090)


def test_a_plan_is_built_once(workshop: Workshop, order: Order) -> None:
    said: list[str] = []
    assert get_plan(order, report=said.append) == b"plan 1"
    assert said == ["building an engine of cin-lite for 640x480 in f16 with TensorRT 11.2.0"]
    assert get_plan(order, report=said.append) == b"plan 1"
    assert len(said) == len(workshop.built) == 1
    assert workshop.built == [BuildOptions(3, (8, 9))]


def test_whether_it_is_built_is_known_without_building(workshop: Workshop, order: Order) -> None:
    assert not is_built(order)
    assert workshop.built == []
    get_plan(order)
    assert is_built(order)
    assert not is_built(replace(order, size=Size(1280, 720)))
    workshop.version = "11.3.0"
    assert not is_built(order)
    workshop.version = "11.2.0"
    order.path.write_bytes(b"pla")
    assert not is_built(order)


def test_its_name_is_short_and_its_card_says_what_it_is(workshop: Workshop, order: Order) -> None:
    get_plan(order)
    assert order.path.name == "cin-lite-640x480-f16-tensorrt-geforce-rtx-4090-sm89.plan"
    assert replace(order, flavour=Flavour.RTX, target=Target()).path.stem == "cin-lite-640x480-f16-rtx-any"
    card = json.loads(order.path.with_suffix(".json").read_text())
    assert card.pop("plan_sha256")
    assert card.pop("graph_sha256") == order.model.card.sha256["float"]
    assert card == {
        "model": "cin-lite",
        "size": "640x480",
        "precision": "f16",
        "flavour": "tensorrt",
        "version": "11.2.0",
        "level": 3,
        "gpu": "NVIDIA GeForce RTX 4090",
        "capability": "8.9",
        "driver": "13.0",
        "recipe": RECIPE,
        "beside": False,
        "plan_bytes": 6,
    }


def test_each_size_precision_flavour_and_chip_has_its_own(workshop: Workshop, order: Order) -> None:
    others = [
        replace(order, size=Size(1280, 720)),
        replace(order, precision=Precision.INT8),
        replace(order, flavour=Flavour.RTX),
        replace(order, target=Target("NVIDIA H200", (9, 0), "13.0")),
    ]
    found = [get_plan(o) for o in (order, *others)]
    assert len(set(found)) == len({o.path for o in (order, *others)}) == 5
    assert [get_plan(o) for o in (order, *others)] == found


def damage(change: Callable[[bytes], bytes], suffix: str = ".plan") -> Callable[[Order], object]:
    def work(order: Order) -> object:
        path = order.path.with_suffix(suffix)
        return path.write_bytes(change(path.read_bytes()))

    return work


def foreign(order: Order) -> object:
    other = replace(order, size=Size(64, 64))
    get_plan(other)
    return order.path.write_bytes(other.path.read_bytes())


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (damage(lambda plan: plan[:-1]), "truncated"),
        (damage(lambda plan: b""), "truncated"),
        (damage(lambda plan: plan[:-1] + b"X"), "not the file that its card describes"),
        (foreign, "not the file that its card describes"),
        (damage(lambda card: card[:20], ".json"), "its card is missing or damaged"),
        (damage(lambda card: b"[]", ".json"), "its card is missing or damaged"),
        (damage(lambda card: b"\xff", ".json"), "its card is missing or damaged"),
        (lambda order: order.path.with_suffix(".json").unlink(), "its card is missing or damaged"),
    ],
)
def test_a_damaged_or_foreign_plan_is_reported_and_built_again(
    workshop: Workshop, order: Order, spoil: Callable[[Order], object], cause: str
) -> None:
    get_plan(order)
    spoil(order)
    said: list[str] = []
    found = get_plan(order, report=said.append)
    assert found not in (b"plan 1", b"")
    assert str(order.path) in said[0]
    assert cause in said[0]
    assert said[1].startswith("building")
    assert get_plan(order, report=said.append) == found
    assert len(said) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"graph_sha256": "0" * 64},
        {"version": "10.13.2"},
        {"gpu": "NVIDIA GeForce RTX 4080"},
        {"driver": "12.9"},
        {"recipe": 0},
        {"level": 2},
        {"precision": "int8"},
        {"size": "64x64"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_plan_for_something_else_is_reported_and_built_again(
    workshop: Workshop, order: Order, change: dict[str, Any]
) -> None:
    get_plan(order)
    path = order.path.with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    said: list[str] = []
    assert get_plan(order, report=said.append) == b"plan 2"
    ((name, value),) = change.items()
    assert f"it was built for something else: {name} {value!r} is now " in said[0]


def test_a_plan_built_with_more_care_will_do(workshop: Workshop, order: Order) -> None:
    get_plan(replace(order, level=5))
    assert get_plan(order) == b"plan 1"
    assert get_plan(replace(order, level=5)) == b"plan 1"


def test_a_plan_that_was_timed_beside_a_painting_will_do_until_there_is_time(
    workshop: Workshop, order: Order
) -> None:
    get_plan(replace(order, beside=True))
    assert is_built(order)
    assert get_plan(order) == b"plan 1"
    said: list[str] = []
    idle = replace(order, undisturbed=True)
    assert not is_built(idle)
    assert get_plan(idle, report=said.append) == get_plan(order) == b"plan 2"
    assert "another engine painted while it was timed" in said[0]
    assert is_built(idle)


def test_again_builds_what_is_there_and_fits(workshop: Workshop, order: Order) -> None:
    get_plan(order)
    assert get_plan(order, again=True) == get_plan(order) == b"plan 2"


def test_a_build_that_fails_leaves_everything_as_it_was(workshop: Workshop, order: Order) -> None:
    get_plan(order)
    before = {path.name: path.read_bytes() for path in engines_dir().iterdir()}
    workshop.error = LivestyleError("out of memory")
    with pytest.raises(LivestyleError, match="out of memory"):
        get_plan(order, again=True)
    assert {path.name: path.read_bytes() for path in engines_dir().iterdir()} == before


def test_a_write_that_fails_leaves_no_part(
    workshop: Workshop, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said: list[str] = []
    assert get_plan(order, report=said.append) == b"plan 1"
    assert "no space left on device" in said[-1]
    assert list(engines_dir().iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_obstacle(
    workshop: Workshop, order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path / "file" / "cache"))
    said: list[str] = []
    assert get_plan(order, report=said.append) == b"plan 1"
    assert "it will be built again at the next start" in said[-1]


def test_full_tensorrt_keeps_what_it_timed(workshop: Workshop, order: Order) -> None:
    get_plan(order)
    get_plan(replace(order, size=Size(64, 64)))
    get_plan(replace(order, flavour=Flavour.RTX))
    assert workshop.timing == [b"", b"1 timed", b""]
    assert (engines_dir() / "timing-11.2.0-geforce-rtx-4090-sm89.cache").read_bytes() == b"2 timed"


def test_a_checkout_keeps_engines_in_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    assert engines_dir() == tmp_path / "engines"
    monkeypatch.delenv("LIVESTYLE_CACHE")
    assert engines_dir() == Path(livestyle.__file__).parents[1] / "engines"
    monkeypatch.setattr(
        "livestyle.core.config.__file__", str(tmp_path / "site-packages/livestyle/core/config.py")
    )
    assert engines_dir().name == "engines"
    assert "livestyle" in engines_dir().parent.name


def test_what_is_missing_is_an_error_before_anything_is_built(workshop: Workshop, order: Order) -> None:
    with pytest.raises(LivestyleError, match="no bf16 here"):
        get_plan(replace(order, precision=Precision.BF16))
    float_only = replace(order.model.card, graphs={"float": "model.onnx"})
    lacking = replace(order.model, card=float_only)
    with pytest.raises(LivestyleError, match="has no int8 graph"):
        get_plan(replace(order, model=lacking, precision=Precision.INT8))
    assert workshop.built == []
