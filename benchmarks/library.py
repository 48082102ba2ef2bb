"""A folder painted through ten SIGKILLs, and a thousand files planned and gone on with.

    python benchmarks/library.py killed --work FOLDER --out benchmarks/results/library.json
    python benchmarks/library.py plan --out benchmarks/results/library_plan.json
    python benchmarks/library.py ray --work FOLDER --out benchmarks/results/library_ray.json

`killed`: 60 short films and one of ten minutes, generated; painted once without a break, once killed at ten
random moments and gone on with each time. FOLDER keeps what there is: run it again and it goes on.
`ray`: the film of ten minutes in one process, then at one place with as many cores of a Ray cluster here.
`plan`: what the manifest of a thousand files costs, in time and memory. No film is decoded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from machine import machine

from livestyle.core.config import Precision
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions
from livestyle.offline.library.folder import video_pairs
from livestyle.offline.library.library import Library
from livestyle.offline.library.manifest import MANIFEST_NAME, Entry, FileState, Fingerprint, Manifest
from livestyle.offline.library.recipe import recipe_id, recipe_of
from livestyle.offline.library.tasks import OpenStylizer
from livestyle.offline.library.todo import LibraryOptions
from livestyle.offline.scheduler.one_process import OneProcess
from livestyle.offline.scheduler.ray_cluster import RayCluster
from livestyle.offline.scheduler.scheduler import Scheduler
from livestyle.runtime.cores import cores
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_file import VideoFileSink
from livestyle.sources.synthetic.scene import Scene
from livestyle.stylizer.stylizer import Stylizer

SIZE = Size(160, 120)
RATE = 10
SHORT, SHORT_S = 60, 2
LONG_S = 600
KILLS = 10
EXACT = ("--preset", "superfast")
"""Without mbtree: with it, x264 on several threads makes other bits of the same pictures now and then."""
FILES = 1000


def make_films(folder: Path, rate: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scene = Scene(SIZE)
    lengths = [(f"short-{number:02d}.mp4", SHORT_S, number * 0.7) for number in range(SHORT)]
    for name, seconds, start in [*lengths, ("long.mp4", LONG_S, 0.0)]:
        if (folder / name).exists():
            continue
        part = folder.parent / name
        part.unlink(missing_ok=True)
        with VideoFileSink(part, rate, Encoding(None, None), False) as sink:
            for index in range(seconds * rate):
                captured_ns = int(index * Fraction(10**9, rate))
                sink.write(Frame(scene.at(start + index / rate), index, captured_ns))
        part.replace(folder / name)


def begin(films: Path, out: Path, jobs: int) -> subprocess.Popen[bytes]:
    words = (
        sys.executable,
        "-m",
        "livestyle",
        "video",
        films,
        out,
        "--precision",
        "f32",
        *EXACT,
        "--jobs",
        jobs,
    )
    with (out.parent / "log.txt").open("ab") as log:
        return subprocess.Popen([str(word) for word in words], stderr=log)


def reached(out: Path) -> int:
    """Grows with each film and each piece that is done."""
    path = out / MANIFEST_NAME
    lines = path.read_bytes().count(b"\n") if path.exists() else 0
    return lines + sum(1 for found in out.glob(".livestyle/*/*") if not found.name.endswith(".part"))


def decoded(path: Path) -> str:
    """The hash of all pictures and their times."""
    digest = hashlib.sha256()
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            digest.update(str(frame.time).encode() + frame.to_ndarray(format="yuv420p").tobytes())
    return digest.hexdigest()


def killed(work: Path, jobs: int, rate: int) -> dict[str, Any]:
    films, unbroken, out, notes = (work / name for name in ("films", "unbroken", "out", "notes.json"))
    make_films(films, rate)
    known: dict[str, Any] = json.loads(notes.read_text("utf-8")) if notes.exists() else {"kills": []}

    def keep() -> None:
        notes.write_text(json.dumps(known), "utf-8")

    if "unbroken_s" not in known:
        began = time.monotonic()
        if begin(films, unbroken, jobs).wait():
            raise SystemExit("the unbroken run failed; see log.txt")
        known["unbroken_s"] = round(time.monotonic() - began, 1)
        keep()
    rng = random.Random(len(known["kills"]))
    while len(known["kills"]) < KILLS:
        before = reached(out)
        run, least = begin(films, out, jobs), before + rng.randint(1, 12)
        while run.poll() is None and reached(out) < least:
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 0.5))
        run.send_signal(signal.SIGKILL)
        if run.wait() != -signal.SIGKILL:
            break
        known["kills"].append(reached(out) - before)
        keep()
        print("killed", known["kills"], flush=True)
    if begin(films, out, jobs).wait():
        raise SystemExit("the last run failed; see log.txt")
    painted: Counter[str] = Counter()
    for line in (out / MANIFEST_NAME).read_text("utf-8").splitlines():
        entry = json.loads(line).get("entry", {}) if line.endswith("}") else {}
        painted[entry.get("file", "")] += entry.get("state") == FileState.PAINTED
    names = sorted(path.name for path in films.iterdir())
    return {
        "machine": machine(),
        "films": f"{SHORT} of {SHORT_S} s, 1 of {LONG_S} s, {SIZE}, {rate} fps",
        "jobs": jobs,
        "kills": len(known["kills"]),
        "films_and_pieces_done_before_each": known["kills"],
        "unbroken_s": known["unbroken_s"],
        "outputs": sum((out / name).is_file() for name in names),
        "painted_twice": sum(painted[name] > 1 for name in names),
        "alike": sum(decoded(unbroken / name) == decoded(out / name) for name in names),
        "left_over": sorted(p.name for p in out.iterdir() if p.name not in names and p.name != MANIFEST_NAME),
    }


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Seconds, and with a second try the most MiB that Python had at once."""
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"seconds": round(took, 3), "peak_mib": round(peak / (1 << 20), 2)}


