"""Mutated inputs, one a number: what is made of them, and what a command makes of that.

As a program, `python benchmarks/fuzz_cases.py FOLDER FIRST LAST`, it runs these cases in its own process and
writes a line of JSON before and behind each. Who started it (fuzz.py) sees what hangs, and what crashes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livestyle import cli
from tests.media.clocks import CLOCKS
from tests.media.films import FILMS
from tests.media.pictures import PICTURES
from tests.media.situation import Situation
from tests.tiny import write_tiny

GROWTH_KB = 1_000_000
"""More than a case may take."""

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
WORDS = (
    *("0", "-1", "1e9", "nan", "64x64", "640×480", "8192x1", "99999999x9", "2s", "5m", "10ms", "1h"),
    *("synthetic", "synthetic:64x64@5", "synthetic:", "/dev/null", "rtsp://", "http://[::1", "a.png=grey"),
    *(
        "all",
        "grey",
        "",
        " ",
        ",",
        "=",
        "[bold]",
        "\u202e",
        "é" * 300,
        "../..",
        "~",
        "$HOME",
        "\\x00",
        "cpu:1",
    ),
)

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e300,
    2**40,
    "",
    "../x",
    "H/0",
    "\0",
    [],
    [[]],
    ["H", "W"],
    {},
    {"float": 1},
)
"""What a card gets in the place of its own values."""

Rng = np.random.Generator


@dataclass(frozen=True)
class Kind:
    """What is mutated, and the command it is given to: its words, FILE being the mutated file."""

    seeds: tuple[Path, ...]
    words: tuple[str, ...]


def write_seeds(folder: Path) -> None:
    """The whole files, each small: those of the tests' situations, and a model."""
    write_tiny(folder / "tiny")
    assert cv2.imwrite(str(folder / "photo.png"), np.full((64, 64, 3), 90, np.uint8))
    for row in (*FILMS, *CLOCKS, *PICTURES):
        place = folder / row.name
        place.mkdir()
        row.make(place / row.file)


def kinds_of(folder: Path) -> Mapping[str, Kind]:
    """The kinds, by name; `words` are no file."""

    def seeds(rows: tuple[Situation, ...]) -> tuple[Path, ...]:
        made = (folder / row.name / row.file for row in rows)
        return tuple(path for path in made if path.is_file() and path.stat().st_size)

    pictures, films = seeds(PICTURES), seeds((*FILMS, *CLOCKS))
    photo, model = str(folder / "photo.png"), folder / "tiny"
    painting = ("image", photo, "out.png", "--model", "model")
    return {
        "film": Kind(films, ("video", "FILE", "out.mkv", "--model", str(model), "--preset", "ultrafast")),
        "camera": Kind(
            films, ("live", "--camera", "FILE", "--no-window", "--max-frames", "2", "--model", str(model))
        ),
        "picture": Kind(pictures, ("image", "FILE", "out.png", "--model", str(model))),
        "style": Kind(pictures, ("image", photo, "out.png", "--style-image", "FILE", "--model", str(model))),
        "card": Kind((model / "card.json",), painting),
        "graph": Kind((model / "model.onnx",), painting),
        "encoder": Kind((model / "encoder.onnx",), (*painting, "--style-image", photo)),
        "styles": Kind((model / "styles.npz",), painting),
        "words": Kind((), ("image", photo, "out.png", "--model", str(model))),
    }


OPTIONS = (
    *(("image", name) for name in ("--style", "--max-side", "--strength", "--region", "--color", "--device")),
    *(("video", name) for name in ("--change-every", "--crossfade", "--crf", "--encoder", "--track")),
    *(("live", name) for name in ("--size", "--camera", "--fps", "--style", "--blend")),
)
"""Options that get any words."""


def mutated(data: bytes, other: bytes, rng: Rng) -> bytes:
    """`data` harmed in one to four ways."""
    found = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        if found:
            HARMS[int(rng.integers(len(HARMS)))](found, other, rng)
    return bytes(found)


def another_value(card: dict[str, object], rng: Rng) -> bytes:
    """A card with one or two values exchanged, at any depth."""
    for _ in range(int(rng.integers(1, 3))):
        table, key = card, str(rng.choice(list(card)))
        while isinstance(inner := table[key], dict) and inner and rng.random() < 0.7:
            table, key = inner, str(rng.choice(list(inner)))
        table[key] = deepcopy(VALUES[int(rng.integers(len(VALUES)))])
    return json.dumps(card).encode()


def cut(data: bytearray, _: bytes, rng: Rng) -> None:
    del data[int(rng.integers(len(data))) :]


