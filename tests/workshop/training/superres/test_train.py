from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.vgg import load_vgg19
from livestyle.workshop.training.choices import Fidelity
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule
from livestyle.workshop.training.superres import train
from livestyle.workshop.training.superres.objective import bicubic, reduce
from livestyle.workshop.training.superres.train import SuperresOptions, measure, train_superres
from tests.workshop.small import write_photos, write_vgg

PLACE = Place(torch.device("cpu"), bf16=False)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("superres")
    write_photos(folder / "photos", 3)
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff nonsense")
    write_vgg(folder / "vgg.safetensors", last="relu2_2")
    return folder


def options(shop: Path, work: Path, **changes: object) -> SuperresOptions:
    schedule = Schedule(steps=5, rate=1e-3, save_every=2)
    small = SuperresOptions(
        content=(shop / "photos",),
        work=work,
        vgg=shop / "vgg.safetensors",
        crop_px=64,
        batch=2,
        schedule=schedule,
    )
    return replace(small, **changes)  # type: ignore[arg-type]


def losses(chosen: SuperresOptions, stop: int | None = None) -> list[float]:
    found = []
    for note in train_superres(chosen, PLACE).notes:
        found.append(note.terms["loss"])
        if note.step == stop:
            break
    return found


@pytest.mark.parametrize("loss", Fidelity)
def test_a_killed_training_resumes_as_if_unbroken(shop: Path, tmp_path: Path, loss: Fidelity) -> None:
    whole = losses(options(shop, tmp_path / "whole", loss=loss))
    assert losses(options(shop, tmp_path / "killed", loss=loss), stop=3) == whole[:3]
    assert losses(options(shop, tmp_path / "killed", loss=loss)) == whole[2:]
    states = [torch.load(tmp_path / n / CHECKPOINT, weights_only=True) for n in ("whole", "killed")]
    torch.testing.assert_close(states[0]["model"], states[1]["model"], rtol=0, atol=0)
    assert (tmp_path / "whole" / "sheet-000005.jpg").stat().st_size > 1000


def test_broken_pictures_are_counted(shop: Path, tmp_path: Path) -> None:
    training = train_superres(options(shop, tmp_path), PLACE)
    assert [path.name for path in training.skipped] == ["broken.jpg"]


def test_what_is_learned_comes_nearer_to_the_photos(shop: Path, tmp_path: Path) -> None:
    schedule = Schedule(steps=60, rate=3e-3)
    training = train_superres(options(shop, tmp_path, loss=Fidelity.PIXEL, schedule=schedule), PLACE)
    assert len(list(training.notes)) == 60
    photos = [to_tensor(photo) for photo in dead_leaf_photos(3, 96)]
    found = measure(training.model, load_vgg19(shop / "vgg.safetensors", "relu2_2"), photos, PLACE)
    assert found["psnr_db"] > found["bicubic_psnr_db"] + 0.1


def test_a_loss_in_pixels_needs_no_vgg(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise AssertionError("VGG was loaded")

    monkeypatch.setattr(train, "load_vgg19", none)
    training = train_superres(options(shop, tmp_path, loss=Fidelity.PIXEL, vgg=None), PLACE)
    assert len(list(training.notes)) == 5
    figures = measure(training.model, None, [to_tensor(dead_leaf_photos(1, 64)[0])], PLACE)
    assert list(figures) == ["psnr_db", "bicubic_psnr_db"]


def test_reducing_blurs_and_keeps_the_light() -> None:
    flat = torch.full((1, 3, 64, 96), 0.25)
    torch.testing.assert_close(reduce(flat), torch.full((1, 3, 16, 24), 0.25))
    stripes = torch.zeros(1, 3, 64, 64)
    stripes[..., ::2] = 1.0
    torch.testing.assert_close(reduce(stripes), torch.full((1, 3, 16, 16), 0.5), rtol=0, atol=0.02)
    photo = to_tensor(dead_leaf_photos(1, 128)[0])
    assert float((bicubic(reduce(photo)) - photo).abs().mean()) < 0.1


def test_measures_the_network_beside_bicubic(shop: Path, tmp_path: Path) -> None:
    model = train_superres(options(shop, tmp_path), PLACE).model
    photos = [to_tensor(photo) for photo in dead_leaf_photos(2, 64)]
    vgg = load_vgg19(shop / "vgg.safetensors", "relu2_2")
    found = measure(model, vgg, photos, PLACE)
    assert list(found) == ["psnr_db", "relu2_2", "bicubic_psnr_db", "bicubic_relu2_2"]
    assert found["psnr_db"] == found["bicubic_psnr_db"] > 15  # a new network adds nothing
    assert 0 < found["relu2_2"] == found["bicubic_relu2_2"] < 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arch": "half"}, "unknown architecture 'half'; expected wide, lite"),
        ({"crop_px": 66}, "multiple of 4"),
        ({"content": (Path(__file__).parent / "nowhere",)}, "not a folder"),
        ({"vgg": Path("nowhere.safetensors")}, "VGG weights not found"),
    ],
)
def test_bad_options(shop: Path, tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(LivestyleError, match=message):
        train_superres(options(shop, tmp_path, **changes), PLACE)


def test_another_checkpoint_is_not_gone_on_from(shop: Path, tmp_path: Path) -> None:
    losses(options(shop, tmp_path), stop=3)
    with pytest.raises(LivestyleError, match="cannot go on from"):
        losses(options(shop, tmp_path, arch="wide"))
    (tmp_path / CHECKPOINT).write_bytes(b"nonsense")
    with pytest.raises(LivestyleError, match="cannot go on from"):
        losses(options(shop, tmp_path))
