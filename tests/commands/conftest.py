"""`livestyle live` without a start of Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from livestyle import cli
from tests.commands.shared import Run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`livestyle live` with options in the folder of the test, in the process of the tests."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        with pytest.raises(SystemExit) as stop:
            cli.run(["live", *options])
        assert isinstance(stop.value.code, int)
        return subprocess.CompletedProcess(options, stop.value.code, *capsys.readouterr())

    return run
