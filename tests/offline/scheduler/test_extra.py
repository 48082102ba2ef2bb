"""What the extra [ray] installs."""

from __future__ import annotations

import tomllib
from pathlib import Path


def test_the_extra_has_what_an_address_with_ray_needs() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    (asked,) = project["optional-dependencies"]["ray"]
    assert asked.startswith("ray[client]"), "without it ray://HOST:PORT is refused by Ray"
