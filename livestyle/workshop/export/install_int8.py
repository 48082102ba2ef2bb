"""Installs a new INT8 graph as the model's, whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import make_folder, replacing
from livestyle.model.card import CARD_NAME, Card, Model, file_sha256, own_graphs_dir


def install(graph: Path, model: Model, figures: dict[str, Any]) -> Path:
    """Make `graph` the INT8 graph of `model`, `figures` part of its card; returns the folder it is in.

    That is the model's own folder, or where that takes no files, as an installed package may, the
    user's folder for exactly this network. LivestyleError where neither takes it; then all is as before.
    """
    own = own_graphs_dir(model.card)
    try:
        _put(graph, model.folder, Card.load(model.folder), figures)
    except LivestyleError as denied:
        try:
            _put(graph, own, _own_card(own, model), figures)
        except LivestyleError as error:
            raise LivestyleError(
                f"cannot install INT8: {denied}; {error}; "
                "make one of them writable or set LIVESTYLE_DATA to a folder that is"
            ) from error
        return own
    with contextlib.suppress(OSError):
        (own / CARD_NAME).unlink(missing_ok=True)  # or it would still hide the new one
    return model.folder


def _own_card(folder: Path, model: Model) -> Card:
    """The card of the user's folder, or a copy of the model's card without graphs if there is none."""
    if (folder / CARD_NAME).is_file():
        return Card.load(folder)
    return replace(Card.load(model.folder), graphs={})


def _put(graph: Path, folder: Path, card: Card, figures: dict[str, Any]) -> None:
    """Copy the graph under a new name, then replace the card, then delete the old graph.

    The card therefore names complete graphs at any time, even if this is cut short.
    """
    sha256 = file_sha256(graph)
    target = folder / f"model-int8-{sha256[:8]}.onnx"
    make_folder(folder)
    with replacing(target) as part:
        shutil.copyfile(graph, part)
    old = card.graphs.get("int8")
    new = replace(
        card,
        graphs={**card.graphs, "int8": target.name},
        sha256={**card.sha256, "int8": sha256},
        figures={**card.figures, **figures},
    )
    try:
        new.save(folder)
    except LivestyleError:
        _remove(target, unless=old)
        raise
    if old is not None:
        _remove(folder / old, unless=target.name)


def _remove(path: Path, unless: str | None) -> None:
    if path.name != unless:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
