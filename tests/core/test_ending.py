"""Signals: the first ends a command in order, impatience breaks nothing off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livestyle.core.ending import Interrupts, uninterrupted

ROOT = Path(__file__).parents[2]


def send(number: int) -> None:
    """What Python does when the signal comes.

    A real one may end the process here: pytest's faulthandler has a stack for signals that is too small
    once OpenVINO uses AMX.
    """
    handler = signal.getsignal(number)
    assert callable(handler)
    handler(number, None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_is_raised_and_the_second_is_not(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            send(number)
        send(signal.SIGINT)
        assert interrupts.asked == number
        assert interrupts.code == 128 + number
    assert signal.getsignal(number) is before


FORKS = """
import multiprocessing, time
from livestyle.core.ending import Interrupts
fork = multiprocessing.get_context("fork")
begun = fork.Event()
def work():
    begun.set()
    time.sleep(60)
with Interrupts() as interrupts:
    if {deferred}:
        interrupts.defer()
    child = fork.Process(target=work)
    child.start()
    begun.wait()  # Python forgets a signal that comes while it forks
    child.terminate()
    child.join(20)
    print(child.exitcode, interrupts.asked)
    child.kill()
"""


@pytest.mark.parametrize("deferred", [False, True])
def test_a_process_that_a_library_has_forked_ends_without_a_word(deferred: bool) -> None:
    command = [sys.executable, "-c", FORKS.format(deferred=deferred)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    assert done.stdout.split() == [str(-signal.SIGTERM), "0"]
    assert done.stderr == ""


def test_what_is_deferred_is_only_noted() -> None:
    with Interrupts() as interrupts:
        interrupts.defer()
        send(signal.SIGTERM)
        assert interrupts.asked == signal.SIGTERM


def test_what_must_be_finished_is_finished_first() -> None:
    done: list[bool] = []

    def finish() -> None:
        with uninterrupted():
            send(signal.SIGINT)
            done.append(True)

    with Interrupts(), pytest.raises(KeyboardInterrupt):
        finish()
    assert done


def test_the_outer_one_knows_what_the_inner_one_heard() -> None:
    with Interrupts() as outer:
        with Interrupts() as inner:
            inner.defer()
            send(signal.SIGTERM)
        send(signal.SIGTERM)
        assert outer.asked == signal.SIGTERM


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


INTERRUPTED = """
import builtins, os, signal, sys
load = builtins.__import__
def interrupting(name, *rest, **named):
    if name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGINT)
    return load(name, *rest, **named)
builtins.__import__ = interrupting
from livestyle.__main__ import main
main(["live", "--camera", "synthetic", "--no-window", "--max-frames", "1"])
"""


@pytest.mark.parametrize("module", ["typer", "cv2", "av", "openvino"])
def test_ctrl_c_while_it_loads_is_no_traceback(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in done.stderr


ENDED_BY_A_LIBRARY = """
import ctypes
from livestyle.core.ending import before_exit, hooks_first, own_process
libc = ctypes.PyDLL(None)
own_process()
before_exit(lambda: print("rescued"))
library = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: print("the library's data is gone"))
getattr(libc, "__cxa_atexit")(library, None, ctypes.cast(library, ctypes.c_void_p))
for _ in range(1000):
    hooks_first()
libc.exit(3)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="GNU's C library")
def test_rescue_comes_before_libraries_loaded_later_end() -> None:
    """Xvfb died, Qt ended the process, and the painting thread went on in an OpenVINO whose data was gone:
    it took all the memory there is.
    """
    done = subprocess.run(
        [sys.executable, "-c", ENDED_BY_A_LIBRARY], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr, done.returncode) == ("rescued\n", "", 1)


@pytest.mark.parametrize("arguments", [["--list-styles"], ["--help"]])
def test_a_terminal_without_the_letters_is_no_traceback(arguments: list[str]) -> None:
    env = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, str(ROOT / "run_live.py"), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
