"""What every scheduler promises."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livestyle.core.errors import LivestyleError
from livestyle.offline.scheduler.one_process import OneProcess
from livestyle.offline.scheduler.processes import Processes
from livestyle.offline.scheduler.ray_cluster import RayCluster
from livestyle.offline.scheduler.scheduler import ATTEMPTS, Ended, Scheduler, Task, TaskProgress, run_all
from tests.offline.scheduler.chores import Bench, BrokenBench, Chore, OpenBench
from tests.offline.scheduler.small_cluster import SmallCluster

Make = Callable[..., Scheduler[Bench]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[SmallCluster]:
    with SmallCluster() as cluster:
        cluster.add_node(cpus=2)
        yield cluster


WITH_RAY = bool(os.environ.get("LIVESTYLE_TEST_RAY"))
HERE = ["one process", "processes"]
ALL = [*HERE, "ray"]
"""A cluster on one machine is slow: of it the tests are, but for a few, only run where they are asked for."""


@pytest.fixture(params=ALL if WITH_RAY else HERE)
def make(request: pytest.FixtureRequest) -> Make:
    if request.param == "one process":
        return OneProcess
    if request.param == "processes":
        return lambda *arguments: Processes(*arguments, count=2)
    address = request.getfixturevalue("cluster").address
    return lambda *arguments: RayCluster(*arguments, address=address, cpus=1)


def run(scheduler: Scheduler[Bench], *chores: Chore) -> dict[str, Ended[Bench]]:
    tasks: deque[Task[Bench]] = deque(chores)
    ends = list(run_all(scheduler, tasks))
    assert (scheduler.in_flight, len(tasks)) == (0, 0)
    found = {end.task.name: end for end in ends}
    assert len(found) == len(ends) == len(chores)
    return found


@pytest.mark.parametrize("make", ALL, indirect=True)
def test_each_task_comes_out_once_with_its_result(make: Make, tmp_path: Path) -> None:
    with make(OpenBench(tmp_path)) as scheduler:
        ends = run(scheduler, *map(Chore, range(9)))
    assert {name: end.result for name, end in ends.items()} == {f"chore {n}": n * n for n in range(9)}
    assert all(end.where and not end.reason and not end.lost for end in ends.values())
    places = {end.where for end in ends.values()}
    assert len(list(tmp_path.glob("bench-*"))) == len(places) <= 2


@pytest.mark.parametrize("make", ALL, indirect=True)
def test_what_fails_says_why_and_the_others_go_on(make: Make, tmp_path: Path) -> None:
    with make(OpenBench(tmp_path)) as scheduler:
        ends = run(scheduler, Chore(1, "fail"), Chore(2, "crash"), Chore(3))
    assert ends["chore 1"].reason == "cannot do 1"
    assert ends["chore 2"].reason == "ValueError: a fault"
    assert (ends["chore 3"].reason, ends["chore 3"].result) == ("", 9)


def test_a_tool_that_cannot_be_opened_is_the_reason(make: Make) -> None:
    with make(BrokenBench()) as scheduler:
        ends = run(scheduler, Chore(1), Chore(2))
    assert {end.reason for end in ends.values()} == {"no bench here"}


def test_no_more_are_in_flight_than_there_is_room_for(make: Make, tmp_path: Path) -> None:
    class Counted(deque[Task[Bench]]):
        taken = 0

        def popleft(self) -> Task[Bench]:
            self.taken += 1
            assert self.taken - ended <= 2
            return super().popleft()

    ended = 0
    with make(OpenBench(tmp_path)) as scheduler:
        for _ in run_all(scheduler, Counted(map(Chore, range(8)))):
            ended += 1
    assert ended == 8


def test_beyond_its_room_nothing_is_taken(make: Make, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    with make(OpenBench(tmp_path)) as scheduler:
        number = 0
        while not scheduler.room:
            scheduler.wait(0.1)
        while scheduler.room:
            scheduler.submit(Chore(number, "slow"))
            number += 1
        with pytest.raises(LivestyleError, match="no more"):
            scheduler.submit(Chore(number))
        while scheduler.in_flight:
            scheduler.wait(0.1)


def test_tasks_may_be_added_while_others_run(make: Make, tmp_path: Path) -> None:
    tasks: deque[Task[Bench]] = deque([Chore(2)])
    with make(OpenBench(tmp_path)) as scheduler:
        results = []
        for end in run_all(scheduler, tasks):
            results.append(end.result)
            if isinstance(end.result, int) and end.result < 100:
                tasks.append(Chore(end.result))
    assert results == [4, 16, 256]


def test_it_waits_for_more_as_long_as_it_is_told(make: Make, tmp_path: Path) -> None:
    tasks: deque[Task[Bench]] = deque()
    numbers = iter([5, 6])

    def more() -> bool:
        number = next(numbers, None)
        if number is not None:
            tasks.append(Chore(number))
        return number is not None

    with make(OpenBench(tmp_path)) as scheduler:
        assert len(list(run_all(scheduler, tasks, more, look_s=0.05))) == 2


def test_how_far_a_task_is_can_be_seen(make: Make, tmp_path: Path) -> None:
    seen: list[TaskProgress] = []

    def watch(step: TaskProgress) -> None:
        seen.append(step)
        if step.done > 3:
            (tmp_path / "go").touch()

    with make(OpenBench(tmp_path), watch) as scheduler:
        ends = run(scheduler, Chore(1, "slow"))
    assert {step.name for step in seen} == {"chore 1"}
    assert {step.where for step in seen} == {ends["chore 1"].where}


@pytest.mark.parametrize("make", ["processes", "ray"], indirect=True)
def test_a_task_whose_place_is_lost_runs_again(make: Make, tmp_path: Path) -> None:
    with make(OpenBench(tmp_path)) as scheduler:
        ends = run(scheduler, Chore(1, "die"), Chore(2), Chore(3, "always die"), Chore(4))
    assert (ends["chore 1"].result, ends["chore 1"].attempts) == (1, 2)
    assert (ends["chore 3"].lost, ends["chore 3"].attempts) == (True, ATTEMPTS)
    assert ends["chore 3"].reason
    assert (ends["chore 2"].result, ends["chore 4"].result) == (4, 16)


@pytest.mark.parametrize("make", (ALL if WITH_RAY else HERE)[1:], indirect=True)
def test_closing_cancels(make: Make, tmp_path: Path) -> None:
    with make(OpenBench(tmp_path)) as scheduler:
        while not scheduler.room:
            scheduler.wait(0.1)
        scheduler.submit(Chore(1, "slow"))
        while not (tmp_path / "begun-1").exists():
            assert scheduler.wait(0.05) == []
    assert not (tmp_path / "go").exists()
    assert scheduler.in_flight == 0


def pids(folder: Path) -> list[int]:
    return [int(path.name.split("-")[1]) for path in folder.glob("bench-*")]


def test_processes_end_with_their_scheduler(tmp_path: Path) -> None:
    with Processes(OpenBench(tmp_path), count=2) as scheduler:
        run(scheduler, Chore(1), Chore(2))
        assert os.getpid() not in pids(tmp_path)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids(tmp_path))
