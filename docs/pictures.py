"""Makes the sheets of docs/pictures that show what models paint.

    python docs/pictures.py styles --photo astronaut.png
    python docs/pictures.py brushwork --photo webcam.jpg --photo astronaut.png --old OLD-CIN-LITE
    python docs/pictures.py before-and-now --photo … --old OLD-CIN-LITE
    python docs/pictures.py any-style --photo webcam.jpg --photo astronaut.png --painting … --painting …
    python docs/pictures.py models --photo … (four of them)

OLD-CIN-LITE is the folder of a model: `git archive 65c5f29 livestyle/models/cin-lite`. The photos are no part
of the project; those of the sheets are frames of Intel's sample-videos (CC BY 4.0), the astronaut and other
pictures of scikit-image (public domain or CC0) and photos under CC0.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.films import covering
from livestyle.sources.images import load_image
from livestyle.stylizer.loading import add_style_images
from livestyle.stylizer.stylizer import Stylizer

PICTURES = Path(__file__).parent / "pictures"
SIX = ("starry_night", "scream", "metzinger", "edtaonisl", "bedroom", "mulberry_tree")
PAINTED = Size(640, 480)


class Painter:
    """A model that paints photos one by one."""

    def __init__(self, model: str) -> None:
        self.stylizer = Stylizer(model)
        self.stylizer.steadiness = 0.0
        self.names = tuple(self.stylizer.model.styles.names)

    def __call__(self, photo: Pixels, style: str, size: Size = PAINTED) -> Pixels:
        self.stylizer.style = style
        return self.stylizer.stylize(covering(photo, size))


def tile(picture: Pixels, size: Size, label: str = "") -> Pixels:
    """The picture cut to a size, with a label on a dark bar."""
    cut = covering(picture, size)
    if not label:
        return cut
    image = Image.fromarray(cv2.cvtColor(cut, cv2.COLOR_BGR2RGB))
    draw = ImageDraw.Draw(image, "RGBA")
    high = 22 if size.height >= 200 else 14
    draw.rectangle((0, size.height - high, size.width, size.height), (0, 0, 0, 150))
    font = ImageFont.load_default(high * 0.6)
    draw.text((6, size.height - high / 2), label.replace("_", " "), "white", font, anchor="lm")
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def styles(photos: Sequence[Pixels], columns: int = 5, side: int = 300) -> Pixels:
    """All styles of cin-lite on one photo."""
    painter, square = Painter("cin-lite"), Size(480, 480)
    tiles = [tile(painter(photos[0], name, square), Size(side, side), name) for name in painter.names]
    return stacked(tiles[at : at + columns] for at in range(0, len(tiles), columns))


def brushwork(photos: Sequence[Pixels], old: str) -> Pixels:
    """Six styles before and now."""
    painters, size = {"before": Painter(old), "now": Painter("cin-lite")}, Size(320, 240)
    return stacked(
        [tile(p(photo, name), size, f"{name}, {when}") for photo in photos for when, p in painters.items()]
        for name in SIX
    )


def before_and_now(photos: Sequence[Pixels], old: str) -> Pixels:
    """All styles, old above new."""
    painters, size = {"before": Painter(old), "now": Painter("cin-lite")}, Size(160, 120)

    def rows() -> Iterator[list[Pixels]]:
        yield [tile(photo, size) for photo in photos]
        for name in painters["now"].names:
            for when, painter in painters.items():
                if name in painter.names:
                    labels = (f"{name}, {when}", *[""] * len(photos))
                    yield [
                        tile(painter(p, name), size, label) for p, label in zip(photos, labels, strict=False)
                    ]

    return stacked(rows())


def any_style(photos: Sequence[Pixels], paintings: Sequence[Path]) -> Pixels:
    """Paintings that adain-lite has not seen, and two photos painted after each."""
    painter, high = Painter("adain-lite"), 288
    names = add_style_images(painter.stylizer, paintings)
    return stacked(
        [
            tile(painting, Size(high, high)),
            *(
                tile(painter(photo, name), Size(width, high))
                for photo, width in zip(photos, (384, 288), strict=True)
            ),
        ]
        for name, painting in names.items()
    )


def models(photos: Sequence[Pixels]) -> Pixels:
    """Photos, and what the networks of one style make of them."""
    size = Size(296, 222)
    painters = [Painter(name) for name in ("mosaic", "kiss", "van-gogh")]
    rows = [[tile(photo, size) for photo in photos]]
    return stacked(rows + [[tile(p(photo, p.names[0]), size) for photo in photos] for p in painters])


def stacked(rows: Iterable[Sequence[Pixels]]) -> Pixels:
    return np.vstack([np.hstack(row) for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sheet", choices=("styles", "brushwork", "before-and-now", "any-style", "models"))
    parser.add_argument("--photo", type=Path, action="append", required=True)
    parser.add_argument("--painting", type=Path, action="append", default=[])
    parser.add_argument("--old", default="")
    given = parser.parse_args()
    photos = [load_image(path) for path in given.photo]
    picture = {
        "styles": lambda: styles(photos),
        "brushwork": lambda: brushwork(photos, given.old),
        "before-and-now": lambda: before_and_now(photos, given.old),
        "any-style": lambda: any_style(photos, given.painting),
        "models": lambda: models(photos),
    }[given.sheet]()
    Image.fromarray(picture[:, :, ::-1]).save(PICTURES / f"{given.sheet}.jpg", quality=84)


if __name__ == "__main__":
    main()
