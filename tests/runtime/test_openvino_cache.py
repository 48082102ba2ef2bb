"""Compiled models on disk: two runs that compile the same at once do not read each other's halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.runtime.openvino_cache import SUFFIX, cached


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    return tmp_path / "openvino" / "model"


def test_what_another_run_is_compiling_is_left_alone(folder: Path) -> None:
    with cached("model") as settings:
        assert settings == {"CACHE_DIR": str(folder)}
        blob = folder / "compiled.blob"
        blob.write_bytes(b"half")
        with cached("model") as others:
            assert others == {}
        assert blob.read_bytes() == b"half"
        with cached("another") as different:
            assert different
    assert blob.with_name(blob.name + SUFFIX).is_file()


def test_what_has_other_bytes_than_its_hash_says_is_removed(folder: Path) -> None:
    with cached("model"):
        (folder / "compiled.blob").write_bytes(b"whole")
    (folder / "compiled.blob").write_bytes(b"flipped")
    with cached("model"):
        assert not (folder / "compiled.blob").exists()
