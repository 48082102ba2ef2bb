"""Any picture in, a style vector out, on each engine that runs encoders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livestyle.core.errors import LivestyleError, NoEngineError
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime import style_encoder as module
from livestyle.runtime.style_encoder import LOADERS, StyleEncoder, scaled
from tests.conftest import picture
from tests.tiny import write_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return write_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.mark.parametrize("engine", LOADERS)
@pytest.mark.parametrize("size", [Size(64, 64), Size(300, 90), Size(17, 40)], ids=str)
def test_a_picture_is_what_the_graph_makes_of_it(tiny: Model, engine: str, size: Size) -> None:
    pixels = picture(size)
    found = StyleEncoder(tiny, engine).encode(pixels)
    seen = scaled(pixels, 64, 8).reshape(-1, 3).astype(float)
    np.testing.assert_allclose(found, [*seen.mean(0), *seen.std(0)], rtol=1e-3)
    assert found.dtype == np.float32


@pytest.mark.parametrize("size", [Size(64, 64), Size(1000, 250), Size(31, 16)], ids=str)
def test_pictures_are_scaled_to_the_same_number_of_pixels(size: Size) -> None:
    seen = Size.of(scaled(picture(size), 64, 8))
    assert (seen.width % 8, seen.height % 8) == (0, 0)
    assert seen.width * seen.height == pytest.approx(64 * 64, rel=0.2)
    assert seen.width / seen.height == pytest.approx(size.width / size.height, rel=0.2)


@pytest.mark.parametrize(
    "bad", [np.zeros((8, 200, 3), np.uint8), np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3)), None]
)
def test_bad_pictures(tiny: Model, bad: Any) -> None:
    with pytest.raises(LivestyleError, match=r"too small for a style; expected at least 16 px|bad picture"):
        StyleEncoder(tiny).encode(bad)


def test_a_model_of_trained_styles_says_so(model: Model) -> None:
    with pytest.raises(LivestyleError, match="takes trained styles only"):
        StyleEncoder(model)


def test_an_encoder_of_another_length(tiny: Model) -> None:
    other = replace(tiny, card=replace(tiny.card, style_length=7))
    with pytest.raises(LivestyleError, match=r"gave float32 \(1, 6\), expected finite float32 \(1, 7\)"):
        StyleEncoder(other).encode(picture(Size(64, 64)))


@pytest.mark.parametrize("engine", LOADERS)
def test_a_damaged_encoder_is_one_error_with_every_cause(tmp_path: Path, engine: str) -> None:
    tiny = write_tiny(tmp_path / "tiny")
    tiny.encoder().write_bytes(b"no graph")
    with pytest.raises(NoEngineError, match=engine):
        StyleEncoder(tiny, engine)


def test_without_openvino_onnx_runtime_does_it(tiny: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise LivestyleError("not installed")

    monkeypatch.setattr(module, "core", missing)
    assert StyleEncoder(tiny).encode(picture(Size(64, 64))).shape == (6,)
