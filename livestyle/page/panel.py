"""The registry of controls as the page gets it, to make sliders, switches and choices of."""

from __future__ import annotations

from typing import Any

from livestyle.model.controls import CONTROLS, Control, Slider, Switch


def panel() -> list[dict[str, Any]]:
    """Every control in the order of the registry, as plain values for JSON."""
    return [_row(control) for control in CONTROLS]


def _row(control: Control[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": control.name,
        "label": control.label,
        "about": control.about,
        "default": control.default,
        "keys": list(control.keys),
        "aliases": list(control.aliases),
        "needs": control.needs.name if control.needs else "",
        "kind": "style",
    }
    if isinstance(control, Slider):
        return {
            **row,
            "kind": "slider",
            "low": control.low,
            "high": control.high,
            "step": control.step,
            "unit": control.unit,
        }
    return {**row, "kind": "switch"} if isinstance(control, Switch) else row
