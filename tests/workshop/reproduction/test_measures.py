"""What the experiments measure with, against definitions and cases with a known answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import torch

from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.gatys import psnr
from livestyle.workshop.reproduction.matching import identity_error
from livestyle.workshop.reproduction.norms import WINDOW, _ratio
from livestyle.workshop.reproduction.registry import EXPERIMENTS, find
from livestyle.workshop.reproduction.unscaled_objective import CONTENT, STYLE_WEIGHT, STYLES, PlainObjective
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note
from livestyle.workshop.training.paintings import list_paintings
from tests.workshop.small import write_photos, write_vgg


def unwatched(notes: Iterable[Note], steps: int, title: str) -> Iterator[Note]:
    yield from notes


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    folder: Path = tmp_path_factory.mktemp("setting")
    photos, paintings = folder / "photos", folder / "paintings"
    write_photos(photos, 5, 64)
    write_photos(paintings, 2, 64, seed=3)
    vgg = write_vgg(folder / "vgg.safetensors")
    place = Place(torch.device("cpu"), bf16=False)
    return Setting(photos, photos, tuple(list_paintings(paintings)), "", vgg, place, unwatched, trial=True)


def test_photos_are_spread_over_the_folder_and_paintings_come_round(setting: Setting) -> None:
    assert [p.stem for p in setting.photo_paths(2)] == ["photo_0", "photo_2"]
    assert len(setting.photo_paths(9)) == 5
    assert setting.painting(3) == setting.painting(1) != setting.painting(0)
    assert [s.shape for s in setting.squares(2, 32)] == [(1, 3, 32, 32)] * 2


def test_the_identity_of_gram_and_mmd_on_features(setting: Setting) -> None:
    assert identity_error(setting, 64) <= 1e-10


def test_the_plain_objective_is_the_papers(setting: Setting) -> None:
    vgg = load_vgg19(setting.vgg)
    photo, painting = torch.cat(setting.squares(2, 64)), setting.painted(0, 64)
    picture = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    plain = PlainObjective(vgg, painting)
    seen, wanted, content = (vgg(x, {CONTENT, *STYLES}) for x in (picture, painting, photo))
    expected = (seen[CONTENT] - content[CONTENT]).square().mean()
    for layer in STYLES:
        f, s = (x[layer].flatten(2) for x in (seen, wanted))
        size = f.shape[1] * f.shape[2]
        distances = [(torch.einsum("cn,dn->cd", one, one) - s[0] @ s[0].T).square().sum() for one in f]
        expected += STYLE_WEIGHT * torch.stack(distances).mean() / size**2
    torch.testing.assert_close(plain(picture, plain.content(photo)), expected)


def test_psnr() -> None:
    picture = torch.rand(1, 3, 8, 8)
    assert psnr(picture + 0.1, picture) == pytest.approx(20, abs=1e-3)
    assert psnr(picture, picture) == pytest.approx(100)


def test_a_ratio_is_that_of_the_means_up_to_a_step() -> None:
    batch = [[8.0] * 100 + [3.0] * 100, [8.0] * 100 + [5.0] * 100]
    losses = {"batch norm": batch, "instance norm": [[2.0] * 200] * 2}
    assert _ratio(losses, 100, 4).reached == "4 (4.00, 4.00)"
    assert _ratio(losses, 100 + WINDOW, 2).verdict == "yes"
    assert _ratio(losses, 400, 2).reached == "2 (1.50, 2.50)"  # no more steps than there are


def test_a_style_is_two_numbers_a_channel() -> None:
    for arch in ARCHITECTURES.values():
        net = Transformer(arch)
        assert net.style_length == 2 * sum(norm.channels for norm in net.norms())
    assert Transformer(ARCHITECTURES["wide"]).style_length == 3206 - 2 * 3  # the last layer has no norm


def test_experiments_come_in_the_order_of_the_story() -> None:
    assert [e.name for e in find(["norms", "gatys"])] == ["gatys", "norms"]
    assert all(callable(e.load()) for e in EXPERIMENTS)
