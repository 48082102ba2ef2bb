"""All that needs a GPU, in order, on a machine lent for minutes: call it until it says that all is done.

    python benchmarks/gpu_day.py --out OUT [--resume BEFORE] [--wheels WHEELS] [--data DATA]

(a) the engines' conformance suite, on cuda-bindings and on pycuda, with CUDA graphs and without; (b) state
across slots; (c) a thousand style switches; (d) the figures of gpu.py; (e) a soak with errors in it;
(f) training, where there is DATA (see gpu_train.py). No call takes more than --seconds; what is found is
written after each stage. A lent machine forgets everything: BEFORE is what the last call left in OUT. Exit
code 75: there is more, call again.

OUT gets day.json, day.log, gpu.json and training.tgz in pieces: at most eight files of at most 15 MiB. What
is needed beside torch, numpy, onnx, onnxruntime, OpenCV, cuda-bindings, rich, safetensors and pytest is
installed from WHEELS; benchmarks/README.md says what that is.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gpu_pieces import join, split
from gpu_stages import MORE, PYCUDA, Stage, stages

ROOT = Path(__file__).parents[1]
MARGIN_S = 15.0
"""What a call keeps for the end: packing the checkpoints."""


@dataclass
class Ended:
    """How a stage ended: its exit code, None where it was stopped or was not begun; what it found."""

    code: int | None = None
    seconds: float = 0.0
    why: str = ""
    found: Any = None

    @property
    def over(self) -> bool:
        """Whether there is nothing more to do."""
        return self.code != MORE


class Day:
    """What was done so far, in day.json."""

    def __init__(self, out: Path, seconds: float) -> None:
        self.out, self.began, self.seconds = out, time.monotonic(), seconds
        path = out / "day.json"
        data = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.ended = {name: Ended(**row) for name, row in data.items()}

    @property
    def left_s(self) -> float:
        return self.seconds - MARGIN_S - (time.monotonic() - self.began)

    def save(self) -> None:
        data = {name: asdict(ended) for name, ended in self.ended.items()}
        (self.out / "day.json").write_text(json.dumps(data, indent=2) + "\n", "utf-8")

    def run_all(self, todo: list[Stage]) -> bool:
        """Whether all is done. What failed is not tried again, and costs the others nothing."""
        for stage in todo:
            before = self.ended.get(stage.name, Ended(MORE))
            if before.over:
                continue
            if self.left_s < (30 if stage.goes_on else stage.limit_s) and self.left_s < self.seconds * 0.9:
                return False
            self.ended[stage.name] = self.run(stage, before)
            self.save()
            ended = self.ended[stage.name]
            print(f"{stage.name}: exit code {ended.code}, {ended.seconds} s {ended.why}", flush=True)
        return all(self.ended[stage.name].over for stage in todo)

    def run(self, stage: Stage, before: Ended) -> Ended:
        """In the repository's root; all that it prints goes to the end of day.log."""
        if stage.environment.get("LIVESTYLE_CUDA") == "pycuda" and not has_pycuda():
            return Ended(None, 0.0, "pycuda is not installed")
        limit_s = min(stage.limit_s, max(self.left_s, 1.0))
        command = (*stage.command, "--budget", f"{limit_s - 10:g}") if stage.goes_on else stage.command
        began, code, why = time.monotonic(), None, ""
        with (self.out / "day.log").open("ab") as log:
            log.write(f"\n== {stage.name}: {' '.join(command)}\n".encode())
            log.flush()
            try:
                code = subprocess.run(
                    command,
                    cwd=ROOT,
                    env=environment(stage.environment),
                    stdout=log,
                    stderr=log,
                    timeout=limit_s,
                ).returncode
            except subprocess.TimeoutExpired:
                code, why = MORE if stage.goes_on else None, f"stopped after {limit_s:g} s"
            except OSError as error:
                why = str(error)
        seconds = round(before.seconds + time.monotonic() - began, 1)
        return Ended(code, seconds, why, found_in(stage.out))


