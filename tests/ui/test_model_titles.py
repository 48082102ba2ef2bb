"""What the gallery calls models: titles, which a newcomer understands."""

from types import SimpleNamespace

from livestyle.core.size import Size
from livestyle.ui.gallery_layout import layout_of
from livestyle.ui.models import titles_of


def test_a_model_is_called_by_its_title_and_by_its_name_where_it_has_none() -> None:
    fast = SimpleNamespace(
        card=SimpleNamespace(name="adain-lite", title="any picture, fast"), title="any picture, fast"
    )
    own = SimpleNamespace(card=SimpleNamespace(name="mine", title=""), title="3 paintings")
    assert titles_of([fast, own]) == ("Any picture, fast", "mine: 3 paintings")  # type: ignore[list-item]


def test_titles_of_any_length_stay_on_the_canvas() -> None:
    for canvas in (Size(320, 240), Size(800, 600), Size(3840, 2160)):
        layout = layout_of(20, ("Any picture, fast", "a very long title " * 30), canvas)
        assert all(box.left >= 0 and box.left + box.size.width <= canvas.width for box in layout.models)
