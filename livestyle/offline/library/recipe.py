"""What files are painted with, as plain JSON: two runs with the same recipe make the same films."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from livestyle.core.config import Precision
from livestyle.model.card import Model
from livestyle.model.controls import SECOND_STYLE
from livestyle.offline.style_schedule import StyleSchedule
from livestyle.offline.video import TranscodeOptions


def recipe_of(model: Model, precision: Precision, options: TranscodeOptions) -> dict[str, Any]:
    """The settings, and hashes of the weights and the styles.

    Whether files are overwritten, and which device and how many threads do it, is no part of it.
    LivestyleError for a style that isn't there, or a bad time.
    """
    settings = asdict(replace(options, controls=dict(options.controls)))
    controls = settings.pop("controls")
    del settings["overwrite"]
    schedule = StyleSchedule.of(model.styles, options.styles, options.every_s, options.crossfade_s)
    vectors = list(schedule.vectors)
    if second := controls.get(SECOND_STYLE.name):
        vectors.append(model.styles.vector(second))
    return {
        "model": model.card.name,
        "weights": _digest(json.dumps(model.card.sha256, sort_keys=True).encode()),
        "style_vectors": [_digest(vector.tobytes()) for vector in vectors],
        "precision": str(precision),
        **settings,
        **controls,
    }


def recipe_id(recipe: Mapping[str, Any]) -> str:
    """A short name that only equal recipes share."""
    return _digest(json.dumps(recipe, sort_keys=True).encode())


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names of what is not as it was."""
    now = json.loads(json.dumps(now))
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
