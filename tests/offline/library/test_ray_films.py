"""A long film on a cluster of two nodes, of which one is lost in the middle."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.config import Precision
from livestyle.model.card import Model
from livestyle.offline import TranscodeOptions, transcode
from livestyle.offline.library.library import Library
from livestyle.offline.library.manifest import MANIFEST_NAME, Manifest
from livestyle.offline.library.recipe import recipe_of
from livestyle.offline.library.todo import LibraryOptions
from livestyle.offline.scheduler.ray_cluster import RayCluster
from livestyle.offline.scheduler.scheduler import TaskProgress
from tests.offline.clips import Clip, irregular, make, packets, times
from tests.offline.library.films import Notes, names, tiny
from tests.offline.library.patient import OpenPatient
from tests.offline.scheduler.small_cluster import SmallCluster
from tests.tiny import write_tiny


def test_a_film_outlives_a_node(tmp_path: Path) -> None:
    write_tiny(tmp_path / "tiny")
    model = Model.load(tmp_path / "tiny")
    source = make(tmp_path / "long.mkv", Clip(irregular(400), sound="aac"))
    whole, out = tmp_path / "whole.mkv", tmp_path / "out"
    options = TranscodeOptions()
    with tiny(model) as stylizer:
        transcode(source, whole, stylizer, options)
    out.mkdir()
    recipe = recipe_of(model, Precision.AUTO, options)
    seen: list[TaskProgress] = []
    with SmallCluster() as cluster, Manifest(out / MANIFEST_NAME) as manifest:
        nodes = [cluster.add_node(cpus=1) for _ in range(2)]
        notes = Notes()
        library = Library(manifest, out, recipe, options, LibraryOptions(piece_s=2.0), notes)
        library.add([(source, out / "long.mkv")])

        def kill_one() -> bool:
            """When both are in the middle of a piece."""
            if len(nodes) > 1 and len(list(tmp_path.glob("at-*"))) == 2:
                cluster.kill(nodes.pop())
                (tmp_path / "go").touch()
            return False

        like = OpenPatient(model, tmp_path)
        with RayCluster(like, seen.append, address=cluster.address, cpus=1) as scheduler:
            library.run(scheduler, kill_one)
    assert len(nodes) == 1, "no node was lost"
    assert library.done == 1
    assert len({step.where for step in seen}) == 2
    assert names(out) == ["long.mkv"]
    assert times(out / "long.mkv") == times(whole)
    assert packets(out / "long.mkv", "audio") == packets(whole, "audio") != []
