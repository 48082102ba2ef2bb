"""What a virtual camera needs of the system, and the line for what is missing: v4l2loopback, or OBS."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

INSTALL_PACKAGE = "pip install '.[vcam]'"
INSTALL_MODULE = "sudo apt install v4l2loopback-dkms"
LOAD_MODULE = "sudo modprobe v4l2loopback exclusive_caps=1 card_label=livestyle"
LOAD_AGAIN = f"sudo modprobe -r v4l2loopback && {LOAD_MODULE}"
JOIN_GROUP = "sudo usermod -aG video $USER, then log in again"
INSTALL_OBS = "install OBS from obsproject.com, click Start Virtual Camera in it, then Stop, and close it"

SYS = Path("/sys")
MODULES = Path("/lib/modules")


@dataclass(frozen=True)
class Loopback:
    """v4l2loopback as it is on this Linux.

    installed: for the kernel that runs. loaded: into it. devices: '/dev/video10' and its name, of each
    hidden: devices that browsers don't list, because they can record and play at once
    """

    installed: bool
    loaded: bool
    devices: dict[str, str]
    hidden: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """The line that brings a device that every program lists; empty where there is one."""
        if not self.loaded:
            return LOAD_MODULE if self.installed else f"{INSTALL_MODULE} && {LOAD_MODULE}"
        if not self.devices or len(self.hidden) == len(self.devices):
            return LOAD_AGAIN
        return "" if any(os.access(device, os.W_OK) for device in self.devices) else JOIN_GROUP


def loopback() -> Loopback:
    """Finds out how it is now. Nothing is opened or loaded."""
    module = SYS / "module" / "v4l2loopback"
    here = MODULES / platform.release()
    loaded = module.is_dir()
    installed = loaded or next(here.rglob("v4l2loopback.ko*"), None) is not None
    # Devices of this driver are virtual, and tell how many may open them; no other driver's do.
    folders = (path.parent for path in (SYS / "devices/virtual/video4linux").glob("video*/max_openers"))
    devices = {f"/dev/{folder.name}": _read(folder / "name") for folder in sorted(folders, key=_number)}
    exclusive = _read(module / "parameters" / "exclusive_caps").split(",")
    hidden = tuple(device for device, yes in zip(devices, exclusive, strict=False) if yes != "Y")
    return Loopback(installed, loaded, devices, hidden)


def remedy() -> str:
    """What to do, on this system, where no virtual camera opens."""
    if not sys.platform.startswith("linux"):
        return INSTALL_OBS
    return loopback().remedy or "close the program that sends to it, or name another device"


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix("video"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
