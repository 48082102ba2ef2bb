"""What the Dockerfile says is what the page takes; its steps themselves are run by bundle/try_image.py."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bundle.try_image import steps
from livestyle.cli import COMMANDS, app
from livestyle.page.options import PORT

REPOSITORY = Path(__file__).parents[1]
STEPS = steps(REPOSITORY / "Dockerfile")


def last(word: str) -> str:
    return [rest for found, rest in STEPS if found == word][-1]


def test_the_image_starts_the_page_with_options_that_it_has() -> None:
    command, *arguments = json.loads(last("CMD"))
    assert json.loads(last("ENTRYPOINT")) == ["livestyle"]
    page: Any = get_command(app)
    page = page.get_command(None, command)
    with page.make_context(command, arguments) as context:
        given = context.params
    assert (given["host"], given["camera"], given["no_browser"]) == ("0.0.0.0", ["browser"], True)
    assert last("EXPOSE") == str(PORT)
    assert str(PORT) in last("HEALTHCHECK")


def test_the_image_does_not_run_as_root() -> None:
    words = [word for word, _ in STEPS]
    assert last("USER") == "livestyle"
    assert "RUN" not in words[words.index("USER") :]


def test_the_image_is_made_of_what_pip_needs_alone() -> None:
    kept = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    assert kept == {"livestyle", "pyproject.toml", "README.md", "LICENSE", "NOTICE"}
    assert all((REPOSITORY / name).exists() for name in kept)


def test_the_bundle_has_what_is_imported_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = pytest.importorskip("PyInstaller.utils.hooks")
    asked: dict[str, Any] = {}

    def analysis(scripts: list[Path], **settings: Any) -> Any:
        asked.update(settings)
        raise StopIteration

    monkeypatch.setattr(hooks, "copy_metadata", lambda name: [(name, name)])
    names = {"SPECPATH": str(REPOSITORY / "bundle"), "Analysis": analysis}
    with pytest.raises(StopIteration):
        runpy.run_path(str(REPOSITORY / "bundle" / "livestyle.spec"), names)
    assert {f"livestyle.commands.{name}" for name in COMMANDS} <= {*asked["hiddenimports"]}
    assert "livestyle.workshop.torch_engine" in asked["hiddenimports"]
    data = [str(source) for source, _ in asked["datas"]]
    assert any(name.endswith("models/cin-lite/model.onnx") for name in data)
    assert any(name.endswith("page/static/index.html") for name in data)
    libraries = "".join(str(source) for source, _ in asked["binaries"])
    assert "openvino_intel_cpu_plugin" in libraries
    assert "openvino_onnx_frontend" in libraries
