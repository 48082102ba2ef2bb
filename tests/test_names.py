"""A public class name stands for one thing in the whole project."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import livestyle

ROOT = Path(livestyle.__file__).parent
TWICE = {
    "Sizes": "each experiment of workshop/reproduction has sizes of its own, seen in its file alone",
    "AddStyleOptions": "of the command line, and of the training that is made of them",
    "SuperresOptions": "of the command line, and of the training that is made of them",
    "TextureOptions": "of the command line, and of the training that is made of them",
}
"""The exceptions, with the reason."""


def test_no_public_class_name_is_defined_twice() -> None:
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert twice.keys() == TWICE.keys(), {name: twice.get(name) for name in twice.keys() ^ TWICE.keys()}
