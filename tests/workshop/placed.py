"""CPU tensors that say they lie on another device: what would mix two is refused, the rest is computed.

With torch's fake tensors nothing is computed, and a backward pass asks CUDA itself. Here the device is
`meta`, for which torch asks nobody, so that a whole training runs, gradients and optimiser included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

ELSEWHERE = torch.device("meta")

aten = torch.ops.aten
MIX = {
    aten.copy_.default,
    aten._to_copy.default,
    aten.index.Tensor,
    aten.index_put_.default,
    aten._index_put_impl_.default,
}
"""What CUDA's tensors take from the CPU: copies, and numbers to index with."""


class Placed(Tensor):
    """held: the same on the CPU."""

    held: Tensor

    @staticmethod
    def __new__(cls: type[Placed], held: Tensor) -> Placed:
        made: Placed = Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=ELSEWHERE,
        )
        made.held = held
        return made

    def __init__(self, held: Tensor) -> None:
        pass

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _perform(func, args, kwargs or {})


def _perform(func: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """On what is held. RuntimeError where tensors of two devices meet, save single numbers."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    placed = [tensor for tensor in tensors if isinstance(tensor, Placed)]
    if placed and func not in MIX and any(t.ndim for t in tensors if not isinstance(t, Placed)):
        raise RuntimeError(f"{func} got tensors of two devices")
    there, options = bool(placed), dict(kwargs)
    if options.get("device") is not None:
        there, options["device"] = options["device"] == ELSEWHERE, torch.device("cpu")
    if func is aten.copy_.default:
        there = isinstance(args[0], Placed)
    known = {id(tensor.held): tensor for tensor in placed}

    def held(leaf: Any) -> Any:
        return leaf.held if isinstance(leaf, Placed) else leaf

    def shown(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        return known.get(id(leaf)) if id(leaf) in known else Placed(leaf) if there else leaf

    return tree_map(shown, func(*tree_map(held, args), **tree_map(held, options)))


class _Dispatch(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _perform(func, args, kwargs or {})


class _FromNumbers(TorchFunctionMode):
    """What torch makes of Python's numbers, and the other way round, by ways that nothing else can enter."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is Tensor.tolist and isinstance(args[0], Placed):
            return args[0].held.tolist()
        if func is Tensor.new_tensor and isinstance(args[0], Placed):
            return Placed(torch.tensor(args[1], dtype=args[0].dtype))
        return func(*args, **(kwargs or {}))


@contextmanager
def elsewhere() -> Iterator[None]:
    """What is moved to ELSEWHERE in this block is Placed. Autocast does nothing there."""
    real = torch.autocast

    def autocast(kind: str, *args: Any, **kwargs: Any) -> torch.autocast:
        return real("cpu" if kind == ELSEWHERE.type else kind, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch, _Dispatch(), _FromNumbers():
        patch.setattr(torch, "autocast", autocast)
        yield
