"""Paint a webcam live, or a video file: the same as `livestyle live`."""

import sys

from livestyle.__main__ import main

if __name__ == "__main__":
    main(["live", *sys.argv[1:]])
