"""Mutated films, pictures, styles, cards, graphs and words: no crash, hang, growth over 1 GB, or traceback.

python benchmarks/fuzz.py --count 10000 --out benchmarks/results/fuzz.json

A run that was ended goes on where it was. Each failure is named with the number of its case, which makes it
again: --first N --count 1.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz_cases import write_seeds
from machine import machine

LIMIT_S = 20.0
"""How long one case may take."""

PATIENCE = 6
"""Limits that a case may take in all where it does not compute: it waits, or the machine is busy."""

BATCH = 500
"""Cases of one process, before the next one is started."""

GOOD = ("done", "refused")


@dataclass
class Tally:
    """What came of the cases so far. kinds: outcomes by kind. failures: all that is in none of GOOD."""

    cases: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """The line of JSON behind a case."""
        self.cases += 1
        self.kinds.setdefault(line["kind"], Counter())[line["outcome"]] += 1
        if line["outcome"] not in GOOD:
            self.failures.append(line)


def run(folder: Path, first: int, last: int, tally: Tally, limit_s: float = LIMIT_S) -> None:
    """Run cases `first` to `last` - 1 on the seeds in `folder`, in child processes."""
    while first < last:
        first = _batch(folder, first, min(last, first + BATCH), tally, limit_s)


def _batch(folder: Path, first: int, last: int, tally: Tally, limit_s: float) -> int:
    """One process; returns the first case that was not run."""
    with tempfile.TemporaryDirectory() as place:
        program = Path(__file__).with_name("fuzz_cases.py")
        root = str(program.parent.parent)
        child = subprocess.Popen(
            [sys.executable, str(program), str(folder.resolve()), str(first), str(last)],
            cwd=place,
            env={**os.environ, "PYTHONPATH": root, **{f"LIVESTYLE_{n}": f"{place}-{n}" for n in ("DATA",)}},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read, args=(child, lines), daemon=True).start()
        begun: dict[str, Any] | None = None
        used, patience = 0.0, PATIENCE
        try:
            while first < last:
                try:
                    text = lines.get(timeout=limit_s if begun else 120)
                except queue.Empty:
                    if begun and _cpu_s(child.pid) < used + limit_s / 2 and (patience := patience - 1):
                        continue  # the machine is busy with something else
                    text = ""
                    child.kill()
                if not text:
                    if begun is None:
                        raise RuntimeError("the process of the cases did not start")
                    code = child.wait()
                    outcome = "hang" if code == -9 else f"crash {code}"
                    tally.add({**begun, "outcome": outcome})
                    return first + 1
                line = json.loads(text)
                if "outcome" in line:
                    tally.add({**(begun or {}), **line})
                    begun, first = None, first + 1
                else:
                    begun, used, patience = line, _cpu_s(child.pid), PATIENCE
        finally:
            child.kill()
            child.wait()
    return first


def _cpu_s(pid: int) -> float:
    """What a process has computed, in s."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(child: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put("")


def write(tally: Tally, path: Path | None) -> None:
    """How far it is, also where it is ended by Ctrl+C."""
    print(f"{tally.cases} cases, {len(tally.failures)} failures", flush=True)
    if path:
        result = {
            "machine": machine(),
            "cases": tally.cases,
            "kinds": tally.kinds,
            "failures": tally.failures,
        }
        path.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="cases in all")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    tally = Tally()
    if options.out and options.out.exists():
        found = json.loads(options.out.read_text("utf-8"))
        kinds = {kind: Counter(outcomes) for kind, outcomes in found["kinds"].items()}
        tally = Tally(found["cases"], kinds, found["failures"])
    with tempfile.TemporaryDirectory() as folder:
        write_seeds(Path(folder))
        at, last = options.first + tally.cases, options.first + options.count
        while at < last:
            try:
                run(Path(folder), at, min(last, at + BATCH), tally)
            finally:
                write(tally, options.out)
            at = options.first + tally.cases
    for failure in tally.failures:
        print(json.dumps(failure, indent=2))


if __name__ == "__main__":
    main()
