"""`livestyle train --method NAME …`, as it was written before: still understood, with a notice."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from livestyle.cli import run
from livestyle.commands.train import METHODS

TEXTURE = "--method texture --style painting.jpg --out textures/"
CYCLE = "--method cyclegan --a photos/ --b paintings/ --out m"
SUPERRES = "--method superres --content photos/ --out superres-x4"
CIN = "--styles paintings/ --content photos/ --out my-model"


def called(monkeypatch: pytest.MonkeyPatch, line: str) -> tuple[str, Any]:
    """Which method a command line reaches, and with which options; nothing is trained."""
    reached: list[tuple[str, Any]] = []
    for name in METHODS:
        module = import_module(f"livestyle.commands.training.train_{name.replace('-', '_')}")
        monkeypatch.setattr(module, "run", lambda options, name=name: reached.append((name, options)))
    with pytest.raises(SystemExit) as stop:
        run(["train", *line.split()])
    assert stop.value.code == 0
    (one,) = reached
    return one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--add-style painting.jpg --model cin-lite", "add-style painting.jpg --model cin-lite"),
        ("--steps 2 --model m --add-style=a.png", "add-style a.png --steps 2 --model m"),
        (CIN, f"cin {CIN}"),
        (f"--method cin {CIN} --norm batch --no-int8", f"cin {CIN} --norm batch --no-int8"),
        (f"{TEXTURE} --samples 16", "texture --style painting.jpg --out textures/ --samples 16"),
        (f"{CYCLE} --direction ba", "cyclegan --a photos/ --b paintings/ --out m --direction ba"),
        (f"{SUPERRES} --loss pixel", "superres --content photos/ --out superres-x4 --loss pixel"),
        (
            "--method=adain --arch wide --styles p --content a --content b --out m",
            "adain --styles p --content a --content b --out m --arch wide",
        ),
        (
            "--method johnson --style painting.jpg --content photos/ --out one-style",
            "johnson --style painting.jpg --content photos/ --out one-style",
        ),
    ],
)
def test_both_forms_are_the_same(
    old: str, new: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = called(monkeypatch, old)
    assert capsys.readouterr().err == (
        f"note: from the next release on this is `livestyle train {before[0]} …`\n"
    )
    assert called(monkeypatch, new) == before
    assert capsys.readouterr().err == ""


def test_an_option_of_another_method_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = f"--style-loss mmd-poly --resume --diversity=9 --int8 {SUPERRES}"
    method, options = called(monkeypatch, old)
    assert (method, options.resume, options.out) == ("superres", True, Path("superres-x4"))
    assert capsys.readouterr().err.endswith(
        "; superres has no --style-loss, --diversity, --int8, which is ignored\n"
    )


def test_an_idle_option_is_named_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    method, options = called(monkeypatch, f"--style-size 64 {CIN} --teacher cin-lite")
    assert (method, options.teacher) == ("cin", "cin-lite")
    assert "note: --style-size has no effect with --teacher" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("superres --content a --out b --diversity 9", "No such option: --diversity"),
        ("--method superres --content a --out b --nonsense 9", "No such option: --nonsense"),
        ("--method nonsense --out b", "No such command 'nonsense'"),
        ("cin --styles a --content b --out c --teacher cin --tv-weight 1", "--tv-weight has no effect with"),
        (
            "adain --styles a --content b --out c --arch wide --pool 9",
            "--pool has no effect with --arch wide",
        ),
    ],
)
def test_what_has_no_effect_is_an_error(line: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(["train", *line.split()])
    assert stop.value.code == 2
    assert says in capsys.readouterr().err
