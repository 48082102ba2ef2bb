"""Whether a JPEG is complete: decoders fill up with grey what is missing, and say so to nobody."""

from __future__ import annotations

START, END = 0xD8, 0xD9
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length behind them: TEM and RST0 to RST7."""


def is_cut(data: bytes) -> bool:
    """Whether these bytes begin as a JPEG does and break off before its end."""
    if data[:2] != bytes((0xFF, START)):
        return False
    place = 2
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return True
        marker = data[place + 1]
        if marker == END:
            return False
        if marker in (0x00, 0xFF) or marker in ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        place += 2 + max(2, length)  # in the picture's own bytes FF is followed by 00
