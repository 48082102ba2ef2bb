"""Folders of users, of those without a home too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from livestyle.core import config

ROOT = Path(__file__).parents[2]

HOMELESS = """
import os, pwd, sys
for name in [name for name in os.environ if name == "HOME" or name.startswith(("XDG_", "LIVESTYLE_"))]:
    del os.environ[name]
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
from livestyle.__main__ import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such list of users")
@pytest.mark.parametrize(
    "command",
    [
        ["live", "--camera", "synthetic:64x64", "--no-window", "--max-frames", "2"],
        ["live", "--list-styles"],
        ["live", "--camera", "~/film.mp4", "--no-window"],
        ["doctor"],
    ],
)
def test_a_user_without_a_home_paints_without_a_cache(tmp_path: Path, command: list[str]) -> None:
    line = [sys.executable, "-c", HOMELESS, *command]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=tmp_path, env=env)
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if "~/film.mp4" in command else 0), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == []


@pytest.mark.parametrize("answer", ["~/.cache", None])
def test_what_platformdirs_says_of_nobody(monkeypatch: pytest.MonkeyPatch, answer: str | None) -> None:
    def find(*_: object) -> str:
        if answer is None:
            raise RuntimeError("could not determine the home directory")
        return answer

    monkeypatch.setattr(platformdirs, "user_cache_dir", find)
    monkeypatch.setattr(platformdirs, "user_pictures_dir", find)
    monkeypatch.delenv("LIVESTYLE_CACHE")
    assert config.cache_dir() == Path(config.NOWHERE)
    assert config.pictures_dir() == Path()


@pytest.mark.parametrize(("find", "kind"), [(config.pictures_dir, "pictures"), (config.videos_dir, "videos")])
def test_pictures_and_videos_of_a_user_who_has_no_such_folder(
    find: Callable[[], Path], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / kind
    monkeypatch.setattr(platformdirs, f"user_{kind}_dir", lambda: str(folder))
    assert find() == Path()
    folder.mkdir()
    assert find() == folder
