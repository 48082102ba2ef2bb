from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.films import FlowFilm, covering, load_film, noisy, pan, passing, zoom
from livestyle.evaluation.temporal import warp_error

SIZE = Size(160, 120)


def photo() -> Pixels:
    """A smooth picture: interpolation hardly blurs it."""
    y, x = np.mgrid[:200, :260]
    waves = [128 + 100 * np.sin(x / 17 + c) * np.cos(y / (13 + c)) for c in range(3)]
    return np.stack(waves, 2).astype(np.uint8)


@pytest.mark.parametrize("film", [pan(photo(), SIZE, 4), zoom(photo(), SIZE, 4)], ids=["pan", "zoom"])
def test_the_flow_is_the_motion(film: FlowFilm) -> None:
    assert {Size.of(frame) for frame in film.frames} == {SIZE}
    still = FlowFilm(film.frames, tuple(np.zeros_like(flow) for flow in film.flows))
    assert warp_error(film.frames, film) < 0.8
    assert warp_error(film.frames, still) > 2 * warp_error(film.frames, film)


def test_a_photo_covers_any_size() -> None:
    for size in (Size(64, 200), Size(300, 80), SIZE):
        assert Size.of(covering(photo(), size)) == size


def test_noise_has_its_sigma_and_no_offset() -> None:
    frames = np.array(noisy(np.full((64, 64, 3), 128, np.uint8), 30, 4.0))
    assert frames.std(0).mean() == pytest.approx(4.0, rel=0.03)
    assert frames.mean() == pytest.approx(128, abs=0.05)


def test_a_trail_is_what_was_just_uncovered() -> None:
    film = passing(photo(), SIZE, 6)
    ground = covering(photo(), SIZE)
    assert not film.trails[0].any()
    for now, before, trail in zip(film.frames[1:], film.frames, film.trails[1:], strict=False):
        np.testing.assert_array_equal(now[trail], ground[trail])
        assert (before[trail] != ground[trail]).any()


def test_a_film_from_a_folder(tmp_path: Path) -> None:
    film = pan(photo(), SIZE, 3)
    for number, frame in enumerate(film.frames):
        cv2.imwrite(str(tmp_path / f"frame_{number}.png"), frame)
    with pytest.raises(LivestyleError, match="3 pictures and 0 flows"):
        load_film(tmp_path)
    for number, flow in enumerate(film.flows):
        np.savez(tmp_path / f"flow_{number}.npz", flow=flow.astype(np.float16))
    found = load_film(tmp_path)
    np.testing.assert_array_equal(found.frames, film.frames)
    np.testing.assert_allclose(found.flows, film.flows, atol=0.01)
    np.savez(tmp_path / "flow_0.npz", other=np.zeros(3))
    with pytest.raises(LivestyleError, match="expected an array `flow`"):
        load_film(tmp_path)
