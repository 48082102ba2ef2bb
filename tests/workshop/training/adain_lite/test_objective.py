from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.training.adain.train import train_adain_wide
from livestyle.workshop.training.adain_lite import objective as adain_lite
from livestyle.workshop.training.adain_lite.objective import Teacher
from livestyle.workshop.training.adain_lite.style_crops import StylePictures, recolor
from livestyle.workshop.training.adain_lite.train import AdaINOptions, load_adain, train_adain
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import CHECKPOINT, Schedule
from livestyle.workshop.training.paintings import list_paintings
from livestyle.workshop.training.perceptual import Weights
from tests.workshop.small import write_photos, write_vgg

PLACE = Place(torch.device("cpu"), bf16=False)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> AdaINOptions:
    """A training of four small steps."""
    folder = tmp_path_factory.mktemp("shop")
    write_photos(folder / "photos", 3)
    write_photos(folder / "paintings", 2, seed=1)
    return AdaINOptions(
        paintings=tuple(list_paintings(folder / "paintings")),
        styles=(folder / "paintings",),
        content=(folder / "photos",),
        work=folder,
        vgg=write_vgg(folder / "vgg.safetensors"),
        style_px=128,
        crop_px=64,
        batch=2,
        pool=3,
        weights=Weights(stability=1.0),
        schedule=Schedule(steps=4, rate=1e-3, decay=0, save_every=2),
    )


def losses(work: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]


def test_a_killed_training_goes_on_to_the_same_losses(options: AdaINOptions, tmp_path: Path) -> None:
    whole, killed = (replace(options, work=tmp_path / name) for name in ("whole", "killed"))
    assert len(list(train_adain(whole, PLACE).notes)) == 4
    notes = train_adain(killed, PLACE).notes
    assert [next(notes).step for _ in range(2)] == [1, 2]
    notes.close()  # type: ignore[attr-defined]
    assert [note.step for note in train_adain(killed, PLACE).notes] == [3, 4]
    assert losses(killed.work) == losses(whole.work)
    assert set(losses(whole.work)[-1]) == {"step", "loss", "content", "style", "tv", "stability", "distance"}
    assert (whole.work / "sheet-000004.jpg").stat().st_size > 1000


def test_the_model_comes_back_with_its_styles(options: AdaINOptions, tmp_path: Path) -> None:
    training = train_adain(replace(options, work=tmp_path), PLACE)
    list(training.notes)
    model, styled, notes, record = load_adain(tmp_path)
    torch.testing.assert_close(model.state_dict(), training.model.state_dict(), rtol=0, atol=0)
    assert styled.names == [n.name for n in notes] == ["photo_0", "photo_1"]
    assert record["steps_done"] == 4
    assert styled.styles.shape == (2, model.net.style_length)
    assert float((styled.styles[0] - styled.styles[1]).detach().abs().max()) > 0
    (tmp_path / CHECKPOINT).write_bytes(b"no checkpoint")
    with pytest.raises(LivestyleError, match="holds no AdaIN training"):
        load_adain(tmp_path)


def test_first_the_teacher_paints_then_the_encoder(
    options: AdaINOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: list[torch.Tensor] = []
    for handover in (0.0, 2.0):
        monkeypatch.setattr(adain_lite, "HANDOVER", handover)
        monkeypatch.setattr(adain_lite, "DISTILL", 0.0)
        one = replace(options, work=tmp_path / str(handover), schedule=Schedule(steps=1, decay=0))
        list(train_adain(one, PLACE).notes)
        state = torch.load(one.work / CHECKPOINT, weights_only=True)["model"]
        weights += [state["teacher.linear.weight"], state["model.encoder.head.weight"]]
    assert float(weights[0].abs().max()) == 0  # zero at the start: the encoder painted
    assert float(weights[2].abs().max()) > 0
    assert not torch.equal(weights[1], weights[3])


def test_the_teacher_begins_with_known_styles(options: AdaINOptions, tmp_path: Path) -> None:
    torch.manual_seed(0)
    statistics, vectors = torch.randn(40, 60), torch.randn(5, 7)
    teacher = Teacher(statistics, 7)
    teacher.fit(statistics[:5], vectors)
    torch.testing.assert_close(teacher(statistics[:5]), vectors, rtol=0.2, atol=0.2)
    start = StyledTransformer(Transformer(ARCHITECTURES["lite"]), ["photo_1", "other"])
    training = train_adain(replace(options, work=tmp_path), PLACE, start)
    found = training.model.net.state_dict()
    torch.testing.assert_close({name: found[name] for name in start.net.state_dict()}, start.net.state_dict())


def test_the_wide_decoder_learns_and_goes_on(options: AdaINOptions, tmp_path: Path) -> None:
    wide = replace(options, work=tmp_path, schedule=Schedule(steps=3, rate=1e-3, decay=0, save_every=2))
    notes = train_adain_wide(wide, PLACE).notes
    assert [next(notes).step for _ in range(2)] == [1, 2]
    notes.close()  # type: ignore[attr-defined]
    state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert {key.split(".")[0] for key in state["model"]} == {"decoder", "encoder"}
    assert [note.step for note in train_adain_wide(wide, PLACE).notes] == [3]
    assert (tmp_path / "sheet-000003.jpg").stat().st_size > 1000


def test_style_pictures_follow_the_generator(options: AdaINOptions) -> None:
    pictures = StylePictures.load(options.styles, 48)
    first, again, other = (pictures.draw(np.random.default_rng(seed), 4) for seed in (1, 1, 2))
    assert first.shape == (4, 3, 48, 48)
    assert first.dtype == torch.uint8
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_other_colours_leave_grey_as_it_is() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    turned = recolor(ramp, np.random.default_rng(0)).astype(int)
    assert int((turned.max(2) - turned.min(2)).max()) == 0
    assert bool((np.diff(turned[0, :, 0]) >= 0).all())


def test_broken_style_pictures_are_counted(options: AdaINOptions, tmp_path: Path) -> None:
    write_photos(tmp_path, 1)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    assert [p.name for p in StylePictures.load((tmp_path,), 48).skipped] == ["broken.jpg"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(LivestyleError, match="no pictures"):
        StylePictures.load((empty,), 48)
