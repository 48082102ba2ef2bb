"""Pictures as phones, scanners, editors and browsers make them."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageCms

from tests.media.situation import Outcome, Situation, animation, encoded, refused, written

RED = (40, 50, 200)
PLAIN = np.full((64, 80, 3), RED, np.uint8)
CLEAR = np.dstack([PLAIN, np.full((64, 80), 128, np.uint8)])
TURNED_RIGHT = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""EXIF that says: turn a quarter clockwise to see it upright."""

THREE = ((0, 0, 255), (0, 255, 0), (255, 0, 0))
TIMES_MS = (100, 200, 1500)
SEEN = Outcome()
PAINTED = Outcome(size=(80, 64), color=RED)
HALF = Outcome(size=(80, 64), color=(*RED, 128))
AS_A_FILM = Outcome(times=(0, 0.1, 0.3), color=(0, 0, 255))


def pillow(mode: str, kind: str, **how: Any) -> bytes:
    """The red picture in one of Pillow's modes, as Pillow writes it; half transparent where it can be."""
    data = io.BytesIO()
    picture = Image.fromarray(cv2.cvtColor(CLEAR, cv2.COLOR_BGRA2RGBA))
    if mode not in ("RGBA", "LA"):
        picture = picture.convert("RGB")
    picture.convert(mode).save(data, kind, **how)
    return data.getvalue()


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG of any size, and next to no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def premultiplied() -> bytes:
    """A TIFF that says that its colours are multiplied by its alpha, as they are."""
    tag = struct.pack("<HHI", 338, 3, 1)
    halves = Image.fromarray(np.dstack([PLAIN[:, :, ::-1] // 2, CLEAR[:, :, 3]]).astype(np.uint8))
    data = io.BytesIO()
    halves.save(data, "TIFF")
    before, after = data.getvalue().split(tag)
    return before + tag + struct.pack("<H", 1) + after[2:]


def clear_palette() -> bytes:
    """A palette of one colour, which counts as transparent."""
    data = io.BytesIO()
    Image.fromarray(PLAIN[:, :, ::-1]).quantize(2).save(data, "PNG", transparency=0)
    return data.getvalue()


def moving(path: Path) -> None:
    """An animation of three pictures, the last of which stays."""
    animation(path, THREE, TIMES_MS)


def says_animation(name: str) -> Outcome:
    """The first of its pictures is painted, and it is said."""
    said = rf"{name} is an animation of 3 pictures; the first one is painted; `livestyle video {name} OUT"
    return Outcome(says=(said,), color=(0, 0, 255))


def still(name: str, file: str, data: bytes, painted: Outcome = PAINTED) -> Situation:
    """A picture that every command takes."""
    return Situation(name, file, written(data), image=painted, style=SEEN, photos=1)


def broken(name: str, file: str, data: bytes, says: str) -> Situation:
    """A picture that no command takes."""
    return Situation(name, file, written(data), image=refused(says), style=refused(says), photos=0)


def animated(name: str, file: str, *says: str) -> Situation:
    """An animation, which is a film to `video` and a camera, and a picture to others."""
    return Situation(
        name,
        file,
        moving,
        video=replace(AS_A_FILM, says=says),
        image=says_animation(file),
        live=SEEN,
        style=SEEN,
        photos=None if file.endswith(".gif") else 1,
    )


NOISE = np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)
TOO_LARGE = "expected at most 8192x8192 px"

PICTURES = (
    still("png", "a.png", encoded(".png", PLAIN)),
    still("jpeg", "a.jpg", encoded(".jpg", PLAIN)),
    still("jfif", "a.jfif", encoded(".jpg", PLAIN)),
    still("progressive", "a.jpg", encoded(".jpg", PLAIN, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
    still("jpeg_cmyk", "a.jpg", pillow("CMYK", "JPEG")),
    still("jpeg_2000", "a.jp2", encoded(".jp2", PLAIN)),
    still("avif", "a.avif", encoded(".avif", PLAIN)),
    still("webp", "a.webp", encoded(".webp", PLAIN)),
    still("bmp", "a.bmp", encoded(".bmp", PLAIN)),
    still("ppm", "a.ppm", encoded(".ppm", PLAIN)),
    still("grey", "a.png", encoded(".png", PLAIN[:, :, 1]), Outcome(color=(50, 50, 50))),
    still("sixteen_bits", "a.png", encoded(".png", PLAIN.astype(np.uint16) * 257)),
    still("one_bit", "a.tif", pillow("1", "TIFF"), Outcome(size=(80, 64))),
    still("palette", "a.png", pillow("P", "PNG")),
    still("wrong_suffix", "a.jpg", encoded(".png", PLAIN)),
    still("half_clear", "a.png", encoded(".png", CLEAR), HALF),
    still("half_clear_grey", "a.png", pillow("LA", "PNG"), Outcome(color=(94, 94, 94, 128))),
    still("half_clear_webp", "a.webp", encoded(".webp", CLEAR), HALF),
    still("half_clear_tiff", "a.tif", pillow("RGBA", "TIFF"), HALF),
    still("half_clear_sixteen_bits", "a.tif", encoded(".tif", CLEAR.astype(np.uint16) * 257), HALF),
    still("premultiplied", "a.tif", premultiplied(), HALF),
    still("clear_palette", "a.png", clear_palette(), Outcome(color=(*RED, 0))),
    still(
        "turned_photo",
        "a.jpg",
        pillow("RGB", "JPEG", exif=b"Exif\0\0" + TURNED_RIGHT),
        Outcome(size=(64, 80)),
    ),
    still("turned_clear", "a.png", pillow("RGBA", "PNG", exif=TURNED_RIGHT), Outcome(size=(64, 80))),
    Situation(
        "pages",
        "scan.tif",
        written(
            pillow(
                "RGB",
                "TIFF",
                compression="tiff_lzw",
                save_all=True,
                append_images=[Image.new("RGB", (80, 64))],
            )
        ),
        image=Outcome(says=(r"scan\.tif has 2 pages; the first one is painted",), color=RED),
        style=SEEN,
        photos=1,
    ),
    animated("gif", "a.gif"),
    animated("apng", "a.png"),
    animated("moving_webp", "a.webp"),
    animated("moving_avif", "a.avif", "left out: 1: libdav1d 80x64, 1 frame"),
    Situation(
        "small_picture",
        "icon.png",
        written(encoded(".png", PLAIN[:16, :16])),
        image=refused(r"icon\.png: a picture of 16x16 can't be painted; expected 64"),
        style=SEEN,
    ),
    broken("cut_jpeg", "a.jpg", encoded(".jpg", NOISE)[:-1], "a.jpg: it breaks off before its end"),
    broken("cut_png", "a.png", encoded(".png", PLAIN)[:60], "a.png"),
    broken("png_without_end", "a.png", encoded(".png", CLEAR)[:100], "a.png"),
    broken("empty_png", "a.png", b"", r"cannot read .*a\.png: an empty file \(0 bytes\) there"),
    broken("text_png", "a.png", b"hello", r"cannot read .*a\.png as a picture"),
    broken(
        "floats",
        "a.tif",
        encoded(".tif", PLAIN[:, :, 0].astype(np.float32)),
        "samples of float32; save it with 8",
    ),
    broken(
        "heic", "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "it is a HEIC picture, .*; save it as JPEG"
    ),
    broken("jpeg_xl", "a.jxl", b"\xff\x0a" + bytes(50), "it is a JPEG XL picture; save it as JPEG or PNG"),
    broken("drawing", "a.svg", b"\n<svg width='9'/>", "it is an SVG drawing; save it as JPEG or PNG"),
    broken("web_page", "a.jpg", b"<!DOCTYPE html><p>404", "it is a web page"),
    broken("raw_photo", "a.dng", pillow("RGB", "TIFF"), "it is raw data of a camera; save it as JPEG or PNG"),
    broken(
        "film_for_a_picture", "a.mp4", b"\0\0\0\x18ftypisom" + bytes(50), "it is a film; `livestyle video`"
    ),
    broken("bomb", "a.png", png_of(60000, 60000), TOO_LARGE),
    broken("large", "a.png", png_of(20000, 10000), TOO_LARGE),
    broken("long", "a.png", png_of(20000, 200), "20000x200; expected at most 8192 px a side; scale it down"),
)


def profile() -> bytes:
    """An ICC profile of RGB that is not sRGB's own."""
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
