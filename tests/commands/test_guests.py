"""Who is let in beside the window, and what is said where a package is missing."""

from __future__ import annotations

import sys

import pytest

from livestyle import cli

MISSING = {
    "--osc": (["9000"], "pythonosc", ("osc", "osc_messages")),
    "--midi": ([], "mido", ("midi",)),
}


@pytest.mark.parametrize("command", [["live", "--no-window"], ["page", "--no-browser", "--port", "0"]])
@pytest.mark.parametrize("option", MISSING)
def test_without_its_package_an_option_names_the_extra(
    command: list[str], option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    value, package, modules = MISSING[option]
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    for module in modules:
        monkeypatch.delitem(sys.modules, f"livestyle.remote.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SystemExit) as stop:
        cli.run([*command, option, *value, "--camera", "synthetic"])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert f"pip install '.[{option.strip('-')}]'" in " ".join(error.split())


def test_a_bad_place_is_one_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.run(["live", "--no-window", "--camera", "synthetic", "--osc", "here"])
    assert stop.value.code == 2
    assert "expected [HOST:]PORT" in capsys.readouterr().err
