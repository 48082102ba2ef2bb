"""Tasks on the machines of a Ray cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from livestyle.core.errors import LivestyleError
from livestyle.offline.scheduler.scheduler import (
    Ended,
    Scheduler,
    Task,
    TaskProgress,
    Tool,
    WatchTasks,
    reason_of,
)

POLL_S = 0.5
"""How often places are asked how far they are."""

LOOK_S = 2.0
"""How often the cluster is asked which machines it has."""

REACH_S = 5.0
"""How long a cluster may take to answer."""

OPEN_S = 180.0
"""So long no place may be open at all."""

TRIES = 3
"""Places that fail to open in a row, with the same livestyle on each machine, before the run is given up."""


class RayCluster(Scheduler[Tool]):
    """One place for so many CPUs of each machine; machines may come and go.

    A place is an actor, which keeps its tool. One that is lost with its machine gives its task back, and
    others are opened where there are CPUs left.
    """

    def __init__(
        self,
        open_tool: Callable[[], Tool],
        watch: WatchTasks = lambda _: None,
        *,
        address: str = "auto",
        cpus: float = 2,
        gpus: float = 0,
        limit: int | None = None,
    ) -> None:
        """address: 'auto', the cluster that this machine is part of, or 'ray://HOST:PORT'.

        cpus, gpus: of each place. limit: of places, None = as many as the machines have.
        LivestyleError where Ray or the cluster is missing.
        """
        super().__init__(open_tool, watch)
        self._ray = _connected(address)
        options = {"num_cpus": cpus, "num_gpus": gpus, "max_concurrency": 2, "scheduling_strategy": "SPREAD"}
        self._actor = self._ray.remote(Seat).options(**options)
        self._cpus, self._gpus, self._limit = cpus, gpus, limit
        self._places: list[_Place[Tool]] = []
        self._wanted, self._looked_at = 0, 0.0
        self._failed = 0
        self._open_at = time.monotonic()

    @property
    def room(self) -> int:
        return sum(place.where != "" and place.task is None for place in self._places)

    @property
    def in_flight(self) -> int:
        return sum(place.task is not None for place in self._places)

    def submit(self, task: Task[Tool]) -> None:
        self._check_room()
        idle = [place for place in self._places if place.where and place.task is None]
        busy: defaultdict[str, int] = defaultdict(int)
        for place in self._places:
            busy[place.machine] += place.task is not None
        place = min(idle, key=lambda one: busy[one.machine])
        place.task, place.running = task, place.seat.run.remote(task)

    def wait(self, timeout_s: float) -> list[Ended[Tool]]:
        until = time.monotonic() + timeout_s
        ended: list[Ended[Tool]] = []
        before = self.room
        while not ended and self.room <= before and (left_s := until - time.monotonic()) > 0:
            self._open_places()
            self._ask()
            awaited = [ref for place in self._places for ref in place.refs]
            if not awaited:
                time.sleep(min(left_s, POLL_S))
                continue
            heard, _ = self._ray.wait(awaited, num_returns=1, timeout=min(left_s, POLL_S))
            for ref in heard:
                ended += self._hear(next(place for place in self._places if ref in place.refs), ref)
        return ended

    def close(self) -> None:
        places, self._places = self._places, []
        for place in places:
            self._kill(place)
        self._ray.shutdown()

    def _open_places(self) -> None:
        now = time.monotonic()
        if now - self._looked_at >= LOOK_S:
            self._looked_at, self._wanted = now, self._fitting()
        for place in [one for one in self._places if not one.where][: len(self._places) - self._wanted]:
            self._drop(place)  # it waits for CPUs that are gone
        while len(self._places) < self._wanted:
            seat = self._actor.remote(self._open_tool)
            self._places.append(_Place(seat, opening=seat.where.remote()))
        if any(place.where for place in self._places):
            self._open_at = now
        elif now - self._open_at > OPEN_S:
            raise LivestyleError(
                f"no place has opened on the cluster for {OPEN_S:.0f} s; expected a machine with "
                f"{self._cpus:g} free CPUs for each; `ray status` says what there is"
            )

    def _fitting(self) -> int:
        """How many places the machines have CPUs and GPUs for."""
        count = 0
        for node in self._ray.nodes():
            if node["Alive"]:
                has = node["Resources"]
                fits = has.get("CPU", 0) // self._cpus
                if self._gpus:
                    fits = min(fits, has.get("GPU", 0) // self._gpus)
                count += int(fits)
        return count if self._limit is None else min(count, self._limit)

    def _ask(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.task is not None and place.asking is None and now - place.asked_at >= POLL_S:
                place.asked_at, place.asking = now, place.seat.progress.remote()

    def _hear(self, place: _Place[Tool], ref: Any) -> list[Ended[Tool]]:
        try:
            answer = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            return self._lose(place, error)
        if ref == place.opening:
            place.opening, place.where, self._failed = None, answer, 0
        elif ref == place.asking:
            place.asking = None
            if place.task is not None and answer[0] == place.task.name:
                self._watch(TaskProgress(answer[0], answer[1], answer[2], place.where))
        else:
            task, place.task, place.running = place.task, None, None
            assert task is not None
            return [Ended(task, answer[0], answer[1], place.where)]
        return []

    def _lose(self, place: _Place[Tool], error: Exception) -> list[Ended[Tool]]:
        """Give back the task of a place that is gone."""
        self._drop(place)
        self._looked_at = 0.0
        if place.task is not None:
            return [Ended(place.task, reason=f"{place.where} was lost", where=place.where, lost=True)]
        if not place.where:
            self._failed += 1
            if self._failed >= TRIES:
                raise LivestyleError(
                    f"no place opens on the cluster: {_last_line(error)}; "
                    "is the same livestyle on each machine?"
                ) from error
        return []

    def _drop(self, place: _Place[Tool]) -> None:
        self._places.remove(place)
        self._kill(place)

    def _kill(self, place: _Place[Tool]) -> None:
        with contextlib.suppress(Exception):  # what can't be reached is gone
            self._ray.kill(place.seat)


@dataclass(eq=False)
class _Place(Generic[Tool]):
    """An actor; `where` is '' until it is open. The rest are answers that are awaited."""

    seat: Any
    opening: Any = None
    where: str = ""
    task: Task[Tool] | None = None
    running: Any = None
    asking: Any = None
    asked_at: float = 0.0

    @property
    def machine(self) -> str:
        return self.where.rpartition("/")[0]

    @property
    def refs(self) -> list[Any]:
        return [ref for ref in (self.opening, self.running, self.asking) if ref is not None]


class Seat:
    """The actor: does one task at a time, and is asked meanwhile how far it is."""

    def __init__(self, open_tool: Callable[[], Any]) -> None:
        self._open_tool = open_tool
        self._tool: Any = None
        self._step: tuple[str, int, int | None] = ("", 0, None)
        self._one = threading.Lock()

    def where(self) -> str:
        """The machine, the node of the cluster, and the process."""
        import ray

        return f"{socket.gethostname()}/{ray.get_runtime_context().get_node_id()[:6]}/{os.getpid()}"

    def progress(self) -> tuple[str, int, int | None]:
        """The task, how much of it is done, and of how much."""
        return self._step

    def run(self, task: Task[Any]) -> tuple[object, str]:
        """The result and '', or None and the reason."""

        def tell(done: int, total: int | None) -> None:
            self._step = task.name, done, total

        with self._one:
            try:
                if self._tool is None:
                    self._tool = self._open_tool()
                return task.run(self._tool, tell), ""
            except Exception as error:
                return None, reason_of(error)


def _connected(address: str) -> Any:
    """The package `ray`, connected."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise LivestyleError(f"--cluster needs Ray ({error}); pip install '.[ray]'") from error
    ours = signal.getsignal(signal.SIGTERM)
    try:
        _reach(address)
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False)
    except Exception as error:  # it has no type of its own for each of them
        raise LivestyleError(
            f"no Ray cluster at {address}: {_last_line(error)}; `ray start --head` starts one"
        ) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ours)  # Ray takes it
    return ray


def _reach(address: str) -> None:
    """OSError, or ValueError for what is no address, where nobody answers: Ray would wait minutes."""
    if address != "auto":
        host, _, port = address.removeprefix("ray://").rpartition(":")
        socket.create_connection((host, int(port)), REACH_S).close()


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
