"""What `livestyle doctor` looks at: each check yields its findings."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import numpy as np

from livestyle.core.config import Precision, cache_dir, data_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.packages import check_opencv
from livestyle.core.size import Size
from livestyle.doctor.finding import Finding, State
from livestyle.doctor.nvidia import nvidia
from livestyle.doctor.virtual_camera import virtual_camera
from livestyle.model.card import Model, model_names, own_styles_dir
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.cores import cores
from livestyle.runtime.gpu.driver import CudaError, gpus
from livestyle.runtime.gpu.engine import GpuEngine
from livestyle.runtime.openvino import core, cpu_capabilities
from livestyle.runtime.select import BY_NAME_ONLY, ENGINES, UNMEASURED, open_engine
from livestyle.sinks.display import check_display
from livestyle.sinks.hardware import ENCODERS
from livestyle.sinks.hardware import refusal as encoders_refusal
from livestyle.sinks.stream_protocols import CONTAINERS, is_here
from livestyle.sources.camera.discovery import list_cameras
from livestyle.sources.hardware import DEVICES
from livestyle.sources.hardware import refusal as decoders_refusal
from livestyle.stylizer.user_styles import left_behind

TRIAL = Size(128, 96)
"""The size of the picture that each engine has to paint."""

EXTRAS = ("cuda", "pycuda", "tensorrt", "rtx", "onnxruntime", "page", "osc", "midi", "ray", "vcam", "train")
SOFTWARE_ENCODERS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9")
WINDOW_SCRIPT = "import cv2; cv2.namedWindow('livestyle doctor'); cv2.destroyAllWindows()"
WINDOW_TIMEOUT_S = 60
INSTALL_AGAIN = "pip install --force-reinstall --no-deps .  (in livestyle's folder)"


def examine() -> list[Finding]:
    """Look at everything; a check that breaks is a finding too and stops no other."""
    findings: list[Finding] = []
    for topic, check in CHECKS.items():
        try:
            findings += check(topic)
        except Exception as error:  # a doctor that dies of the disease helps nobody
            state = State.FAILED if topic in NEEDED else State.WARNING
            findings.append(Finding(topic, "", state, str(error) or type(error).__name__, INSTALL_AGAIN))
    return findings


def packages(topic: str) -> Iterator[Finding]:
    """The packages that livestyle needs, and those of its extras."""
    system = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding(topic, "Python", State.OK, system)
    try:
        needs = metadata.requires("livestyle") or []
    except metadata.PackageNotFoundError:
        found = "runs from its folder and is not installed"
        yield Finding(topic, "livestyle", State.WARNING, found, "pip install .")
        return
    try:
        check_opencv()
    except LivestyleError as error:
        yield Finding(topic, "OpenCV", State.FAILED, str(error))
    for name in requirements(needs):
        version = _version(name)
        if version:
            yield Finding(topic, name, State.OK, version)
        else:
            yield Finding(topic, name, State.WARNING, "not installed", f"pip install {name}")
    for extra in EXTRAS:
        versions = {name: _version(name) for name in requirements(needs, extra)}
        found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
        if all(versions.values()):
            yield Finding(topic, f"[{extra}]", State.OK, found)
        else:
            yield Finding(topic, f"[{extra}]", State.ABSENT, found, f"pip install '.[{extra}]'")


def requirements(needs: list[str], extra: str = "") -> list[str]:
    """Package names among a distribution's requirements: those of the base, or of one extra."""
    names = []
    for need in needs:
        package, _, marker = need.partition(";")
        belongs = re.search(r"extra\s*==\s*['\"](\w+)", marker)
        if (belongs[1] if belongs else "") == extra:
            names.append(re.split(r"[^\w.-]", package.strip())[0])
    return names


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def devices(topic: str) -> Iterator[Finding]:
    """The CPU, and what else OpenVINO and ONNX Runtime can reach."""
    ov = core()
    cpu = str(ov.get_property("CPU", "FULL_DEVICE_NAME")).strip()
    capabilities = cpu_capabilities()
    capable = ", ".join(name for name in ("FP32", "BF16", "FP16", "INT8") if name in capabilities)
    yield Finding(topic, "CPU", State.OK, f"{cpu}, {cores()} cores for this process, computes {capable}")
    for name in ov.available_devices:
        if name != "CPU":
            yield Finding(topic, name, State.OK, str(ov.get_property(name, "FULL_DEVICE_NAME")).strip())
    with contextlib.suppress(ImportError):  # an extra, see packages
        import onnxruntime

        yield Finding(topic, "ONNX Runtime", State.OK, ", ".join(onnxruntime.get_available_providers()))


