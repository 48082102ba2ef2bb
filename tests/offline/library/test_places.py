"""How many films at once, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline.library import places
from livestyle.offline.library.places import Places, auto_jobs, free_bytes, parse_jobs
from livestyle.offline.library.tasks import OpenStylizer
from livestyle.offline.scheduler.one_process import OneProcess
from livestyle.offline.scheduler.processes import Processes
from tests.offline.library.films import tiny
from tests.tiny import write_tiny

GIB = 1 << 30


@pytest.mark.parametrize(
    ("cores", "free", "jobs"), [(1, 8, 1), (2, 8, 1), (8, 8, 4), (16, 3, 3), (16, 0, 1), (64, 512, 32)]
)
def test_auto_goes_by_cores_and_memory(cores: int, free: int, jobs: int) -> None:
    assert auto_jobs(cores, free * GIB) == jobs


def test_memory_is_what_machine_and_container_leave(tmp_path: Path) -> None:
    files = machine, most, used = tmp_path / "meminfo", tmp_path / "max", tmp_path / "current"
    assert free_bytes(files) > 0
    machine.write_text("MemTotal: 9 kB\nMemAvailable:   4096 kB\n")
    assert free_bytes(files) == 4 << 20
    most.write_text("max\n")
    used.write_text("1000\n")
    assert free_bytes(files) == 4 << 20
    most.write_text("3000\n")
    assert free_bytes(files) == 2000
    most.write_text("500\n")
    assert free_bytes(files) == 0


def test_jobs_as_people_write_them() -> None:
    assert (parse_jobs("auto"), parse_jobs("3")) == (None, 3)
    for bad in ("0", "-1", "many", "1.5", ""):
        with pytest.raises(LivestyleError, match="--jobs"):
            parse_jobs(bad)


def test_one_job_is_done_here_and_several_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.load(write_tiny(tmp_path / "tiny").folder)
    like, stylizer = OpenStylizer(model), tiny(model)
    monkeypatch.setattr(places, "cores", lambda: 8)
    monkeypatch.setattr(places, "free_bytes", lambda: 99 * GIB)
    assert isinstance(Places(1).open(stylizer, like, lambda _: None), OneProcess)
    several = Places(None).open(stylizer, like, lambda _: None)
    assert isinstance(several, Processes)
    assert several.room == 4
    monkeypatch.setattr(places, "cores", lambda: 2)
    assert isinstance(Places(None).open(stylizer, like, lambda _: None), OneProcess)


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path) -> None:
    model = Model.load(write_tiny(tmp_path / "tiny").folder)
    with pytest.raises(LivestyleError, match=r"no Ray cluster at 127\.0\.0\.1:1"):
        Places(1, "127.0.0.1:1").open(tiny(model), OpenStylizer(model), lambda _: None)


def test_a_model_is_found_by_its_name_where_its_folder_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESTYLE_DATA", str(tmp_path))
    model = Model.load(write_tiny(tmp_path / "tiny").folder)
    (tmp_path / "models").mkdir()
    (tmp_path / "tiny").rename(tmp_path / "models" / "tiny")
    with OpenStylizer(model)() as stylizer:
        assert stylizer.model.folder == tmp_path / "models" / "tiny"
    card = tmp_path / "models" / "tiny" / "card.json"
    card.write_text(card.read_text().replace(model.card.sha256["float"], "0" * 64))
    with pytest.raises(LivestyleError, match="another model here"):
        OpenStylizer(model)()
