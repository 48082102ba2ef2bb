from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.vgg import VGG19, layer_names, load_vgg19
from tests.workshop.small import write_vgg


def test_feature_shapes() -> None:
    vgg = VGG19("relu4_1")
    found = vgg(torch.rand(1, 3, 64, 96), ("relu1_1", "relu2_1", "relu3_1", "relu4_1"))
    shapes = {name: tuple(f.shape[1:]) for name, f in found.items()}
    assert shapes == {
        "relu1_1": (64, 64, 96),
        "relu2_1": (128, 32, 48),
        "relu3_1": (256, 16, 24),
        "relu4_1": (512, 8, 12),
    }


def test_is_frozen_but_lets_gradients_through() -> None:
    vgg = VGG19("relu1_2")
    x = torch.rand(1, 3, 16, 16, requires_grad=True)
    vgg(x, ("relu1_2",))["relu1_2"].sum().backward()
    assert x.grad is not None
    assert not any(p.requires_grad for p in vgg.parameters())


def test_eight_bit_weights_see_the_same(tmp_path: Path) -> None:
    exact = load_vgg19(write_vgg(tmp_path / "f.safetensors"))
    coded = load_vgg19(write_vgg(tmp_path / "q.safetensors", eight_bit=True))
    x = torch.rand(1, 3, 32, 32)
    a, b = (v(x, ("relu2_1",))["relu2_1"] for v in (exact, coded))
    assert float((a - b).norm() / a.norm()) < 0.05


def test_caffe_weights_read_blue_first(tmp_path: Path) -> None:
    path = write_vgg(tmp_path / "f.safetensors")
    vgg = load_vgg19(path)
    from safetensors.torch import load_file

    weight = load_file(str(path))["conv1_1.weight"]
    x = torch.rand(1, 3, 16, 16)
    caffe = x.flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    expected = torch.relu(torch.nn.functional.conv2d(caffe, weight, padding=1))
    torch.testing.assert_close(vgg(x, ("relu1_1",))["relu1_1"], expected, rtol=1e-4, atol=1e-2)


def test_layer_that_is_not_there() -> None:
    with pytest.raises(LivestyleError, match="relu9_1"):
        layer_names("relu9_1")
    with pytest.raises(LivestyleError, match="relu3_1"):
        VGG19("relu1_2")(torch.rand(1, 3, 16, 16), ("relu3_1",))


def fake_torchvision(monkeypatch: pytest.MonkeyPatch, vgg19: Callable[..., object]) -> None:
    models = ModuleType("torchvision.models")
    models.vgg19 = vgg19  # type: ignore[attr-defined]
    models.VGG19_Weights = SimpleNamespace(IMAGENET1K_V1="weights")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)


def test_torchvision_weights_are_put_in_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    features = VGG19("relu5_4")
    layers = torch.nn.Sequential(*(features.get_submodule(name) for name in features.names))
    fake_torchvision(monkeypatch, lambda weights: SimpleNamespace(features=layers))
    vgg = load_vgg19(last="relu2_1")
    for name in vgg.names:
        assert bool((vgg.get_parameter(f"{name}.weight") == features.get_parameter(f"{name}.weight")).all())
    assert vgg.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])


def test_without_a_network_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(weights: str) -> None:
        raise OSError("no route to host")

    fake_torchvision(monkeypatch, refuse)
    with pytest.raises(LivestyleError, match=r"no route to host; give a file with --vgg"):
        load_vgg19()


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(LivestyleError, match="not found"):
        load_vgg19(tmp_path / "nothing.safetensors")
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, str(tmp_path / "x.safetensors"))
    with pytest.raises(LivestyleError, match="conv1_1"):
        load_vgg19(tmp_path / "x.safetensors")
