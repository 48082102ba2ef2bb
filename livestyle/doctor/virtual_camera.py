"""Tells in `livestyle doctor` whether a virtual camera opens, and what is missing for that."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from livestyle.core.errors import LivestyleError
from livestyle.doctor.finding import Finding, State
from livestyle.sinks.loopback import INSTALL_PACKAGE, loopback, remedy
from livestyle.sinks.virtual_camera import VirtualCameraSink, check_package


def virtual_camera(topic: str) -> Iterator[Finding]:
    """Yields the package, the driver if the system needs one, and whether a device opens."""
    missing = False
    try:
        check_package()
    except LivestyleError as error:
        missing = True
        yield Finding(topic, "package", State.ABSENT, str(error).partition(";")[0], INSTALL_PACKAGE)
    if sys.platform.startswith("linux"):
        driver = _driver(topic)
        missing |= driver.state is State.ABSENT
        yield driver
    if not missing:
        yield _trial(topic)


def _driver(topic: str) -> Finding:
    """How v4l2loopback is. A device that browsers can't see is a warning; having none is not."""
    found = loopback()
    devices = ", ".join(f"{device} ({name})" for device, name in found.devices.items())
    if not found.loaded or not devices:
        how = "has no device" if found.loaded else "is not loaded" if found.installed else "is not installed"
        return Finding(topic, "v4l2loopback", State.ABSENT, how, found.remedy)
    if found.remedy:
        why = "browsers hide it" if found.hidden else "can't be written"
        return Finding(topic, "v4l2loopback", State.WARNING, f"{devices}: {why}", found.remedy)
    return Finding(topic, "v4l2loopback", State.OK, devices)


def _trial(topic: str) -> Finding:
    """Open a virtual camera and close it again."""
    try:
        with VirtualCameraSink() as sink:
            return Finding(topic, "device", State.OK, f"{sink.device} takes {sink.size} at {sink.rate:g} fps")
    except LivestyleError as error:
        state = State.WARNING if sys.platform.startswith("linux") else State.ABSENT
        return Finding(topic, "device", state, str(error).rpartition("; ")[0], remedy())
