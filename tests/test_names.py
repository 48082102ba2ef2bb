"""A public name of a type stands for one thing in the whole project."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import livestyle

ROOT = Path(livestyle.__file__).parent
TWICE = {"Sizes": "each experiment of workshop/reproduction has sizes of its own, seen in its file alone"}
"""The exceptions, with the reason."""

CAMEL = re.compile(r"[A-Z]\w*[a-z]\w*")
"""Constants have no small letters, variables begin with one."""


def types_of(text: str) -> Iterator[str]:
    """The classes of a module, wherever they stand, and its own names for types."""
    module = ast.parse(text)
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for line in module.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None and is_type(line.value):
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            yield from (t.id for t in targets if isinstance(t, ast.Name) and CAMEL.fullmatch(t.id))


def is_type(value: ast.expr) -> bool:
    """What a call gives is an object, but for TypeVar and its like."""
    return not isinstance(value, ast.Call) or ast.unparse(value.func) in ("TypeVar", "NewType", "ParamSpec")


def test_the_names_of_types_are_found() -> None:
    text = "class A:\n    class B: ...\n    Inner = int\nPair = tuple[int, int]\nRow: TypeAlias = 'Pair'\n"
    text += "Item = TypeVar('Item')\nCommand = made()\nSIZE = 3\nsmall = Pair\nLater: Pair\n"
    assert [*types_of(text)] == ["A", "B", "Pair", "Row", "Item"]


def test_no_public_name_of_a_type_is_defined_twice() -> None:
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for name in types_of(path.read_text("utf-8")):
            if not name.startswith("_"):
                found[name].append(path.relative_to(ROOT).as_posix())
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert twice.keys() == TWICE.keys(), {name: twice.get(name) for name in twice.keys() ^ TWICE.keys()}
