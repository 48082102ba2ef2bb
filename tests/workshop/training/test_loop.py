from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from livestyle.core.ending import Interrupts, uninterrupted
from livestyle.core.errors import LivestyleError
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Note, Schedule, fit, save

PLACE = Place(torch.device("cpu"), bf16=False)


def line(steps: int, checkpoint: Path | None = None, **options: Any) -> Iterator[Note]:
    """Fit a line to noisy points."""
    torch.manual_seed(0)
    model = nn.Conv2d(3, 1, 1)

    def objective(photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        target = photo.sum(1, keepdim=True) + float(rng.normal())
        return {"loss": (model(photo) - target).square().mean()}

    def draw(rng: np.random.Generator) -> Tensor:
        return torch.from_numpy(rng.random((2, 3, 4, 4), np.float32))

    schedule = Schedule(steps=steps, save_every=3, **options)
    groups = [{"params": list(model.parameters())}]
    return fit(model, groups, draw, objective, schedule, PLACE, checkpoint)


def run(steps: int, checkpoint: Path | None = None, stop: int | None = None, **options: Any) -> list[float]:
    """The losses of the steps that ran."""
    losses = []
    for note in line(steps, checkpoint, **options):
        losses.append(note.terms["loss"])
        if note.step == stop:
            break
    return losses


def test_same_seed_same_losses() -> None:
    assert run(10) == run(10)
    assert run(10) != run(10, seed=1)


def test_a_killed_training_resumes_as_if_unbroken(tmp_path: Path) -> None:
    checkpoint = tmp_path / "c.pt"
    whole = run(12)
    run(12, checkpoint, stop=7)
    assert run(12, checkpoint) == whole[6:]
    assert run(12, checkpoint) == []


@pytest.mark.parametrize(("at", "ends"), [(2, 3), (5, 5)])
def test_one_that_is_interrupted_ends_with_the_step_it_is_at(tmp_path: Path, at: int, ends: int) -> None:
    """A signal after step 2 is heard in step 3; one after the last of 5 finds all saved."""
    seen: list[int] = []

    @uninterrupted()
    def train() -> None:
        for note in line(5, tmp_path / "c.pt"):
            seen.append(note.step)
            if note.step == at:
                signal.raise_signal(signal.SIGINT)

    with Interrupts(), pytest.raises(KeyboardInterrupt):
        train()
    assert seen == list(range(1, ends + 1))
    assert torch.load(tmp_path / "c.pt", weights_only=True)["step"] == ends


def test_learns() -> None:
    losses = run(300, rate=5e-2, clip=10.0)
    assert np.mean(losses[-20:]) < 0.7 * np.mean(losses[:20])


def test_rate_is_held_then_falls() -> None:
    schedule = Schedule(steps=100, decay=0.4)
    assert schedule.factor(0) == schedule.factor(60) == 1
    assert schedule.factor(80) == pytest.approx(0.5)
    assert schedule.factor(99) == pytest.approx(1 / 40)
    assert Schedule(steps=10, decay=0).factor(9) == 1


def test_rate_grows_first_where_asked() -> None:
    schedule = Schedule(steps=100, decay=0.5, warm=4)
    assert [schedule.factor(step) for step in (0, 1, 3, 4, 50)] == [0.25, 0.5, 1, 1, 1]
    assert schedule.factor(99) == pytest.approx(1 / 50)


def test_a_loss_that_is_no_number_is_an_error() -> None:
    model = nn.Conv2d(3, 1, 1)
    notes = fit(
        model,
        [{"params": list(model.parameters())}],
        lambda rng: torch.zeros(1, 3, 2, 2),
        lambda photo, rng, progress: {"loss": model(photo).sum() * float("nan")},
        Schedule(steps=3),
        PLACE,
    )
    with pytest.raises(LivestyleError, match="step 1"):
        next(notes)


def test_a_checkpoint_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="cannot write"):
        save(tmp_path / "nowhere" / "c.pt", {"x": 1})
    assert list(tmp_path.iterdir()) == []
