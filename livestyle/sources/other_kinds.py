"""Kinds of files that are taken for pictures and can't be read as such: what they are called."""

from __future__ import annotations

RAW_SUFFIXES = frozenset({".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"})
"""Cameras' raw data. Many begin as a TIFF does whose only picture is a small preview."""

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}

BEGINNINGS = {
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"8BPS": "a Photoshop document",
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript document",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML file, such as an SVG drawing",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
}
"""In small letters where they are text."""

SAVE_AS = "save it as JPEG or PNG first"


def other_kind(data: bytes, suffix: str) -> str | None:
    """What a file is instead of a picture that can be read, and what to do; None where it isn't known.

    data: its beginning. suffix: of its name, with the dot
    """
    if suffix.lower() in RAW_SUFFIXES:
        return f"raw data of a camera; {SAVE_AS}"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return f"a HEIC picture, as phones write it; {SAVE_AS}"
    if (data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis")) or data.startswith(
        b"\x1a\x45\xdf\xa3"
    ):
        return "a film; `livestyle video` paints it"
    text = data[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for begins, name in BEGINNINGS.items():
        if data.startswith(begins) or text.startswith(begins):
            return f"{name}; {SAVE_AS}"
    return None
