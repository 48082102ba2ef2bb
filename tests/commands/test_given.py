"""An option without an effect where it is given is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.cli import run

FILE = ("--input", "in.mp4", "--output", "out.mp4")
PICTURE = ("--input", "in.png", "--output", "out.png")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("live", *FILE, "--mirror"), "--mirror has no effect with --input"),
        (("live", *FILE, "--record", "a.mp4", "--max-frames", "9"), "--record, --max-frames have no effect"),
        (("live", *FILE, "--camera", "0", "--no-window", "--json"), "--camera, --no-window, --json have"),
        (("live", *FILE, "--crossfade", "2"), "--crossfade has no effect with one style"),
        (("live", *PICTURE, "--crf", "20"), "--crf has no effect on a picture"),
        (("live", "--change-every", "9s"), "--change-every has no effect without --input"),
        (("live", "--overwrite"), "--overwrite has no effect without --record or --input"),
        (("live", "--no-window", "--fullscreen"), "--fullscreen has no effect with --no-window"),
        (("live", "--no-window", "--encoder", "libx264"), "--encoder has no effect with --no-window"),
        (("live", "--list-cameras", "--model", "cin"), "--model has no effect with --list-cameras"),
        (("live", "--list-styles", "--strength", "1"), "--strength has no effect with --list-styles"),
        (("live", "--remove-style", "x", "--mirror"), "--mirror has no effect with --remove-style"),
        (("live", "--device", "cpu", "--slots", "3"), "--slots has no effect with --device cpu"),
        (("live", *FILE, "--device", "cpu", "--slots", "3"), "--slots has no effect with --device cpu"),
        (
            ("live", "--camera", "-", "--size", "64x64", "--fps", "9"),
            "--size, --fps have no effect with a film",
        ),
        (("page", "--device", "openvino", "--slots", "3"), "--slots has no effect with --device openvino"),
        (("page", "--camera", "raw:64x64@9", "--fps", "9"), "--fps has no effect with a film from stdin"),
        (("video", "in.mp4", "out.mp4", "--device", "cpu", "--slots", "3"), "--slots has no effect with"),
        (("bench", "--device", "onnxruntime", "--slots", "3"), "--slots has no effect with --device onnx"),
        (("bench", "--layers", "--window", "--fps", "9"), "--fps, --window have no effect with --layers"),
        (("optimize", "a.png", "--rate", "1"), "--rate has no effect with L-BFGS"),
        (("optimize", "a.png", "--only", "style", "--content-weight", "2"), "--content-weight has no effect"),
        (("evaluate", "--temporal", "--vgg", "x"), "--vgg has no effect with --temporal"),
        (
            ("evaluate", "--photos", "a", "--paintings", "b", "--plot", "x.png"),
            "--plot has no effect",
        ),
        (("calibrate", "--overwrite"), "--overwrite has no effect without --from"),
        (("calibrate", "--from", "a", "--only-frames", "--json"), "--json has no effect with --only-frames"),
        (("calibrate", "--no-install", "--min-psnr", "9"), "--min-psnr has no effect with --no-install"),
        (
            ("video", "in.mp4", "out.mp4", "--change-every", "9s"),
            "--change-every has no effect with one style",
        ),
    ],
)
def test_an_idle_option_is_named(
    arguments: tuple[str, ...], says: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        run(list(arguments))
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith(f"error: {says}")
    assert not list(tmp_path.iterdir())