def engines(topic: str) -> Iterator[Finding]:
    """Open each engine in each precision and paint a picture; 'auto' must work. Engines that nobody has
    measured are tried in their own precision.
    """
    model = Model.load("cin-lite")
    for name in (name for name in ENGINES if name not in BY_NAME_ONLY):
        if issubclass(ENGINES[name], GpuEngine) and not _gpu_here():
            yield Finding(topic, name, State.ABSENT, "needs an NVIDIA GPU and its driver")
            continue
        for precision in (p for p in Precision if p is not Precision.AUTO):
            works, found = _trial(model, name, precision)
            yield Finding(topic, f"{name} {precision}", State.OK if works else State.ABSENT, found)
    for name in UNMEASURED:
        works, found = _trial(model, name, Precision.AUTO)
        found = f"{found}; only if asked for: --device {name}" if works else found
        yield Finding(topic, name, State.OK if works else State.ABSENT, found)
    works, found = _trial(model, "auto", Precision.AUTO)
    if works:
        yield Finding(topic, "auto", State.OK, found)
    else:
        yield Finding(topic, "auto", State.FAILED, found, "pip install --force-reinstall openvino")


def _gpu_here() -> bool:
    try:
        return bool(gpus())
    except CudaError:
        return False


def _trial(model: Model, device: str, precision: Precision) -> tuple[bool, str]:
    """Whether the engine painted a picture; and what runs, or why it doesn't."""
    pixels = np.random.default_rng(0).integers(0, 256, (TRIAL.height, TRIAL.width, 3), np.uint8)
    try:
        with open_engine(model, TRIAL, device, precision) as engine:
            painted = engine.infer(pixels, FrameStyle.still(model.styles.vectors[0]))
            works = painted.std() > 0 and not np.array_equal(painted, pixels)
            return works, str(engine.info) if works else f"{engine.info}: painted nothing"
    except LivestyleError as error:
        return False, str(error).splitlines()[-1].strip().removeprefix(f"{device}: ")


def cameras(topic: str) -> Iterator[Finding]:
    found = list_cameras()
    for camera in found:
        works = not camera.path or os.access(camera.path, os.R_OK | os.W_OK)
        fix = "" if works else "sudo usermod -aG video $USER, then log in again"
        yield Finding(topic, "camera", State.OK if works else State.WARNING, str(camera), fix)
    if not found:
        fix = "plug one in, or try --camera synthetic, a video file or a stream's URL"
        yield Finding(topic, "camera", State.WARNING, "none found", fix)


def display(topic: str) -> Iterator[Finding]:
    """Open a window in a process of its own: where it can't, Qt ends the process."""
    try:
        check_display()
    except LivestyleError as error:
        found, _, fix = str(error).partition("; ")
        yield Finding(topic, "window", State.WARNING, found, fix)
        return
    where = os.environ.get("DISPLAY", "")
    if getattr(sys, "frozen", False):  # a bundle has no Python to try it in
        yield Finding(topic, "window", State.OK, f"there is a desktop on {where or sys.platform}; not tried")
        return
    command = [sys.executable, "-c", WINDOW_SCRIPT]
    child = subprocess.run(command, capture_output=True, text=True, timeout=WINDOW_TIMEOUT_S)
    if child.returncode == 0:
        yield Finding(topic, "window", State.OK, f"opens on {where or sys.platform}")
    else:
        cause = [*child.stderr.split("\n"), f"exit code {child.returncode}"][0]
        found = f"none opens on {where or sys.platform}: {cause}"
        yield Finding(topic, "window", State.WARNING, found, "use --no-window, or correct DISPLAY")


