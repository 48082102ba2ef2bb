"""Compiled models on disk: two runs that compile the same at once do not read each other's halves."""

from __future__ import annotations

import locale
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.runtime.openvino_cache import SUFFIX, cached
from livestyle.stylizer.stylizer import Stylizer


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


@pytest.fixture
def text_in_utf8() -> Iterator[str]:
    before = locale.setlocale(locale.LC_ALL)
    yield locale.setlocale(locale.LC_ALL, "C.UTF-8")
    locale.setlocale(locale.LC_ALL, before)


def test_threads_that_compile_at_once_leave_the_locale_as_it_was(
    folder: Path, model: Model, text_in_utf8: str
) -> None:
    """OpenVINO sets that of the process to C meanwhile."""

    def compile_some(width: int) -> None:
        for height in range(64, 96, 8):
            Stylizer(model).open(Size(width, height)).close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(compile_some, (64, 72, 80)))
    assert len(list(folder.parent.iterdir())) == 12
    assert locale.setlocale(locale.LC_ALL) == text_in_utf8
