"""A network learns the pictures of another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.training.cin.distillation import TeacherObjective
from livestyle.workshop.training.cin.train import TrainOptions, load_checkpoint, train_styles
from livestyle.workshop.training.device import Place
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import list_paintings
from tests.workshop.small import write_photos

PLACE = Place(torch.device("cpu"), bf16=False)


def network(arch: str, *names: str, canvas: bool = False) -> StyledTransformer:
    torch.manual_seed(len(names))
    model = StyledTransformer(Transformer(replace(ARCHITECTURES[arch], canvas=canvas)), names)
    with torch.no_grad():
        model.styles.add_(torch.randn_like(model.styles) * 0.2)
    return model


def test_the_styles_are_matched_by_name() -> None:
    teacher = network("lite", "a", "b", "c")
    student = network("lite", "c", "a")
    student.net.load_state_dict(teacher.net.state_dict())
    student.set_styles(dict(zip(teacher.names, teacher.styles.detach(), strict=True)), teacher.styles[0])
    objective = TeacherObjective(student, teacher)
    photo = torch.rand(4, 3, 32, 32)
    assert objective(photo, np.random.default_rng(0), 0.0)["loss"].item() < 1e-6
    with torch.no_grad():
        student.styles.copy_(student.styles.flip(0))
    assert objective(photo, np.random.default_rng(0), 0.0)["loss"].item() > 1e-3


def test_both_paint_on_one_canvas_and_each_photo_on_a_new_one() -> None:
    teacher = network("lite", "a", canvas=True)
    student = network("lite", "a", canvas=True)
    student.load_state_dict(teacher.state_dict())
    objective = TeacherObjective(student, teacher)
    photo, rng = torch.full((2, 3, 32, 32), 0.5), np.random.default_rng(0)
    drawn: list[torch.Tensor] = []
    teacher.register_forward_hook(lambda *call: drawn.extend(call[2]))
    for _ in range(2):
        assert objective(photo, rng, 0.0)["loss"].item() < 1e-6
    assert all(not torch.equal(drawn[0], other) for other in drawn[1:])


def test_a_style_that_the_teacher_lacks_is_an_error() -> None:
    with pytest.raises(LivestyleError, match="the teacher has no style 'd'; it has a, b, c"):
        TeacherObjective(network("lite", "a", "d"), network("lite", "a", "b", "c"))


def test_learns_without_vgg_and_says_so(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 2)
    write_photos(tmp_path / "paintings", 2, seed=1)
    options = TrainOptions(
        paintings=tuple(list_paintings(tmp_path / "paintings")),
        content=(tmp_path / "photos",),
        work=tmp_path / "work",
        arch="half",
        vgg=tmp_path / "there-is-none",
        crop_px=64,
        batch=2,
        schedule=Schedule(steps=12, rate=3e-3, decay=0),
        teacher="the-teacher",
    )
    notes = train_styles(options, PLACE, teacher=network("lite", "photo_0", "photo_1")).notes
    losses = [note.terms["loss"] for note in notes]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])
    model, _, record = load_checkpoint(options.work)
    assert model.net.arch == replace(ARCHITECTURES["half"], canvas=True)
    assert record["teacher"] == "the-teacher"
