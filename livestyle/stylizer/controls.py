"""The settings of a stylizer that may be changed at any time: styles, controls, added styles."""

from __future__ import annotations

import threading
from dataclasses import replace

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import Model
from livestyle.model.frame_style import Controlled, FrameStyle
from livestyle.model.styles import StyleChoice, Vector
from livestyle.runtime.style_encoder import StyleEncoder, scaled
from livestyle.stylizer.user_styles import keep, removed


class Settings(Controlled):
    """Holds the settings for a model. Any thread may change them; they count from the next frame on."""

    def __init__(self, model: Model, device: str) -> None:
        """device: where pictures are encoded, if it can."""
        super().__init__(model.styles.vector(model.first_style))
        self.model = model
        self._device = device
        self._encoder: StyleEncoder | None = None
        self._changing = threading.Lock()
        self._style: StyleChoice = model.first_style
        self._second_style = ""

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles, in order."""
        return self.model.styles.names

    @property
    def style(self) -> StyleChoice:
        """The style in use: a name, or weights by name. Set to either; any part of a name will do."""
        return self._style

    @style.setter
    def style(self, choice: StyleChoice) -> None:
        self.change(vector=self.model.styles.vector(choice))
        self._style = self.model.styles.find(choice) if isinstance(choice, str) else dict(choice)

    @property
    def second_style(self) -> str:
        """The style that is blended with the other, by `blend`; empty = none. Any part of a name will do."""
        return self._second_style

    @second_style.setter
    def second_style(self, name: str) -> None:
        styles = self.model.styles
        name = styles.find(name) if name else ""
        self.change(second=styles.vector(name) if name else None)
        self._second_style = name

    @property
    def frame_style(self) -> FrameStyle:
        """What the next frame is painted with. Set it to change all at once; `style` keeps its name."""
        return self._frame_style

    @frame_style.setter
    def frame_style(self, style: FrameStyle) -> None:
        self._check(style)
        self._frame_style = style

    @property
    def style_vector(self) -> Vector:
        """The vector in use, float32 [D]. Set it for a crossfade; `style` keeps its name."""
        return self._frame_style.vector

    @style_vector.setter
    def style_vector(self, vector: Vector) -> None:
        self.change(vector=vector)

    def encode(self, picture: Pixels) -> Vector:
        """The style of a picture, uint8 BGR (H, W, 3), for `style_vector`; it gets no name.

        LivestyleError for a bad picture, or a model without an encoder.
        """
        return self._encoder_of(self.model).encode(picture)

    def add_style(self, name: str, picture: Pixels, keep_it: bool = False) -> str:
        """Make a style of a picture, uint8 BGR (H, W, 3); gives the name it goes by (see StyleBank.added).

        The picture is encoded once; then it is a style like any other, until this stylizer ends or,
        with `keep_it`, whenever this model is loaded, until `remove_style`. Another thread may paint
        meanwhile. LivestyleError for a bad picture, a model without an encoder, or one that was
        replaced meanwhile. Also if it can't be saved; then it can be used until the stylizer ends.
        """
        model = self.model
        vector = self._encoder_of(model).encode(picture)
        with self._changing:
            if self.model.folder != model.folder:
                raise LivestyleError(
                    f"{name} was made for {model.card.name}, which was replaced; add it again"
                )
            name, bank = self.model.styles.added(name, vector)
            self.model = replace(self.model, styles=bank)
        graph = model.card.encoder
        if keep_it and graph is not None:
            keep(model, name, vector, scaled(picture, graph.side_px, graph.size_multiple))
        return name

    def remove_style(self, name: str) -> None:
        """Take away a style that was added or trained by the user, for good. LivestyleError for others."""
        with self._changing:
            name = self.model.styles.find(name)
            self.model = removed(self.model, name)
        if self._style == name:
            self.style = self.model.first_style
        if self._second_style == name:
            self.second_style = ""

    def _encoder_of(self, model: Model) -> StyleEncoder:
        if self._encoder is None or self._encoder.model.folder != model.folder:
            self._encoder = StyleEncoder(model, self._device)
        return self._encoder

    def _become(self, model: Model) -> None:
        """Another model; a style of the same name stays, else it is the model's first, and no second."""
        name = self._style if self._style in model.styles.names else model.first_style
        second = self._second_style if self._second_style in model.styles.names else ""
        with self._changing:
            self.model = model
        vector, blended = model.styles.vector(name), model.styles.vector(second) if second else None
        with self._turning:  # both at once: they are of one length
            self._frame_style = replace(self._frame_style, vector=vector, second=blended)
        self._style, self._second_style = name, second

    def _check(self, style: FrameStyle) -> None:
        if not style.default:
            self.model.card.check_paints()
