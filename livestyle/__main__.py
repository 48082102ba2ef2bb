"""python -m livestyle, and what the command `livestyle` starts."""

import signal
from multiprocessing import freeze_support


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; None = as this process was started. While it loads, Ctrl+C ends it silently."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from livestyle.cli import run
    from livestyle.core.ending import own_process

    own_process()
    run(arguments)


if __name__ == "__main__":
    freeze_support()  # in a bundle (bundle/livestyle.spec) this file is what a worker process starts too
    main()
