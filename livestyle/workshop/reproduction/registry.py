"""The experiments there are, in the order of the story. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from livestyle.core.errors import LivestyleError

if TYPE_CHECKING:
    from livestyle.workshop.reproduction.context import Setting
    from livestyle.workshop.reproduction.findings import Findings


@dataclass(frozen=True)
class Experiment:
    """name: of the command and of the module beside this file, which has `run(setting) -> Findings`."""

    name: str
    title: str
    paper: str

    def load(self) -> Callable[[Setting], Findings]:
        """Import the module, and torch with it."""
        module = import_module(f"livestyle.workshop.reproduction.{self.name}")
        return cast("Callable[[Setting], Findings]", module.run)


EXPERIMENTS = (
    Experiment("gatys", "Optimising the pixels", "Gatys 2016"),
    Experiment("johnson", "A network in place of the optimiser", "Johnson 2016"),
    Experiment("norms", "Instance normalisation against batch normalisation", "Ulyanov 2016"),
    Experiment("texture", "Textures that differ", "Ulyanov 2017"),
    Experiment("cin", "Many styles in one network", "Dumoulin 2017"),
    Experiment("matching", "Style is a distribution", "Li 2017"),
    Experiment("adain", "Any picture as a style", "Huang 2017"),
    Experiment("cyclegan", "From set to set", "Zhu 2017"),
)


def find(names: list[str]) -> list[Experiment]:
    """The experiments of these names, in the order of the story; LivestyleError for an unknown one."""
    known = {e.name for e in EXPERIMENTS}
    unknown = sorted(set(names) - known)
    if unknown:
        expected = ", ".join(e.name for e in EXPERIMENTS)
        raise LivestyleError(f"no experiment {unknown[0]!r}; expected {expected}")
    return [e for e in EXPERIMENTS if e.name in names]