def plan(files: int) -> dict[str, Any]:
    model, options = Model.load("cin-lite"), TranscodeOptions()
    recipe = recipe_of(model, Precision.AUTO, options)
    with tempfile.TemporaryDirectory() as folder:
        films, out = Path(folder) / "films", Path(folder) / "out"
        for made in (films, out):
            made.mkdir()
        for number in range(files):
            (films / f"film-{number:05d}.mp4").write_bytes(os.urandom(64))

        def planned() -> Library:
            with Manifest(out / MANIFEST_NAME) as manifest:
                library = Library(manifest, out, recipe, options, LibraryOptions())
                library.add(video_pairs(films, out))
                return library

        first = measured(planned)
        assert planned().waiting == files
        began = time.perf_counter()
        with Manifest(out / MANIFEST_NAME) as manifest:
            for source, target in video_pairs(films, out):
                target.write_bytes(b"painted")
                found, made_of = Fingerprint.of(source), Fingerprint.of(target)
                assert found is not None
                entry = Entry(
                    source.name,
                    target.name,
                    FileState.PAINTED,
                    found,
                    recipe_id(recipe),
                    made_of,
                    "",
                    250,
                    9.5,
                    "a/1",
                )
                manifest.note(entry)
                manifest.note(replace(entry, state=FileState.DONE))
        noted = time.perf_counter() - began
        again = measured(planned)
        assert planned().done == files
        return {
            "machine": machine(),
            "files": files,
            "plan": first,
            "note_both_lines_of_a_film_ms": round(noted / files * 1000, 3),
            "manifest_kib": round((out / MANIFEST_NAME).stat().st_size / 1024, 1),
            "resume": again,
        }


def through(scheduler: Scheduler[Stylizer], films: Path, out: Path, model: Model) -> float:
    """Seconds for the long film, the opening of places and of engines with it."""
    options = TranscodeOptions()
    out.mkdir()
    with scheduler, Manifest(out / MANIFEST_NAME) as manifest:
        recipe = recipe_of(model, Precision.F32, options)
        library = Library(manifest, out, recipe, options, LibraryOptions())
        library.add([(films / "long.mp4", out / "long.mp4")])
        began = time.perf_counter()
        library.run(scheduler)
        return round(time.perf_counter() - began, 1)


def ray(work: Path, rate: int) -> dict[str, Any]:
    from ray.cluster_utils import Cluster

    films, model, count = work / "films", Model.load("cin-lite"), cores()
    make_films(films, rate)
    like = OpenStylizer(model, precision=Precision.F32, threads=count)
    with tempfile.TemporaryDirectory(dir=work) as name:
        with like() as stylizer:
            alone = through(OneProcess(lambda: stylizer), films, Path(name) / "alone", model)
        cluster: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": count})
        began = time.perf_counter()
        scheduler: Scheduler[Stylizer] = RayCluster(like, address=cluster.address, cpus=count)
        while not scheduler.room:
            scheduler.wait(0.1)
        opened = time.perf_counter() - began
        on_ray = through(scheduler, films, Path(name) / "ray", model)
        cluster.shutdown()
        same = decoded_times(Path(name) / "alone/long.mp4") == decoded_times(Path(name) / "ray/long.mp4")
    return {
        "machine": machine(),
        "film": f"{LONG_S * rate} pictures, {SIZE}",
        "one_process_s": alone,
        "ray_s": on_ray,
        "opening_of_the_place_s": round(opened, 1),
        "overhead": round(on_ray / alone - 1, 3),
        "times_alike": same,
    }


def decoded_times(path: Path) -> list[object]:
    with av.open(str(path)) as file:
        return [frame.time for frame in file.decode(video=0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["killed", "plan", "ray"])
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "livestyle-library")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--rate", type=int, default=RATE, help="of the films, pictures a second")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.what == "killed":
        result = killed(options.work, options.jobs, options.rate)
    else:
        result = plan(options.files) if options.what == "plan" else ray(options.work, options.rate)
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