def encoders(topic: str) -> Iterator[Finding]:
    """FFmpeg's encoders; those for hardware are opened, for being listed says nothing of the driver."""
    import av

    yield Finding(topic, "FFmpeg", State.OK, f"PyAV {av.__version__}")
    software = [name for name in SOFTWARE_ENCODERS if name in av.codecs_available]
    if "libx264" in software:
        yield Finding(topic, "encoders", State.OK, ", ".join(software))
    else:
        fix = "pip install --force-reinstall --only-binary av av"
        yield Finding(topic, "encoders", State.WARNING, f"no libx264; {', '.join(software)}", fix)
    streams = {here: [name for name in CONTAINERS if is_here(name) is here] for here in (True, False)}
    missing = f"; not {', '.join(streams[False])}" if streams[False] else ""
    yield Finding(topic, "streams", State.OK, f"{', '.join(streams[True])}{missing}")
    yield _on_hardware(topic, "encoded on hardware", {name: encoders_refusal(name) for name in ENCODERS})
    yield _on_hardware(topic, "decoded on hardware", {name: decoders_refusal(name) for name in DEVICES})


def _on_hardware(topic: str, name: str, refusals: dict[str, str]) -> Finding:
    """Says which of the names open; if none does, why not."""
    found = [device for device, why in refusals.items() if not why]
    if found:
        return Finding(topic, name, State.OK, ", ".join(found))
    whys = {why: [d for d in refusals if refusals[d] == why] for why in refusals.values()}
    none = "; ".join(f"{', '.join(devices)}: {why}" for why, devices in whys.items())
    return Finding(topic, name, State.ABSENT, f"nothing opens ({none})")


def models(topic: str) -> Iterator[Finding]:
    """Load every model with its styles."""
    for name in model_names():
        try:
            model = Model.load(name)
            graphs = ", ".join(kind for kind in model.card.graphs if model.graph(kind))
        except LivestyleError as error:
            yield Finding(topic, name, State.WARNING, str(error), INSTALL_AGAIN)
            continue
        own = len(list(own_styles_dir(model.card).glob("*.npz")))
        extra = f", {own} of your own" if own else ""
        behind = len(left_behind(model.card))
        extra += f", {behind} more made for {name} as it was before" if behind else ""
        yield Finding(topic, name, State.OK, f"{len(model.styles)} styles{extra}; graphs: {graphs}")


def folders(topic: str) -> Iterator[Finding]:
    for name, folder in (("cache", cache_dir()), ("data", data_dir())):
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if place.is_dir() and os.access(place, os.W_OK):
            yield Finding(topic, name, State.OK, f"{folder}, {_megabytes(folder):.1f} MB")
        else:
            fix = f"set LIVESTYLE_{name.upper()} to a folder that you may write"
            yield Finding(topic, name, State.WARNING, f"{folder} can't be written", fix)


def _megabytes(folder: Path) -> float:
    """What another run takes away meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total / 1e6


CHECKS: dict[str, Callable[[str], Iterator[Finding]]] = {
    "packages": packages,
    "devices": devices,
    "NVIDIA": nvidia,
    "engines": engines,
    "cameras": cameras,
    "display": display,
    "virtual camera": virtual_camera,
    "video files": encoders,
    "models": models,
    "folders": folders,
}

NEEDED = frozenset({"engines"})
"""Without these the live app can't run; the rest has its stand-ins (no window, no camera, no file)."""
