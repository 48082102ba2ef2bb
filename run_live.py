"""Paint a webcam live, or a video file: the same as `livestyle live`."""

import sys

from livestyle.cli import run

if __name__ == "__main__":
    run(["live", *sys.argv[1:]])
