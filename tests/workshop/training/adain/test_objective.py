from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from livestyle.workshop.networks.adain import AdaIN
from livestyle.workshop.networks.vgg import VGG19
from livestyle.workshop.training.adain.objective import IDENTITY, AdaINObjective
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule, fit

PLACE = Place(torch.device("cpu"), bf16=False)


def draw(rng: np.random.Generator, count: int = 1) -> Tensor:
    """One picture for each number: blobs of colour."""
    blobs = torch.from_numpy(rng.random((count, 3, 4, 4), np.float32))
    return torch.nn.functional.interpolate(blobs, size=32, mode="bilinear")


@pytest.fixture
def objective() -> AdaINObjective:
    torch.manual_seed(3)
    encoder = VGG19("relu4_1", "max", "reflect")
    for name in encoder.names:
        torch.nn.init.kaiming_normal_(encoder.get_parameter(f"{name}.weight"))
    return AdaINObjective(AdaIN(encoder), draw)


def test_the_loss_is_the_weighted_sum_and_follows_the_seed(objective: AdaINObjective) -> None:
    photo = draw(np.random.default_rng(9), 2)
    first, again, other = (objective(photo, np.random.default_rng(s), 0.5) for s in (1, 1, 2))
    assert first.keys() == {"loss", "content", "style", "identity"}
    total = first["content"] + 10 * first["style"] + IDENTITY * first["identity"]
    torch.testing.assert_close(first["loss"], total)
    assert first["loss"].item() == again["loss"].item() != other["loss"].item()


def test_first_the_decoder_learns_to_invert(objective: AdaINObjective) -> None:
    """Photos and paintings both, and nothing is said of styles."""
    model, photo = objective.model, draw(np.random.default_rng(9), 2)
    found = [objective(photo, np.random.default_rng(seed), 0.0) for seed in range(8)]
    assert all(terms.keys() == {"loss", "identity"} for terms in found)
    of_photo = (model.decoder(model.encode(photo)) - photo).abs().mean().item()
    same = [terms["identity"].item() == pytest.approx(of_photo) for terms in found]
    assert 0 < sum(same) < 8


def test_stability_grows_and_follows_the_seed(objective: AdaINObjective) -> None:
    photo = draw(np.random.default_rng(9), 4)
    plain = objective(photo, np.random.default_rng(1), 1.0)
    objective.weights = replace(objective.weights, stability=100.0, noise=7.0)
    early, late, again = (objective(photo, np.random.default_rng(1), p) for p in (0.25, 1.0, 1.0))
    extra = 100 * late["stability"] + 7 * late["noise"]
    assert late["loss"].item() == again["loss"].item()
    torch.testing.assert_close(late["loss"], plain["loss"] + extra)
    torch.testing.assert_close(early["loss"], plain["loss"] + extra / 2)
    assert extra.item() > 0


def test_a_few_steps_teach_the_decoder_and_leave_the_encoder(objective: AdaINObjective) -> None:
    model = objective.model
    before = model.encoder.get_parameter("conv4_1.weight").clone()
    groups = [{"params": list(model.decoder.parameters())}]
    schedule = Schedule(steps=12, rate=1e-3, decay=0)
    notes = list(fit(model, groups, lambda rng: draw(rng, 2), objective, schedule, PLACE))
    losses = [note.terms["loss"] for note in notes]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])
    assert bool((model.encoder.get_parameter("conv4_1.weight") == before).all())
