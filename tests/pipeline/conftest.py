"""A stylizer whose engine notes what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from livestyle.model.card import Model
from livestyle.runtime import select
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.fakes import NotingEngine


@pytest.fixture
def stylizer(monkeypatch: pytest.MonkeyPatch, model: Model) -> Iterator[Stylizer]:
    monkeypatch.setitem(cast("dict[str, Any]", select.ENGINES), "noting", NotingEngine)
    monkeypatch.setitem(cast("dict[str, Any]", select.DEVICES), "noting", ("noting",))
    monkeypatch.setattr(NotingEngine, "opened", 0)
    monkeypatch.setattr(NotingEngine, "notes", [])
    with Stylizer(model, device="noting", precision="f32") as stylizer:
        yield stylizer
