"""Mutated inputs: each is painted or refused in one line. `benchmarks/fuzz.py` runs ten thousand of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fuzz import Tally, run
from fuzz_cases import kinds_of, mutated, write_seeds

CASES = 300


def test_no_mutated_input_is_more_than_refused(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    tally = Tally()
    run(tmp_path, 0, CASES, tally)
    assert tally.failures == []
    assert tally.cases == CASES
    assert tally.kinds.keys() == kinds_of(tmp_path).keys()
    assert all(found["refused"] for found in tally.kinds.values())
    assert sum(found["done"] for found in tally.kinds.values()) > CASES / 20


def test_mutations_follow_their_number() -> None:
    data = bytes(range(256)) * 4
    first, again, other = (mutated(data, data[::-1], np.random.default_rng(n)) for n in (1, 1, 2))
    assert first == again != other
    assert all(mutated(data, data, np.random.default_rng(n)) != data for n in range(50))
