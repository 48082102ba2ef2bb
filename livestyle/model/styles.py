"""A style is a name and a vector; a bank is many, and blends of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import replacing
from livestyle.core.parse import did_you_mean

ALL = "all"
"""Stands for every style of the bank, where a name of a style is expected."""

Vector: TypeAlias = NDArray[np.float32]
"""One style, float32 [D]: for CIN the gammas and betas of every normalisation, in order."""

StyleChoice: TypeAlias = str | Mapping[str, float]
"""A name, or weights by name; weights are scaled to sum to one."""


@dataclass(frozen=True)
class StyleBank:
    """Named style vectors of one model, in the order in which a key cycles through them."""

    names: tuple[str, ...]
    vectors: NDArray[np.float32]
    """float32 [N, D]"""
    titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """what the user reads, by name, where that is more than the name; the longest first"""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.names) != len(self.vectors) or not self.names:
            raise LivestyleError(
                f"bad style bank: {len(self.names)} names, vectors of shape {self.vectors.shape}; "
                "expected [N, D]"
            )

    @classmethod
    def load(cls, path: Path) -> StyleBank:
        """Read what `save` wrote. LivestyleError where the file is missing or is no style bank."""
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(tuple(str(n) for n in file["names"]), file["vectors"].astype(np.float32))
        except LivestyleError:
            raise
        except Exception as error:  # of damaged files NumPy, zipfile and zlib raise what they happen to
            raise LivestyleError(f"cannot read styles from {path}: {error}") from error

    def save(self, path: Path) -> None:
        """Write the bank to `path`, whole or not at all; what is there is replaced.

        LivestyleError where the disk takes no file.
        """
        with replacing(path) as part, part.open("wb") as file:
            np.savez(file, names=np.array(self.names), vectors=self.vectors)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def title(self, name: str) -> str:
        """What the user reads of a style: 'The Starry Night – Vincent van Gogh', or 'My photo'."""
        return self.titles_of(name)[0]

    def titles_of(self, name: str) -> tuple[str, ...]:
        """The same, and what is read where there is less room, the longest first."""
        return self.titles.get(name) or (pretty(name),)

    def find(self, name: str) -> str:
        """The full name for a name, an unambiguous part of one, or a number from 1.

        LivestyleError that lists the names where nothing or more than one fits.
        """
        if name in self.names:
            return name
        wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
        if wanted in self.names:
            return wanted
        if wanted.isdigit() and 1 <= int(wanted) <= len(self):
            return self.names[int(wanted) - 1]
        found = [n for n in self.names if wanted and wanted in n]
        if len(found) == 1:
            return found[0]
        problem, near = "is not here", did_you_mean(name, self.names)
        if found:
            problem, near = f"is ambiguous: {', '.join(found)}", ""
        elif wanted.isdigit():
            problem = f"is out of range, 1 to {len(self)}"
        raise LivestyleError(f"style {name!r} {problem}; expected one of {', '.join(self.names)}{near}")

    def vector(self, choice: StyleChoice) -> Vector:
        """The vector of a name or of a blend, float32 [D], the caller's own.

        LivestyleError for an unknown name, a negative weight or weights that sum to zero.
        """
        weights = {choice: 1.0} if isinstance(choice, str) else choice
        total = sum(weights.values())
        if not weights or min(weights.values()) < 0 or not np.isfinite(total) or total <= 0:
            raise LivestyleError(f"bad blend {dict(weights)}; expected weights >= 0 with a sum above 0")
        result = np.zeros(self.vectors.shape[1], np.float32)
        for name, weight in weights.items():
            result += np.float32(weight / total) * self.vectors[self.names.index(self.find(name))]
        return result

    def extended(self, names: Sequence[str], vectors: NDArray[np.float32]) -> StyleBank:
        """This bank with more styles behind its own; a name that exists already is replaced in place."""
        merged = dict(zip(self.names, self.vectors, strict=True))
        merged.update(zip(names, vectors, strict=True))
        return replace(self, names=tuple(merged), vectors=np.stack(list(merged.values())))

    def without(self, name: str) -> StyleBank:
        """This bank less one style. LivestyleError where it is the only one."""
        others = [number for number, other in enumerate(self.names) if other != name]
        names = tuple(self.names[number] for number in others)
        return replace(self, names=names, vectors=self.vectors[others])

    def added(self, name: str, vector: Vector) -> tuple[str, StyleBank]:
        """The name that a new style gets, and this bank with that style at its end.

        'My Photo' is named 'my_photo', or 'my_photo_2' if another style has that name. A style that is
        here already under its name, up to rounding, is not added twice.
        """
        plain = re.sub(r"\W+", "_", name.casefold()).strip("_") or "picture"
        name, number = plain, 1
        while name in self.names:
            if np.allclose(self.vectors[self.names.index(name)], vector, rtol=1e-3, atol=1e-4):
                return name, self
            number += 1
            name = f"{plain}_{number}"
        return name, self.extended([name], vector[None])


def lerp(start: Vector, end: Vector, share: float) -> Vector:
    """(1 - share) * start + share * end: one step of a crossfade."""
    return (start + np.float32(share) * (end - start)).astype(np.float32, copy=False)


def pretty(name: str) -> str:
    """'great_wave' as 'Great wave'."""
    return name.replace("_", " ").capitalize()
