"""Words of a command line that may stand alone."""

from __future__ import annotations

import pytest

from livestyle.commands.given import with_value


@pytest.mark.parametrize(
    ("words", "filled"),
    [
        ([], []),
        (["--vc"], ["--vc", "any"]),
        (["--vc", "--fps", "9"], ["--vc", "any", "--fps", "9"]),
        (["--fps", "9", "--vc", "10"], ["--fps", "9", "--vc", "10"]),
        (["--vc=10", "-h"], ["--vc=10", "-h"]),
    ],
)
def test_an_option_that_may_stand_alone(words: list[str], filled: list[str]) -> None:
    assert with_value(words, "--vc", "any") == filled
