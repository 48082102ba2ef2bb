"""Small photos, paintings and a VGG-19 of random weights for the tests of the workshop."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file

from livestyle.cli import run
from livestyle.core.size import Size
from livestyle.model.card import StyleNote
from livestyle.workshop.export.publish import publish
from livestyle.workshop.networks.adain import LAYER, AdaIN, StyleOf
from livestyle.workshop.networks.styled import StyledAdaIN
from livestyle.workshop.networks.vgg import VGG19
from livestyle.workshop.training.data import to_tensor
from livestyle.workshop.training.dead_leaves import dead_leaf_photos
from tests.conftest import picture


def write_photos(folder: Path, count: int, side_px: int = 96, seed: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"photo_{i}.png" for i in range(count)]
    for path, photo in zip(paths, dead_leaf_photos(count, side_px, seed), strict=True):
        cv2.imwrite(str(path), photo[:, :, ::-1])
    return paths


def write_vgg(path: Path, eight_bit: bool = False, last: str = "relu4_1") -> Path:
    """He-initialised weights: features of random filters still tell pictures apart."""
    torch.manual_seed(7)
    tensors: dict[str, torch.Tensor] = {}
    vgg = VGG19(last)
    for name in vgg.names:
        weight = vgg.get_parameter(f"{name}.weight")
        torch.nn.init.kaiming_normal_(weight.requires_grad_(False))
        tensors[f"{name}.bias"] = torch.zeros(len(weight))
        if eight_bit:
            table = torch.linspace(float(weight.min()), float(weight.max()), 256)
            codes = (weight - table[0]).div(table[1] - table[0]).round()
            tensors[f"{name}.codes"], tensors[f"{name}.table"] = codes.to(torch.uint8), table
        else:
            tensors[f"{name}.weight"] = weight.clone()
    save_file(tensors, str(path))
    return path


def checker(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    y, x = np.mgrid[:height, :width]
    return np.stack([(x * 3) % 256, (y * 5) % 256, ((x // 8 + y // 8) % 2) * 255], 2).astype(np.uint8)


def random_adain() -> AdaIN:
    """Huang's network of random weights, with pictures of full contrast."""
    torch.manual_seed(7)
    net = AdaIN(VGG19(LAYER, "max", "reflect"))
    for name, weight in net.named_parameters():
        if name.endswith("weight"):
            torch.nn.init.kaiming_normal_(weight)
        else:  # the exporter makes one of what is equal, as no trained biases are
            torch.nn.init.normal_(weight, std=0.01)
    photo = torch.from_numpy(dead_leaf_photos(1, 64, 0)[0].copy()).permute(2, 0, 1)[None] / 255
    last = [layer for layer in net.decoder.modules() if isinstance(layer, torch.nn.Conv2d)][-1]
    with torch.no_grad():
        painted = net(photo, net.style(photo.flip(3).sqrt()))
        last.weight /= 4 * painted.std()
        assert last.bias is not None
        last.bias += 0.5 - painted.mean() / (4 * painted.std())
    return net.eval()


def train_two_styles(folder: Path) -> None:
    """Photos, two paintings, VGG weights, and a model `mine` trained on them by the command, in two steps."""
    write_photos(folder / "photos", 4)
    write_photos(folder / "paintings", 2, seed=1)
    vgg = write_vgg(folder / "vgg.safetensors")
    small = ["--steps", "2", "--crop", "64", "--batch", "2", "--style-size", "64", "--vgg", str(vgg)]
    folders = ["--styles", str(folder / "paintings"), "--content", str(folder / "photos")]
    with contextlib.suppress(SystemExit):
        run(["train", "cin", *small, *folders, "--out", str(folder / "mine")])


def publish_huang(folder: Path) -> None:
    """Huang's network of random weights as a model `huang` with two styles."""
    size, net = Size(96, 64), random_adain()
    styled = StyledAdaIN(net, ["dark", "bright"])
    with torch.no_grad():
        for row, seed in zip(styled.styles, (1, 2), strict=True):
            row.copy_(net.style(to_tensor(picture(size, seed)) ** (3 / seed))[0])
    notes = [StyleNote("dark"), StyleNote("bright")]
    publish(styled, folder / "huang", "huang", notes, {}, [picture(size)], encoder=StyleOf(net.encoder))
