"""Every row of the table of keys, pressed as fast as the quickest typist presses in a real window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from livestyle.ui.keys import NAMES
from tests.ui.desktop import App, wait_for
from tests.ui.test_gallery_app import app

__all__ = ["app"]

XDOTOOL = {
    "←": "Left",
    "→": "Right",
    "↑": "Up",
    "↓": "Down",
    "-": "minus",
    "+": "plus",
    "_": "underscore",
    "=": "equal",
    "[": "bracketleft",
    "]": "bracketright",
    "<": "less",
    ">": "greater",
    ",": "comma",
    ".": "period",
    "?": "question",
    "f1": "F1",
    "f11": "F11",
    "tab": "Tab",
    "shift+tab": "shift+Tab",
    "esc": "Escape",
}

ROWS = (
    ("→", "Style: Grey 1 .*", ""),
    ("n", "Style: Grey 2 .*", ""),
    ("p", "Style: Grey 1 .*", ""),
    ("←", "Style: Grey 0 .*", ""),
    *((str(number), f"Style: Grey {number - 1} .*", "") for number in range(1, 6)),
    *((str(number), "There are 5 styles", "") for number in range(6, 10)),
    ("a", "Second style: Grey 0", ""),
    ("-", "Blend 40 %", ""),
    ("_", "Blend 30 %", ""),
    ("+", "Blend 40 %", ""),
    ("=", "Blend 50 %", ""),
    ("↓", "Strength 90 %", ""),
    ("↑", "Strength 100 %", ""),
    ("[", "Steadiness 70 %", ""),
    ("]", "Steadiness 80 %", ""),
    (">", "Stroke size 125 %", ""),
    ("<", "Stroke size 100 %", ""),
    ("x", "Crossfade 0.8 s", ""),
    ("x", "Crossfade off", ""),
    ("c", "Camera's colour", ""),
    ("c", "Painting's colour", ""),
    ("m", "Mirrored", ""),
    ("m", "Not mirrored", ""),
    ("space", "Frozen", ""),
    ("space", "Live again", ""),
    ("b", "Compare: .*", "compare"),
    ("b", "Compare off", ""),
    ("o", "Figures on", "hud"),
    ("o", "Figures off", ""),
    ("k", "There is one camera", ""),
    ("l", "There is no MIDI device.*", ""),
    ("d", ".*", ""),
    ("v", ".*irtual camera.*", ""),
    ("r", "Recording .*mp4.*", ""),
    ("u", "Recording paused", ""),
    ("u", "Recording goes on", ""),
    ("r", ".*", ""),
    ("s", ".*", ""),
    ("O", "Opening .*", ""),
    ("g", "", "gallery"),
    ("g", "", ""),
    ("h", "", "help"),
    ("h", "", ""),
    ("?", "", "help"),
    ("f1", "", ""),
    ("f", "", "full screen"),
    ("f11", "", ""),
    ("f11", "", "full screen"),
    ("esc", "", ""),
    ("i", "", "picker"),
    ("esc", "", ""),
    (",", "", "picker"),
    ("esc", "", ""),
    (".", "", "picker"),
    ("esc", "", ""),
    ("tab", "Preparing tidy …", ""),
    ("shift+tab", "Model: tiny|Preparing tiny …", ""),  # tidy may paint by then
)
"""A key by its name, what is said then, and what is open in the window then."""


@pytest.mark.parametrize(("caps_lock", "leaves"), [(False, "q"), (True, "Escape")])
def test_every_row_does_what_it_says_at_12_ms(app: App, tmp_path: Path, caps_lock: bool, leaves: str) -> None:
    assert {key for key, _, _ in ROWS} == {*NAMES} - {"q"}
    app.settle()  # until there is a picture to save
    if caps_lock:
        app.press("Caps_Lock")
    app.burst(*(XDOTOOL.get(key, key) for key, _, _ in ROWS))
    rows = zip(ROWS, app.done(), strict=True)
    wrong = [(*row, *did) for row, did in rows if not re.fullmatch(row[1], did[0]) or row[2] != did[1]]
    assert not wrong
    wait_for(lambda: len(list(tmp_path.glob("livestyle-*.png"))) == 2)
    app.press(leaves)
    assert app.end()[0] == 0
