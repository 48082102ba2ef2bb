"""Whether what a card.json holds can be a card: it may be anybody's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TEXTS = ("name", "description", "method", "licence")
TABLES = ("architecture", "graphs", "sha256", "state", "training", "figures")
MOST = {"size_multiple": 1024, "scale": 16}
LONGEST_STYLE = 10_000_000
MOST_OF_ENCODER = {"side_px": 8192, "size_multiple": 1024}
SIDE = re.compile(r"[HW](/[1-9]\d{0,3})?")


def check(data: Mapping[str, Any]) -> None:
    """ValueError that says what is wrong, for values that a card has none of; fields may be missing."""
    if not isinstance(data, Mapping):
        raise ValueError(f"it is {type(data).__name__}; expected a table")
    for kind, names in ((str, TEXTS), (Mapping, TABLES)):
        for name in names:
            _expect(isinstance(data.get(name, kind() if kind is str else {}), kind), name, data.get(name))
    name = data.get("name", "")
    _expect(not re.search(r"[/\\\0]", name) and name not in (".", ".."), "name", name)
    _check_numbers(data, MOST)
    length, least = (
        data.get("style_length", 1),
        0 if data.get("scale", 1) > 1 else 1,
    )  # what enlarges has none
    _expect(_is_whole(length) and least <= length <= LONGEST_STYLE, "style_length", length)
    for table in ("graphs", "sha256"):
        found = data.get(table, {})
        for key, value in found.items():
            _expect(isinstance(value, str), f"{table}.{key}", value)
    _expect("float" in data.get("sha256", {}), "sha256", data.get("sha256"))
    for key, shape in data.get("state", {}).items():
        _expect(isinstance(shape, list) and all(_is_side(side) for side in shape), f"state.{key}", shape)
    notes = data.get("styles", [])
    _expect(isinstance(notes, list) and all(isinstance(note, Mapping) for note in notes), "styles", notes)
    encoder = data.get("encoder")
    if encoder is not None:
        _expect(isinstance(encoder, Mapping) and isinstance(encoder.get("file"), str), "encoder", encoder)
        _check_numbers(encoder, MOST_OF_ENCODER, "encoder.")


def _check_numbers(data: Mapping[str, Any], most: Mapping[str, int], where: str = "") -> None:
    for name, limit in most.items():
        value = data.get(name, 1)
        _expect(_is_whole(value) and 1 <= value <= limit, where + name, value)


def _is_side(side: object) -> bool:
    if isinstance(side, str):
        return bool(SIDE.fullmatch(side))
    return isinstance(side, int) and _is_whole(side) and 1 <= side <= 10_000_000


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _expect(good: bool, name: str, value: object) -> None:
    if not good:
        raise ValueError(f"{name} is {str(value)[:100]!r}")
