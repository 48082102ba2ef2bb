"""The pages that are made of the code are as the code is."""

from __future__ import annotations

from docs.generate import DOCS, pages
from livestyle.ui.keys import NAMES


def test_generated_pages_are_current() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is old; run python docs/generate.py"


def test_the_reference_has_every_key() -> None:
    keys = (DOCS / "reference.md").read_text(encoding="utf-8").partition("## Keys")[2]
    assert not [name for name in NAMES if f"`{name}`" not in keys and not name.isdecimal()]
