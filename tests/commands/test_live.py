"""The commands without a window, as a script starts them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from livestyle import cli
from livestyle.model.card import Model
from tests.commands.shared import Run
from tests.tiny import write_tiny
from tests.ui.desktop import wait_for

ROOT = Path(__file__).parents[2]


def start(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run_live.py"), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_a_recording_and_one_line_of_json(tmp_path: Path) -> None:
    options = (
        "--camera",
        "synthetic:160x120",
        "--no-window",
        "--record",
        "a.mp4",
        "--max-frames",
        "20",
        "--json",
    )
    done = start(tmp_path, *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] == 20
    assert found["size"] == "160x120"
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"] <= found["latency_ms"]["max"]
    assert found["memory_mb"] is None or found["memory_mb"] < 600
    assert "synthetic · 160×120 · 30 fps" in done.stderr
    with av.open(str(tmp_path / "a.mp4")) as file:
        times = [frame.time for frame in file.decode(video=0)]
    assert len(times) == 20
    assert times[0] == 0
    again = start(tmp_path, *options)
    assert again.returncode == 2
    assert "exists" in again.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_finishes_the_recording(tmp_path: Path) -> None:
    options = ("--camera", "synthetic:160x120", "--no-window", "--record", "a.mp4", "--json")
    command = [sys.executable, str(ROOT / "run_live.py"), *options]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as app:
        wait_for(lambda: list(tmp_path.glob("a.mp4.*.part")) or app.poll() is not None)
        app.send_signal(signal.SIGINT)
        out, errors = app.communicate(timeout=90)
    assert app.returncode == 0, errors
    assert json.loads(out)["frames"] >= 1
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) >= 1


def test_a_file_is_painted_by_input_and_output(run: Run, tmp_path: Path) -> None:
    recorded = run("--camera", "synthetic:160x120", "--no-window", "--record", "a.mp4", "--max-frames", "9")
    assert recorded.returncode == 0, recorded.stderr
    done = run("--input", "a.mp4", "--output", "b.mp4", "--style", "2", "--crf", "30")
    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / "b.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 9
    picture = np.full((96, 128, 3), 99, np.uint8)
    assert cv2.imwrite(str(tmp_path / "a.png"), picture)
    done = run("--input", "a.png", "--output", "b.png", "--style", "2")
    assert done.returncode == 0, done.stderr
    painted = cv2.imread(str(tmp_path / "b.png"))
    assert painted is not None
    assert painted.shape == picture.shape


def test_a_picture_is_the_style(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    write_tiny(tmp_path / "tiny")
    color = np.full((90, 120, 3), (10, 20, 200), np.uint8)
    assert cv2.imwrite(str(tmp_path / "My Red.png"), color)
    assert cv2.imwrite(str(tmp_path / "b.png"), np.full((90, 120, 3), 60, np.uint8))
    model = ("--model", "tiny", "--style-image", "My Red.png", "--style-image", "b.png")
    done = run(*model, "--camera", "synthetic:160x120", "--no-window", "--max-frames", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert "style   My red, 2 of 3" in done.stderr
    assert json.loads(done.stdout)["model"] == "tiny"
    done = run(*model, "--input", "My Red.png", "--output", "out")
    assert done.returncode == 0, done.stderr
    painted = cv2.imread(str(tmp_path / "out" / "My Red-my_red.png"))
    assert painted is not None
    assert np.array_equal(painted, color)
    assert (tmp_path / "out" / "My Red-b.png").exists()
    for listed in (["grey", "b your own", "my_red your own"], ["grey", "b your own"]):
        done = run("--model", "tiny", "--list-styles")
        assert [" ".join(line.split()[1:]) for line in done.stdout.splitlines()] == listed
        assert run("--model", "tiny", "--remove-style", "my red").returncode == 2 * (len(listed) < 3)


def test_files_keep_no_style(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path / "data"))
    write_tiny(tmp_path / "tiny")
    assert cv2.imwrite(str(tmp_path / "a.png"), np.full((90, 120, 3), 60, np.uint8))
    done = run("--model", "tiny", "--style-image", "a.png", "--input", "a.png", "--output", "b.png")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "data").exists()


def test_styles_are_listed(run: Run, model: Model) -> None:
    done = run("--list-styles")
    assert [line.split()[1] for line in done.stdout.splitlines()] == list(model.styles)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--camera", "synthetic", "--style", "no_such"), "expected one of"),
        (("--camera", "synthetic", "--size", "big"), "expected WIDTHxHEIGHT"),
        (("--camera", "nothing.mp4"), "does not exist"),
        (("--camera", "synthetic", "--model", "nope"), "no model 'nope'"),
        (("--camera", "synthetic", "--model", "cin-lite,nope"), "no model 'nope'"),
        (("--camera", "synthetic", "--style-image", "nothing.jpg"), "cannot read nothing.jpg: nothing there"),
        (("--input", "a.mp4"), "--output is missing"),
        (("--folder", "shots"), "--folder has no effect with --no-window"),
        (("--camera", "synthetic", "--virtual-camera", "no such"), "no virtual camera opens"),
        (("--virtual-camera", "--virtual-camera-size", "64x63"), "can't be 64x63; expected even sides"),
        (("--virtual-camera-size", "64x64"), "no effect with --no-window and without --virtual-camera"),
        (("--camera", "synthetic", "--device", "abacus"), "unknown device"),
    ],
)
def test_mistakes_are_one_clear_error(
    options: tuple[str, ...], says: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.run(["live", "--no-window", *options])
    assert stop.value.code == 2
    shown = capsys.readouterr()
    assert says in shown.err.replace("\n", " ")
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_folder_that_takes_no_files_is_an_error_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for option in ("--folder", "--snapshots"):
        with pytest.raises(SystemExit) as stop:
            cli.run(["live", "--camera", "synthetic", option, str(tmp_path / "file" / "shots")])
        assert stop.value.code == 2
        assert "error: cannot make the folder" in capsys.readouterr().err


def test_bench_gives_json(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "livestyle",
        "bench",
        "--size",
        "128x96",
        "--seconds",
        "1",
        "--frames",
        "5",
    ]
    done = subprocess.run([*command, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] > 1
    assert found["engine_alone_ms"]["p50"] > 0
    assert not found["window"]


def test_a_recording_never_takes_the_place_of_the_film_that_is_the_camera(run: Run, tmp_path: Path) -> None:
    film = tmp_path / "a.mp4"
    made = run("--camera", "synthetic:160x120", "--no-window", "--record", "a.mp4", "--max-frames", "9")
    assert made.returncode == 0, made.stderr
    before = film.read_bytes()
    done = run("--camera", "a.mp4", "--no-window", "--record", "a.mp4", "--overwrite")
    assert done.returncode == 2, done.stderr
    assert film.read_bytes() == before
