"""What the benchmarks ask of the machine."""

from __future__ import annotations

import machine
import pytest

from livestyle.core.config import Precision
from livestyle.model.card import Model


@pytest.mark.parametrize("bf16", [False, True])
def test_bf16_is_measured_where_the_cpu_has_it(bf16: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    capable = {"FP32", "INT8", *(["BF16"] if bf16 else [])}
    monkeypatch.setattr(machine, "cpu_capabilities", lambda: frozenset(capable))
    found = [Precision.F32, *([Precision.BF16] if bf16 else [])]
    assert machine.computed(Model.load("cin-lite")) == [*found, Precision.INT8]
    assert machine.computed(Model.load("adain")) == found
