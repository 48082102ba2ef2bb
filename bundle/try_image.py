"""Run the Dockerfile's own steps in a root made by debootstrap, for where there is no Docker.

`python bundle/try_image.py ROOT` as root, where ROOT is a folder that doesn't exist. It runs every RUN in
order (both stages start from the same Debian and Python), then prints the command that starts the image.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DEBIAN = "python3,python3-venv,ca-certificates"


def steps(dockerfile: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each on one line, as ('RUN', 'apt-get update')."""
    lines = (line.strip() for line in dockerfile.read_text("utf-8").splitlines())
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in pairs]


def main(root: Path) -> None:
    """Make the root and run the steps; CalledProcessError for one that fails."""
    found = steps(REPOSITORY / "Dockerfile")
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={DEBIAN}", "bookworm", root], check=True)
    for name in ("resolv.conf", "ssl/certs/ca-certificates.crt"):  # registries are reached as from here
        shutil.copy(Path("/etc") / name, root / "etc" / name)
    tracked = ("livestyle", "pyproject.toml", "README.md", "LICENSE", "NOTICE")  # as .dockerignore has it
    (root / "src").mkdir()
    subprocess.run(["cp", "-r", *(REPOSITORY / name for name in tracked), root / "src"], check=True)
    for word, rest in found:
        if word == "RUN":
            sys.stdout.write(f"== {rest}\n")
            sys.stdout.flush()
            subprocess.run(["chroot", root, "/bin/sh", "-c", rest], check=True)
    environment = next(rest for word, rest in found if word == "ENV" and rest.startswith("PATH"))
    user = next(rest for word, rest in found if word == "USER")
    start = [*json.loads(dict(found)["ENTRYPOINT"]), *json.loads(dict(found)["CMD"])]
    inside = environment.replace("$PATH", "/usr/bin:/bin")
    sys.stdout.write(f"chroot --userspec={user} {root} /usr/bin/env -i {inside} {shlex.join(start)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
