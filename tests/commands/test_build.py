"""livestyle build on a machine without a GPU: TensorRT for RTX builds, nothing runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from livestyle import cli
from livestyle.runtime.tensorrt import plan_cache

pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not made for this system")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIVESTYLE_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "engines"


def build(*arguments: str) -> object:
    with pytest.raises(SystemExit) as exit_:
        cli.run(["build", "--flavour", "rtx", "--level", "0", *arguments])
    return exit_.value.code


def test_engines_are_built_and_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("--size", "64x70", "--size", "96x64") == 0
    shown = capsys.readouterr()
    assert "building an engine of cin-lite for 64x72 in f16" in shown.err
    names = {"cin-lite-64x72-f16-rtx-any", "cin-lite-96x64-f16-rtx-any"}
    assert {path.stem for path in folder.iterdir()} == names
    assert {path.suffix for path in folder.iterdir()} == {".plan", ".json"}
    assert [Path(line.split("  ")[0]).stem for line in shown.out.splitlines()] == sorted(names)


def test_what_is_there_is_kept_unless_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []

    def fake(*given: object) -> tuple[bytes, bytes]:
        built.append(given)
        return b"plan %d" % len(built), b""

    monkeypatch.setattr(plan_cache, "build", fake)
    for overwrite, count in (([], 1), ([], 1), (["--overwrite"], 2)):
        assert build("--size", "64x64", *overwrite) == 0
        assert len(built) == count
    assert (folder / "cin-lite-64x64-f16-rtx-any.plan").read_bytes() == b"plan 2"


def test_what_was_timed_beside_a_painting_is_built_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_cache, "build", lambda *_: (b"a plan", b""))
    assert build("--size", "64x64") == 0
    (card,) = folder.glob("*.json")
    card.write_text(card.read_text().replace('"beside": false', '"beside": true'))
    monkeypatch.setattr(plan_cache, "build", lambda *_: (b"another", b""))
    assert build("--size", "64x64") == 0
    assert card.with_suffix(".plan").read_bytes() == b"another"


def test_ctrl_c_ends_the_building_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> tuple[bytes, bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_cache, "build", interrupted)
    assert build("--size", "64x64") == 130
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--precision", "bf16"], "TensorRT has no bf16 here"),
        (["--size", "big"], "bad size 'big'"),
        (["--model", "nobody"], "no model 'nobody'"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(*arguments) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")
    assert not folder.exists()


def test_without_tensorrt_both_remedies_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("tensorrt", "tensorrt_rtx"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SystemExit) as exit_:
        cli.run(["build"])
    assert exit_.value.code == 2
    shown = capsys.readouterr().err
    assert ".[tensorrt]" in shown
    assert ".[rtx]" in shown
