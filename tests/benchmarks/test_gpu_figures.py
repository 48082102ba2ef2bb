"""The arithmetic behind the figures of a GPU: work, floors, percentiles, verdicts. Nothing is timed here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from floor import Ceilings, Floor, Work, work_of
from gpu_engines import try_switches
from gpu_figures import (
    ALONE,
    EAGER_F16,
    PIPELINED,
    Switches,
    acceptance,
    judge_switches,
    table,
)
from gpu_rivals import NaiveRival, Rival, TorchRival
from torch import device

from livestyle.bench.pace import Pace, one_at_a_time
from livestyle.core.config import Precision
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.film import HostFilm
from livestyle.runtime.openvino import OpenVinoEngine
from livestyle.workshop.export.onnx import restore
from tests.conftest import picture
from tests.workshop.networks.work import macs

SIZE = Size(96, 64)


def test_work_is_that_of_the_network(model: Model) -> None:
    work = work_of(model, Size(640, 480), 2)
    ups = (480 // 4) * (640 // 4) * 64 * 32 * 9 + (480 // 2) * (640 // 2) * 32 * 16 * 9
    assert work.flops == 2 * (macs(restore(model).net, 480, 640) - ups * 5 // 9)  # transposed: 4 taps of 9
    assert work.bus_bytes == 640 * 480 * 3
    double = work_of(model, Size(1280, 480), 2)
    weights = work_of(model, SIZE, 2).traffic_bytes
    assert double.flops == 2 * work.flops
    assert double.traffic_bytes == pytest.approx(2 * work.traffic_bytes, abs=weights)
    assert work_of(model, Size(640, 480), 4).traffic_bytes == pytest.approx(2 * work.traffic_bytes)


def test_int8_is_as_much_work(model: Model) -> None:
    assert work_of(model, SIZE, 1, "int8").flops == work_of(model, SIZE, 2).flops


def test_the_floor_is_what_is_waited_for() -> None:
    floor = Floor.of(Work(2e12, 3e9, 6e6), Ceilings(1e15, 1e12, 1e10, 2e10))
    found = [floor.arithmetic_ms, floor.memory_ms, floor.upload_ms, floor.download_ms]
    assert found == pytest.approx([2, 3, 0.6, 0.3])
    assert floor.latency_ms == pytest.approx(3.9)
    assert floor.frames_per_second == pytest.approx(1000 / 3)


def test_the_table_stands_in_columns() -> None:
    row = Pace([1.0, 2.0, 3.0, 4.0, 10.0], {"h2d": [0.5] * 5}).row()
    lines = table({"ours": row, "also ours": row, "theirs": {"skipped": "no such thing"}}).splitlines()
    assert len(lines) == 4
    assert len({line.index("250.0") for line in lines[1:3]}) == 1
    assert lines[3].split() == ["theirs", "no", "such", "thing"]


def rows(**rates: float) -> dict[str, Any]:
    return {name: {"frames_per_second": rate} for name, rate in rates.items()}


def test_acceptance_holds_what_was_found_against_what_is_wanted() -> None:
    full = {f"torch-cuda, {PIPELINED}": 480.0, f"torch-cuda, {ALONE}": 300.0, f"tensorrt, {PIPELINED}": 900.0}
    small = {f"torch-cuda, {ALONE}": 900.0, EAGER_F16: 500.0}
    wide = {
        "1920x1080": {"rows": rows(**full), "floor": {"gflop": 640.0}},
        "640x480": {"rows": rows(**small)},
    }
    found = acceptance(
        {
            "ceilings": {"matrix_tflop_s": 800.0},
            "models": {"wide-untrained": wide},
            "switches": {"torch-cuda": {"frames": 1000, "dropped": 0, "mixed": 1, "swapped": 0, "worst": 0}},
        }
    )
    assert {k: (v["found"], v["good"]) for k, v in found.items()} == {
        "wide-untrained: torch-cuda, pipelined / one at a time, 1920x1080": (1.6, True),
        "wide-untrained: torch-cuda / torch eager f16, 640x480": (1.8, False),
        "wide-untrained: frames a second, 1920x1080": (900.0, True),
        "wide-untrained: share of the matrix rate, 1920x1080": (0.72, True),
        "torch-cuda: bad frames in 1000 style switches": (1, False),
    }
    gone = {"skipped": "not here"}
    skipped = {"wide": {"1920x1080": {"rows": {f"rtx, {PIPELINED}": gone, f"rtx, {ALONE}": gone}}}}
    assert acceptance({"models": skipped, "switches": {"rtx": gone}}) == {}


def flat(value: int) -> Pixels:
    return np.full((4, 4, 3), value, np.uint8)


def test_every_fault_of_a_style_switch_has_its_name() -> None:
    references = [flat(0), flat(100), flat(200)]
    half = np.vstack([flat(0)[:2], flat(100)[:2]])
    asked = [0, 1, 2, 0, 1]
    shown = [flat(1), flat(100), flat(0), half]
    assert judge_switches(shown, asked, references) == Switches(5, dropped=1, mixed=1, swapped=1, worst=1)
    assert judge_switches([flat(1)], [0], references).good


def test_style_switches_on_an_engine(model: Model) -> None:
    with OpenVinoEngine(model, SIZE, Precision.F32, 1) as engine:
        assert try_switches(engine, 30) == Switches(30, 0, 0, 0, 0)


def test_an_engine_that_mixes_styles_is_found_out(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, last = HostFilm._result, list[Pixels]()

    def torn(film: HostFilm) -> Pixels:
        last[:] = [*last[-1:], whole(film)]
        return np.vstack([last[0][:32], last[-1][32:]])

    with OpenVinoEngine(model, SIZE, Precision.F32, 1) as engine:
        own = id(engine.film)
        monkeypatch.setattr(HostFilm, "_result", lambda f: whole(f) if id(f) == own else torn(f))
        found = try_switches(engine, 30)
    assert found.mixed >= 25
    assert not found.good


def test_torch_paints_what_the_engines_paint(model: Model) -> None:
    photo, cpu = picture(SIZE), device("cpu")
    with OpenVinoEngine(model, SIZE, Precision.F32, 1) as engine:
        exact = engine.infer(photo, FrameStyle.still(model.styles.vectors[0])).astype(int)
    rivals: list[tuple[Rival, int]] = [
        (TorchRival(model, photo, cpu, half=False, compiled=False), 2),
        (TorchRival(model, photo, cpu, half=True, compiled=False), 12),
        (NaiveRival(model, cpu), 2),
    ]
    for rival, most in rivals:
        stages = rival.paint(photo)
        assert np.abs(rival.painted - exact).max() <= most
        assert list(stages) in ([], ["h2d", "inference", "d2h"])
    rival = TorchRival(model, photo, cpu, half=False, compiled=False)
    pace = one_at_a_time(rival.paint, [photo], 0.0)
    assert {name: len(values) for name, values in pace.stages.items()} == dict.fromkeys(pace.stages, 10)
