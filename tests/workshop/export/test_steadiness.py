"""What is held and what is let go, to the number."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.core.size import Size
from livestyle.model.card import resolve_shapes
from livestyle.workshop.export.live_graph import LUMA_BGR, fold_planes, unfold_planes
from livestyle.workshop.export.live_transformer import live_graph
from livestyle.workshop.export.steadiness import MAX_HOLD, Steady, block_means, enlarged, state_shapes
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer

SIZE = Size(96, 64)
LOOK = torch.tensor([[0.5, -1.0, 1.0, 0.0]])
"""Two numbers of style, strength 1, keep_color 0."""


class Film:
    """Steady with the state carried along."""

    def __init__(self, steadiness: float = 0.8) -> None:
        self.steadiness = torch.tensor([steadiness])
        self.state = [torch.zeros(shape) for shape in resolve_shapes(state_shapes(2), SIZE).values()]

    def next(self, camera: Tensor, painted: Tensor, look: Tensor = LOOK) -> Tensor:
        """camera, painted and what is returned: [1, 3, H, W]."""
        parts = look[:, :2], look[0, 2:3], look[0, 3:4]
        planes = fold_planes(pixels(painted))
        self.state = list(Steady()(block_means(pixels(camera)), planes, *parts, self.steadiness, *self.state))
        return unfold_planes(self.state[2]).permute(0, 3, 1, 2)


def pixels(image: Tensor) -> Tensor:
    """[1, 3, H, W] to [1, H, W, 3]."""
    return image.permute(0, 2, 3, 1)


def scene(seed: int = 0) -> Tensor:
    """Blocks of random colours."""
    blocks = torch.rand(1, 3, 8, 12, generator=torch.Generator().manual_seed(seed)) * 255
    return F.interpolate(blocks, size=(SIZE.height, SIZE.width), mode="bilinear").round()


def noise(sigma: float, seed: int) -> Tensor:
    return torch.randn(1, 3, SIZE.height, SIZE.width, generator=torch.Generator().manual_seed(seed)) * sigma


def test_the_arithmetic_is_pooling_and_bilinear_interpolation() -> None:
    image = torch.rand(1, 3, 16, 24)
    torch.testing.assert_close(block_means(pixels(image)), F.avg_pool2d(image, 4))
    assert torch.equal(unfold_planes(fold_planes(pixels(image))), pixels(image))
    blocks = torch.rand(1, 1, 4, 6)
    expected = F.interpolate(blocks, scale_factor=2.0, mode="bilinear", align_corners=False)
    steady = Steady()
    torch.testing.assert_close(enlarged(blocks, steady.before, steady.after), expected)


def test_the_first_frame_is_painted_as_it_is() -> None:
    painted = scene(1)
    assert torch.equal(Film(1.0).next(scene(), painted), painted)


@pytest.mark.parametrize("value", [0.0, 200.0])
def test_a_flat_first_frame_is_no_different(value: float) -> None:
    camera, painted = torch.full_like(scene(), value), scene(1)
    assert torch.equal(Film(1.0).next(camera, painted), painted)


@pytest.mark.parametrize(("steadiness", "limit"), [(0.0, 0.0), (0.5, 0.735), (0.8, 0.9408), (1.0, MAX_HOLD)])
def test_what_stands_still_is_held_by_so_much(steadiness: float, limit: float) -> None:
    film, before = Film(steadiness), torch.full_like(scene(), 100.0)
    film.next(scene(), before)
    for count in range(1, 80):
        found = film.next(scene(), torch.full_like(scene(), 200.0))
        hold = min(limit, count / (count + 1))
        torch.testing.assert_close(found, 200 - hold * (200 - before))
        before = found


def test_the_first_frames_after_motion_are_averaged_alike() -> None:
    film, paintings = Film(1.0), [scene(seed) for seed in range(6)]
    for painting in paintings:
        found = film.next(scene(), painting)
    torch.testing.assert_close(found, torch.stack(paintings).mean(0))


def test_a_still_scene_drifts_to_what_is_painted_and_does_not_stop_short() -> None:
    film = Film()
    film.next(scene(), torch.full_like(scene(), 100.0))
    target = torch.full_like(scene(), 103.0)
    for _ in range(120):
        found = film.next(scene(), target)
    assert torch.equal(found.round(), target)


def test_a_noisy_still_scene_converges_to_the_mean() -> None:
    film, mean = Film(), scene(1)
    shown = [film.next(scene() + noise(4, 2 * t), mean + noise(8, 2 * t + 1)) for t in range(200)][100:]
    spread = torch.stack(shown).std(0).mean()
    assert float(spread) < 0.25 * 8
    assert float((torch.stack(shown).mean(0) - mean).abs().mean()) < 0.15 * 8


def test_noise_of_sigma_4_is_not_taken_for_motion() -> None:
    still = torch.stack(
        [Steady._still(block_means(pixels(noise(4, t))).abs().mean(1, keepdim=True)) for t in range(20)]
    )
    assert float((still == 1).float().mean()) > 0.98
    assert float((still > 0.8).float().mean()) > 0.999


def test_a_scene_cut_holds_nothing() -> None:
    film = Film(1.0)
    film.next(scene(), scene(1))
    camera = 255 - scene()
    camera[..., :24] = scene()[..., :24]  # a part that happens to be the same
    painted = scene(2)
    assert torch.equal(film.next(camera, painted), painted)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("step", [1e-6, 0.3])
def test_a_new_look_is_there_at_once(index: int, step: float) -> None:
    film = Film(1.0)
    for _ in range(3):
        film.next(scene(), scene(1))
    look = LOOK.clone()
    look[0, index] -= step
    painted = scene(2)
    assert torch.equal(film.next(scene(), painted, look), painted)
    assert not torch.equal(film.next(scene(), scene(1), look), scene(1))


def test_at_strength_zero_the_camera_is_the_camera() -> None:
    film, look = Film(1.0), LOOK * torch.tensor([1, 1, 0, 1])
    film.next(scene(), scene(1), look)
    assert torch.equal(film.next(scene(), scene(2), look), scene(2))


@pytest.mark.parametrize("step_px", [1, 3, 8])
@pytest.mark.parametrize("contrast", [40.0, 150.0])
def test_a_moving_square_leaves_no_trail(step_px: int, contrast: float) -> None:
    film = Film(1.0)
    for t in range(12):
        camera = torch.full_like(scene(), 80.0)
        left = 8 + t * step_px
        camera[..., 16:48, left : left + 24] += contrast
        found = film.next(camera, camera)
        assert float((found - camera).abs().max()) < 0.5


def test_motion_too_slow_to_be_seen_in_one_frame_adds_up() -> None:
    film, worst = Film(1.0), 0.0
    x = torch.arange(SIZE.width).float()
    for t in range(100):
        camera = (80 + 40 * torch.sigmoid((x - 20 - 0.1 * t) / 2)).expand(1, 3, SIZE.height, -1)
        worst = max(worst, float((film.next(camera, camera) - camera).abs().max()))
    assert 0 < worst < 8


@torch.no_grad()
def test_without_steadiness_the_past_changes_no_byte() -> None:
    torch.manual_seed(0)
    net = Transformer(ARCHITECTURES["lite"]).eval()
    live, style = live_graph(net), net.new_styles(1)
    frame = pixels(scene()).to(torch.uint8)
    shapes = resolve_shapes(state_shapes(net.style_length), SIZE)
    for keep_color in (torch.zeros(1), torch.ones(1)):
        look = torch.cat([style, torch.ones(1, 1), keep_color[None]], 1)
        past = {name: torch.rand(shape) * 255 for name, shape in shapes.items()}
        past |= {"frame": block_means(frame.float()), "hold": past["hold"] / 256, "look": look}
        scalars = torch.ones(1), keep_color, torch.zeros(1)
        with_past = live(frame, style, *scalars, *past.values())[0]
        without = live(frame, style, *scalars, *(torch.zeros(shape) for shape in shapes.values()))[0]
        assert torch.equal(with_past, without)
        camera = frame.float()
        change = pixels(net(camera.flip(3).permute(0, 3, 1, 2) / 255, style)).flip(3) * 255 - camera
        gray = (change * torch.tensor(LUMA_BGR)).sum(3, keepdim=True)
        plain = (camera + change + keep_color * (gray - change)).round().clamp(0, 255)
        assert float((without.float() - plain).abs().max()) <= 1
        assert float((without.float() != plain).float().mean()) < 1e-3
