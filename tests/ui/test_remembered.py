"""How the window was left, in a file that users read and write too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from livestyle.cli import app as commands
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.ui.remembered import Remembered, forget, name_of, recall, remember, settings_path
from livestyle.ui.run import ShowOptions, show
from tests.tiny import write_tiny
from tests.ui.desktop import App, desktop

WHOLE = Remembered("1", "cin-lite", "great_wave", 0.7, Size(900, 600))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def said() -> list[str]:
    return []


def write(text: str) -> None:
    settings_path().parent.mkdir(exist_ok=True)
    settings_path().write_text(text, "utf-8")


def test_at_the_first_start_nothing_is_remembered(said: list[str]) -> None:
    assert recall(said.append) == Remembered()
    assert not said


def test_what_is_remembered_is_recalled_and_can_be_read(said: list[str]) -> None:
    remember(WHOLE, said.append)
    assert recall(said.append) == WHOLE
    assert json.loads(settings_path().read_text("utf-8"))["live"] == {
        "camera": "1",
        "model": "cin-lite",
        "style": "great_wave",
        "strength": 0.7,
        "window": "900x600",
    }
    assert not said


def test_what_is_unknown_now_stays_as_it_was(said: list[str]) -> None:
    remember(WHOLE, said.append)
    remember(Remembered(style="scream"), said.append)
    assert recall(said.append) == replace(WHOLE, style="scream")


def test_unknown_keys_are_kept(said: list[str]) -> None:
    write('{"of_tomorrow": [1], "live": {"colour": "ü", "style": "scream"}}')
    remember(WHOLE, said.append)
    found = json.loads(settings_path().read_text("utf-8"))
    assert found["of_tomorrow"] == [1]
    assert found["live"]["colour"] == "ü"
    assert found["live"]["style"] == "great_wave"
    forget(said.append)
    assert json.loads(settings_path().read_text("utf-8")) == {"of_tomorrow": [1], "live": {"colour": "ü"}}
    assert not said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strength", 7),
        ("strength", "loud"),
        ("strength", None),
        ("style", 3),
        ("camera", ""),
        ("model", "no_such"),
        ("window", "big"),
        ("window", 5),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_left_out(name: str, value: Any, said: list[str]) -> None:
    remember(WHOLE, said.append)
    whole = json.loads(settings_path().read_text("utf-8"))
    whole["live"][name] = value
    write(json.dumps(whole))
    assert recall(said.append) == replace(WHOLE, **{name: None})
    assert len(said) == 1
    assert f"{name} {value!r} can't be used" in said[0]


@pytest.mark.parametrize("text", ["{", "[]", '{"live": 3}', ""])
def test_a_file_that_cannot_be_read_is_told_and_left_as_it_is(text: str, said: list[str]) -> None:
    write(text)
    assert recall(said.append) == Remembered()
    remember(WHOLE, said.append)
    forget(said.append)
    assert settings_path().read_text("utf-8") == text
    assert len(said) == 3


def test_a_folder_that_takes_no_file_is_told(data: Path, said: list[str]) -> None:
    data.write_text("a file")
    remember(WHOLE, said.append)
    assert len(said) == 1


def test_a_model_is_found_again_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_of(Model.load("cin-lite")) == "cin-lite"
    model = write_tiny(tmp_path / "cin-lite")
    monkeypatch.chdir(tmp_path.parent)
    assert Model.load(name_of(model)).folder.resolve() == model.folder.resolve()


def options_of(monkeypatch: pytest.MonkeyPatch, *words: str) -> ShowOptions:
    """What `livestyle live` would show."""
    seen: list[ShowOptions] = []

    def note(options: ShowOptions, *_: object) -> dict[str, Any]:
        seen.append(options)
        return {}

    monkeypatch.setattr("livestyle.commands.live.show", note)
    found = CliRunner().invoke(commands, ["live", *words])
    assert found.exit_code == 0, found.output
    return seen[0]


def test_the_next_start_begins_with_it(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    remember(replace(WHOLE, model="cin"), said.append)
    options = options_of(monkeypatch)
    assert (options.cameras, options.model) == (("1",), "cin")
    assert options.controls["strength"] == 0.7
    assert options.remembered == replace(WHOLE, model="cin")


def test_the_command_line_wins(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    remember(WHOLE, said.append)
    options = options_of(monkeypatch, "--camera", "0", "--model", "cin", "--strength", "1")
    assert (options.cameras, options.model, options.controls["strength"]) == (("0",), "cin", 1.0)


def test_fresh_forgets(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    remember(WHOLE, said.append)
    options = options_of(monkeypatch, "--fresh")
    assert (options.cameras, options.model, options.remembered) == (("0",), "cin-lite", Remembered())
    assert recall(said.append) == Remembered()


def test_without_a_window_nothing_is_recalled_and_nothing_remembered(
    monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    remember(WHOLE, said.append)
    assert options_of(monkeypatch, "--no-window").remembered is None
    show(ShowOptions(("synthetic:64x64",), window=False, max_frames=1), Console(quiet=True))
    assert recall(said.append) == WHOLE


def left_by(tmp_path: Path, last: Remembered | None, **options: Any) -> tuple[Remembered, str]:
    """A run without a window that remembers; what it leaves, and what it says."""
    console = Console(record=True, quiet=False, file=(tmp_path / "said").open("w"), soft_wrap=True)
    model = write_tiny(tmp_path / "tiny", "sea", "sun", "sand")
    settings = ShowOptions(
        ("synthetic:64x64",), model=str(model.folder), window=False, max_frames=1, remembered=last, **options
    )
    show(settings, console)
    return recall(lambda _: None), console.export_text()


def test_the_style_of_the_last_time_is_painted_again(tmp_path: Path) -> None:
    left, told = left_by(tmp_path, Remembered(style="sun"))
    assert "style   Sun, 2 of 3" in told
    assert left == Remembered(model=str((tmp_path / "tiny").resolve()), style="sun", strength=1.0)


def test_one_that_the_model_does_not_have_is_passed_over(tmp_path: Path) -> None:
    left, told = left_by(tmp_path, Remembered(style="great_wave"))
    assert "style   Sea, 1 of 3" in told
    assert left.style == "sea"


def test_the_style_that_is_asked_for_wins(tmp_path: Path) -> None:
    assert left_by(tmp_path, Remembered(style="sun"), style="sand")[0].style == "sand"


def test_a_camera_of_the_last_time_that_is_gone_tells_the_way_out() -> None:
    gone = "no such camera"
    options = ShowOptions((gone,), window=False, remembered=Remembered(camera=gone))
    with pytest.raises(Exception, match="the camera of the last time: --fresh forgets it"):
        show(options, Console(quiet=True))


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    with desktop() as env:
        yield env


def resized(app: App) -> bool:
    return app.shot().shape[:2] == (400, 500)


def test_a_window_comes_back_as_it_was_left(
    env: dict[str, str], tmp_path: Path, data: Path, said: list[str]
) -> None:
    env = {**env, "LIVESTYLE_DATA": str(data)}
    sizes = []
    for run in ("first", "second"):
        (tmp_path / run).mkdir()
        app = App(env, tmp_path / run, "--camera", "synthetic:320x240@15", fresh=run == "first")
        if run == "first":
            app.resize(500, 400)
            app.wait_for(partial(resized, app))
            for key in ("2", "Down"):
                app.key(key)
        app.settle()
        sizes.append(app.shot().shape[:2])
        app.key("q")
        code, _, errors = app.end()
        assert code == 0, errors
    assert sizes[0] == sizes[1] == (400, 500)
    assert "The Great Wave" in errors
    assert recall(said.append) == Remembered(
        model="cin-lite", style="great_wave", strength=0.9, window=Size(500, 400)
    )
