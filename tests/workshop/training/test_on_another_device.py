"""A training on another device than the CPU, without one: where its tensors lie, how they are cast."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

from livestyle.workshop.losses import windows
from livestyle.workshop.losses.style import parse_style_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.networks.vgg import VGG19
from livestyle.workshop.training.cin.objective import FeedforwardObjective
from livestyle.workshop.training.cin.train import TrainOptions, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import list_paintings
from livestyle.workshop.training.perceptual import BRUSHWORK, Perception, Weights
from tests.workshop.placed import ELSEWHERE, elsewhere
from tests.workshop.small import write_photos, write_vgg
from tests.workshop.test_torch_on_fake_cuda import CUDA, on_fake_cuda

ALL = Weights(1.0, 14.0, 0.05, 1000.0, 150.0, 1.0, 0.8, 0.1, 1.5, 8.0, 8.0)
"""Every term."""


def terms_of(options: TrainOptions, work: Path, place: Place) -> list[dict[str, float]]:
    return [note.terms for note in train_styles(replace(options, work=work), place).notes]


def test_a_training_mixes_no_devices_and_learns_what_a_cpu_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("photos", "paintings"):
        write_photos(tmp_path / folder, 2)
    options = TrainOptions(
        work=tmp_path,
        paintings=tuple(list_paintings(tmp_path / "paintings")),
        content=(tmp_path / "photos",),
        vgg=write_vgg(tmp_path / "vgg.safetensors", eight_bit=True),
        crop_px=64,
        batch=2,
        style_px=64,
        weights=ALL,
        schedule=Schedule(steps=2),
    )
    here = terms_of(options, tmp_path / "here", Place(torch.device("cpu"), bf16=False))
    monkeypatch.setattr(Place, "__str__", lambda self: "elsewhere")
    with elsewhere():
        there = terms_of(options, tmp_path / "there", Place(ELSEWHERE, bf16=False))
    assert there[0] == pytest.approx(here[0], rel=1e-4)
    assert there[1]["loss"] == pytest.approx(here[1]["loss"], rel=1e-3)  # after a step of Adam's
    assert (tmp_path / "there" / "sheet-000002.jpg").exists()


def test_cuda_s_way_to_cast_to_bf16_fits_every_term(monkeypatch: pytest.MonkeyPatch) -> None:
    """On fake tensors, which have no values: what asks for one gets some other."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_, **__: True)
    monkeypatch.setattr(
        "torch.amp.autocast_mode.torch.cuda.amp.common.amp_definitely_not_available", lambda: False
    )
    monkeypatch.setattr(windows, "_mean_square", lambda _: 1.0)
    monkeypatch.setattr(FakeTensor, "tolist", lambda self: np.zeros(self.shape, int).tolist())
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    place = Place(CUDA, bf16=True)
    net = Transformer(replace(ARCHITECTURES["lite"], canvas=True))
    model = cast("Any", on_fake_cuda(StyledTransformer(net, ["first", "second"]), mode))
    vgg = cast("Any", on_fake_cuda(VGG19("relu4_1"), mode))
    with mode, place.autocast():
        paintings = [place.images(torch.rand(1, 3, 96, 96)) for _ in range(2)]
        perception = Perception(vgg, paintings, parse_style_loss(BRUSHWORK), weights=ALL)
        weights = replace(ALL, contrast=0.0)  # it looks at values, and is float32 all along
        objective = FeedforwardObjective(perception, model, weights, torch.ones(2), torch.arange(2), True)
        terms = objective(place.images(torch.rand(2, 3, 96, 96)), np.random.default_rng(0), 1.0)
    assert {"lattice", "palette", "stability", "noise", "film", "peaks"} <= set(terms)
    assert {name: term.device for name, term in terms.items()} == dict.fromkeys(terms, CUDA)
    assert terms["loss"].dtype == torch.float32