def has_pycuda() -> bool:
    try:
        importlib.import_module("pycuda")
    except ImportError:
        return False
    return True


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The user's, with the checkout in front, and folders that need no platformdirs."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    user = Path(tempfile.gettempdir()) / "livestyle-day"
    folders = {"LIVESTYLE_CACHE": str(user / "cache"), "LIVESTYLE_DATA": str(user / "data")}
    return {**folders, **os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **more}


def found_in(path: Path | None) -> Any:
    """What a stage has written; gpu.json stays a file of its own."""
    if path is None or path.name == "gpu.json" or not path.exists():
        return None
    return json.loads(path.read_text("utf-8"))


def install(wheels: Path, scratch: Path, log: Path, leave_out: str = "") -> None:
    """What is in WHEELS but what begins so; a failure is in the log and costs the rest nothing.

    Wheels come first: what is compiled may need them, as pycuda needs a setuptools that makes wheels.
    pycuda is compiled, with the CUDA toolkit's own folder first on the PATH, against the driver's library.
    """
    link_driver(scratch)
    root = toolkit()
    pip = (sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-build-isolation")
    settings_file = f"CUDA_ENABLE_CURAND = False\nCXXFLAGS = ['-O1', '-w']\nLDFLAGS = ['-L{scratch}']\n"
    (scratch / ".aksetup-defaults.py").write_text(settings_file)
    path = os.pathsep.join([*([str(root / "bin")] if root else []), os.environ["PATH"]])
    settings = {**os.environ, "PATH": path, "HOME": str(scratch)}
    with log.open("ab") as out:
        for package in sorted(wheels.iterdir(), key=lambda path: (path.suffix != ".whl", path.name)):
            if leave_out and package.name.startswith(leave_out):
                continue
            print(f"installing {package.name}", flush=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                subprocess.run([*pip, str(package)], env=settings, stdout=out, stderr=out, timeout=180)


def toolkit(usual: Path = Path("/usr/local")) -> Path | None:
    """The CUDA toolkit with its headers; the nvcc found first may be a script that calls the real one."""
    nvcc = shutil.which("nvcc")
    places = [Path(nvcc).resolve().parents[1]] if nvcc else []
    places += sorted(usual.glob("cuda*"), reverse=True)
    return next((place for place in places if (place / "include" / "cuda.h").exists()), None)


def link_driver(folder: Path) -> None:
    """folder/libcuda.so, as linkers look for it; toolkits made of packages bring none."""
    with contextlib.suppress(OSError):
        ctypes.CDLL("libcuda.so.1")
        maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
        found = next((line.split()[-1] for line in maps if "/libcuda.so" in line), None)
        if found:
            (folder / "libcuda.so").symlink_to(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="what the call before left in its OUT")
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--data", type=Path, help="for the training")
    parser.add_argument("--seconds", type=float, default=540, help="for this call")
    parser.add_argument("--again", nargs="*", default=[], help="letters of stages to do again")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--tiny", action="store_true", help="small sizes and few frames, to try all of it")
    options = parser.parse_args()
    if options.device == "cuda" and shutil.which("nvidia-smi") is None:
        print("error: no nvidia-smi here; run this on a machine with an NVIDIA GPU", file=sys.stderr)
        sys.exit(2)
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if options.resume:
        shutil.copytree(options.resume, out, copy_function=shutil.copyfile, dirs_exist_ok=True)
    day = Day(out, options.seconds)
    for name in [name for name in day.ended if name[0] in options.again]:
        del day.ended[name]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.wheels:
            needless = "pycuda" if PYCUDA in day.ended else ""
            install(options.wheels.resolve(), scratch, out / "day.log", needless)
        join(out, scratch / "work")
        done = day.run_all(stages(options.device, options.tiny, options.data, out, scratch))
        split(scratch / "work", out)
    print("all is done" if done else "there is more: call again with --resume", flush=True)
    sys.exit(MORE if not done else 0 if all(e.code == 0 for e in day.ended.values()) else 1)


if __name__ == "__main__":
    main()