def flip(data: bytearray, _: bytes, rng: Rng) -> None:
    for place in rng.integers(0, len(data), max(1, len(data) // 2000)):
        data[place] ^= 1 << int(rng.integers(8))


def overwrite(data: bytearray, _: bytes, rng: Rng) -> None:
    place, length = int(rng.integers(len(data))), int(rng.integers(1, 64))
    data[place : place + length] = rng.bytes(length)


def number(data: bytearray, _: bytes, rng: Rng) -> None:
    value, length = INTERESTING[int(rng.integers(len(INTERESTING)))], int(rng.choice([1, 2, 4]))
    place = int(rng.integers(min(len(data), 512) if rng.random() < 0.5 else len(data)))
    order = "big" if rng.random() < 0.5 else "little"
    data[place : place + length] = (value % (1 << 8 * length)).to_bytes(length, order)  # type: ignore[arg-type]


def remove(data: bytearray, _: bytes, rng: Rng) -> None:
    place = int(rng.integers(len(data)))
    del data[place : place + int(rng.integers(1, 64))]


def repeat(data: bytearray, _: bytes, rng: Rng) -> None:
    place, length = int(rng.integers(len(data))), int(rng.integers(1, 256))
    data[place:place] = data[place : place + length]


def splice(data: bytearray, other: bytes, rng: Rng) -> None:
    place = int(rng.integers(len(data)))
    data[place:] = other[place:]


HARMS: tuple[Callable[[bytearray, bytes, Rng], None], ...] = (
    *(cut, flip, flip, overwrite, number, number, number, remove, repeat, splice),
)


def words_of(case: int, folder: Path) -> tuple[str, list[str]]:
    """The kind of a case, and the command; its file is written into the current folder."""
    rng, kinds = np.random.default_rng(case), kinds_of(folder)
    name = list(kinds)[case % len(kinds)]
    kind = kinds[name]
    if not kind.seeds:
        command, option = OPTIONS[int(rng.integers(len(OPTIONS)))]
        return name, words_with(command, option, WORDS[int(rng.integers(len(WORDS)))], folder)
    seed, other = (kind.seeds[int(rng.integers(len(kind.seeds)))] for _ in range(2))
    data = mutated(seed.read_bytes(), other.read_bytes(), rng)
    if name == "card" and rng.random() < 0.8:
        data = another_value(json.loads(seed.read_text("utf-8")), rng)
    if name in ("card", "graph", "encoder", "styles"):
        model = Path("model")
        model.mkdir(exist_ok=True)
        for file in (folder / "tiny").iterdir():
            (model / file.name).write_bytes(data if file.name == seed.name else file.read_bytes())
    Path(f"in{seed.suffix}").write_bytes(data)
    return name, [word.replace("FILE", f"in{seed.suffix}") for word in kind.words]


def words_with(command: str, option: str, word: str, folder: Path) -> list[str]:
    model = ["--model", str(folder / "tiny")]
    if command == "live":
        camera = [] if option == "--camera" else ["--camera", "synthetic:64x64@60"]
        return ["live", *camera, "--no-window", "--max-frames", "2", *model, option, word]
    source = folder / ("photo.png" if command == "image" else "plain/a.mp4")
    target = "out.png" if command == "image" else "out.mkv"
    return [command, str(source), target, *model, option, word]


def outcome(words: list[str]) -> tuple[str, str]:
    """'done', 'refused', or what is wrong, and what was said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            cli.run(words)
            code: object = None
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            return "traceback", traceback.format_exc()[-2000:]
    text = said.getvalue()
    if "Traceback" in text:
        return "traceback", text[-2000:]
    if code == 0:
        return "done", ""
    if code in (1, 2) and "error" in text.lower():
        return ("left a file", text[-500:]) if list(Path().glob("out*")) else ("refused", "")
    return f"exit code {code}", text[-500:]


@contextlib.contextmanager
def clean_folder() -> Iterator[None]:
    """The current folder is empty, and is emptied."""
    try:
        yield
    finally:
        for path in sorted(Path().rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()


def memory_kb(key: str) -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def run_cases(folder: Path, first: int, last: int, say: Callable[[dict[str, object]], None]) -> None:
    """Run cases `first` to `last` - 1 in the current folder, which is empty."""
    for case in range(first, last):
        with clean_folder():
            name, words = words_of(case, folder)
            say({"case": case, "kind": name, "words": words})
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
            before = memory_kb("VmRSS")
            found, text = outcome(words)
            grown = memory_kb("VmHWM") - before
            if grown > GROWTH_KB:
                found, text = "memory", f"grew by {grown} kB; {found}: {text}"
            say({"case": case, "kind": name, "outcome": found, "said": text})


def make_commands_once() -> None:
    """A command's options are read from its types once, not in each case."""
    made: dict[str, Any] = {}
    anew = cli.Commands.get_command

    def get_command(self: cli.Commands, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in made:
            made[cmd_name] = anew(self, ctx, cmd_name)
        return made[cmd_name]

    cli.Commands.get_command = get_command  # type: ignore[method-assign]


def main() -> None:
    make_commands_once()
    folder, first, last = Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(line: dict[str, object]) -> None:
        lines.write(json.dumps(line) + "\n")
        lines.flush()

    run_cases(folder, first, last, say)


if __name__ == "__main__":
    main()
