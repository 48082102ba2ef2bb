"""The pages that are made of the code are as the code is."""

from __future__ import annotations

from docs.generate import pages


def test_generated_pages_are_current() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is old; run python docs/generate.py"
