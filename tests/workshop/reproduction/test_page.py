"""Records survive the way to disk; a page shows what was not reached as plainly as what was."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch

from livestyle.core.errors import LivestyleError
from livestyle.evaluation.plot import PAPER
from livestyle.workshop.reproduction.curves import COLORS, Curve, draw_curves
from livestyle.workshop.reproduction.findings import Claim, Verdict
from livestyle.workshop.reproduction.page import html, markdown, summarize
from livestyle.workshop.reproduction.record import Record, Shown
from livestyle.workshop.reproduction.sheet import draw_sheet
from livestyle.workshop.reproduction.synthetic_data import strokes

CLAIMS = (
    Claim.at_most("a <b> | c", 0.5, 1, " s"),
    Claim.at_least("d", 0.5, 1).with_more("of 3"),
    Claim.open("e", "≥ 1", "nothing to measure"),
)


def record(name: str = "gatys", trial: bool = False) -> Record:
    pictures = (Shown("pictures/a.png", "a plot", True), Shown("pictures/b.jpg", "a sheet", False))
    return Record(name, "small.", "drawn photos", "a machine", 90.0, trial, CLAIMS, pictures)


def test_a_claim_holds_at_its_limit_and_not_beyond() -> None:
    assert [c.verdict for c in CLAIMS] == [Verdict.YES, Verdict.NO, Verdict.OPEN]
    assert Claim.at_most("x", 1, 1).verdict is Claim.at_least("x", 1, 1).verdict is Verdict.YES
    assert Claim.at_most("x", float("nan"), 1).verdict is Verdict.NO
    assert (CLAIMS[0].asked, CLAIMS[0].reached) == ("≤ 1 s", "0.5 s")
    assert CLAIMS[1].reached == "0.5 (of 3)"
    assert Claim.at_least("x", 40313.7, 500, " ×").reached == "40314 ×"


def test_a_record_is_the_same_after_the_disk(tmp_path: Path) -> None:
    assert Record.load(tmp_path, "gatys") is None
    record().save(tmp_path)
    assert Record.load(tmp_path, "gatys") == record()
    assert [p.name for p in tmp_path.iterdir()] == ["gatys.json"]


@pytest.mark.parametrize("text", ["", "{}", '{"claims": [{"verdict": "perhaps"}]}', "[1]"])
def test_a_file_that_is_no_record_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "gatys.json").write_text(text)
    with pytest.raises(LivestyleError, match=r"gatys\.json is no result"):
        Record.load(tmp_path, "gatys")


class _Reader(HTMLParser):
    """Cells of the tables and sources of the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.pictures: list[str | None] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_cell = tag == "td"
        if self._in_cell:
            self.cells.append("")
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data.strip()


def test_html_has_every_claim_as_it_is_and_every_picture() -> None:
    reader = _Reader()
    reader.feed(html([record()]))
    assert reader.cells[:4] == ["a <b> | c", "≤ 1 s", "0.5 s", "yes"]
    assert reader.cells[7::4] == ["no", "not shown"]
    assert reader.pictures == ["pictures/a.png", "pictures/b.jpg"]


def test_markdown_has_the_claims_and_the_plots_alone() -> None:
    text = markdown([record("gatys"), record("norms")])
    assert "| a <b> \\| c | ≤ 1 s | 0.5 s | yes |" in text
    assert text.count("pictures/a.png") == 2
    assert "b.jpg" not in text
    assert "- gatys, norms: a machine; drawn photos." in text
    assert "1.5 minutes" in text


def test_the_summary_counts_and_warns_of_a_trial() -> None:
    assert summarize([record()]) == "3 claims: 1 hold, 1 do not, 1 are not shown."
    assert "the figures mean nothing" in summarize([record(), record("norms", trial=True)])


def test_curves_stand_where_their_values_are() -> None:
    picture = draw_curves("t", "steps", [Curve("a", (0, 10), (1, 100)), Curve("b", (0, 10), (10, 10))])
    rows, columns = np.nonzero((picture[96:] == COLORS[0]).all(2))
    assert rows[columns.argmin()] > rows[columns.argmax()] + 300  # upwards
    rows, _ = np.nonzero((picture[96:] == COLORS[1]).all(2))
    assert np.ptp(rows) <= 3  # level, in the middle of a logarithmic axis
    assert abs(rows.mean() - (480 - 96 - 56) / 2) < 12


@pytest.mark.parametrize("values", [(0.0, 0.0), (5.0, 5.0), (1e-12, 3.0), (-1.0, 2.0)])
def test_any_values_can_be_drawn(values: tuple[float, float]) -> None:
    assert draw_curves("t", "x", [Curve("a", (1, 1), values)]).shape == (480, 900, 3)


def test_a_sheet_has_a_tile_for_each_picture_of_any_shape() -> None:
    red = torch.zeros(1, 3, 20, 40)
    red[:, 0] = 1
    sheet = draw_sheet([[("a", red), ("b", torch.zeros(1, 3, 64, 64))], [("c", red)]], 32)
    assert (sheet[35:45, 10:30] == (0, 0, 255)).all()
    assert (sheet[50, 10:30] == PAPER).all()  # under the wide one
    assert (sheet[35:60, 50:70] == 0).all()


def test_drawn_paintings_follow_the_seed() -> None:
    first, again, other = (strokes(np.random.default_rng(seed), 96) for seed in (1, 1, 2))
    assert (first == again).all()
    assert float(np.abs(first.astype(int) - other).mean()) > 10
    assert first.std() > 5
