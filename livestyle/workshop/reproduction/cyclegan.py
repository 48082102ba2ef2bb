"""Zhu 2017: from set to set without pairs; what the cycle loss is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from livestyle.workshop.losses.adversarial import reconstruction_loss
from livestyle.workshop.losses.content import content_loss
from livestyle.workshop.networks.cyclegan import CycleNetworks
from livestyle.workshop.reproduction.context import Setting, square
from livestyle.workshop.reproduction.domain_classifier import DomainClassifier, translated
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage
from livestyle.workshop.reproduction.sheet import NamedPicture, draw_sheet
from livestyle.workshop.training.cyclegan.objective import CycleTraining, CycleWeights, fit_cycle
from livestyle.workshop.training.data import PhotoCrops, read_image, resize
from livestyle.workshop.training.loop import Schedule

LAYER = "relu4_1"
SHOWN = 4
KINDS = {"with the cycle loss": CycleWeights(), "without it": CycleWeights(cycle=0.0, identity=0.0)}


@dataclass(frozen=True)
class Sizes:
    """held_out: photos to measure on; of the paintings every fourth is held out."""

    crop_px: int = 96
    painting_px: int = 384
    steps: int = 1000
    classifier_steps: int = 300
    held_out: int = 8


TRIAL = Sizes(crop_px=64, painting_px=64, steps=2, classifier_steps=2, held_out=2)


def run(setting: Setting) -> Findings:
    """Train both directions with the cycle loss and without; then translate what is held out."""
    sizes = setting.sized(Sizes(), TRIAL)
    a, b = _crops(setting, sizes)
    photos = setting.squares(sizes.held_out, sizes.crop_px)
    held = setting.paintings[::4]
    paintings = [setting.place.images(square(p.path, sizes.crop_px)) for p in held]
    classifier = DomainClassifier(setting.place)
    schedule = Schedule(sizes.classifier_steps, rate=1e-3)
    notes = classifier.train(lambda rng: a.batch(rng, 4), lambda rng: b.batch(rng, 4), schedule)
    for _ in setting.watch(notes, sizes.classifier_steps, "classifier"):
        pass
    trained = {name: _train(setting, a, b, weights, sizes, name) for name, weights in KINDS.items()}
    painted = {k: translated(n.paint, photos, setting.place) for k, n in trained.items()}
    shares = {k: classifier.share(pictures) for k, pictures in painted.items()}
    contents = {k: _content(setting, pictures, photos) for k, pictures in painted.items()}
    networks = trained["with the cycle loss"]
    back = translated(networks.unpaint, painted["with the cycle loss"], setting.place)
    same = translated(networks.paint, paintings, setting.place)
    own, others = classifier.share(photos), classifier.share(paintings)
    return Findings(
        f"Lite networks, crops of {sizes.crop_px} px, batch 1, Adam 2e-4, {sizes.steps} steps, λ = 10, "
        f"identity 0.5, pool 50; {len(setting.paintings) - len(held)} paintings to train on, "
        f"{len(held)} and {len(photos)} photos to measure on. L1 on [−1, 1].",
        [
            Claim.at_most("photo, painted, and back: L1", _distance(back, photos), 0.15),
            Claim.at_most("a painting, painted, stays what it is: L1", _distance(same, paintings), 0.15),
            Claim.of(
                "a classifier that has seen neither takes painted photos for paintings more than photos",
                "more",
                f"{own:.2f} → {shares['with the cycle loss']:.2f} (paintings {others:.2f})",
                shares["with the cycle loss"] > own,
            ),
            Claim.of(
                f"without the cycle loss content is lost: content loss in {LAYER}",
                "more",
                f"{contents['without it']:.2f}, with it {contents['with the cycle loss']:.2f}",
                contents["without it"] > contents["with the cycle loss"],
            ),
        ],
        [PageImage("pictures", "Held-out photos.", draw_sheet(_tiles(photos, painted, back)))],
    )


def _crops(setting: Setting, sizes: Sizes) -> tuple[PhotoCrops, PhotoCrops]:
    """Photos, and those paintings that are not held out, with their light as it is."""
    photos = setting.crops(sizes.crop_px)
    kept = [p for n, p in enumerate(setting.paintings) if n % 4] or list(setting.paintings)
    images = [read_image(p.path) for p in kept]
    paintings = [resize(i, max(sizes.painting_px, sizes.crop_px) / min(i.shape[:2])) for i in images]
    crops = (PhotoCrops(pictures, sizes.crop_px, lit=0.0) for pictures in (photos.photos, paintings))
    return next(crops), next(crops)


def _train(
    setting: Setting, a: PhotoCrops, b: PhotoCrops, weights: CycleWeights, sizes: Sizes, title: str
) -> CycleNetworks:
    torch.manual_seed(0)
    networks = CycleNetworks("lite")
    setting.place.module(networks)
    schedule = Schedule(sizes.steps, rate=2e-4, decay=0.5)
    training, place = CycleTraining.new(networks), setting.place
    notes = fit_cycle(training, lambda r: a.batch(r, 1), lambda r: b.batch(r, 1), weights, schedule, place)
    for _ in setting.watch(notes, sizes.steps, title):
        pass
    return networks


def _distance(found: Sequence[Tensor], expected: Sequence[Tensor]) -> float:
    pairs = zip(found, expected, strict=True)
    return sum(reconstruction_loss(x, y).item() for x, y in pairs) / len(found)


@torch.no_grad()
def _content(setting: Setting, found: Sequence[Tensor], photos: Sequence[Tensor]) -> float:
    """The mean content loss of painted photos, relative: 1 = no more in common than with a flat picture."""
    vgg = setting.load_vgg(LAYER)
    seen = ((vgg(x, (LAYER,))[LAYER], vgg(y, (LAYER,))[LAYER]) for x, y in zip(found, photos, strict=True))
    return sum(content_loss(x, y).item() for x, y in seen) / len(found)


def _tiles(
    photos: Sequence[Tensor], painted: dict[str, list[Tensor]], back: Sequence[Tensor]
) -> list[list[NamedPicture]]:
    columns = {"photo": photos, **painted, "and back": back}
    return [
        [(name, pictures[n]) for name, pictures in columns.items()] for n in range(min(SHOWN, len(photos)))
    ]
