"""Errors a user can act on: each says what, found, expected and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class LivestyleError(Exception):
    """Bad input or a missing device. The command line prints it and exits with code 2."""


class PartlyDoneError(LivestyleError):
    """Of many files some failed, each with an error of its own. The command line exits with code 1."""


class NoEngineError(LivestyleError):
    """No engine can run the model; holds every cause together with its remedy."""

    def __init__(self, causes: Mapping[str, str]) -> None:
        shared = {cause: [n for n in causes if causes[n] == cause] for cause in causes.values()}
        lines = "\n".join(f"  {', '.join(names)}: {cause}" for cause, names in shared.items())
        super().__init__(f"no engine can run this model here; tried:\n{lines}")
        self.causes = dict(causes)


@contextmanager
def about(name: str) -> Iterator[None]:
    """What is refused within is said of `name`, such as that of a file, unless it is said already."""
    try:
        yield
    except LivestyleError as error:
        if type(error) is not LivestyleError:
            raise
        raise LivestyleError(said_of(name, str(error))) from error


def said_of(name: str, text: str) -> str:
    """What is said of a file, with its name before it unless that stands in it already."""
    return text if name in text else f"{name}: {text}"


def told(error: Exception) -> str:
    """The text of an error for the user. For an OSError that is the file and the reason, without a number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__
