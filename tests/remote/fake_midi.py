"""A backend of mido without hardware: `mido.set_backend("tests.remote.fake_midi")`."""

from __future__ import annotations

from typing import Any

from mido.ports import BaseInput

NAMES: list[str] = []
"""The ports that are connected."""

OPEN: dict[str, Input] = {}


class Input(BaseInput):  # type: ignore[misc]
    """A device that is moved by `OPEN[name].callback(message)`."""

    def _open(self, callback: Any = None, **_: Any) -> None:
        if self.name not in NAMES:
            raise OSError(f"unknown port {self.name!r}")
        self.callback = callback
        OPEN[self.name] = self

    def _close(self) -> None:
        del OPEN[self.name]


def get_devices(**_: Any) -> list[dict[str, Any]]:
    return [{"name": name, "is_input": True, "is_output": False} for name in NAMES]
