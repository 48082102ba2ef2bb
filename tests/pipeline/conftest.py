"""A stylizer whose engine notes what it is given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livestyle.model.card import Model
from livestyle.runtime.select import Registry
from livestyle.stylizer.stylizer import Stylizer
from tests.pipeline.fakes import NotingEngine


@pytest.fixture
def stylizer(monkeypatch: pytest.MonkeyPatch, model: Model) -> Iterator[Stylizer]:
    monkeypatch.setattr(NotingEngine, "opened", 0)
    monkeypatch.setattr(NotingEngine, "notes", [])
    with Stylizer(model, precision="f32", registry=Registry.of({"noting": NotingEngine})) as stylizer:
        yield stylizer
